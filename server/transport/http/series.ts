import type { Series } from "../../hub/catalog.ts";
import { emptySpan, seriesEntryOf } from "../../hub/entries.ts";
import { decodeSeriesEdit } from "../../protocol/edit.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { RemovedSeriesAnswer, SeriesAnswer } from "../../protocol/http.ts";
import { parseSeriesQuery } from "../../protocol/query.ts";
import { parseAliasQuery } from "../../protocol/series.ts";
import type { SeriesEntry } from "../../protocol/viewer.ts";
import type { Answer } from "./answer.ts";
import { pageOfSeries } from "./paging.ts";
import { type ApiRequest, type Handler, onlyParameters, principalOf } from "./route.ts";

/** `GET series`. */
export const getSeries: Handler = async ({ context, query, principal }) => {
  const { device, metric, limit, cursor } = parseSeriesQuery(query);
  const { items, next } = pageOfSeries("series", context.catalog.selectDevices(device), metric, limit, cursor);
  const states = await context.store.seriesState(items.map((one) => one.number));
  const spans = new Map(states.map((state) => [state.series, state]));
  const { presence } = context;
  const series = items.map((one) => seriesEntryOf(one, spans.get(one.number) ?? emptySpan, presence, principal?.sees));
  return { json: { series, next } satisfies SeriesAnswer };
};

/** The series whose number the path holds. Throws a `Refusal`. */
export function seriesOfPath({ context, path }: Pick<ApiRequest, "context" | "path">): Series {
  const number = numberOfPath({ path });
  const series = context.catalog.findSeries(number);
  if (series?.committed) return series;
  throw new Refusal("unknown_series", `There is no series ${number}; GET /api/v1/series lists those there are.`);
}

/** The number that the path holds, of whatever series. Throws a `Refusal`. */
export function numberOfPath({ path }: Pick<ApiRequest, "path">): number {
  const text = path.n ?? "";
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    const shown = JSON.stringify(text.slice(0, 40).toWellFormed());
    throw new Refusal("invalid_query", `a series is a whole number, as GET /api/v1/series tells it, not ${shown}`);
  }
  return Number(text);
}

/** `PATCH series/{n}`: what a person says of its metric beats what the device says; and another name for it. */
export const patchSeries: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, body } = request;
  const series = seriesOfPath(request);
  const edit = decodeSeriesEdit((await body()).text, context.limits);
  if (edit instanceof Refusal) throw edit;
  // Its body took a while to come.
  seriesOfPath(request);
  const { metric, ...described } = edit;
  if (metric !== undefined) await context.hub.names.rename(series, metric);
  await context.hub.editDevice(series.device, { metrics: { [series.metric]: described } });
  return entryOf(series, request);
};

/** `DELETE series/{n}/aliases`: readings under that name make a series of their own again. */
export const deleteAlias: Handler = async (request) => {
  const series = seriesOfPath(request);
  const { device, metric } = parseAliasQuery(request.query);
  // What comes under a name of a device that is not theirs is not theirs to lead.
  if (!principalOf(request).sees(device))
    throw new Refusal("not_found", `No readings of ${device} ${metric} are led to this series.`);
  await request.context.hub.names.forget(series, device, metric);
  return entryOf(series, request);
};

async function entryOf(series: Series, { context, principal }: ApiRequest): Promise<Answer> {
  const [state] = await context.store.seriesState([series.number]);
  const entry = seriesEntryOf(series, state ?? emptySpan, context.presence, principal?.sees);
  return { json: entry satisfies SeriesEntry };
}

/** `DELETE series/{n}`: all its readings go, and with them its number and its type. */
export const deleteSeries: Handler = async (request) => {
  onlyParameters(request.query);
  const { number } = seriesOfPath(request);
  const { hub } = request.context;
  const { readings } = await hub.removeReadings([number], Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  return { json: { series: number, removed: readings } satisfies RemovedSeriesAnswer };
};
