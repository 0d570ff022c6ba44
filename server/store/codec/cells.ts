/**
 * Buckets of a tier as a blob: each with its start, first, last, min, max, sum and count, in columns. Layout (version 1) in
 * the README of the store. What follows from another column costs next to nothing: the last value before tells the first
 * one, the ends tell the extremes, these and the count tell the sum. All planes of bytes are deflated together, since a
 * question reads few buckets of many frames, and each inflate takes 10 µs however little it yields.
 */
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import { ByteReader, ByteWriter, CodecError, requireVersion } from "./bytes.ts";
import { type Cells, readBits, readInts, writeBits, writeInts } from "./cell-columns.ts";
import { readSteps, stepFlags, unknownSteps, writeSteps } from "./cell-steps.ts";

export type { Cells };

const version = 1;
/** Version, mode, checksum. */
const headerBytes = 6;
/** Modes 0 to 9 are decimals: the values are integers of that scale. */
const asBits = 0x0f;
/** Beside a scale: the sums are bits. */
const sumsAsBits = 0x10;
const deflatedFlag = 0x20;
const powersOfTen = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/** Differences of integers within this are exact, and so is their zigzag. */
const mantissaLimit = 2 ** 51;
/** More buckets are in no frame: a damaged blob must not fill the memory. */
const maxBuckets = 1 << 16;
const maxPlainBytes = maxBuckets * 64;

type Column = Float64Array<ArrayBuffer>;
type CellValues = Record<"first" | "last" | "min" | "max" | "sum", Column>;
type Four = [Column, Column, Column, Column];

const scratch = new ByteWriter(1 << 16);

/**
 * Encodes buckets of `widthMs`, none of them before `frameMs`. Exact but for sums, areas and rises, which may differ by the
 * roundings of adding up. Steps are known of all of them or are left out; so is the rise of what falls too often for a counter.
 */
export function encodeCells(cells: Cells, widthMs: number, frameMs: number): Buffer {
  const { times, count } = cells;
  const writer = scratch;
  writer.length = 0;
  writer.room(8);
  writer.unsigned(times.length);
  const ints = new Float64Array(times.length);
  let next = frameMs / widthMs;
  for (let index = 0; index < times.length; index++) {
    const bucket = (times[index] as number) / widthMs;
    ints[index] = bucket - next;
    next = bucket + 1;
  }
  writeInts(writer, ints);
  let before = 0;
  for (let index = 0; index < count.length; index++) {
    ints[index] = (count[index] as number) - before;
    before = count[index] as number;
  }
  writeInts(writer, ints);
  const values = scaled(cells);
  if (values) {
    const mode = writeScaled(writer, cells, values, ints);
    return sealed(mode | writeSteps(writer, cells, widthMs, powersOfTen[values.scale]), writer);
  }
  for (const column of [cells.first, cells.last, cells.min, cells.max, cells.sum]) writeBits(writer, column);
  return sealed(asBits | writeSteps(writer, cells, widthMs, undefined), writer);
}

/** Decodes what `encodeCells` wrote with the same width and frame; throws `CodecError` on anything else. Without `withSteps` those are not read. */
export function decodeCells(blob: Buffer, widthMs: number, frameMs: number, withSteps = true): Cells {
  const isSound = () => blob.length >= headerBytes && checksum(blob) === blob.readUInt32LE(2);
  requireVersion("tier", blob, version, isSound);
  if (!isSound()) throw new CodecError("the tier's checksum does not match");
  const flags = blob[1] as number;
  const body = blob.subarray(headerBytes);
  const reader = new ByteReader(flags & deflatedFlag ? inflate(body) : body);
  const length = reader.unsigned();
  if (length > maxBuckets) throw new CodecError(`a tier of ${length} buckets`);
  const times = readInts(reader, length);
  let next = frameMs / widthMs;
  for (let index = 0; index < length; index++) {
    const bucket = next + (times[index] as number);
    times[index] = bucket * widthMs;
    next = bucket + 1;
  }
  const count = readInts(reader, length);
  for (let index = 1; index < length; index++) count[index] = (count[index] as number) + (count[index - 1] as number);
  const mode = flags & ~(deflatedFlag | stepFlags);
  const values = mode === asBits ? readAsBits(reader, length) : readScaled(reader, count, mode);
  const known = { times, count, ...values };
  if (!withSteps) return { ...known, ...unknownSteps(length) };
  return { ...known, ...readSteps(reader, known, widthMs, flags & stepFlags, powersOfTen[mode & ~sumsAsBits]) };
}

