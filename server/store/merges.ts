/** What the store is asked where the readings of one series become another's. */
import { type Interval, joined, without } from "./intervals.ts";
import type { Mask, NewMask } from "./masks.ts";

/** A merge of `series` into `into`, under way or done. */
export interface Merge {
  readonly series: number;
  readonly into: number;
  /** Readings that are the other's now. */
  readonly moved: number;
  /** Readings that went, because the other has one of the same millisecond. */
  readonly dropped: number;
  /** Readings are left to move. */
  readonly open: boolean;
}

/**
 * Why readings of one series cannot become another's: only tiers are left of a part of one, in buckets in which the other told
 * something in turn with it, so that nobody knows what was of one millisecond (`thinned`); a reading of one would be hidden by a mask that the other alone has, or one that is hidden would be
 * shown (`hidden`); some are damaged (`damaged`).
 */
export type MergeObstacle = "thinned" | "hidden" | "damaged";

export interface MergeCheck {
  readonly obstacle: MergeObstacle;
  /** The first bucket that is in the way; null where it is no bucket. */
  readonly at: Interval | null;
}

/**
 * Readings move from the earliest on, a few with each step. Each of them is of one of the two series at any time, and kills
 * change nothing of that. Where both have one of the same millisecond that of `into` stands. With its last reading the series goes.
 * What is hidden stays hidden, and nothing else is: `into` gets the masks of `series` with the beginning, which is refused where
 * they would hide a reading of `into` that is shown, or those of `into` one of `series`. What tiers tell of readings that were
 * thinned away becomes what both say together.
 */
export interface MergeStore {
  /**
   * Begins a merge of two series of one type, and leads the name of `series` to that of `into`. What is under way goes on. Of
   * numbers that are not known nothing begins, and null is answered. Resolves once durable.
   */
  begin(series: number, into: number): Promise<Merge | MergeObstacle | null>;

  /**
   * Moves what a commit may wait for. Where it meets an obstacle, or one of the two is gone, the merge is over, and what is left
   * stays; null where there was none.
   */
  step(series: number): Promise<Merge | MergeObstacle | null>;

  /** What `begin` would meet; null for nothing, and where there is nothing to merge. */
  check(series: number, into: number): Promise<MergeCheck | null>;

  /** The merge of a series, done ones too; null where there was none. */
  find(series: number): Promise<Merge | null>;
}

/** Where the masks of one series hide what those of another do not, in rising order. */
export function hiddenAlone(masks: readonly Mask[], others: readonly Mask[]): Interval[] {
  const known = joined(others);
  return joined(masks).flatMap((one) => [...without(one, known)]);
}

/** The masks of one series as those of `into`, but for those that `into` has the like of. */
export function masksFor(into: number, masks: readonly Mask[], others: readonly Mask[]): NewMask[] {
  return masks
    .filter((mask) => !others.some(({ fromMs, toMs }) => fromMs === mask.fromMs && toMs === mask.toMs))
    .map(({ fromMs, toMs, atMs, note }) => ({ series: into, fromMs, toMs, atMs, note }));
}
