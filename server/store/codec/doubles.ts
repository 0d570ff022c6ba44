/**
 * Doubles of full precision. Their bits, taken as integers in the order of the numbers, move in small steps as the numbers do:
 * the differences lie in planes of bytes, where the high ones are short. What is noise stays as long as it is.
 */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.ts";
import { readWords, scratchWords, writeWords } from "./planes.ts";

const exponentBits = 0x7ff00000;
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** Writes the first `count` values bit by bit and makes its own room. */
export function writeDoubles(writer: ByteWriter, values: Float64Array, count: number): void {
  const { low, high } = scratchWords(count);
  let beforeLow = 0;
  let beforeHigh = 0;
  for (let index = 0; index < count; index++) {
    double[0] = values[index] as number;
    // Bits of negative numbers rise as the numbers fall: all but the sign are turned over.
    const turned = ((words[1] as number) | 0) >> 31;
    const atLow = (words[0] as number) ^ turned;
    const atHigh = (words[1] as number) ^ (turned & 0x7fffffff);
    const stepLow = (atLow - beforeLow) | 0;
    const borrow = atLow >>> 0 < beforeLow >>> 0 ? 1 : 0;
    const stepHigh = (atHigh - beforeHigh - borrow) | 0;
    const sign = stepHigh >> 31;
    low[index] = (stepLow << 1) ^ sign;
    high[index] = ((stepHigh << 1) | (stepLow >>> 31)) ^ sign;
    beforeLow = atLow;
    beforeHigh = atHigh;
  }
  writeWords(writer, { low, high }, count);
}

/** Reads `count` values; each is finite, or the blob is refused. */
export function readDoubles(reader: ByteReader, count: number): Float64Array<ArrayBuffer> {
  const { low, high } = readWords(reader, reader.byte(), count);
  const values = new Float64Array(count);
  const bits = new Uint32Array(values.buffer);
  let atLow = 0;
  let atHigh = 0;
  for (let index = 0; index < count; index++) {
    const zigzagLow = low[index] as number;
    const zigzagHigh = high[index] as number;
    const sign = -(zigzagLow & 1);
    const stepLow = ((zigzagLow >>> 1) | (zigzagHigh << 31)) ^ sign;
    const sum = (atLow + stepLow) | 0;
    const carry = sum >>> 0 < atLow >>> 0 ? 1 : 0;
    atHigh = (atHigh + ((zigzagHigh >>> 1) ^ sign) + carry) | 0;
    atLow = sum;
    const turned = atHigh >> 31;
    const bitsHigh = atHigh ^ (turned & 0x7fffffff);
    if ((bitsHigh & exponentBits) === exponentBits) throw new CodecError("a value that is no finite number");
    bits[index * 2] = atLow ^ turned;
    bits[index * 2 + 1] = bitsHigh;
  }
  return values;
}
