/**
 * One sealed chunk as a blob: times and values of one series. Layout (version 1) in the README of the store; a blob of
 * any version once released stays readable, and golden blobs in the tests see to it.
 */
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import type { ValueType } from "../columns.ts";
import { ByteReader, ByteWriter, CodecError, requireVersion } from "./bytes.ts";
import { readNumbers, writeNumbers } from "./numbers.ts";
import { readTimes, writeTimes } from "./varint-times.ts";

const version = 1;
const headerBytes = 6;
const deflatedFlag = 0x10;
const types: readonly ValueType[] = ["number", "boolean", "string"];
/** A chunk is far smaller; a damaged one must not fill the memory. */
const maxPlainBytes = 64 * 1024 * 1024;

/** Readings of one series in strictly rising time. */
export interface ChunkColumns {
  readonly type: ValueType;
  readonly times: Float64Array<ArrayBuffer>;
  /** Numbers; 0 or 1 for booleans; indexes into `strings` for strings. */
  readonly values: Float64Array<ArrayBuffer>;
  readonly strings: readonly string[];
}

const scratch = new ByteWriter(1 << 18);

/** Encodes the first `count` readings. Exact for every finite double, every well-formed string, every integer time. */
export function encodeChunk(chunk: ChunkColumns, count = chunk.times.length): Buffer {
  const writer = scratch;
  writer.length = 0;
  writer.room(16);
  writer.unsigned(count);
  writeTimes(writer, chunk.times, count);
  writeValues(writer, chunk, count);
  const plain = writer.bytes.subarray(0, writer.length);
  const deflated = deflateRawSync(plain, { level: 1 });
  const smaller = deflated.length < plain.length;
  const body = smaller ? deflated : plain;
  const blob = Buffer.allocUnsafe(headerBytes + body.length);
  blob[0] = version;
  blob[1] = types.indexOf(chunk.type) | (smaller ? deflatedFlag : 0);
  blob.writeUInt32LE(crc32(body, blob[1]), 2);
  body.copy(blob, headerBytes);
  return blob;
}

/** Decodes what `encodeChunk` wrote; throws `CodecError` on anything else. */
export function decodeChunk(blob: Buffer): ChunkColumns {
  const isSound = () =>
    blob.length >= headerBytes && crc32(blob.subarray(headerBytes), blob[1]) === blob.readUInt32LE(2);
  requireVersion("chunk", blob, version, isSound);
  if (blob.length < headerBytes) throw new CodecError("the chunk ends too early");
  if (!isSound()) throw new CodecError("the chunk's checksum does not match");
  const flags = blob[1] as number;
  const body = blob.subarray(headerBytes);
  const type = types[flags & 0x0f];
  if (type === undefined) throw new CodecError(`unknown chunk type ${flags & 0x0f}`);
  const plain = flags & deflatedFlag ? inflate(body) : body;
  const reader = new ByteReader(plain);
  const count = reader.count(1);
  const times = readTimes(reader, count);
  return { type, times, ...readValues(reader, type, count) };
}

function inflate(body: Buffer): Buffer {
  try {
    return inflateRawSync(body, { maxOutputLength: maxPlainBytes });
  } catch (error) {
    throw new CodecError(`the chunk cannot be inflated: ${error instanceof Error ? error.message : String(error)}`);
  }
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

function writeBooleans(writer: ByteWriter, values: Float64Array, count: number): void {
  writer.room((count >> 3) + 1);
  for (let index = 0; index < count; index += 8) {
    let bits = 0;
    for (let bit = 0; bit < 8 && index + bit < count; bit++) bits |= (values[index + bit] as number) << bit;
    writer.byte(bits);
  }
}

function readBooleans(reader: ByteReader, count: number): Float64Array<ArrayBuffer> {
  const bits = reader.take(Math.ceil(count / 8));
  return Float64Array.from({ length: count }, (_, index) => ((bits[index >> 3] as number) >> (index & 7)) & 1);
}

/** Only texts that occur are written, each once, numbered in order of first use. */
function writeStrings(writer: ByteWriter, values: Float64Array, strings: readonly string[], count: number): void {
  const numbers = new Map<string, number>();
  const indexes = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const text = strings[values[index] as number] as string;
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    indexes[index] = number;
  }
  writer.room(8);
  writer.unsigned(numbers.size);
  for (const text of numbers.keys()) writer.text(text);
  writer.room(count * 5);
  for (const number of indexes) writer.unsigned(number);
}

function readStrings(reader: ByteReader, count: number): Pick<ChunkColumns, "values" | "strings"> {
  const strings = Array.from({ length: reader.count(1) }, () => reader.text());
  const values = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const number = reader.unsigned();
    if (number >= strings.length) throw new CodecError(`text ${number} of ${strings.length}`);
    values[index] = number;
  }
  return { values, strings };
}
