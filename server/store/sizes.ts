/** What the data takes on the disk, series by series, and what became of readings for want of room. */
import type { Aged, BudgetSetting } from "./retention.ts";

/** Series with readings, in the order of their numbers; all arrays are parallel. */
export interface SeriesSizes {
  readonly series: Float64Array;
  /** What it takes on the disk: its part of the compressed readings, with the pages they lie in, and of the journal. */
  readonly bytes: Float64Array;
  readonly readings: Float64Array;
  /** Device times of its first and last reading, ms. */
  readonly firstMs: Float64Array;
  readonly lastMs: Float64Array;
  /** Readings of the range that was asked for. Near: of what lies compressed across an end of it the part that its time gives. */
  readonly within: Float64Array;
  /** What a reading takes once it is compressed, bytes; NaN where none is yet. */
  readonly bytesPerReading: Float64Array;
}

/** Raw readings that went because the budget was reached, since the store was opened. */
export interface Thinned {
  readonly readings: number;
  /** Compressed, bytes. */
  readonly bytes: number;
  /** The newest of them, by device time, ms. */
  readonly lastMs: number;
  /** Those of which nothing is left, since no tier of hours holds them. */
  readonly lost: number;
}

/** How full the database is; sizes in bytes. */
export interface RoomStats {
  /** What it holds, without the free pages of its file. */
  readonly usedBytes: number;
  readonly freeBytes: number;
  /** What was said that it may hold, and what that comes to; null for as much as the disk has. */
  readonly budget: BudgetSetting;
  readonly budgetBytes: number | null;
  /** What the journal may take of that; Infinity without a budget. */
  readonly journalMostBytes: number;
  /** What a day adds, at the median of the last week; null while that is not known yet. */
  readonly bytesPerDay: number | null;
  /** What went because it was full; null for nothing. */
  readonly thinned: Thinned | null;
  /** What went by its age since the store was opened; null for nothing. */
  readonly aged: Aged | null;
}

/** `411.9 MB`, `65.3 GB`: rounded down, so that too little never reads as enough. */
export function roomText(bytes: number): string {
  const [unit, size] = bytes >= 1e10 ? ["GB", 1e9] : ["MB", 1e6];
  return `${Math.floor((bytes / (size as number)) * 10) / 10} ${unit}`;
}
