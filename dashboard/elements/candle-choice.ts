/** Which candles are seen. */
import type { SeriesView } from "../client/hub-view.ts";
import { type CandleInterval, candleCounts } from "../data/candle-window.ts";
import { sameRange, type TimeSpan } from "../data/ranges.ts";

/** Their width, how many, and where they do not end now, the stretch of time. */
export interface CandleChoice {
  readonly interval: CandleInterval;
  readonly count: number;
  readonly span: TimeSpan | undefined;
}

/** Fewer candles no window holds that was moved by hand, and more no live one. */
export const fewestCandles = 3;
export const mostCandles = candleCounts[candleCounts.length - 1] ?? fewestCandles;

/**
 * How many candles a live window holds where nobody chose: room for all that there are, the usual count at most. A day's
 * candles of two days would be two lines at the edge of a hundred.
 */
export function openingCount({ firstMs, timeMs }: SeriesView, everyMs: number, usual: number): number {
  if (firstMs === undefined || timeMs === undefined) return usual;
  const candles = Math.ceil((timeMs - firstMs) / everyMs) + 1;
  return Math.min(usual, candleCounts.find((each) => each >= candles) ?? usual);
}

export function isOtherChoice(a: CandleChoice, b: CandleChoice | undefined): boolean {
  return a.interval !== b?.interval || a.count !== b.count || !sameRange(a.span, b.span);
}
