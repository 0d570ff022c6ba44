/** What the row formats share: readings as columns come in, one row a reading or a bucket goes out. */
import type { Aggregate } from "../protocol/past.ts";

/** A value as devices send it. */
export type Cell = number | boolean | string;

/** Parallel columns of one series: `values` of readings, or the aggregates of buckets. Times in ms since the epoch. */
export type TableColumns = { readonly times: readonly number[]; readonly values?: readonly Cell[] } & {
  readonly [name in Aggregate]?: readonly number[];
};

/** The series that some columns are of. */
export interface TableSeries {
  readonly device: string;
  readonly metric: string;
}

/** How times are written: ISO 8601 in UTC, or ms since the epoch. */
export type TimeForm = "iso" | "ms";

/** Writes rows as text. Nothing is kept between two calls, so that an answer of any length costs the memory of a page. */
export interface RowWriter {
  /** Stands before the first row. */
  readonly head: string;
  /** The rows of some columns, in pieces of about `pieceLength` characters. */
  rows(series: TableSeries, columns: TableColumns): Iterable<string>;
}

/**
 * Characters of one piece, about. A reader that takes nothing of a piece for a while is cut, so that small pieces let slow
 * readers go on; smaller ones than this cost time.
 */
const pieceLength = 32 * 1024;

/** Joins the text of `count` rows to pieces. */
export function* inPieces(count: number, rowAt: (index: number) => string): Generator<string> {
  let piece = "";
  for (let index = 0; index < count; index++) {
    piece += rowAt(index);
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}

/** A finite number as JavaScript and JSON write it, and -0 as it is. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A time in ms as ISO 8601, UTC, with milliseconds. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
