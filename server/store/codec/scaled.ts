/**
 * Number columns of few decimals, as integers under one power of ten: as they are, or rounded to 32 bits, which a device that
 * measured so tells as 21.299999237060547 where it means 21.3.
 */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.ts";
import { readDifferences, writeDifferences } from "./differences.ts";
import { readInts, writeInts } from "./planes.ts";

const powersOfTen = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/** What differences of integers can be. */
const mantissaLimit = 2 ** 51;

let mantissas = new Float64Array(1 << 13);

/** A column as integers of 10^-decimals, which lie in `mantissas`, but for the outliers. */
interface Scaled {
  readonly decimals: number;
  /** Indexes of odd values of full precision, rising. */
  readonly outliers: readonly number[];
  /** Indexes of -0, rising: what comes of rounding around zero. No integer tells its sign. */
  readonly negativeZeros: readonly number[];
}

/** Writes the first `count` values, and makes its own room; false where too many are not of few decimals, and nothing is written. */
export function writeScaled(writer: ByteWriter, values: Float64Array, count: number, isRounded: boolean): boolean {
  const scaled = scale(values, count, isRounded);
  if (scaled === undefined) return false;
  const { decimals, outliers, negativeZeros } = scaled;
  writer.room(1);
  writer.byte(decimals);
  writeIndexes(writer, outliers);
  writer.room(outliers.length * 8);
  for (const index of outliers) writer.double(values[index] as number);
  writeIndexes(writer, negativeZeros);
  writeDifferences(writer, mantissas, count);
  return true;
}

/** Reads `count` values; each is finite, or the blob is refused. */
export function readScaled(reader: ByteReader, count: number, isRounded: boolean): Float64Array<ArrayBuffer> {
  const decimals = reader.byte();
  const power = powersOfTen[decimals];
  if (power === undefined) throw new CodecError(`numbers of ${decimals} decimals`);
  const outliers = readIndexes(reader, count);
  const odd = outliers.map(() => reader.double());
  if (!odd.every(Number.isFinite)) throw new CodecError("a value that is no finite number");
  const negativeZeros = readIndexes(reader, count);
  const values = new Float64Array(count);
  // Dividing an exact integer by an exact power rounds once, as the parser of the decimal text did.
  readDifferences(reader, count, values, power);
  if (isRounded) for (let index = 0; index < count; index++) values[index] = roundedOf(values[index] as number);
  for (const [place, index] of outliers.entries()) values[index] = odd[place] as number;
  for (const index of negativeZeros) values[index] = -0;
  return values;
}

function roundedOf(value: number): number {
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) throw new CodecError("a value beyond 32 bits");
  return rounded;
}

/** Rising indexes: how many, then how far each lies behind the one before. */
function writeIndexes(writer: ByteWriter, indexes: readonly number[]): void {
  writer.room(8);
  writer.unsigned(indexes.length);
  if (indexes.length === 0) return;
  const gaps = Float64Array.from(indexes, (index, place) => index - (indexes[place - 1] ?? -1) - 1);
  writeInts(writer, gaps, gaps.length);
}

function readIndexes(reader: ByteReader, count: number): number[] {
  const size = reader.unsigned();
  if (size > count) throw new CodecError(`${size} of ${count} values`);
  if (size === 0) return [];
  let index = -1;
  return Array.from(readInts(reader, size), (gap) => {
    index += gap + 1;
    if (!(gap >= 0 && index < count)) throw new CodecError(`a place that is none of ${count} values`);
    return index;
  });
}

/** Fills `mantissas`; undefined where too many values have no few decimals, and their bits are the shorter form. */
function scale(values: Float64Array, count: number, isRounded: boolean): Scaled | undefined {
  if (mantissas.length < count) mantissas = new Float64Array(count * 2);
  const maxOutliers = count >> 4;
  const outliers: number[] = [];
  const negativeZeros: number[] = [];
  let decimals = 0;
  let power = 1;
  for (let index = 0; index < count; index++) {
    const value = values[index] as number;
    let mantissa = mantissaOf(value, power, isRounded);
    if (Number.isNaN(mantissa)) {
      let tried = decimals + 1;
      while (tried < powersOfTen.length) {
        mantissa = mantissaOf(value, powersOfTen[tried] as number, isRounded);
        if (!Number.isNaN(mantissa)) break;
        tried++;
      }
      if (tried === powersOfTen.length) {
        if (outliers.push(index) > maxOutliers) return undefined;
        mantissa = 0;
      } else {
        raise(index, powersOfTen[tried - decimals] as number, outliers);
        if (outliers.length > maxOutliers) return undefined;
        decimals = tried;
        power = powersOfTen[decimals] as number;
      }
    } else if (mantissa === 0 && Object.is(value, -0)) negativeZeros.push(index);
    mantissas[index] = mantissa;
  }
  outliers.sort((a, b) => a - b);
  fillGaps(outliers, count);
  return { decimals, outliers, negativeZeros };
}

/** `value` as an integer of 1/power, or NaN where that is not exact. */
function mantissaOf(value: number, power: number, isRounded: boolean): number {
  const mantissa = Math.round(value * power);
  const back = isRounded ? Math.fround(mantissa / power) : mantissa / power;
  return back === value && mantissa <= mantissaLimit && mantissa >= -mantissaLimit ? mantissa : Number.NaN;
}

/** More decimals for the first `count` mantissas. One that becomes too large is an outlier from then on. */
function raise(count: number, factor: number, outliers: number[]): void {
  for (let index = 0; index < count; index++) {
    const mantissa = (mantissas[index] as number) * factor;
    const fits = mantissa <= mantissaLimit && mantissa >= -mantissaLimit;
    mantissas[index] = fits ? mantissa : 0;
    if (!fits) outliers.push(index);
  }
}

/** What stands in an outlier's place costs nothing: the value before it, or the first one that is none. */
function fillGaps(outliers: readonly number[], count: number): void {
  let first = 0;
  while (outliers[first] === first) first++;
  const before = first < count ? (mantissas[first] as number) : 0;
  for (const index of outliers) mantissas[index] = index < first ? before : (mantissas[index - 1] as number);
}
