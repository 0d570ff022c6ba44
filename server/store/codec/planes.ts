/**
 * Integers as planes of bytes: bytes of equal weight lie side by side, and each such plane is coded by itself. What people
 * measure moves in small steps, so that the high planes are zeros and the low one has a distribution of its own. Reading them
 * back is one pass without a branch a byte.
 */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.ts";
import { planeHeaderBytes, readPlane, writePlane } from "./plane.ts";

const maxPlanes = 8;
let spread = Buffer.allocUnsafe(1 << 16);
let lowWords = new Int32Array(1 << 13);
let highWords = new Int32Array(1 << 13);
/** 64-bit integers in two halves. They are valid until the next call into here. */
export interface Words {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/** Words with room for `count` integers, holding anything. */
export function scratchWords(count: number): Words {
  if (lowWords.length < count) {
    lowWords = new Int32Array(count * 2);
    highWords = new Int32Array(count * 2);
  }
  return { low: lowWords, high: highWords };
}

/**
 * Writes the first `count` integers of `ints`, each from -2^53 to 2^53, and makes its own room: their number is not written.
 * A -0 reads back as 0. Small integers are small, whatever their sign (zigzag).
 */
export function writeInts(writer: ByteWriter, ints: Float64Array, count: number): void {
  prepare(writer, 4, count);
  const zigzags = scratchWords(count).low;
  let used = 0;
  for (let index = 0; index < count; index++) {
    const value = ints[index] as number;
    const narrow = value | 0;
    if (narrow !== value) {
      writeWide(writer, ints, count);
      return;
    }
    const zigzag = (narrow << 1) ^ (narrow >> 31);
    used |= zigzag;
    zigzags[index] = zigzag;
    spread[index] = zigzag;
  }
  const planes = bytesIn(used);
  writer.byte(planes);
  for (let plane = 0; plane < planes; plane++) {
    if (plane > 0) spreadPlane(zigzags, count, plane);
    writePlane(writer, spread, count);
  }
}

/** Reads `count` integers into the beginning of `into`. The caller has made sure that `count` is sane: zeros take no bytes. */
export function readInts(reader: ByteReader, count: number, into = new Float64Array(count)): typeof into {
  const planes = reader.byte();
  if (planes === 0) return into.fill(0, 0, count);
  if (planes > 2) {
    readWide(reader, planes, count, into);
    return into;
  }
  const first = readPlane(reader, count);
  if (planes === 1) {
    for (let index = 0; index < count; index++) {
      const zigzag = first[index] as number;
      into[index] = (zigzag >>> 1) ^ -(zigzag & 1);
    }
    return into;
  }
  const second = readPlane(reader, count);
  for (let index = 0; index < count; index++) {
    const zigzag = (first[index] as number) | ((second[index] as number) << 8);
    into[index] = (zigzag >>> 1) ^ -(zigzag & 1);
  }
  return into;
}

/** Writes `count` pairs of words as they are, without zigzag, and makes its own room. */
export function writeWords(writer: ByteWriter, { low, high }: Words, count: number): void {
  let usedLow = 0;
  let usedHigh = 0;
  for (let index = 0; index < count; index++) {
    usedLow |= low[index] as number;
    usedHigh |= high[index] as number;
  }
  const planes = usedHigh === 0 ? bytesIn(usedLow) : 4 + bytesIn(usedHigh);
  prepare(writer, planes, count);
  writer.byte(planes);
  for (let plane = 0; plane < planes; plane++) {
    spreadPlane(plane < 4 ? low : high, count, plane & 3);
    writePlane(writer, spread, count);
  }
}

/** Reads `count` pairs of words that lie in `planes` planes, a number that the caller has read. */
export function readWords(reader: ByteReader, planes: number, count: number): Words {
  if (planes > maxPlanes) throw new CodecError(`${planes} planes of bytes`);
  const words = scratchWords(count);
  words.low.fill(0, 0, count);
  words.high.fill(0, 0, count);
  for (let plane = 0; plane < planes; plane++) {
    const bytes = readPlane(reader, count);
    const target = plane < 4 ? words.low : words.high;
    const shift = (plane & 3) * 8;
    for (let index = 0; index < count; index++) {
      target[index] = (target[index] as number) | ((bytes[index] as number) << shift);
    }
  }
  return words;
}

function writeWide(writer: ByteWriter, ints: Float64Array, count: number): void {
  const words = scratchWords(count);
  const { low, high } = words;
  for (let index = 0; index < count; index++) {
    const value = ints[index] as number;
    // Zigzag in two words: doubled in one double, large ones would lose their last bit.
    const sign = value < 0 ? 1 : 0;
    const size = sign === 0 ? value : -value - 1;
    const sizeHigh = Math.floor(size / 2 ** 32);
    const sizeLow = (size - sizeHigh * 2 ** 32) | 0;
    low[index] = (sizeLow << 1) | sign;
    high[index] = (sizeHigh << 1) | (sizeLow >>> 31);
  }
  writeWords(writer, words, count);
}

function readWide(reader: ByteReader, planes: number, count: number, into: Float64Array): void {
  const { low, high } = readWords(reader, planes, count);
  for (let index = 0; index < count; index++) {
    const wordLow = low[index] as number;
    const wordHigh = high[index] as number;
    const size = (wordHigh >>> 1) * 2 ** 32 + (((wordLow >>> 1) | (wordHigh << 31)) >>> 0);
    into[index] = (wordLow & 1) === 0 ? size : -size - 1;
  }
}

/** How many bytes hold the set bits of a word. */
function bytesIn(bits: number): number {
  return 4 - (Math.clz32(bits) >> 3);
}

/** Puts one byte of each word into `spread`. */
function spreadPlane(words: Int32Array, count: number, byte: number): void {
  const shift = byte * 8;
  for (let index = 0; index < count; index++) spread[index] = (words[index] as number) >>> shift;
}

/** Makes room for planes, here and there. */
function prepare(writer: ByteWriter, planes: number, count: number): void {
  writer.room(1 + planes * (count + planeHeaderBytes));
  if (spread.length < count) spread = Buffer.allocUnsafe(count * 2);
}
