/** Numbers in as few bits as the widest of them needs, and what blocks of cells of version 2 look like. */
import { crc32 } from "node:zlib";
import type { ByteWriter } from "./bytes.ts";

export const packedVersion = 2;
/** Version, mode, checksum. */
export const headerBytes = 6;
/** In the mode, beside the scale and what is known of steps: the steps are deflated. */
export const stepsDeflatedFlag = 0x20;
/** Of quarters of an hour three hours: as much as lies beside the midnight of a zone at +5:45 that no hour tells. */
export const blockPlaces = 12;
/** Count, first, last, max, min, sum; in this order in each block. */
export const packedColumns = 6;
/** Numbers of a block have at most so many bits: six of these widths fit 32. */
export const mostBits = 31;
export const bitsOfWidth = 5;
/** What is unpacked is read four bytes at a time, and one more. */
export const padding = 5;
export const maxPlaces = 1 << 16;

/** The checksum of a blob of version 2. */
export function packedChecksum(blob: Buffer): number {
  return crc32(blob.subarray(headerBytes), (packedVersion << 8) | (blob[1] as number));
}

export function isPackedSound(blob: Buffer): boolean {
  return blob.length >= headerBytes && packedChecksum(blob) === blob.readUInt32LE(2);
}

export function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

export function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}

/** The lowest `width` bits of each number, one behind the other, from the lowest bit of the first byte on. */
export function pack(writer: ByteWriter, numbers: Float64Array, width: number): void {
  const { bytes, length } = writer;
  const size = (numbers.length * width + 7) >> 3;
  bytes.fill(0, length, length + size);
  let bit = 0;
  for (const number of numbers) {
    let rest = number;
    for (let left = width; left > 0; ) {
      const at = length + (bit >> 3);
      const taken = Math.min(left, 8 - (bit & 7));
      bytes[at] = (bytes[at] as number) | ((rest & ((1 << taken) - 1)) << (bit & 7));
      rest >>>= taken;
      left -= taken;
      bit += taken;
    }
  }
  writer.length = length + size;
}

/** What `pack` wrote, to `into` from `first` on. */
export function unpack(
  bytes: Uint8Array,
  from: number,
  count: number,
  width: number,
  into: Int32Array,
  first: number,
): void {
  if (width === 0) {
    into.fill(0, first, first + count);
    return;
  }
  const mask = 2 ** width - 1;
  if (width > 24) {
    for (let index = first, bit = 0; index < first + count; index++, bit += width) {
      const at = from + (bit >>> 3);
      const shift = bit & 7;
      const low = wordAt(bytes, at);
      into[index] = (shift === 0 ? low : (low >>> shift) | ((bytes[at + 4] as number) << (32 - shift))) & mask;
    }
    return;
  }
  let at = from;
  let bits = 0;
  let have = 0;
  for (let index = first; index < first + count; index++) {
    for (; have < width; have += 8) bits |= (bytes[at++] as number) << have;
    into[index] = bits & mask;
    bits >>>= width;
    have -= width;
  }
}

/** Four bytes, the lowest first. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** How many bits of a byte are set. */
export function bitsOf(byte: number): number {
  let bits = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}
