/**
 * One plane of bytes, coded by itself. A distribution is best met by a Huffman code for it alone, what repeats by a search for it,
 * and what is too little for either by as many bits as it has.
 */
import { deflateRawSync, inflateRawSync, type ZlibOptions } from "node:zlib";
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.ts";
import { writeHuffman } from "./huffman.ts";

/**
 * How a plane is coded, a byte each: nothing follows; its length and raw deflate; as many bytes as there are integers; as many
 * bits of each as one more byte says.
 */
const allZero = 0;
const deflated = 1;
const plain = 2;
const packed = 3;

/** Room that a plane may want beside its bytes. */
export const planeHeaderBytes = 9;
/** Planes of fewer bytes are not worth the 10 µs that one deflate takes: of noise, and of what is mostly one byte. */
const minNoise = 96;
const minRepeated = 32;
/** What the tables of a Huffman code take, about. */
const tableBytes = 40;
/** Deflate has to be shorter by so much than packed bits, which are quicker written and read. */
const clearly = 0.97;

/** A small window is quicker made than a large one. */
const matching: ZlibOptions = { level: 1, memLevel: 6, windowBits: 12 };
/** Texts repeat words, far from each other. */
const searching: ZlibOptions = { level: 6 };

const histogram = new Uint32Array(256);
let zeros = Buffer.alloc(1 << 13);

/** Writes texts or bits as one plane, whose length the reader has to know, and makes its own room. */
export function writeBytes(writer: ByteWriter, bytes: Uint8Array): void {
  writer.room(bytes.length + planeHeaderBytes);
  writePlane(writer, bytes, bytes.length, bytes.length < minRepeated ? undefined : searching);
}

/** Reads `count` bytes, as `readPlane` does. */
export function readBytes(reader: ByteReader, count: number): Buffer {
  return readPlane(reader, count).subarray(0, count);
}

/**
 * Writes the first `count` bytes in the shortest form that can be told without trying them all. Their number is not written. There
 * must be room for them and `planeHeaderBytes`. `wanted`: how to deflate them, if the caller knows.
 */
export function writePlane(writer: ByteWriter, bytes: Uint8Array, count: number, wanted?: ZlibOptions): void {
  const repeated = countBytes(bytes, count);
  if (histogram[0] === count) {
    writer.byte(allZero);
    return;
  }
  const bits = bitsUsed();
  const packedBytes = Math.ceil((count * bits) / 8);
  const search = wanted ?? (repeated > count / 2 && count >= minRepeated ? matching : undefined);
  if (search !== undefined) {
    if (deflate(writer, bytes, count, search, packedBytes)) return;
  } else if (isWorthCode(count, packedBytes)) {
    writer.byte(deflated);
    if (writeHuffman(writer, bytes, count, histogram, packedBytes)) return;
    writer.length -= 1;
  }
  if (bits < 8) {
    pack(writer, bytes, count, bits);
    return;
  }
  writer.byte(plain);
  writer.bytes.set(count === bytes.length ? bytes : bytes.subarray(0, count), writer.length);
  writer.length += count;
}

/** Counts how often each byte comes; answers how many repeat the byte before. */
function countBytes(bytes: Uint8Array, count: number): number {
  histogram.fill(0);
  let repeated = 0;
  let previous = -1;
  for (let index = 0; index < count; index++) {
    const byte = bytes[index] as number;
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

/** False where the entropy says that no code makes it clearly shorter than `packedBytes`. */
function isWorthCode(count: number, packedBytes: number): boolean {
  if (count < minNoise) return false;
  let bits = 0;
  for (let byte = 0; byte < 256; byte++) {
    const times = histogram[byte] as number;
    if (times > 0) bits -= times * Math.log2(times / count);
  }
  return bits / 8 + tableBytes < packedBytes * clearly;
}

/** Writes nothing, and answers false, where it is not shorter than `belowBytes`. */
function deflate(
  writer: ByteWriter,
  bytes: Uint8Array,
  count: number,
  search: ZlibOptions,
  belowBytes: number,
): boolean {
  const coded = deflateRawSync(bytes.subarray(0, count), { ...search, chunkSize: Math.max(64, count) });
  if (coded.length >= belowBytes) return false;
  writer.byte(deflated);
  writer.unsigned(coded.length);
  writer.length += coded.copy(writer.bytes, writer.length);
  return true;
}

/** Bits side by side, the low ones first. */
function pack(writer: ByteWriter, bytes: Uint8Array, count: number, bits: number): void {
  writer.byte(packed);
  writer.byte(bits);
  const into = writer.bytes;
  let at = writer.length;
  let held = 0;
  let heldBits = 0;
  for (let index = 0; index < count; index++) {
    held |= (bytes[index] as number) << heldBits;
    heldBits += bits;
    if (heldBits < 8) continue;
    into[at++] = held;
    held >>>= 8;
    heldBits -= 8;
  }
  if (heldBits > 0) into[at++] = held;
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

/** Reads `count` bytes, or more that mean nothing; not to be written to, and valid until the next call into here. */
export function readPlane(reader: ByteReader, count: number): Buffer {
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
