/**
 * One group commit as a blob of the journal: the senders' marks, then the readings in order of arrival. It is read only
 * after a restart, so that it is coded for a small log and a quick commit, not for queries (figures, with and without
 * deflate, in the README of the store).
 */
import { crc32 } from "node:zlib";
import type { Columns } from "../columns.ts";
import type { Mark } from "../store.ts";
import { ByteReader, ByteWriter, CodecError, requireVersion } from "./bytes.ts";
import { readTimes, writeTimes } from "./varint-times.ts";

const version = 1;
const headerBytes = 5;
const scratch = new ByteWriter(1 << 18);
const powersOfTen = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];
/** In place of the number of decimals: the eight bytes of the double follow. */
const asDouble = 7;
/** A mantissa, its sign and three bits for the decimals fit the unsigned writer. */
const mantissaLimit = 2 ** 48;

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
  let previous = 0;
  for (let index = 0; index < length; index++) {
    const number = series[index] as number;
    writer.signed(number - previous);
    previous = number;
  }
  writeTimes(writer, times, length);
  writer.room(length * 9);
  let decimals = 0;
  for (let index = 0; index < length; index++) {
    const value = values[index] as number;
    // Another series has its own: what one sensor measures finely must not make what others count long.
    if (index > 0 && series[index] !== series[index - 1]) decimals = 0;
    decimals = writeValue(writer, value, decimals > 0 && Number.isInteger(value) ? 0 : decimals);
  }
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

/** Tries the decimals of the value before first: those of one sensor differ seldom. Answers with what the next one is tried with. */
function writeValue(writer: ByteWriter, value: number, before: number): number {
  for (let tried = -1; tried < powersOfTen.length; tried++) {
    const decimals = tried < 0 ? before : tried;
    const power = powersOfTen[decimals] as number;
    const mantissa = Math.round(value * power);
    if (mantissa >= mantissaLimit || mantissa <= -mantissaLimit) {
      // With fewer decimals it may fit.
      if (tried < 0) continue;
      break;
    }
    if (mantissa / power !== value) continue;
    if (mantissa === 0 && Object.is(value, -0)) break;
    writer.unsigned((mantissa >= 0 ? mantissa * 2 : -mantissa * 2 - 1) * 8 + decimals);
    return decimals;
  }
  writer.byte(asDouble);
  writer.double(value);
  return before;
}

function readValue(reader: ByteReader): number {
  const code = reader.unsigned();
  const decimals = code % 8;
  if (decimals === asDouble) return reader.double();
  const zigzag = Math.floor(code / 8);
  return (zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2) / (powersOfTen[decimals] as number);
}
