/**
 * Number columns. What people measure has few decimals, so that a whole column becomes integers under one power of ten
 * and then small differences. What does not (full-precision doubles) keeps its bits: XOR with the one before, bytes of
 * equal weight side by side for deflate. Both are exact for every finite double, -0 and subnormals included.
 */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.ts";

const powersOfTen = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const bitsMode = 255;
/** Differences of integers within ±2^51 fit the signed writer. */
const mantissaLimit = 2 ** 51;

/** Writes the first `count` values of a number column. */
export function writeNumbers(writer: ByteWriter, values: Float64Array, count: number): void {
  const start = writer.length;
  // More outliers than this (a -0, an odd full-precision value) and the bits are the shorter form.
  const maxOutliers = count >> 4;
  const scale = decimalScale(values, count, maxOutliers);
  if (scale >= 0 && writeScaled(writer, values, count, scale, maxOutliers)) return;
  writer.length = start;
  writeBits(writer, values, count);
}

/** Reads `count` values of a number column. */
export function readNumbers(reader: ByteReader, count: number): Float64Array<ArrayBuffer> {
  const mode = reader.byte();
  if (mode === bitsMode) return readBits(reader, count);
  const power = powersOfTen[mode];
  if (power === undefined) throw new CodecError(`unknown number mode ${mode}`);
  const values = new Float64Array(count);
  let mantissa = 0;
  for (let index = 0; index < count; index++) {
    mantissa += reader.signed();
    // Dividing an exact integer by an exact power rounds once, as the parser of the decimal text did.
    values[index] = mantissa / power;
  }
  const outliers = reader.count(9);
  for (let done = 0; done < outliers; done++) {
    const index = reader.unsigned();
    if (index >= count) throw new CodecError(`outlier at ${index} of ${count} values`);
    values[index] = reader.double();
  }
  return values;
}

/** `value` as an integer of 10^-scale, or NaN where that is not exact. */
function mantissaOf(value: number, power: number): number {
  const mantissa = Math.round(value * power);
  const exact = mantissa / power === value && mantissa <= mantissaLimit && mantissa >= -mantissaLimit;
  return exact && (mantissa !== 0 || !Object.is(value, -0)) ? mantissa : Number.NaN;
}

/** The fewest decimals that hold all but `maxOutliers` values; -1 where there is no such number. */
function decimalScale(values: Float64Array, count: number, maxOutliers: number): number {
  let scale = 0;
  let outliers = 0;
  for (let index = 0; index < count; index++) {
    const value = values[index] as number;
    let tried = scale;
    while (tried < powersOfTen.length && Number.isNaN(mantissaOf(value, powersOfTen[tried] as number))) tried++;
    if (tried < powersOfTen.length) scale = tried;
    else if (++outliers > maxOutliers) return -1;
  }
  return scale;
}

function writeScaled(
  writer: ByteWriter,
  values: Float64Array,
  count: number,
  scale: number,
  maxOutliers: number,
): boolean {
  const power = powersOfTen[scale] as number;
  const outliers: number[] = [];
  writer.room(count * 8 + maxOutliers * 17 + 16);
  writer.byte(scale);
  let previous = 0;
  for (let index = 0; index < count; index++) {
    let mantissa = mantissaOf(values[index] as number, power);
    if (Number.isNaN(mantissa)) {
      // More decimals found later can push early values over the limit.
      if (outliers.push(index) > maxOutliers) return false;
      mantissa = previous;
    }
    writer.signed(mantissa - previous);
    previous = mantissa;
  }
  writer.unsigned(outliers.length);
  for (const index of outliers) {
    writer.unsigned(index);
    writer.double(values[index] as number);
  }
  return true;
}

function writeBits(writer: ByteWriter, values: Float64Array, count: number): void {
  writer.room(count * 8 + 1);
  writer.byte(bitsMode);
  const double = new Float64Array(1);
  const words = new Uint32Array(double.buffer);
  const { bytes } = writer;
  let low = 0;
  let high = 0;
  for (let index = 0; index < count; index++) {
    double[0] = values[index] as number;
    const lowChange = (words[0] as number) ^ low;
    const highChange = (words[1] as number) ^ high;
    low = words[0] as number;
    high = words[1] as number;
    let at = writer.length + index;
    for (let shift = 0; shift < 32; shift += 8, at += count) bytes[at] = lowChange >>> shift;
    for (let shift = 0; shift < 32; shift += 8, at += count) bytes[at] = highChange >>> shift;
  }
  writer.length += count * 8;
}

function readBits(reader: ByteReader, count: number): Float64Array<ArrayBuffer> {
  const values = new Float64Array(count);
  const words = new Uint32Array(values.buffer);
  const bytes = reader.take(count * 8);
  let low = 0;
  let high = 0;
  for (let index = 0; index < count; index++) {
    let at = index;
    for (let shift = 0; shift < 32; shift += 8, at += count) low ^= (bytes[at] as number) << shift;
    for (let shift = 0; shift < 32; shift += 8, at += count) high ^= (bytes[at] as number) << shift;
    words[index * 2] = low;
    words[index * 2 + 1] = high;
  }
  return values;
}
