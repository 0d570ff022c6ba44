/** Which candles are seen. */
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

export function isOtherChoice(a: CandleChoice, b: CandleChoice | undefined): boolean {
  return a.interval !== b?.interval || a.count !== b.count || !sameRange(a.span, b.span);
}
