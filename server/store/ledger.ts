/** What a store keeps of the hub's ledger of gaps: where readings are missing, why, and how far that was looked for. */

/** Why readings are missing. */
export type HoleCause = "offline" | "hub_down" | "refused" | "masked" | "silent" | "unknown";

/** Gaps of one series in rising time; parallel, none overlaps another; of two that begin together the later one stands. Times of the reading before and of the one after, ms. */
export interface Holes {
  readonly fromMs: readonly number[];
  readonly toMs: readonly number[];
  readonly cause: readonly HoleCause[];
}

/** How far a series was looked at. */
export interface Looked {
  readonly series: number;
  /** Gaps that end here or before are kept, but for those in a `Recheck`; ms. */
  readonly throughMs: number;
  /** The silence that was no gap yet, ms. */
  readonly graceMs: number;
}

/** A stretch whose readings changed since it was looked at: `fromMs` included, `toMs` excluded; both may be ±Infinity. */
export interface Recheck {
  readonly series: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Another one each time that the stretch changes. */
  readonly mark: number;
  /** Readings before were thinned away, and what is kept of their gaps stays; -Infinity where none were. */
  readonly rawFromMs: number;
}

/** What was found of one series. */
export interface LedgerEntry {
  readonly series: number;
  /** Gaps that begin within take the place of those that did: `fromMs` included, `toMs` excluded. */
  readonly fromMs: number;
  readonly toMs: number;
  /** A reading stands at `fromMs`: a gap that reaches over it is none. So is one that reaches over the begin of one of `holes`. */
  readonly isAtReading: boolean;
  readonly holes: Holes;
  readonly looked: Omit<Looked, "series">;
  /** What this settles, unless it has changed again since. */
  readonly rechecked: readonly Recheck[];
}

export interface LedgerStore {
  /** How far each series was looked at. What came for it meanwhile, and changed nothing that is older, is not a `Recheck`. */
  looked(): Promise<Looked[]>;

  /** Stretches to look at again, at most `limit`; those of one series where it is given. */
  rechecks(limit: number, series?: number): Promise<Recheck[]>;

  /**
   * Keeps what was found, all of it or none; of series that are gone nothing. `heardCommit` is the newest commit whose readings
   * were heard of by whoever found it. Less is noted as looked at than was said where late readings of a later commit
   * could be among it, no more than before, or where more would not survive a kill. Commits wait for it, so give it a few hundred at a time.
   */
  write(entries: readonly LedgerEntry[], heardCommit: number): Promise<void>;

  /** Gaps that reach into a range, in the order asked, with at most `limit` of each; of as many of the first as are not too much, at least one. */
  read(series: readonly number[], fromMs: number, toMs: number, limit: number): Promise<Holes[]>;
}
