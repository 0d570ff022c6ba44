/** Which stretch of time is drawn. */

export const rangeKeys = ["1m", "5m", "15m", "1h", "6h", "24h", "7d", "30d", "1y", "all"] as const;
export type RangeKey = (typeof rangeKeys)[number];

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Length of each range, ms. `all` has the data's own. */
export const rangeMs: Readonly<Record<Exclude<RangeKey, "all">, number>> = {
  "1m": minute,
  "5m": 5 * minute,
  "15m": 15 * minute,
  "1h": hour,
  "6h": 6 * hour,
  "24h": day,
  "7d": 7 * day,
  "30d": 30 * day,
  "1y": 365 * day,
};

export function isRangeKey(text: string | null | undefined): text is RangeKey {
  return rangeKeys.includes(text as RangeKey);
}

/** A stretch that a person chose in a chart, ms. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is drawn: one of the ranges, or a chosen stretch that stands still. */
export type Range = RangeKey | TimeSpan;

export function sameRange(a: Range | undefined, b: Range | undefined): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  return a.fromMs === b.fromMs && a.toMs === b.toMs;
}

/** First and last reading, ms; undefined where there is none. */
export interface DataSpan {
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
}

export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** True where the right edge is now and moves; false where the window stands at old data. */
  readonly live: boolean;
}

/** Shorter than this no window is, ms: one single reading still gets an axis. */
const shortestMs = 10_000;

/**
 * The window of a range. A fixed range ends now while the data reaches into it, else at the last reading, so that no
 * choice shows an empty chart where there is something to show. `all` is the data's own span.
 */
export function windowOf(range: Range, span: DataSpan, nowMs: number): TimeWindow {
  if (typeof range === "object") return { ...range, live: false };
  const lastMs = span.lastMs ?? nowMs;
  if (range !== "all") {
    const length = rangeMs[range];
    const live = lastMs >= nowMs - length;
    // A little room right of the last old reading, so that it does not stick to the frame.
    const toMs = live ? nowMs : lastMs + length * 0.02;
    return { fromMs: toMs - length, toMs, live };
  }
  const firstMs = span.firstMs ?? nowMs;
  const live = nowMs - lastMs <= Math.max(2 * minute, (lastMs - firstMs) * 0.05);
  const toMs = live ? nowMs : lastMs;
  const length = Math.max(toMs - firstMs, shortestMs);
  return { fromMs: toMs - length, toMs, live };
}

/**
 * The range a device opens with: the shortest that holds all its data, one hour at most, while it reports; the data's own
 * span where the last reading is older than that hour.
 */
export function openingRange(span: DataSpan, nowMs: number): RangeKey {
  if (span.firstMs === undefined || span.lastMs === undefined) return "5m";
  if (span.lastMs < nowMs - hour) return "all";
  const ageMs = nowMs - span.firstMs;
  return (["1m", "5m", "15m"] as const).find((key) => ageMs <= rangeMs[key] * 1.5) ?? "1h";
}
