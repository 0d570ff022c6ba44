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
  const latest = atMs === undefined ? newestOf(items, context) : await standingOf(items, atMs, context);
  return { json: { hubTime, latest, next } satisfies LatestAnswer };
};

function newestOf(items: readonly Series[], { presence }: HttpContext): LatestAnswer["latest"] {
  return items
    .filter((one) => Number.isFinite(one.latestTimeMs))
    .map((one) => ({
      ...nameOf(one),
      value: one.latestValue,
      time: one.latestTimeMs,
      received: one.latestReceivedMs,
      stale: presence.isStale(one),
    }));
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
