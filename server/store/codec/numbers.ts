/**
 * Number columns, in the shortest of four forms. What people measure has few decimals; so has what was measured in 32 bits and
 * told in 64; what a converter tells are few values of full precision; all else keeps its bits. Each form is exact for every
 * finite double, -0 and subnormals included.
 */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.ts";
import { readDoubles, writeDoubles } from "./doubles.ts";
import { readNumbered, writeNumbered } from "./numbered.ts";
import { readScaled, writeScaled } from "./scaled.ts";

const asDoubles = 0;
const asDecimals = 1;
const asRoundedDecimals = 2;
const asNumbered = 3;
/** Columns that take fewer bytes, and so many a value, are not looked through for values that come again. */
const minBytes = 32;
const minBytesEach = 1.25;

/** So many values are looked at for 32 bits: most of a column that was rounded to them has no more. */
const samples = 16;

/** Writes the first `count` values of a number column, and makes its own room. Their number is not written. */
export function writeNumbers(writer: ByteWriter, values: Float64Array, count: number): void {
  const from = writer.length;
  writer.room(1);
  const hasDecimals = writeDecimals(writer, values, count);
  // What is of full precision and comes again, but does not stay the same, is nearly always shorter by its numbers.
  if (!hasDecimals && !holds(values, count) && writeByNumber(writer, values, count)) return;
  if (!hasDecimals) {
    writer.byte(asDoubles);
    writeDoubles(writer, values, count);
  }
  const size = writer.length - from;
  if (size < minBytes + count * minBytesEach) return;
  if (writeByNumber(writer, values, count) && writer.length - from < size * 2) {
    writer.bytes.copyWithin(from, from + size, writer.length);
    writer.length -= size;
  } else writer.length = from + size;
}

/** False where neither form of decimals fits, and nothing is written. */
function writeDecimals(writer: ByteWriter, values: Float64Array, count: number): boolean {
  const at = writer.length;
  writer.byte(asDecimals);
  if (writeScaled(writer, values, count, false)) return true;
  writer.bytes[at] = asRoundedDecimals;
  if (isRounded(values, count) && writeScaled(writer, values, count, true)) return true;
  writer.length = at;
  return false;
}

/** False where too many values differ, and nothing is written. */
function writeByNumber(writer: ByteWriter, values: Float64Array, count: number): boolean {
  const at = writer.length;
  writer.room(1);
  writer.byte(asNumbered);
  if (writeNumbered(writer, values, count)) return true;
  writer.length = at;
  return false;
}

/** Whether half of a sample of the values, or more, have no more than 32 bits. */
function isRounded(values: Float64Array, count: number): boolean {
  let rounded = 0;
  for (let sample = 0; sample < samples; sample++) {
    const value = values[Math.floor((sample * count) / samples)] as number;
    if (Math.fround(value) === value) rounded++;
  }
  return rounded * 2 >= samples;
}

/** Whether half of the values, or more, repeat the one before. */
function holds(values: Float64Array, count: number): boolean {
  let repeated = 0;
  for (let index = 1; index < count; index++) if (values[index] === values[index - 1]) repeated++;
  return repeated * 2 >= count;
}

/** Reads `count` values of a number column; each is finite, or the blob is refused. */
export function readNumbers(reader: ByteReader, count: number): Float64Array<ArrayBuffer> {
  const way = reader.byte();
  if (way === asDoubles) return readDoubles(reader, count);
  if (way === asDecimals || way === asRoundedDecimals) return readScaled(reader, count, way === asRoundedDecimals);
  if (way === asNumbered) return readNumbered(reader, count);
  throw new CodecError(`unknown coding ${way} of numbers`);
}
