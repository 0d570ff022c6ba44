/** Half-open stretches of time. */

/** From `fromMs` (included) to `toMs` (excluded), ms. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Intervals in rising order, those that overlap or meet as one; empty ones are left out. */
export function joined(intervals: readonly Interval[]): Interval[] {
  const found: Interval[] = [];
  for (const one of intervals.filter(({ fromMs, toMs }) => fromMs < toMs).sort((a, b) => a.fromMs - b.fromMs)) {
    const before = found.at(-1);
    if (before && one.fromMs <= before.toMs) {
      found[found.length - 1] = { ...before, toMs: Math.max(before.toMs, one.toMs) };
    } else found.push(one);
  }
  return found;
}

/** What is left of an interval without others, which are in rising order and do not overlap. */
export function* without({ fromMs, toMs }: Interval, others: readonly Interval[]): Generator<Interval> {
  let atMs = fromMs;
  for (const other of others) {
    if (other.toMs <= atMs) continue;
    if (other.fromMs >= toMs) break;
    if (other.fromMs > atMs) yield { fromMs: atMs, toMs: other.fromMs };
    atMs = other.toMs;
  }
  if (atMs < toMs) yield { fromMs: atMs, toMs };
}

/** The one of these `joined` intervals that holds a time; undefined for none. */
export function holding(intervals: readonly Interval[], timeMs: number): Interval | undefined {
  const found = intervals[firstEndingAfter(intervals, timeMs)];
  return found && found.fromMs <= timeMs ? found : undefined;
}

/** Where the first of these `joined` intervals stands that ends after a time. */
export function firstEndingAfter(intervals: readonly Interval[], timeMs: number): number {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((intervals[middle] as Interval).toMs <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First index whose time is at or after `timeMs`, in rising `times`. */
export function lowerBound(times: Float64Array, timeMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
