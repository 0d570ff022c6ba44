/** Ranges of readings that are kept and not shown. */
import type { Series } from "../../hub/catalog.ts";
import { Refusal } from "../../protocol/errors.ts";
import { decodeMaskOrder, type MaskEntry, type MasksAnswer, type RemovedMaskAnswer } from "../../protocol/masks.ts";
import { parseSeriesQuery } from "../../protocol/query.ts";
import type { Mask } from "../../store/masks.ts";
import { readCursor, writeCursor } from "./paging.ts";
import { seriesOf } from "./readings.ts";
import { type ApiRequest, type Handler, type HttpContext, onlyParameters, principalOf } from "./route.ts";

/** Series whose masks are asked for at once. */
const seriesAtOnce = 16;

/** `GET masks`: by device and metric. A page ends with a series: that of its last masks is whole. */
export const getMasks: Handler = async ({ context, query }) => {
  const { device, metric, limit, cursor } = parseSeriesQuery(query);
  const [afterDevice, afterMetric] = readCursor("masks", cursor, 2);
  const after = afterDevice === undefined ? undefined : { device: afterDevice, metric: afterMetric as string };
  const masked = context.catalog
    .select(device, metric)
    .filter((series) => series.masks && (!after || isBehind(series, after)))
    .sort((a, b) => (isBehind(a, { device: b.device.id, metric: b.metric }) ? 1 : -1));
  const masks: MaskEntry[] = [];
  let at = 0;
  for (; at < masked.length && masks.length < limit; at += seriesAtOnce) {
    const found = await context.hub.masks.of(masked.slice(at, at + seriesAtOnce));
    masks.push(...found.flatMap((mask) => entryOf(mask, context) ?? []));
  }
  const last = masked[at - 1];
  const next = last && at < masked.length ? writeCursor("masks", [last.device.id, last.metric]) : null;
  return { json: { masks, next } satisfies MasksAnswer };
};

/** `POST masks`: hides a range of a series. */
export const postMask: Handler = async ({ context, query, body }) => {
  onlyParameters(query);
  const order = decodeMaskOrder((await body()).text, context.limits);
  if (order instanceof Refusal) throw order;
  const { device, metric, from, to, note = "" } = order;
  const [series] = seriesOf({ device: [device], metric: [metric], literal: true, fromMs: from, toMs: to }, context);
  const mask = await context.hub.masks.hide(series as Series, { fromMs: from, toMs: to, note });
  return { json: toEntry(mask, series as Series) satisfies MaskEntry };
};

/** `DELETE masks/{id}`: shows it again. */
export const deleteMask: Handler = async (request) => {
  const { context, path, query } = request;
  onlyParameters(query);
  const text = path.id ?? "";
  const isNumber = /^[1-9]\d{0,14}$/.test(text);
  const mask =
    isNumber && (await isSeen(Number(text), request)) ? await context.hub.masks.show(Number(text)) : undefined;
  const of = mask && context.catalog.findSeries(mask.series);
  if (mask && of) return { json: { ...toEntry(mask, of), removed: true } satisfies RemovedMaskAnswer };
  const shown = JSON.stringify(text.slice(0, 40).toWellFormed());
  throw new Refusal("not_found", `There is no mask ${shown}; GET /api/v1/masks lists those there are.`);
};

/** Whose devices are limited shows again what is hidden of those alone. */
async function isSeen(id: number, request: ApiRequest): Promise<boolean> {
  if (principalOf(request).devices === undefined) return true;
  const { catalog, hub } = request.context;
  const masked = catalog.select(undefined, undefined).filter(({ masks }) => masks);
  return (await hub.masks.of(masked)).some((mask) => mask.id === id);
}

function isBehind(series: Series, { device, metric }: { readonly device: string; readonly metric: string }): boolean {
  if (series.device.id !== device) return series.device.id > device;
  return series.metric > metric;
}

/** Undefined where its series was removed meanwhile. */
function entryOf(mask: Mask, { catalog }: HttpContext): MaskEntry | undefined {
  const series = catalog.findSeries(mask.series);
  return series && toEntry(mask, series);
}

function toEntry({ id, fromMs, toMs, atMs, note }: Mask, { device, metric }: Series): MaskEntry {
  return { id, device: device.id, metric, from: fromMs, to: toMs, at: atMs, ...(note === "" ? {} : { note }) };
}
