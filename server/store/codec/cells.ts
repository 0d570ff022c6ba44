/**
 * Buckets of a tier as a blob: each with its start, first, last, min, max, sum and count, in columns. Layout (version 1) in
 * the README of the store. What follows from another column costs next to nothing: the last value before tells the first
 * one, the ends tell the extremes, these and the count tell the sum.
 */
import { crc32 } from "node:zlib";
import { ByteReader, ByteWriter, CodecError, requireVersion } from "./bytes.ts";
import { readNumbers, writeNumbers } from "./numbers.ts";
import { readInts, writeInts } from "./planes.ts";

const version = 1;
/** Version, mode, checksum. */
const headerBytes = 6;
/** Modes 0 to 9 are decimals: the values are integers of that scale. */
const asDoubles = 0x0f;
/** Beside a scale: the sums are doubles. */
const sumsAsDoubles = 0x10;
const powersOfTen = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/** Differences of integers within this fit what writes them. */
const mantissaLimit = 2 ** 51;
/** More buckets are in no frame: a damaged blob must not fill the memory. */
const maxBuckets = 1 << 16;

type Column = Float64Array<ArrayBuffer>;

/** Buckets that hold at least one reading, in rising time. All arrays are parallel. */
export interface Cells {
  /** Bucket starts, ms; whole multiples of the width. */
  readonly times: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;
  readonly count: Float64Array;
}

const scratch = new ByteWriter(1 << 16);

/** Encodes buckets of `widthMs`, none of them before `frameMs`. Exact but for the sums, which may differ by the roundings of adding up. */
export function encodeCells(cells: Cells, widthMs: number, frameMs: number): Buffer {
  const { times, count } = cells;
  const writer = scratch;
  writer.length = headerBytes;
  writer.unsigned(times.length);
  const ints = new Float64Array(times.length);
  let next = frameMs / widthMs;
  for (let index = 0; index < times.length; index++) {
    const bucket = (times[index] as number) / widthMs;
    ints[index] = bucket - next;
    next = bucket + 1;
  }
  writeInts(writer, ints, ints.length);
  writeDifferences(writer, count, ints);
  const scale = scaleOf(cells);
  const mode = scale < 0 ? asDoubles : writeScaled(writer, cells, scale, ints);
  if (mode === asDoubles) {
    for (const column of [cells.first, cells.last, cells.min, cells.max]) writeNumbers(writer, column, column.length);
    writePlain(writer, cells.sum);
  }
  const blob = writer.copy();
  blob[0] = version;
  blob[1] = mode;
  blob.writeUInt32LE(checksum(blob), 2);
  return blob;
}

/** Decodes what `encodeCells` wrote with the same width and frame; throws `CodecError` on anything else. */
export function decodeCells(blob: Buffer, widthMs: number, frameMs: number): Cells {
  const isSound = () => blob.length >= headerBytes && checksum(blob) === blob.readUInt32LE(2);
  requireVersion("tier", blob, version, isSound);
  if (!isSound()) throw new CodecError("the tier's checksum does not match");
  const reader = new ByteReader(blob, headerBytes);
  const length = reader.unsigned();
  if (length > maxBuckets) throw new CodecError(`a tier of ${length} buckets`);
  const times = readInts(reader, length);
  let next = frameMs / widthMs;
  for (let index = 0; index < length; index++) {
    const bucket = next + (times[index] as number);
    times[index] = bucket * widthMs;
    next = bucket + 1;
  }
  const count = sums(readInts(reader, length));
  const mode = blob[1] as number;
  if (mode !== asDoubles) return { times, count, ...readScaled(reader, count, mode) };
  const [first, last, min, max] = Array.from({ length: 4 }, () => readNumbers(reader, length)) as Four;
  return { times, count, first, last, min, max, sum: readPlain(reader, length) };
}

type Four = [Column, Column, Column, Column];

/** Of the blob as version 1 reads it: a later version has to take its own into its checksum, and then does not pass for this one. */
function checksum(blob: Buffer): number {
  return crc32(blob.subarray(headerBytes), (version << 8) | (blob[1] as number));
}

/** Sums of large values may be infinite, or no number at all. */
function writePlain(writer: ByteWriter, column: Float64Array): void {
  writer.room(column.length * 8);
  for (const value of column) writer.double(value);
}

function readPlain(reader: ByteReader, length: number): Column {
  const bytes = reader.take(length * 8);
  return Float64Array.from({ length }, (_, index) => bytes.readDoubleLE(index * 8));
}

/** `value` as an integer of 10^-scale, or NaN where that is not exact. */
function mantissaOf(value: number, power: number): number {
  const mantissa = Math.round(value * power);
  const exact = mantissa / power === value && Math.abs(mantissa) <= mantissaLimit;
  return exact && !Object.is(value, -0) ? mantissa : Number.NaN;
}

