/** The table of sealed chunks: rows in and out. What is merged and cut is decided in seal.ts. */
import { crc32 } from "node:zlib";
import { CodecError } from "../codec/bytes.ts";
import { type ChunkColumns, decodeChunk, encodeChunk } from "../codec/chunk.ts";
import { Outline, outlineOf } from "../codec/outline.ts";
import type { Db } from "./driver.ts";

/** A chunk without its readings. */
export interface ChunkInfo {
  /** Rises with each seal: of two readings of one millisecond the one in the higher chunk came later. */
  readonly id: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  /** Encoded size, bytes. */
  readonly bytes: number;
}

/** What a bucket takes from a whole chunk of numbers; booleans count as 0 and 1; of texts, which have but an outline, all is NaN. */
export interface Summary {
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly first: number;
  readonly last: number;
  /** Of booleans and texts that change seldom enough. It can be read through once. */
  readonly outline?: Outline;
}

/** How long the longest chunk of a series is is looked for anew after so many questions: one that is gone must not count for ever. */
const spanAsked = 1_000;

/** All of it is in the index by time, so that a look at the end of a series reads one page. */
const infoColumns = "id, first_ms AS firstMs, last_ms AS lastMs, count, bytes";

/** Of each series that was asked about: no chunk spans more, ms. It bounds where one can end that begins before some time. */
type Spans = Map<number, { longestMs: number; asked: number }>;

/** What one of them writes the others on its connection ask about. */
const spansOf = new WeakMap<Db, Spans>();

export class Chunks {
  readonly #insert;
  readonly #update;
  readonly #give;
  readonly #remove;
  readonly #newest;
  readonly #endingAfter;
  readonly #overlapping;
  readonly #read;
  readonly #firstEnd;
  readonly #firstMs;
  readonly #longest;
  readonly #last;
  readonly #spans: Spans;