function readAsBits(reader: ByteReader, length: number): CellValues {
  const [first, last, min, max] = Array.from({ length: 4 }, () => readBits(reader, length)) as Four;
  return { first, last, min, max, sum: readBits(reader, length) };
}

function sealed(mode: number, { bytes, length }: ByteWriter): Buffer {
  const plain = bytes.subarray(0, length);
  // A small memory level makes short blocks: columns that differ get codes of their own.
  const deflated = deflateRawSync(plain, { level: 1, memLevel: 4 });
  const isShorter = deflated.length < plain.length;
  const blob = Buffer.concat([Buffer.alloc(headerBytes), isShorter ? deflated : plain]);
  blob[0] = version;
  blob[1] = mode | (isShorter ? deflatedFlag : 0);
  blob.writeUInt32LE(checksum(blob), 2);
  return blob;
}

/** Of the blob as version 1 reads it: a later version has to take its own into its checksum, and then does not pass for this one. */
function checksum(blob: Buffer): number {
  return crc32(blob.subarray(headerBytes), (version << 8) | (blob[1] as number));
}

function inflate(body: Buffer): Buffer {
  try {
    return inflateRawSync(body, { maxOutputLength: maxPlainBytes, chunkSize: 1 << 15 });
  } catch (error) {
    throw new CodecError(`the tier cannot be inflated: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The values as integers of the fewest decimals that hold them all; undefined where no number of decimals does. */
function scaled({ first, last, min, max }: Cells): { readonly scale: number; readonly values: Four } | undefined {
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

/** Answers the mode. */
function writeScaled(
  writer: ByteWriter,
  cells: Cells,
  { scale, values: [first, last, min, max] }: NonNullable<ReturnType<typeof scaled>>,
  ints: Column,
): number {
  const { length } = ints;
  const at = (column: Column, index: number) => column[index] as number;
  const put = (of: (index: number) => number) => {
    for (let index = 0; index < length; index++) ints[index] = of(index);
    writeInts(writer, ints);
  };
  put((index) => at(first, index) - (index === 0 ? 0 : at(last, index - 1)));
  put((index) => at(last, index) - at(first, index));
  put((index) => at(max, index) - Math.max(at(first, index), at(last, index)));
  put((index) => Math.min(at(first, index), at(last, index)) - at(min, index));
  writeNegativeZeros(writer, [cells.first, cells.last, cells.min, cells.max, cells.sum]);
  if (fillSums(ints, cells, powersOfTen[scale] as number, min, max)) {
    writeInts(writer, ints);
    return scale;
  }
  writeBits(writer, cells.sum);
  return scale | sumsAsBits;
}

function readScaled(reader: ByteReader, count: Column, mode: number): CellValues {
  const power = powersOfTen[mode & ~sumsAsBits];
  if (power === undefined) throw new CodecError(`unknown mode ${mode} of a tier`);
  const { length } = count;
  const [first, last, max, min] = Array.from({ length: 4 }, () => readInts(reader, length)) as Four;
  const negativeZeros = Array.from({ length: reader.count(1) }, () => reader.unsigned());
  const isBits = (mode & sumsAsBits) !== 0;
  const sum = isBits ? readBits(reader, length) : readInts(reader, length);
  let before = 0;
  for (let index = 0; index < length; index++) {
    const begins = before + (first[index] as number);
    const ends = begins + (last[index] as number);
    const most = Math.max(begins, ends) + (max[index] as number);
    const least = Math.min(begins, ends) - (min[index] as number);
    if (!isBits) sum[index] = ((sum[index] as number) + sumGuess(count[index] as number, least, most)) / power;
    first[index] = begins / power;
    last[index] = ends / power;
    max[index] = most / power;
    min[index] = least / power;
    before = ends;
  }
  for (const place of negativeZeros) {
    const column = [first, last, min, max, sum][Math.floor(place / length)];
    if (column?.[place % length] !== 0) throw new CodecError("a -0 in a place that has no 0");
    column[place % length] = -0;
  }
  return { first, last, min, max, sum };
}

/** The places where a 0 is a -0, which no integer tells: of all columns one after the other. */
function writeNegativeZeros(writer: ByteWriter, columns: readonly Float64Array[]): void {
  const places: number[] = [];
  for (const [which, column] of columns.entries()) {
    for (let index = 0; index < column.length; index++) {
      if (Object.is(column[index], -0)) places.push(which * column.length + index);
    }
  }
  writer.room(8 + places.length * 8);
  writer.unsigned(places.length);
  for (const place of places) writer.unsigned(place);
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
function sumGuess(count: number, min: number, max: number): number {
  // As Math.round, which takes longer: nothing but halves is rounded.
  return Math.floor((count * (min + max)) / 2 + 0.5);
}
