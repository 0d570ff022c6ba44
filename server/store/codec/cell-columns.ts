/** Buckets of a tier in columns, and those as planes of bytes. */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.ts";

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
  /** Times of the first and the last reading, ms; NaN where this and the next three are not known. */
  readonly firstMs: Float64Array;
  readonly lastMs: Float64Array;
  /** The longest step from one reading to the next; 0 of a single one. */
  readonly longestMs: Float64Array;
  /** Under the line from reading to reading, value × ms. */
  readonly area: Float64Array;
  /** How far a counter rose from reading to reading; NaN where it is not known, as of what is no counter. */
  readonly rise: Float64Array;
}

/** Integers within ±2^52, zigzag, as planes: how many, then all lowest bytes, then the next ones. */
export function writeInts(writer: ByteWriter, ints: Column): void {
  const { length } = ints;
  let most = 0;
  for (let index = 0; index < length; index++) {
    const value = ints[index] as number;
    const zigzag = value >= 0 ? value * 2 : -value * 2 - 1;
    ints[index] = zigzag;
    if (zigzag > most) most = zigzag;
  }
  const planes = Math.ceil(Math.log2(most + 1) / 8);
  writer.room(1 + planes * length);
  writer.byte(planes);
  const { bytes } = writer;
  let at = writer.length;
  for (let weight = 1, plane = 0; plane < planes; plane++, weight *= 256) {
    // A byte of a buffer takes what fits of a number: its lowest 8 bits.
    for (let index = 0; index < length; index++) bytes[at++] = Math.floor((ints[index] as number) / weight) % 256;
  }
  writer.length = at;
}

export function readInts(reader: ByteReader, length: number): Column {
  const planes = reader.byte();
  const ints = new Float64Array(length);
  if (planes > 7) throw new CodecError(`integers of ${planes} bytes`);
  const bytes = reader.take(planes * length);
  if (planes === 0) return ints;
  if (planes <= 3) {
    // Nearly all columns are so short; of two thirds of a plane that is not there nothing is read.
    const second = planes > 1 ? length : 0;
    const third = planes > 2 ? length * 2 : 0;
    for (let index = 0; index < length; index++) {
      let zigzag = bytes[index] as number;
      if (second > 0) zigzag |= (bytes[index + second] as number) << 8;
      if (third > 0) zigzag |= (bytes[index + third] as number) << 16;
      ints[index] = (zigzag >>> 1) ^ -(zigzag & 1);
    }
    return ints;
  }
  for (let index = 0; index < length; index++) {
    let zigzag = 0;
    for (let at = index, weight = 1; at < bytes.length; at += length, weight *= 256) {
      zigzag += (bytes[at] as number) * weight;
    }
    ints[index] = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }
  return ints;
}

/** Doubles as bits, each without those that it shares with the one before, in eight planes. */
export function writeBits(writer: ByteWriter, column: Float64Array): void {
  const { length } = column;
  const bytes = Buffer.from(new Float64Array(column).buffer);
  writer.room(length * 8);
  for (let byte = 0; byte < 8; byte++) {
    for (let at = byte; at < bytes.length; at += 8) writer.byte((bytes[at] as number) ^ (bytes[at - 8] ?? 0));
  }
}

export function readBits(reader: ByteReader, length: number): Column {
  const planes = reader.take(length * 8);
  const column = new Float64Array(length);
  const bytes = Buffer.from(column.buffer);
  for (let byte = 0, from = 0; byte < 8; byte++) {
    for (let at = byte; at < bytes.length; at += 8) bytes[at] = (planes[from++] as number) ^ (bytes[at - 8] ?? 0);
  }
  return column;
}
