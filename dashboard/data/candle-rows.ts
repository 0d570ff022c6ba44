/** From traces to what a chart and a table show: one row a candle, with its volume. */
import type { CandleTrace } from "./candle-trace.ts";
import { formatNumber } from "./format.ts";

export interface CandleRow {
  /** Start of the candle, ms. */
  readonly timeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Readings that made it. */
  readonly count: number;
  /** What was traded in it; of series without a volume the number of readings. */
  readonly volume: number;
}

export interface CandleSource {
  readonly price: CandleTrace;
  readonly volume?: VolumeSource | undefined;
}

export interface VolumeSource {
  readonly trace: CandleTrace;
  /** It tells a total that rises, not the size of each trade. */
  readonly counter: boolean;
}

/** Candles whose start lies in [fromMs, toMs), oldest first. Buckets without a reading are left out. */
export function candleRows({ price, volume }: CandleSource, fromMs: number, toMs: number): CandleRow[] {
  const rows: CandleRow[] = [];
  const end = price.indexAtOrAfter(toMs);
  for (let index = price.indexAtOrAfter(fromMs); index < end; index++) {
    const count = price.count(index);
    if (count === 0) continue;
    const timeMs = price.time(index);
    rows.push({
      timeMs,
      open: price.open(index),
      high: price.high(index),
      low: price.low(index),
      close: price.close(index),
      count,
      volume: volume ? volumeAt(volume, timeMs) : count,
    });
  }
  return rows;
}

/** What was traded in the bucket that begins at `timeMs`. */
export function volumeAt({ trace, counter }: VolumeSource, timeMs: number): number {
  const index = trace.indexOf(timeMs);
  if (index < 0) return 0;
  if (!counter) return trace.sum(index);
  const close = trace.close(index);
  const before = index > 0 && trace.count(index - 1) > 0 ? trace.close(index - 1) : trace.open(index);
  // A total that fell was begun anew.
  return close >= before ? close - before : close;
}

/** Labels of an axis of prices; below `floor` none, since there the volume stands. */
export function priceLabels(splits: readonly number[], floor: number): string[] {
  const decimals = decimalsOf(splits);
  return splits.map((split) => (split < floor ? "" : formatNumber(split, decimals)));
}

/** Decimal places that labels a step apart need: 2.5 needs one, or 22.5 would be called 23. */
function decimalsOf(splits: readonly number[]): number {
  const step = Math.abs((splits[1] ?? 1) - (splits[0] ?? 0));
  for (let places = 0; places < 12; places++) {
    const scaled = step * 10 ** places;
    if (scaled >= 0.5 && Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return places;
  }
  return 12;
}
