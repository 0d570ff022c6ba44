/** The ladder of bucket widths: aligned and few, so that a moving chart keeps its shape and caches hit. */

const minute = 60_000;
const hour = 3_600_000;
const day = 86_400_000;

const fixedSteps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  day,
  7 * day,
];

/** Monday 1970-01-05, ms: where week buckets start. */
const mondayMs = 4 * day;

/** The next width on the ladder that is at least `ms`: 1, 2, 5 × 10ᵏ ms … 1, 7, 10, 20, 50, 100 … d. */
export function ladderWidth(ms: number): number {
  for (const step of fixedSteps) if (step >= ms) return step;
  for (let decade = 10; ; decade *= 10) {
    for (const digit of [1, 2, 5]) if (digit * decade * day >= ms) return digit * decade * day;
  }
}

/** The bucket width for a span drawn with `points` buckets. */
export function widthForPoints(fromMs: number, toMs: number, points: number): number {
  return ladderWidth(Math.max(1, Math.ceil((toMs - fromMs) / points)));
}

/** Where buckets of this width are aligned to, ms: whole weeks to Monday, all else to the epoch. */
export function bucketOrigin(everyMs: number): number {
  return everyMs % (7 * day) === 0 ? mondayMs : 0;
}

/** The start of the bucket that holds `timeMs`. */
export function bucketStart(timeMs: number, everyMs: number, originMs = bucketOrigin(everyMs)): number {
  return Math.floor((timeMs - originMs) / everyMs) * everyMs + originMs;
}