  constructor(db: Db) {
    this.#spans = spansOf.get(db) ?? new Map();
    spansOf.set(db, this.#spans);
    this.#insert = db.prepare(
      "INSERT INTO chunks (series, first_ms, last_ms, count, bytes, received_ms, summary, readings) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#update = db.prepare(
      "UPDATE chunks SET first_ms = ?, last_ms = ?, count = ?, bytes = ?, summary = ?, readings = ? WHERE id = ?",
    );
    this.#give = db.prepare("UPDATE chunks SET series = ? WHERE id = ?");
    this.#remove = db.prepare("DELETE FROM chunks WHERE id = ?");
    this.#newest = db.prepare(`SELECT ${infoColumns} FROM chunks WHERE series = ? ORDER BY last_ms DESC LIMIT ?`);
    this.#endingAfter = db.prepare(
      `SELECT ${infoColumns} FROM chunks WHERE series = ? AND last_ms > ? ORDER BY last_ms, id LIMIT ?`,
    );
    this.#overlapping = db.prepare(
      `SELECT ${infoColumns} FROM chunks WHERE series = ? AND last_ms BETWEEN ? AND ? AND first_ms <= ? ORDER BY id`,
    );
    this.#firstEnd = db.prepare("SELECT min(last_ms) FROM chunks WHERE series = ?").pluck();
    this.#firstMs = db.prepare("SELECT min(first_ms) FROM chunks WHERE series = ? AND last_ms <= ?").pluck();
    this.#longest = db.prepare("SELECT max(last_ms - first_ms) FROM chunks WHERE series = ?").pluck();
    this.#last = db.prepare("SELECT id FROM chunks WHERE series = ? ORDER BY last_ms DESC, id DESC LIMIT 1").pluck();
    this.#read = db.prepare(`SELECT ${storedColumns}, received_ms AS receivedMs FROM chunks WHERE id = ?`);
  }

  /** Writes rows as one chunk, `blob` as `encodeChunk` made it of them; none of them arrived after `receivedMs`. Answers the encoded size. */
  insert(series: number, rows: ChunkColumns, receivedMs: number, blob = encodeChunk(rows)): number {
    const { times } = rows;
    const span = this.#spans.get(series);
    if (span) span.longestMs = Math.max(span.longestMs, (times.at(-1) as number) - (times[0] as number));
    const summary = summarize(rows, blob.length);
    this.#insert.run(series, times[0], times.at(-1), times.length, blob.length, receivedMs, summary, blob);
    return blob.length;
  }

  /** Puts fewer rows into a chunk's place; its rank among the others stays. */
  replace(id: number, rows: ChunkColumns): void {
    const { times } = rows;
    const blob = encodeChunk(rows);
    this.#update.run(times[0], times.at(-1), times.length, blob.length, summarize(rows, blob.length), blob, id);
  }

  /** Makes a chunk one of another series. */
  give({ id, firstMs, lastMs }: ChunkInfo, series: number): void {
    const span = this.#spans.get(series);
    if (span) span.longestMs = Math.max(span.longestMs, lastMs - firstMs);
    this.#give.run(series, id);
  }

  remove(id: number): void {
    this.#remove.run(id);
  }

  /** The `limit` chunks of a series that end last, the newest first. */
  newest(series: number, limit: number): ChunkInfo[] {
    return this.#newest.all(series, limit) as ChunkInfo[];
  }

  /** The first `limit` chunks of a series that end after `afterMs`, in the order of their ends. */
  endingAfter(series: number, afterMs: number, limit: number): ChunkInfo[] {
    return this.#endingAfter.all(series, afterMs, limit) as ChunkInfo[];
  }

  /** Chunks with any reading possible from `firstMs` to `lastMs`, both included, in order of arrival. */
  overlapping(series: number, firstMs: number, lastMs: number): ChunkInfo[] {
    const untilMs = lastMs === Number.POSITIVE_INFINITY ? lastMs : lastMs + this.#longestMs(series);
    return this.#overlapping.all(series, firstMs, untilMs, lastMs) as ChunkInfo[];
  }

  /** The earliest time in the chunks of a series; null where it has none. */
  firstMs(series: number): number | null {
    const endMs = this.#firstEnd.get(series) as number | null;
    return endMs === null ? null : (this.#firstMs.get(series, endMs + this.#longestMs(series)) as number);
  }

  /** One walk over the index of a series, and then none for long: without a bound each question would be one. */
  #longestMs(series: number): number {
    let span = this.#spans.get(series);
    if (span === undefined || span.asked === spanAsked) {
      span = { longestMs: (this.#longest.get(series) as number | null) ?? 0, asked: 0 };
      this.#spans.set(series, span);
    }
    span.asked += 1;
    return span.longestMs;
  }

  /** The chunk with the newest reading of a series, the later arrival of two with the same time; undefined where it has none. */
  last(series: number): number | undefined {
    return this.#last.get(series) as number | undefined;
  }

  /** Throws `CodecError` for a damaged one. */
  read(id: number): ChunkColumns & { readonly receivedMs: number } {
    const stored = this.#read.get(id) as StoredChunk & { receivedMs: number };
    return { ...decodeStored(stored), receivedMs: stored.receivedMs };
  }

  /** Like `read`; undefined for a damaged one. */
  tryRead(id: number): (ChunkColumns & { readonly receivedMs: number }) | undefined {
    try {
      return this.read(id);
    } catch (error) {
      if (error instanceof CodecError) return undefined;
      throw error;
    }
  }
}

const summaryBytes = 40;
const checksumBytes = 4;
/** Begins an outline. What begins with another byte is a newer hub's, and is passed over. */
const outlineVersion = 1;
const unknown = { min: Number.NaN, max: Number.NaN, sum: Number.NaN, first: 0, last: Number.NaN };
/** An outline takes at most this part of what the readings do, or so many bytes, and of a reading. */
const outlineShare = 1 / 16;
const outlineBytes = 16;
const outlineBytesEach = 1 / 32;

/**
 * Five doubles but of texts, an outline but of numbers, and a checksum over all that and the count: SQLite's own REAL would turn
 * -0 into 0. Null for texts without an outline. `bytes`: of the readings, encoded.
 */
function summarize(rows: ChunkColumns, bytes: number): Buffer | null {
  const { type, times, values } = rows;
  const mostBytes = Math.max(outlineBytes, bytes * outlineShare, times.length * outlineBytesEach);
  const outline = type === "number" ? undefined : outlineOf(rows, mostBytes);
  const rest = outline ? [Buffer.of(outlineVersion), outline] : [];
  if (type === "string") return outline ? checked(rest, ~times.length) : null;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  const numbers = Float64Array.of(min, max, sum, values[0] as number, values.at(-1) as number);
  return checked([Buffer.from(numbers.buffer), ...rest], times.length);
}

/** The seed of texts is another one: to a hub that knows no outlines theirs must not pass for five doubles. */
function checked(parts: readonly Buffer[], seed: number): Buffer {
  const told = Buffer.concat([...parts, Buffer.alloc(checksumBytes)]);
  const end = told.length - checksumBytes;
  told.writeUInt32LE(crc32(told.subarray(0, end), seed >>> 0), end);
  return told;
}

/** Columns that `decodeStored` needs. */
export const storedColumns = "readings, series, first_ms AS firstMs, last_ms AS lastMs, count";

export interface StoredChunk {
  readonly readings: Buffer;
  readonly series: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
}

/** The readings of a row, which must be those that the rest of the row speaks of. Throws `CodecError` otherwise. */
export function decodeStored({ readings, firstMs, lastMs, count }: StoredChunk): ChunkColumns {
  const rows = decodeChunk(readings);
  const { times } = rows;
  if (times.length !== count || times[0] !== firstMs || times.at(-1) !== lastMs) {
    throw new CodecError("the chunk's readings are not those of its row");
  }
  return rows;
}

/** Reads what `summarize` wrote of `count` readings; undefined where that is damaged, and the readings have to be asked. */
export function readSummary(blob: Buffer, count: number): Summary | undefined {
  const end = blob.length - checksumBytes;
  if (end < 1) return undefined;
  const [told, checksum] = [blob.subarray(0, end), blob.readUInt32LE(end)];
  if (end >= summaryBytes && crc32(told, count) === checksum) {
    const [min, max, sum, first, last] = [0, 8, 16, 24, 32].map((at) => blob.readDoubleLE(at)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    return { min, max, sum, first, last, ...outlineIn(told.subarray(summaryBytes), false) };
  }
  const ofTexts = crc32(told, ~count >>> 0) === checksum ? outlineIn(told, true) : undefined;
  return ofTexts && { ...unknown, ...ofTexts };
}

function outlineIn(told: Buffer, isText: boolean): { readonly outline: Outline } | undefined {
  return told[0] === outlineVersion ? { outline: new Outline(told.subarray(1), isText) } : undefined;
}
