/** Chunks of version 1, which hubs wrote until format 2: read for ever, written never. Layout in the README of the store. */
import { inflateRawSync } from "node:zlib";
import type { ValueType } from "../columns.ts";
import { ByteReader, CodecError } from "./bytes.ts";
import { readTimes } from "./varint-times.ts";

const deflatedFlag = 0x10;
const types: readonly ValueType[] = ["number", "boolean", "string"];
/** A chunk is far smaller; a damaged one must not fill the memory. */
const maxPlainBytes = 64 * 1024 * 1024;
const powersOfTen = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const bitsMode = 255;

type Values = { readonly values: Float64Array<ArrayBuffer>; readonly strings: readonly string[] };

/** Decodes the body of a chunk whose checksum has been looked at; throws `CodecError` on what version 1 never wrote. */
export function decodeBody1(
  flags: number,
  body: Buffer,
): { readonly type: ValueType; readonly times: Float64Array<ArrayBuffer> } & Values {
  const type = types[flags & 0x0f];
  if (type === undefined) throw new CodecError(`unknown chunk type ${flags & 0x0f}`);
  const reader = new ByteReader(flags & deflatedFlag ? inflate(body) : body);
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

function readValues(reader: ByteReader, type: ValueType, count: number): Values {
  if (type === "number") return { values: readNumbers(reader, count), strings: [] };
  if (type === "boolean") return { values: readBooleans(reader, count), strings: [] };
  return readStrings(reader, count);
}

/** Differences of integers of one scale, or bits XOR those of the value before. */
function readNumbers(reader: ByteReader, count: number): Float64Array<ArrayBuffer> {
  const mode = reader.byte();
  if (mode === bitsMode) return readBits(reader, count);
  const power = powersOfTen[mode];
  if (power === undefined) throw new CodecError(`unknown number mode ${mode}`);
  const values = new Float64Array(count);
  let mantissa = 0;
  for (let index = 0; index < count; index++) {
    mantissa += reader.signed();
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

function readBooleans(reader: ByteReader, count: number): Float64Array<ArrayBuffer> {
  const bits = reader.take(Math.ceil(count / 8));
  return Float64Array.from({ length: count }, (_, index) => ((bits[index >> 3] as number) >> (index & 7)) & 1);
}

function readStrings(reader: ByteReader, count: number): Values {
  const strings = Array.from({ length: reader.count(1) }, () => reader.text());
  const values = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const number = reader.unsigned();
    if (number >= strings.length) throw new CodecError(`text ${number} of ${strings.length}`);
    values[index] = number;
  }
  return { values, strings };
}
