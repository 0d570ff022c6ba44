import { emptySpan, seriesEntryOf } from "../../hub/entries.ts";
import type { LatestAnswer, SeriesAnswer } from "../../protocol/http.ts";
import { parseSeriesQuery } from "../../protocol/query.ts";
import { pageOfSeries } from "./paging.ts";
import type { Handler } from "./route.ts";

/** `GET series`. */
export const getSeries: Handler = async ({ context, query }) => {
  const { device, metric, limit, cursor } = parseSeriesQuery(query);
  const { items, next } = pageOfSeries(context.catalog.selectDevices(device), metric, limit, cursor);
  const states = await context.store.seriesState(items.map((one) => one.number));
  const spans = new Map(states.map((state) => [state.series, state]));
  const series = items.map((one) => seriesEntryOf(one, spans.get(one.number) ?? emptySpan, context.presence));
  return { json: { series, next } satisfies SeriesAnswer };
};

/** `GET latest`: the newest reading of each series by device time. */
export const getLatest: Handler = ({ context, query }) => {
  const { device, metric, limit, cursor } = parseSeriesQuery(query);
  const { items, next } = pageOfSeries(context.catalog.selectDevices(device), metric, limit, cursor);
  const latest = items
    .filter((one) => Number.isFinite(one.latestTimeMs))
    .map((one) => {
      const unit = one.device.metricMeta.get(one.metric)?.unit;
      return {
        series: one.number,
        device: one.device.id,
        metric: one.metric,
        ...(unit === undefined ? {} : { unit }),
        value: one.latestValue,
        time: one.latestTimeMs,
        received: one.latestReceivedMs,
        stale: context.presence.isStale(one),
      };
    });
  return { json: { hubTime: context.clock.now(), latest, next } satisfies LatestAnswer };
};
