/** What a store answers to questions about the past: pages of parallel columns, and where to go on. */
import type { TierName } from "../protocol/tiers.ts";
import type { Value } from "./columns.ts";

/** Readings of one series in rising time, one a millisecond, the later arrival standing. */
export interface RawPage {
  readonly times: Float64Array;
  /** Numbers; 0 or 1 for booleans; indexes into `strings` for strings. */
  readonly values: Float64Array;
  readonly strings: readonly string[];
  /** Where to go on (the next `fromMs`), or null where the range is exhausted. */
  readonly nextFromMs: number | null;
}

/** Readings whose value is another one than that of the reading before, and those that came after a silence. */
export interface ChangesPage extends RawPage {
  /** Until when each is known to have held: the time of the last reading before the next entry, or of the page's last. */
  readonly heldMs: Float64Array;
}

/** What a page of buckets was made from, the finest first: readings, or what was summed up of them before. */
export type Tier = TierName;

/** Buckets of one number series that hold at least one reading, in rising time. All arrays are parallel. */
export interface BucketPage {
  /** The coarsest that was used. */
  readonly tier: Tier;
  /** Bucket starts, ms. */
  readonly times: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;
  readonly count: Float64Array;
  /** Where the range asked for `maxStepMs`, and only there. */
  readonly steps?: BucketSteps;
  /** Where the range asked for `counting`, and only there: about how many readings its buckets would be made of one by one. */
  readonly each?: number;
  /** The start of the next bucket that holds a reading, or null where the range is exhausted. */
  readonly nextFromMs: number | null;
}

/** What happened from one reading of a bucket to the next one of the same bucket. Parallel to its page. */
export interface BucketSteps {
  /** Times of the first and the last reading, ms. */
  readonly firstMs: Float64Array;
  readonly lastMs: Float64Array;
  /** How far a counter rose. Where it fell it had begun anew at 0, and rose to what it tells then. */
  readonly rise: Float64Array;
  /** The area of the trapezoids under the line from reading to reading, value × ms; none where the step is a silence. */
  readonly area: Float64Array;
}

/** Pairs of neighbouring readings that lie further apart than was asked for, in rising time. */
export interface HolesPage {
  /** Times of the reading before and of the one after, ms. Parallel. */
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
  /** Where to go on (the next `fromMs` of the range), or null where it is exhausted. */
  readonly nextFromMs: number | null;
}

/** Where to look for silences: from the last reading before `fromMs` on, ms, without an end. */
export interface HolesSince {
  readonly series: number;
  readonly fromMs: number;
  /** No silence that is not longer is told, ms. */
  readonly graceMs: number;
}

/** The first page of them. */
export interface HolesSincePage extends HolesPage {
  /** Time of the last reading before `fromMs`, ms; null where there is none. */
  readonly beforeMs: number | null;
}

/** The reading that stood at a moment: the last one at it or before. */
export interface Standing {
  readonly timeMs: number;
  readonly value: Value;
}
