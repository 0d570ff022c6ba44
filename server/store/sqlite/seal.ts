/** Turns a head into chunks: merges the small ones at the end of its series, and keeps late readings apart. */
import { type ChunkColumns, encodeChunk } from "../codec/chunk.ts";
import type { SeriesState } from "../store.ts";
import { type ChunkInfo, Chunks } from "./chunks.ts";
import type { Db } from "./driver.ts";
import { cutToFit, isShort, type Piece } from "./fit.ts";
import { jittered, type NewestReading, type SealedState, type SeriesHead } from "./head.ts";
import type { Heads } from "./heads.ts";
import { lowerBound, mergeRows, partOf, sliceRows } from "./rows.ts";
import type { Staleness } from "./stale.ts";

/** So many small chunks at the end of a series become one; sooner where they are no longer than this part of a chunk together. */
export const mergeAt = 6;
const tinyShare = 0.22;
/** What the tables of a chunk take, about, whatever its length, and at most this part of it: the size of a short one tells too little otherwise. */
const tableBytes = 60;
const tableShare = 1 / 16;
/** No chunk holds more readings: what a query must decode for one of them. */
export const maxChunkRows = 16_384;

/** What a seal changes in memory; applied once its transaction is durable. */
export interface Sealed {
  readonly head: SeriesHead;
  readonly state: SealedState;
  readonly newest: NewestReading | undefined;
  readonly chunkRows: number;
  readonly fullAt: number;
  /** Rows of the head from here on were not written and stay in it; undefined where all were. */
  readonly keptFrom: number | undefined;
  /** Rows that said the same as what was sealed. */
  readonly alike: number;
}

export class Sealer {
  readonly #chunks: Chunks;
  readonly #heads: Heads;
  readonly #stale: Staleness;
  readonly #save;
  readonly #chunkBytes: number;
  #turn = 1;

