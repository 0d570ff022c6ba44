import { jsonText } from "../../formats/json.ts";
import type { Series } from "../../hub/catalog.ts";
import type { LatestAnswer } from "../../protocol/http.ts";
import { parseLatestQuery } from "../../protocol/query.ts";
import { pageOfSeries } from "./paging.ts";
import type { Handler, HttpContext } from "./route.ts";

/** `GET latest`: the newest reading of each series by device time, or the one that stood at a moment. */
export const getLatest: Handler = async ({ context, query }) => {
  const hubTime = context.clock.now();
  const { device, metric, limit, cursor, atMs } = parseLatestQuery(query, hubTime);
  const { items, next } = pageOfSeries("latest", context.catalog.selectDevices(device), metric, limit, cursor);
  if (atMs === undefined) return { text: newestText(hubTime, items, next, context) };
  const latest = await standingOf(items, atMs, context);
  return { json: { hubTime, latest, next } satisfies LatestAnswer };
};

type Entry = LatestAnswer["latest"][number];

/** The JSON of an entry, and all that it was made from. */
interface Written {
  readonly entry: Entry;
  readonly text: string;
}

/** Asked again and again, most series stand as they did: writing all of them anew is nine tenths of such an answer. */
const written = new WeakMap<Series, Written>();

/** A `LatestAnswer`. */
function newestText(
  hubTime: number,
  items: readonly Series[],
  next: LatestAnswer["next"],
  { presence }: HttpContext,
): string {
  const entries: string[] = [];
  for (const one of items) if (Number.isFinite(one.latestTimeMs)) entries.push(textOf(one, presence.isStale(one)));
  return `{"hubTime":${hubTime},"latest":[${entries.join(",")}],"next":${JSON.stringify(next)}}`;
}

function textOf(series: Series, stale: boolean): string {
  const { metric, latestTimeMs, latestValue, latestReceivedMs } = series;
  const unit = series.device.metricMeta.get(metric)?.unit;
  const known = written.get(series);
  if (
    known &&
    known.entry.time === latestTimeMs &&
    Object.is(known.entry.value, latestValue) &&
    known.entry.received === latestReceivedMs &&
    known.entry.stale === stale &&
    known.entry.metric === metric &&
    known.entry.unit === unit
  )
    return known.text;
  const entry = { ...nameOf(series), value: latestValue, time: latestTimeMs, received: latestReceivedMs, stale };
  const text = jsonText(entry);
  written.set(series, { entry, text });
  return text;
}

async function standingOf(
  items: readonly Series[],
  atMs: number,
  { history, presence }: HttpContext,
): Promise<LatestAnswer["latest"]> {
  const stood = await history.at(items, atMs);
  return items.flatMap((one, index) => {
    const standing = stood[index];
    if (!standing) return [];
    const { timeMs: time, value } = standing;
    return { ...nameOf(one), value, time, stale: atMs - time >= presence.graceMs(one) };
  });
}

function nameOf({ number: series, device, metric }: Series) {
  const unit = device.metricMeta.get(metric)?.unit;
  return { series, device: device.id, metric, ...(unit === undefined ? {} : { unit }) };
}
