/** What the store is asked about masks: ranges of a series whose readings are kept and not shown. */
import type { Interval } from "./intervals.ts";

/** A range of one series that is hidden: what is in it, and what comes late. `fromMs` is included, `toMs` is not; both finite, ms. */
export interface NewMask extends Interval {
  readonly series: number;
  /** When it was made, ms since the epoch. */
  readonly atMs: number;
  /** Why, in a person's words; may be empty. */
  readonly note: string;
}

export interface Mask extends NewMask {
  /** Never given twice. */
  readonly id: number;
}

/**
 * Questions about the past, and for the newest reading, are answered as if hidden readings were not there; `RawRange.withHidden`
 * alone sees them. What is counted as kept (`seriesState`, `sizes`) counts them. A mask goes with its series, and with a deleted
 * range that holds all of it.
 */
export interface MaskStore {
  /** Hides a range; null where there is no such series. Resolves once durable. Nothing of before goes to viewers that come back. */
  addMask(mask: NewMask): Promise<Mask | null>;

  /** Shows a range again; answers the mask that is gone, null where there is none. Resolves once durable. */
  removeMask(id: number): Promise<Mask | null>;

  /** The masks of these series, in the order asked, then from the earliest on. They may overlap. */
  masks(series: readonly number[]): Promise<Mask[]>;
}
