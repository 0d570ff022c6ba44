/**
 * One group commit as a blob of the journal: the senders' marks, then the readings in order of arrival. It is read only
 * after a restart, so that it is coded for a small log and a quick commit, not for queries (figures, with and without
 * deflate, in the README of the store).
 */
import { crc32 } from "node:zlib";
import type { Columns } from "../columns.ts";
import type { Mark } from "../store.ts";
import { ByteReader, ByteWriter, CodecError, putUnsigned, requireVersion, zigzag } from "./bytes.ts";
import { readTimes, writeTimes } from "./varint-times.ts";

const version = 1;
const headerBytes = 5;
const scratch = new ByteWriter(1 << 18);
const powersOfTen = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];
/** In place of the number of decimals: the eight bytes of the double follow. */
const asDouble = 7;
/** A mantissa, its sign and three bits for the decimals fit the unsigned writer. */
const mantissaLimit = 2 ** 48;

/** Within an entry: decimals of a series differ seldom, and those of its last value that had some are tried first. Series that share a place forget each other. */
const lastDecimals = new Uint8Array(1024);
const lastSeries = new Uint32Array(lastDecimals.length);

/** What a group commit leaves in the journal. */
export interface JournalEntry {
  /** Arrival, ms since the epoch. */
  readonly receivedMs: number;
  readonly marks: readonly Mark[];
  readonly columns: Columns;
}

export function encodeJournal({ receivedMs, marks, columns }: JournalEntry): Buffer {
  const writer = scratch;
  const { length, series, times, values, strings } = columns;
  writer.length = 0;
  writer.room(64);
  writer.byte(version);
  writer.length = headerBytes;
  writer.double(receivedMs);
  writer.unsigned(marks.length);
  for (const mark of marks) {
    writer.text(mark.device);
    writer.text(mark.session);
    writer.room(16);
    writer.unsigned(mark.seq);
  }
  writer.room(16);
  writer.unsigned(strings.length);
  for (const text of strings) writer.text(text);
  writer.room(16 + length * 14);
  writer.unsigned(length);
  writeSeries(writer, series, length);
  writeTimes(writer, times, length);
  writer.room(length * 9);
  writeValues(writer, series, values, length);
  const blob = writer.copy();
  blob.writeUInt32LE(crc32(blob.subarray(headerBytes)), 1);
  return blob;
}

/** Decodes what `encodeJournal` wrote; throws `CodecError` on anything else. */
export function decodeJournal(blob: Buffer): JournalEntry {
  const isSound = () => blob.length >= headerBytes && crc32(blob.subarray(headerBytes)) === blob.readUInt32LE(1);
  requireVersion("journal", blob, version, isSound);
  if (blob.length < headerBytes) throw new CodecError("the journal entry ends too early");
  if (!isSound()) throw new CodecError("the journal entry's checksum does not match");
  const reader = new ByteReader(blob, headerBytes);
  const receivedMs = reader.double();
  const marks = Array.from({ length: reader.count(3) }, () => ({
    device: reader.text(),
    session: reader.text(),
    seq: reader.unsigned(),
  }));
  const strings = Array.from({ length: reader.count(1) }, () => reader.text());
  const length = reader.count(3);
  const series = new Uint32Array(length);
  let number = 0;
  for (let index = 0; index < length; index++) {
    number += reader.signed();
    series[index] = number;
  }
  const times = readTimes(reader, length);
  const values = new Float64Array(length);
  for (let index = 0; index < length; index++) values[index] = readValue(reader);
  return { receivedMs, marks, columns: { length, series, times, values, strings } };
}

function writeSeries(writer: ByteWriter, series: Uint32Array, length: number): void {
  const { bytes } = writer;
  let at = writer.length;
  let previous = 0;
  for (let index = 0; index < length; index++) {
    const number = series[index] as number;
    at = putUnsigned(bytes, at, zigzag(number - previous));
    previous = number;
  }
  writer.length = at;
}

function writeValues(writer: ByteWriter, series: Uint32Array, values: Float64Array, length: number): void {
  const { bytes } = writer;
  let at = writer.length;
  lastDecimals.fill(0);
  for (let index = 0; index < length; index++) {
    const value = values[index] as number;
    const number = series[index] as number;
    const slot = number % lastDecimals.length;
    // Another series has its own: what one sensor measures finely must not make what others count long.
    if (lastSeries[slot] !== number) {
      lastSeries[slot] = number;
      lastDecimals[slot] = 0;
    }
    const decimals = Number.isInteger(value) ? 0 : (lastDecimals[slot] as number);
    const power = powersOfTen[decimals] as number;
    const mantissa = Math.round(value * power);
    if (mantissa / power === value && mantissa < mantissaLimit && mantissa > -mantissaLimit && mantissa !== 0)
      at = putUnsigned(bytes, at, zigzag(mantissa) * 8 + decimals);
    else {
      writer.length = at;
      const found = writeValue(writer, value);
      if (found > 0) lastDecimals[slot] = found;
      at = writer.length;
    }
  }
  writer.length = at;
}

/** Tries all decimals, the fewest first; answers with those that it took, 0 where the value stands as a double. */
function writeValue(writer: ByteWriter, value: number): number {
  for (let decimals = 0; decimals < powersOfTen.length; decimals++) {
    const power = powersOfTen[decimals] as number;
    const mantissa = Math.round(value * power);
    if (mantissa >= mantissaLimit || mantissa <= -mantissaLimit) break;
    if (mantissa / power !== value) continue;
    if (mantissa === 0 && Object.is(value, -0)) break;
    writer.unsigned(zigzag(mantissa) * 8 + decimals);
    return decimals;
  }
  writer.byte(asDouble);
  writer.double(value);
  return 0;
}

function readValue(reader: ByteReader): number {
  const code = reader.unsigned();
  const decimals = code % 8;
  if (decimals === asDouble) return reader.double();
  const zigzag = Math.floor(code / 8);
  return (zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2) / (powersOfTen[decimals] as number);
}
