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

/** Writes the first `count` values of a number column, and makes its own room. Their number is not written. */
export function writeNumbers(writer: ByteWriter, values: Float64Array, count: number): void {
  const from = writer.length;
  writeByValue(writer, values, count);
  const size = writer.length - from;
  if (size < minBytes + count * minBytesEach) return;
  writer.room(1);
  writer.byte(asNumbered);
  if (writeNumbered(writer, values, count) && writer.length - from < size * 2) {
    writer.bytes.copyWithin(from, from + size, writer.length);
    writer.length -= size;
  } else writer.length = from + size;
}

function writeByValue(writer: ByteWriter, values: Float64Array, count: number): void {
  writer.room(1);
  const at = writer.length;
  writer.byte(asDecimals);
  if (writeScaled(writer, values, count, false)) return;
  writer.bytes[at] = asRoundedDecimals;
  if (writeScaled(writer, values, count, true)) return;
  writer.bytes[at] = asDoubles;
  writeDoubles(writer, values, count);
}

/** Reads `count` values of a number column; each is finite, or the blob is refused. */
export function readNumbers(reader: ByteReader, count: number): Float64Array<ArrayBuffer> {
  const way = reader.byte();
  if (way === asDoubles) return readDoubles(reader, count);
  if (way === asDecimals || way === asRoundedDecimals) return readScaled(reader, count, way === asRoundedDecimals);
  if (way === asNumbered) return readNumbered(reader, count);
  throw new CodecError(`unknown coding ${way} of numbers`);
}
