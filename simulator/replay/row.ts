/** A row of a file, and what may be wrong with it. */

/** Why a file cannot be played, as a person is told. */
export class WrongFile extends Error {}

/** What is wrong with a row, in the words "expected …, found …". */
export interface Trouble {
  readonly column?: string;
  readonly expected: string;
  readonly found: string;
}

/** `cells` lie as the columns of the header do; those of NDJSON have the types that they have there. */
export interface Row {
  /** Counted from 1, the header's among them; where the row begins. */
  readonly line: number;
  readonly cells: readonly unknown[];
  readonly trouble?: Trouble;
}

/** Longest line or quoted row, bytes: a quote that is never closed must not take in the rest of the file. */
export const maxRowBytes = 1024 * 1024;