/** The fewest decimals that hold every value but the sums; -1 where there is no such number. */
function scaleOf({ first, last, min, max }: Cells): number {
  let scale = 0;
  for (const column of [first, last, min, max]) {
    for (let index = 0; index < column.length; index++) {
      const value = column[index] as number;
      while (Number.isNaN(mantissaOf(value, powersOfTen[scale] as number))) {
        if (++scale === powersOfTen.length) return -1;
      }
    }
  }
  return scale;
}

/** Answers the mode; `asDoubles` and nothing written where a scale found late is too fine for values before. */
function writeScaled(writer: ByteWriter, cells: Cells, scale: number, ints: Column): number {
  const power = powersOfTen[scale] as number;
  const [first, last, min, max] = [cells.first, cells.last, cells.min, cells.max].map((column) =>
    column.map((value) => mantissaOf(value, power)),
  ) as Four;
  if ([first, last, min, max].some((column) => column.some(Number.isNaN))) return asDoubles;
  const put = (of: (index: number) => number) => {
    for (let index = 0; index < ints.length; index++) ints[index] = of(index);
    writeInts(writer, ints, ints.length);
  };
  const at = (column: Column, index: number) => column[index] as number;
  put((index) => at(first, index) - (index === 0 ? 0 : at(last, index - 1)));
  put((index) => at(last, index) - at(first, index));
  put((index) => at(max, index) - Math.max(at(first, index), at(last, index)));
  put((index) => Math.min(at(first, index), at(last, index)) - at(min, index));
  if (fillSums(ints, cells, power, min, max)) {
    writeInts(writer, ints, ints.length);
    return scale;
  }
  writePlain(writer, cells.sum);
  return scale | sumsAsDoubles;
}

function readScaled(reader: ByteReader, count: Column, mode: number): Omit<Cells, "times" | "count"> {
  const power = powersOfTen[mode & 0x0f];
  if (power === undefined || mode > (sumsAsDoubles | 0x0f)) throw new CodecError(`unknown mode ${mode} of a tier`);
  const { length } = count;
  const [first, last, max, min] = Array.from({ length: 4 }, () => readInts(reader, length)) as Four;
  const isPlain = (mode & sumsAsDoubles) !== 0;
  const sum = isPlain ? readPlain(reader, length) : readInts(reader, length);
  let before = 0;
  for (let index = 0; index < length; index++) {
    const begins = before + (first[index] as number);
    const ends = begins + (last[index] as number);
    const most = Math.max(begins, ends) + (max[index] as number);
    const least = Math.min(begins, ends) - (min[index] as number);
    if (!isPlain) sum[index] = ((sum[index] as number) + sumGuess(count[index] as number, least, most)) / power;
    first[index] = begins / power;
    last[index] = ends / power;
    max[index] = most / power;
    min[index] = least / power;
    before = ends;
  }
  return { first, last, min, max, sum };
}

/**
 * The sums as integers without what the extremes tell of them; false where one is further from its double than adding up so
 * many readings explains. Where all readings are of this scale, the integer is the true sum.
 */
function fillSums(ints: Column, { count, sum }: Cells, power: number, min: Column, max: Column): boolean {
  for (let index = 0; index < ints.length; index++) {
    const readings = count[index] as number;
    const [least, most] = [min[index] as number, max[index] as number];
    const given = sum[index] as number;
    const scaled = Math.round(given * power);
    const guess = sumGuess(readings, least, most);
    if (!(Math.abs(scaled) <= mantissaLimit && Math.abs(guess) <= mantissaLimit)) return false;
    const tolerance = (readings * readings * (Number.EPSILON / 4) * Math.max(Math.abs(least), Math.abs(most))) / power;
    if (Math.abs(scaled / power - given) > tolerance) return false;
    ints[index] = scaled - guess;
  }
  return true;
}

/** What the sum of so many readings is if they lie in the middle. */
function sumGuess(count: number, min: number, max: number): number {
  return Math.round((count * (min + max)) / 2);
}

function writeDifferences(writer: ByteWriter, column: Float64Array, ints: Column): void {
  let before = 0;
  for (let index = 0; index < column.length; index++) {
    const value = column[index] as number;
    ints[index] = value - before;
    before = value;
  }
  writeInts(writer, ints, ints.length);
}

/** Turns differences into what they are differences of. */
function sums(differences: Column): Column {
  let total = 0;
  for (let index = 0; index < differences.length; index++) {
    total += differences[index] as number;
    differences[index] = total;
  }
  return differences;
}
