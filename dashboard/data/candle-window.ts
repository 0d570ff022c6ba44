/** Which candles are drawn: their width, the stretch of time, and the series, as the address holds them. */
import { bucketStart } from "../../server/protocol/index.ts";
import type { DeviceView, HubView, SeriesView } from "../client/hub-view.ts";
import type { TimeSpan, TimeWindow } from "./ranges.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Widths of candles, ms. All divide a day, so that candles begin at full hours and at midnight, UTC. */
export const candleIntervals = {
  "1s": second,
  "5s": 5 * second,
  "15s": 15 * second,
  "1m": minute,
  "5m": 5 * minute,
  "15m": 15 * minute,
  "1h": hour,
  "4h": 4 * hour,
  "1d": 24 * hour,
} as const;

export type CandleInterval = keyof typeof candleIntervals;
export const candleIntervalKeys = Object.keys(candleIntervals) as CandleInterval[];

export function isCandleInterval(text: string | null): text is CandleInterval {
  return candleIntervalKeys.includes(text as CandleInterval);
}

/** How many candles a live window holds, by steps of the zoom. */
export const candleCounts = [30, 60, 120, 240, 480, 960] as const;
export const usualCounts = { wide: 120, narrow: 60 } as const;

/** A chosen stretch holds at most so many, or each would be thinner than a pixel. */
export const mostInWindow = 2_000;

/** Fewer readings than this in a candle make it a line. */
const readingsPerCandle = 4;

/** Candles that a series should show at first. */
const fewestAtFirst = 40;

/** The width that suits what a series tells: 1 minute for one that is fast and known for a while. */
export function openingInterval({ firstMs, timeMs, entry }: SeriesView): CandleInterval {
  const spanMs = (timeMs ?? 0) - (firstMs ?? timeMs ?? 0);
  const wanted = (entry.reportInterval ?? 0) * readingsPerCandle;
  const longest = candleIntervalKeys.findLast((key) => candleIntervals[key] * fewestAtFirst <= spanMs) ?? "1s";
  const usual = Math.min(candleIntervals[longest], minute);
  return candleIntervalKeys.find((key) => candleIntervals[key] >= Math.max(usual, wanted)) ?? "1d";
}

/**
 * The stretch that is drawn. A live one ends with the candle that now lies in, whether or not anything came in it; with the
 * newest candle where that is old.
 */
export function candleWindow(
  everyMs: number,
  count: number,
  span: TimeSpan | undefined,
  newestMs: number | undefined,
  nowMs: number,
): TimeWindow {
  if (span) return { ...span, live: false };
  const length = everyMs * count;
  const live = newestMs === undefined || newestMs > nowMs - length;
  const last = bucketStart(live ? Math.max(nowMs, newestMs ?? nowMs) : newestMs, everyMs);
  // A little room, so that the newest candle does not stick to the frame.
  const toMs = last + everyMs + everyMs * Math.max(1, Math.round(count * 0.02));
  return { fromMs: toMs - length, toMs, live };
}

/** `device/metric`: of a metric's name no part is a slash. */
export function seriesAddress(device: string, metric: string): string {
  return `${device}/${metric}`;
}

/** What `seriesAddress` names. */
export function seriesAt(
  view: Pick<HubView, "devices">,
  address: string,
): { readonly device: DeviceView; readonly series: SeriesView } | undefined {
  const slash = address.lastIndexOf("/");
  const device = view.devices.get(address.slice(0, Math.max(0, slash)));
  const metric = address.slice(slash + 1);
  const series = device && [...device.series.values()].find(({ entry }) => entry.metric === metric);
  return device && series && { device, series };
}

/** A span as whole candles, at least a few and at most what can be drawn. */
export function spanOfCandles({ fromMs, toMs }: TimeSpan, everyMs: number): TimeSpan {
  const from = bucketStart(fromMs, everyMs);
  const to = Math.max(from + 3 * everyMs, bucketStart(toMs - 1, everyMs) + everyMs);
  return { fromMs: Math.max(from, to - mostInWindow * everyMs), toMs: to };
}
