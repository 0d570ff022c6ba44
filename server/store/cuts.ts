/** Where a range is cut into buckets. */

/**
 * Buckets of one width, or one from each boundary to the next: rising, ms, at most 5,001. What lies outside of the first and
 * the last boundary is in no bucket.
 */
export type Cuts = { readonly everyMs: number; readonly originMs: number } | { readonly boundaries: Float64Array };

/** The bucket that holds `timeMs`, start included and end excluded, ms. A time that is in none must not be asked for. */
export function bucketAt(cuts: Cuts, timeMs: number): { readonly startMs: number; readonly endMs: number } {
  if ("everyMs" in cuts) {
    const { everyMs, originMs } = cuts;
    const startMs = originMs + Math.floor((timeMs - originMs) / everyMs) * everyMs;
    return { startMs, endMs: startMs + everyMs };
  }
  const { boundaries } = cuts;
  let low = 0;
  let high = boundaries.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((boundaries[middle] as number) <= timeMs) low = middle;
    else high = middle;
  }
  return { startMs: boundaries[low] as number, endMs: boundaries[high] as number };
}

/** The part of `range` that the cuts lay in buckets; empty where they lay none. */
export function withinCuts<T extends { readonly fromMs: number; readonly toMs: number }>(range: T, cuts: Cuts): T {
  if ("everyMs" in cuts) return range;
  const { boundaries } = cuts;
  const fromMs = Math.max(range.fromMs, boundaries[0] ?? Number.POSITIVE_INFINITY);
  return { ...range, fromMs, toMs: Math.min(range.toMs, boundaries.at(-1) ?? fromMs) };
}
