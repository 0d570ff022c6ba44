/** Values of buckets as integers of a common number of decimals, and what of a sum follows from the rest. */
import type { Cells } from "./cell-columns.ts";

type Column = Float64Array<ArrayBuffer>;
type Four = [Column, Column, Column, Column];

/** First, last, min and max of each bucket as integers of 10^-scale. */
export interface Scaled {
  readonly scale: number;
  readonly values: Four;
}

export const powersOfTen = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/** Differences of integers within this are exact, and so is their zigzag. */
const mantissaLimit = 2 ** 51;

/** The values as integers of the fewest decimals that hold them all; undefined where no number of decimals does. */
export function scaled({ first, last, min, max }: Cells): Scaled | undefined {
  const columns = [first, last, min, max];
  let scale = 0;
  for (const column of columns) {
    for (let index = 0; index < column.length; index++) {
      while (Number.isNaN(mantissaOf(column[index] as number, powersOfTen[scale] as number))) {
        if (++scale === powersOfTen.length) return undefined;
      }
    }
  }
  const power = powersOfTen[scale] as number;
  const values = columns.map((column) => column.map((value) => mantissaOf(value, power))) as Four;
  // A scale that was found late can be too fine for values before.
  return values.some((column) => column.some(Number.isNaN)) ? undefined : { scale, values };
}

/** `value` as an integer of 10^-scale, or NaN where that is not exact; -0 as 0. */
function mantissaOf(value: number, power: number): number {
  const mantissa = Math.round(value * power);
  const exact = mantissa / power === value && Math.abs(mantissa) <= mantissaLimit;
  return exact ? mantissa : Number.NaN;
}

/**
 * The sums as integers without what the extremes tell of them; false where one is further from its double than adding up so
 * many readings explains. Where all readings are of this scale, the integer is the true sum.
 */
export function fillSums(ints: Column, { count, sum }: Cells, power: number, min: Column, max: Column): boolean {
  for (let index = 0; index < ints.length; index++) {
    const readings = count[index] as number;
    const [least, most] = [min[index] as number, max[index] as number];
    const given = sum[index] as number;
    const whole = Math.round(given * power);
    const guess = sumGuess(readings, least, most);
    if (!(Math.abs(whole) <= mantissaLimit && Math.abs(guess) <= mantissaLimit)) return false;
    const tolerance = (readings * readings * (Number.EPSILON / 4) * Math.max(Math.abs(least), Math.abs(most))) / power;
    if (Math.abs(whole / power - given) > tolerance) return false;
    ints[index] = whole - guess;
  }
  return true;
}

/** What the sum of so many readings is if they lie in the middle. */
export function sumGuess(count: number, min: number, max: number): number {
  // As Math.round, which takes longer: nothing but halves is rounded.
  return Math.floor((count * (min + max)) / 2 + 0.5);
}