  /** `chunkBytes`: the encoded size that a chunk should have. */
  constructor(db: Db, heads: Heads, stale: Staleness, chunkBytes: number) {
    this.#heads = heads;
    this.#stale = stale;
    this.#chunks = new Chunks(db);
    this.#chunkBytes = chunkBytes;
    this.#save = db.prepare(
      `INSERT INTO sealed VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET through_commit = excluded.through_commit,
       count = excluded.count, first_ms = excluded.first_ms, last_ms = excluded.last_ms, last_value = excluded.last_value,
       last_received_ms = excluded.last_received_ms`,
    );
  }

  /**
   * Writes the head's rows, all of commits up to `commit`, inside the caller's transaction. Memory stays as it was. Where
   * `mayKeep`, because the head was only found full, rows at its end that fill no chunk are left out, or all of them.
   */
  seal(head: SeriesHead, commit: number, mayKeep = false): Sealed {
    const { series, type } = head.identity;
    const rows = head.rows();
    this.#stale.arrived(series, rows.times);
    const known = this.#chunks.newest(series, mergeAt + 2);
    let run = this.#runToMerge(known, rows, head.chunkRows);
    let merged = this.#readAll(run);
    if (!merged) {
      // A damaged chunk stays as it is, and the new readings go beside it: nobody else must suffer for it.
      run = [];
      merged = [];
    }
    const ceilingMs = known[run.length]?.lastMs ?? Number.NEGATIVE_INFINITY;
    const old = mergeRows(type, merged);
    const all = mergeRows(type, [old, rows]);
    const late = sliceRows(all, Number.NEGATIVE_INFINITY, ceilingMs + 1);
    const fresh = sliceRows(all, ceilingMs + 1, Number.POSITIVE_INFINITY);
    // Rows that follow all that is sealed can be met again by a restart and change nothing: a commit of which a part is sealed may stay.
    const follows = head.isRising && (rows.times[0] as number) > (known[0]?.lastMs ?? Number.NEGATIVE_INFINITY);
    const mayLeave = mayKeep && follows && type !== "string";
    const sealed = old.times.length;
    const pieces = this.#cut(fresh, head.chunkRows, mayLeave ? sealed + 1 : Number.POSITIVE_INFINITY);
    const chunkRows = pieces.length === 0 ? head.chunkRows : this.#chunkRows(pieces);
    const fullAt = pieces.length === 0 ? head.fullAt : jittered(chunkRows, series, this.#turn++);
    const end = pieces.at(-1);
    if (mayLeave && end?.end === fresh.times.length && isShort(end, this.#chunkBytes, maxChunkRows)) {
      if (pieces.length === 1)
        return { ...unchanged(head), chunkRows, fullAt: Math.max(fullAt - sealed, rows.times.length + 16) };
      if (end.start > sealed) pieces.pop();
    }
    const written = pieces.at(-1)?.end ?? 0;
    const keptFrom = written < fresh.times.length ? written - sealed : undefined;
    for (const { id } of run) this.#chunks.remove(id);
    const { repeated, news } = this.#compare(series, late);
    const receivedMs = Math.max(this.#heads.lastReceivedMs(head), ...merged.map((chunk) => chunk.receivedMs));
    this.#write(series, news, this.#cut(news, head.chunkRows), receivedMs);
    this.#write(series, fresh, pieces, receivedMs);
    const count = late.times.length + written;
    const state = {
      throughCommit: keptFrom === undefined ? commit : head.commitAt(keptFrom) - 1,
      count: head.sealed.count + count - sealed - repeated,
      firstMs: Math.min(head.sealed.firstMs ?? Number.POSITIVE_INFINITY, all.times[0] as number),
      lastMs: Math.max(head.sealed.lastMs ?? Number.NEGATIVE_INFINITY, all.times[count - 1] as number),
    };
    const newest = keptFrom === undefined ? this.#heads.newest(head) : newestOf(rows, keptFrom - 1, receivedMs);
    this.save(series, state, newest);
    return { head, state, newest, chunkRows, fullAt, keptFrom, alike: late.times.length - news.times.length };
  }

  /** About how many readings fill a chunk, as these pieces tell. */
  #chunkRows(pieces: readonly Piece[]): number {
    const forTables = Math.min(tableBytes, this.#chunkBytes * tableShare);
    const bytes = pieces.reduce((sum, { blob }) => sum + blob.length - forTables, 0);
    const rows = (pieces.at(-1) as Piece).end;
    return Math.ceil(Math.min(maxChunkRows, ((this.#chunkBytes - forTables) * rows) / Math.max(bytes, 1)));
  }

  #cut(rows: ChunkColumns, guess: number, mayLeaveFrom = Number.POSITIVE_INFINITY): Piece[] {
    const encode = (start: number, end: number) => encodeChunk(partOf(rows, start, end));
    return cutToFit(rows.times.length, guess, this.#chunkBytes, maxChunkRows, encode, mayLeaveFrom);
  }

  /** Chunks in order of arrival; undefined where one of them is damaged. */
  #readAll(run: readonly ChunkInfo[]) {
    const read = [...run].sort((a, b) => a.id - b.id).map(({ id }) => this.#chunks.tryRead(id));
    return read.includes(undefined) ? undefined : read.filter((chunk) => chunk !== undefined);
  }

  /** What is known of a series, its open rows counted in. */
  stateOf(head: SeriesHead): SeriesState {
    const { sealed, identity } = head;
    const open = head.length === 0 ? { count: 0, firstMs: null } : this.#unsealed(head);
    const firsts = [sealed.firstMs, open.firstMs].filter((time) => time !== null);
    return {
      ...identity,
      firstTimeMs: firsts.length === 0 ? null : Math.min(...firsts),
      lastTimeMs: this.#heads.newest(head)?.timeMs ?? null,
      count: sealed.count + open.count,
    };
  }

  /** What the rows of a head add to the sealed part: readings that no chunk has, and the first time. */
  #unsealed(head: SeriesHead): { readonly count: number; readonly firstMs: number | null } {
    const sealedMs = head.sealed.lastMs ?? Number.NEGATIVE_INFINITY;
    // Most heads go on behind what is sealed: a question about all series must not copy them.
    if (head.isSorted && head.firstMs() > sealedMs) return { count: head.length, firstMs: head.firstMs() };
    const rows = head.rows();
    const late = sliceRows(rows, Number.NEGATIVE_INFINITY, sealedMs + 1);
    const { repeated } = this.#compare(head.identity.series, late);
    return { count: rows.times.length - repeated, firstMs: rows.times[0] ?? null };
  }

  /** Stores what is known of a series' sealed part. */
  save(series: number, state: SealedState, newest: NewestReading | undefined): void {
    const { throughCommit, count, firstMs, lastMs } = state;
    const value = newest === undefined ? null : sqlValue(newest);
    this.#save.run(series, throughCommit, count, firstMs, lastMs, value, newest?.receivedMs ?? null);
  }

  /** The chunks at the end of the series that the new rows should be joined with, the newest first; often none. */
  #runToMerge(known: readonly ChunkInfo[], rows: ChunkColumns, chunkRows: number): readonly ChunkInfo[] {
    let best = 0;
    let firstMs = Number.POSITIVE_INFINITY;
    let bytes = 0;
    let count = rows.times.length;
    const rowBytes = this.#chunkBytes / chunkRows;
    for (let size = 1; size <= Math.min(known.length, mergeAt); size++) {
      const chunk = known[size - 1] as ChunkInfo;
      bytes += chunk.bytes;
      count += chunk.count;
      firstMs = Math.min(firstMs, chunk.firstMs);
      if (chunk.bytes > this.#chunkBytes / 2 || count > maxChunkRows) break;
      const belowMs = known[size]?.lastMs ?? Number.NEGATIVE_INFINITY;
      // Merged chunks get a new, higher rank: only a run that nothing else overlaps may do so.
      if (firstMs <= belowMs) continue;
      const together = bytes + rows.times.length * rowBytes;
      const enough = size === mergeAt || together >= this.#chunkBytes || together <= this.#chunkBytes * tinyShare;
      const reachesBack =
        (rows.times[0] as number) <= (known[0] as ChunkInfo).lastMs && (rows.times[0] as number) > belowMs;
      if (enough || reachesBack) best = size;
    }
    return known.slice(0, best);
  }

  /** Writes pieces of rows as chunks. */
  #write(series: number, rows: ChunkColumns, pieces: readonly Piece[], receivedMs: number): void {
    for (const { start, end, blob } of pieces) this.#chunks.insert(series, partOf(rows, start, end), receivedMs, blob);
  }

  /** How many of these rows repeat a time that the chunks already have, and all but those that repeat its value, too. */
  #compare(series: number, late: ChunkColumns): { readonly repeated: number; readonly news: ChunkColumns } {
    const { times, values, strings, type } = late;
    const known = new Uint8Array(times.length);
    for (const chunk of times.length === 0 ? [] : this.#overlapping(series, times)) {
      const start = lowerBound(times, chunk.firstMs);
      const end = lowerBound(times, chunk.lastMs + 1);
      const old = start === end ? undefined : this.#chunks.tryRead(chunk.id);
      if (!old) continue;
      for (let index = start; index < end; index++) {
        const at = lowerBound(old.times, times[index] as number);
        if (old.times[at] !== times[index]) continue;
        const before = old.values[at] as number;
        const after = values[index] as number;
        const isSame = type === "string" ? old.strings[before] === strings[after] : Object.is(before, after);
        known[index] = isSame ? sameValue : sameTime;
      }
    }
    const repeated = known.reduce((sum, one) => sum + (one > 0 ? 1 : 0), 0);
    const isNews = (_: number, index: number) => known[index] !== sameValue;
    const news = { ...late, times: times.filter(isNews), values: values.filter(isNews) };
    return { repeated, news: news.times.length === times.length ? late : news };
  }

  #overlapping(series: number, times: Float64Array): ChunkInfo[] {
    return this.#chunks.overlapping(series, times[0] as number, times.at(-1) as number);
  }
}

/** What a reading repeats of one that is sealed. */
const sameTime = 1;
const sameValue = 2;

/** Of a head that stays as it is. */
function unchanged(head: SeriesHead): Omit<Sealed, "chunkRows" | "fullAt"> {
  return { head, state: head.sealed, newest: head.sealedNewest, keptFrom: 0, alike: 0 };
}

/** The row at `index`, a number or a boolean; its arrival is not known closer than that of all rows. */
function newestOf({ type, times, values }: ChunkColumns, index: number, receivedMs: number): NewestReading {
  const cell = values[index] as number;
  return { timeMs: times[index] as number, value: type === "boolean" ? cell !== 0 : cell, receivedMs };
}

/** Text as text, numbers and booleans as the 8 bytes of a double, since SQLite's own REAL would turn -0 into 0. */
function sqlValue({ value }: NewestReading): string | Buffer {
  return typeof value === "string" ? value : Buffer.from(Float64Array.of(Number(value)).buffer);
}
