/**
 * Integers as byte planes: bytes of equal weight lie side by side, and each such plane is coded by itself. What people
 * measure moves in small steps, so that the high planes are zeros and the low one has a distribution of its own: a Huffman
 * code for it alone comes within 5 % of its entropy, and reading it back is one pass without a branch a byte.
 */
import { constants, deflateRawSync, inflateRawSync, type ZlibOptions } from "node:zlib";
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.ts";

/**
 * How a plane is coded, a byte each: nothing follows; its length and raw deflate; as many bytes as there are integers; as many
 * bits of each as one more byte says.
 */
const allZero = 0;
const deflated = 1;
const plain = 2;
const packed = 3;

const maxPlanes = 8;
/** Mode and length of a plane. */
const planeHeaderBytes = 9;
/** Planes of fewer bytes are not worth the 10 µs that one deflate takes: of noise, and of what is mostly one byte. */
const minNoise = 96;
const minRepeated = 32;
/** What the tables of a Huffman code take, about. */
const tableBytes = 40;
/** Deflate has to be shorter by so much than packed bits, which are quicker written and read. */
const clearly = 0.97;

/** Noise has no repetition to look for; a small window is quicker made than a large one. */
const huffman: ZlibOptions = { level: 1, strategy: constants.Z_HUFFMAN_ONLY, memLevel: 5, windowBits: 9 };
const matching: ZlibOptions = { level: 1, memLevel: 6, windowBits: 12 };

const histogram = new Uint32Array(256);
let spread = Buffer.allocUnsafe(1 << 16);
let lowWords = new Int32Array(1 << 13);
let highWords = new Int32Array(1 << 13);
let zeros = Buffer.alloc(1 << 13);

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
    writePlane(writer, count);
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
    writePlane(writer, count);
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

/** Writes bytes as one plane, whose length the reader has to know, and makes its own room. */
export function writeBytes(writer: ByteWriter, bytes: Uint8Array): void {
  prepare(writer, 1, bytes.length);
  spread.set(bytes);
  writePlane(writer, bytes.length);
}

/** Reads `count` bytes, not to be written to, and valid until the next call into here. */
export function readBytes(reader: ByteReader, count: number): Buffer {
  return readPlane(reader, count).subarray(0, count);
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

/** Writes the plane that lies in `spread` in the shortest form that can be told without trying them all. */
function writePlane(writer: ByteWriter, count: number): void {
  const repeated = countBytes(count);
  if (histogram[0] === count) {
    writer.byte(allZero);
    return;
  }
  const bits = bitsUsed();
  const packedBytes = Math.ceil((count * bits) / 8);
  const way = wayToDeflate(count, repeated, packedBytes);
  if (way !== undefined) {
    const coded = deflateRawSync(spread.subarray(0, count), { ...way, chunkSize: Math.max(64, count) });
    if (coded.length < packedBytes) {
      writer.byte(deflated);
      writer.unsigned(coded.length);
      writer.length += coded.copy(writer.bytes, writer.length);
      return;
    }
  }
  if (bits < 8) {
    pack(writer, count, bits);
    return;
  }
  writer.byte(plain);
  writer.length += spread.copy(writer.bytes, writer.length, 0, count);
}

/** Counts how often each byte comes in `spread`; answers how many repeat the byte before. */
function countBytes(count: number): number {
  histogram.fill(0);
  let repeated = 0;
  let previous = -1;
  for (let index = 0; index < count; index++) {
    const byte = spread[index] as number;
    histogram[byte] = (histogram[byte] as number) + 1;
    if (byte === previous) repeated++;
    previous = byte;
  }
  return repeated;
}

/** Bits of the largest byte counted. */
function bitsUsed(): number {
  let most = 255;
  while (most > 0 && histogram[most] === 0) most--;
  return 32 - Math.clz32(most);
}

/** Undefined where the entropy says that no code makes it clearly shorter than `packedBytes`. */
function wayToDeflate(count: number, repeated: number, packedBytes: number): ZlibOptions | undefined {
  if (repeated > count / 2 && count >= minRepeated) return matching;
  if (count < minNoise) return undefined;
  let bits = 0;
  for (const times of histogram) if (times > 0) bits -= times * Math.log2(times / count);
  return bits / 8 + tableBytes < packedBytes * clearly ? huffman : undefined;
}

/** Bits side by side, the low ones first. */
function pack(writer: ByteWriter, count: number, bits: number): void {
  writer.byte(packed);
  writer.byte(bits);
  const { bytes } = writer;
  let at = writer.length;
  let held = 0;
  let heldBits = 0;
  for (let index = 0; index < count; index++) {
    held |= (spread[index] as number) << heldBits;
    heldBits += bits;
    if (heldBits < 8) continue;
    bytes[at++] = held;
    held >>>= 8;
    heldBits -= 8;
  }
  if (heldBits > 0) bytes[at++] = held;
  writer.length = at;
}

function unpack(reader: ByteReader, count: number): Buffer {
  const bits = reader.byte();
  if (bits < 1 || bits > 7) throw new CodecError(`a plane of ${bits} bits`);
  const source = reader.take(Math.ceil((count * bits) / 8));
  const bytes = Buffer.allocUnsafe(count);
  const mask = (1 << bits) - 1;
  let at = 0;
  let held = 0;
  let heldBits = 0;
  for (let index = 0; index < count; index++) {
    if (heldBits < bits) {
      held |= (source[at++] as number) << heldBits;
      heldBits += 8;
    }
    bytes[index] = held & mask;
    held >>>= bits;
    heldBits -= bits;
  }
  return bytes;
}

/** At least `count` bytes. */
function readPlane(reader: ByteReader, count: number): Buffer {
  const way = reader.byte();
  if (way === deflated) return inflate(reader.take(reader.unsigned()), count);
  if (way === plain) return reader.take(count);
  if (way === packed) return unpack(reader, count);
  if (way !== allZero) throw new CodecError(`unknown coding ${way} of a plane of bytes`);
  if (zeros.length < count) zeros = Buffer.alloc(count * 2);
  return zeros;
}

function inflate(body: Buffer, size: number): Buffer {
  let bytes: Buffer;
  try {
    bytes = inflateRawSync(body, { maxOutputLength: Math.max(1, size), chunkSize: Math.max(64, size) });
  } catch (error) {
    throw new CodecError(
      `a plane of bytes cannot be inflated: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (bytes.length !== size) throw new CodecError(`a plane of ${bytes.length} bytes in place of ${size}`);
  return bytes;
}
