/**
 * One sealed chunk as a blob: times and values of one series. Layouts (version 2, which is written, and 1) in the README of the
 * store; a blob of any version once released stays readable, and golden blobs in the tests see to it.
 */
import { crc32 } from "node:zlib";
import type { ValueType } from "../columns.ts";
import { ByteReader, ByteWriter, CodecError, requireVersion } from "./bytes.ts";
import { decodeBody1 } from "./chunk-1.ts";
import { readNumbers, writeNumbers } from "./numbers.ts";
import { readBooleans, readStrings, writeBooleans, writeStrings } from "./states.ts";
import { longestStepIn, readTimes, writeTimes } from "./times.ts";

const version = 2;
const headerBytes = 6;
const types: readonly ValueType[] = ["number", "boolean", "string"];
/** Chunks have some thousands. Steady readings take no bytes at all, so that their number alone tells how much memory they want. */
const maxRows = 1 << 20;

/** Readings of one series in strictly rising time. */
export interface ChunkColumns {
  readonly type: ValueType;
  readonly times: Float64Array<ArrayBuffer>;
  /** Numbers; 0 or 1 for booleans; indexes into `strings` for strings. */
  readonly values: Float64Array<ArrayBuffer>;
  readonly strings: readonly string[];
}

const scratch = new ByteWriter(1 << 18);

/**
 * Encodes the first `count` readings, at most 2^20. Exact for every finite double, every well-formed string, every integer time
 * within ±2^53.
 */
export function encodeChunk(chunk: ChunkColumns, count = chunk.times.length): Buffer {
  if (count > maxRows) throw new RangeError(`a chunk of ${count} readings`);
  const writer = scratch;
  writer.length = headerBytes;
  writer.unsigned(count);
  writeTimes(writer, chunk.times, count);
  writeValues(writer, chunk, count);
  const blob = writer.copy();
  blob[0] = version;
  blob[1] = types.indexOf(chunk.type);
  blob.writeUInt32LE(checksumOf(blob), 2);
  return blob;
}

/** Decodes what `encodeChunk` of this version or an older one wrote; throws `CodecError` on anything else. */
export function decodeChunk(blob: Buffer): ChunkColumns {
  if (blob[0] === 1) return decode1(blob);
  requireVersion("chunk", blob, version, () => isSound1(blob) || isSound(blob));
  if (blob.length < headerBytes) throw new CodecError("the chunk ends too early");
  if (!isSound(blob)) throw new CodecError("the chunk's checksum does not match");
  const type = types[blob[1] as number];
  if (type === undefined) throw new CodecError(`unknown chunk type ${blob[1]}`);
  const reader = new ByteReader(blob, headerBytes);
  const count = reader.unsigned();
  if (count > maxRows) throw new CodecError(`a chunk of ${count} readings`);
  const times = readTimes(reader, count);
  const values = readValues(reader, type, count);
  if (reader.left > 0) throw new CodecError("the chunk has bytes that belong to nothing");
  return { type, times, ...values };
}

/** No step from one reading of a chunk to the next is longer, ms; Infinity where only decoding it would tell. */
export function longestStepOf(blob: Buffer): number {
  if (blob[0] !== version || !isSound(blob)) return Number.POSITIVE_INFINITY;
  const reader = new ByteReader(blob, headerBytes);
  reader.unsigned();
  return longestStepIn(reader);
}

function decode1(blob: Buffer): ChunkColumns {
  if (blob.length < headerBytes) throw new CodecError("the chunk ends too early");
  if (!isSound1(blob)) throw new CodecError("the chunk's checksum does not match");
  return decodeBody1(blob[1] as number, blob.subarray(headerBytes));
}

/** Whether the checksum is that of version 2 and later: over version, type and body, whatever stands in the version's place. */
function isSound(blob: Buffer): boolean {
  return blob.length >= headerBytes && checksumOf(blob) === blob.readUInt32LE(2);
}

function checksumOf(blob: Buffer): number {
  return crc32(blob.subarray(headerBytes), crc32(Buffer.of(version, blob[1] as number)));
}

/** Whether the checksum is that of version 1: over type and body. */
function isSound1(blob: Buffer): boolean {
  return blob.length >= headerBytes && crc32(blob.subarray(headerBytes), blob[1]) === blob.readUInt32LE(2);
}

function writeValues(writer: ByteWriter, { type, values, strings }: ChunkColumns, count: number): void {
  if (type === "number") writeNumbers(writer, values, count);
  else if (type === "boolean") writeBooleans(writer, values, count);
  else writeStrings(writer, values, strings, count);
}

function readValues(reader: ByteReader, type: ValueType, count: number): Pick<ChunkColumns, "values" | "strings"> {
  if (type === "number") return { values: readNumbers(reader, count), strings: [] };
  if (type === "boolean") return { values: readBooleans(reader, count), strings: [] };
  return readStrings(reader, count);
}
