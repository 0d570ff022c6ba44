/** Turns a head into chunks: merges the small ones at the end of its series, and keeps late readings apart. */
import type { ChunkColumns } from "../codec/chunk.ts";
import type { SeriesState } from "../store.ts";
import { type ChunkInfo, Chunks } from "./chunks.ts";
import type { Db } from "./driver.ts";
import { jittered, type NewestReading, type SealedState, type SeriesHead } from "./head.ts";
import type { Heads } from "./heads.ts";
import { lowerBound, mergeRows, sliceRows } from "./rows.ts";
import type { Staleness } from "./stale.ts";

/** So many small chunks at the end of a series become one. */
const mergeAt = 6;
/** No chunk holds more readings: what a query must decode for one of them. */
const maxChunkRows = 8192;

/** What a seal changes in memory; applied once its transaction is durable. */
export interface Sealed {
  readonly head: SeriesHead;
  readonly state: SealedState;
  readonly newest: NewestReading | undefined;
  readonly fullAt: number;
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

  /** Writes the head's rows, all of commits up to `commit`, inside the caller's transaction. Memory stays as it was. */
  seal(head: SeriesHead, commit: number): Sealed {
    const { series, type } = head.identity;
    const rows = head.rows();
    this.#stale.arrived(series, rows.times);
    const known = this.#chunks.newest(series, mergeAt + 2);
    let run = this.#runToMerge(known, rows, head.fullAt);
    let merged = this.#readAll(run);
    if (!merged) {
      // A damaged chunk stays as it is, and the new readings go beside it: nobody else must suffer for it.
      run = [];
      merged = [];
    }
    const ceilingMs = known[run.length]?.lastMs ?? Number.NEGATIVE_INFINITY;
    const old = mergeRows(type, merged);
    for (const { id } of run) this.#chunks.remove(id);
    const all = mergeRows(type, [old, rows]);
    const late = sliceRows(all, Number.NEGATIVE_INFINITY, ceilingMs + 1);
    const fresh = sliceRows(all, ceilingMs + 1, Number.POSITIVE_INFINITY);
    const repeated = late.times.length === 0 ? 0 : this.#countKnown(series, late);
    const receivedMs = Math.max(this.#heads.lastReceivedMs(head), ...merged.map((chunk) => chunk.receivedMs));
    const bytes = this.#write(series, late, receivedMs) + this.#write(series, fresh, receivedMs);
    const state = {
      throughCommit: commit,
      count: head.sealed.count + all.times.length - old.times.length - repeated,
      firstMs: Math.min(head.sealed.firstMs ?? Number.POSITIVE_INFINITY, all.times[0] as number),
      lastMs: Math.max(head.sealed.lastMs ?? Number.NEGATIVE_INFINITY, all.times.at(-1) as number),
    };
    const newest = this.#heads.newest(head);
    this.save(series, state, newest);
    const rowsWanted = Math.min(maxChunkRows / 2, (this.#chunkBytes * all.times.length) / bytes);
    return { head, state, newest, fullAt: jittered(rowsWanted, series, this.#turn++) };
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
    const rows = head.rows();
    const late = sliceRows(rows, Number.NEGATIVE_INFINITY, (head.sealed.lastMs ?? Number.NEGATIVE_INFINITY) + 1);
    const repeated = late.times.length === 0 ? 0 : this.#countKnown(head.identity.series, late);
    return { count: rows.times.length - repeated, firstMs: rows.times[0] ?? null };
  }

  /** Stores what is known of a series' sealed part. */
  save(series: number, state: SealedState, newest: NewestReading | undefined): void {
    const { throughCommit, count, firstMs, lastMs } = state;
    const value = newest === undefined ? null : sqlValue(newest);
    this.#save.run(series, throughCommit, count, firstMs, lastMs, value, newest?.receivedMs ?? null);
  }

  /** The chunks at the end of the series that the new rows should be joined with, the newest first; often none. */
  #runToMerge(known: readonly ChunkInfo[], rows: ChunkColumns, fullAt: number): readonly ChunkInfo[] {
    let best = 0;
    let firstMs = Number.POSITIVE_INFINITY;
    let bytes = 0;
    let count = rows.times.length;
    const rowBytes = this.#chunkBytes / fullAt;
    for (let size = 1; size <= Math.min(known.length, mergeAt); size++) {
      const chunk = known[size - 1] as ChunkInfo;
      bytes += chunk.bytes;
      count += chunk.count;
      firstMs = Math.min(firstMs, chunk.firstMs);
      if (chunk.bytes > this.#chunkBytes / 2 || count > maxChunkRows) break;
      const belowMs = known[size]?.lastMs ?? Number.NEGATIVE_INFINITY;
      // Merged chunks get a new, higher rank: only a run that nothing else overlaps may do so.
      if (firstMs <= belowMs) continue;
      const enough = size === mergeAt || bytes + rows.times.length * rowBytes >= this.#chunkBytes;
      const reachesBack =
        (rows.times[0] as number) <= (known[0] as ChunkInfo).lastMs && (rows.times[0] as number) > belowMs;
      if (enough || reachesBack) best = size;
    }
    return known.slice(0, best);
  }

  /** Writes rows as chunks of at most `maxChunkRows`; answers their encoded size. */
  #write(series: number, rows: ChunkColumns, receivedMs: number): number {
    const count = rows.times.length;
    const parts = Math.ceil(count / maxChunkRows);
    let bytes = 0;
    for (let part = 0; part < parts; part++) {
      const start = Math.floor((count * part) / parts);
      const end = Math.floor((count * (part + 1)) / parts);
      const times = rows.times.subarray(start, end);
      bytes += this.#chunks.insert(series, { ...rows, times, values: rows.values.subarray(start, end) }, receivedMs);
    }
    return bytes;
  }

  /** How many of these times the chunks already have. */
  #countKnown(series: number, late: ChunkColumns): number {
    const { times } = late;
    const seen = new Uint8Array(times.length);
    for (const chunk of this.#chunks.overlapping(series, times[0] as number, times.at(-1) as number)) {
      const start = lowerBound(times, chunk.firstMs);
      const end = lowerBound(times, chunk.lastMs + 1);
      if (start === end) continue;
      const old = this.#chunks.tryRead(chunk.id)?.times;
      if (!old) continue;
      for (let index = start; index < end; index++) {
        const time = times[index] as number;
        if (old[lowerBound(old, time)] === time) seen[index] = 1;
      }
    }
    return seen.reduce((sum, one) => sum + one, 0);
  }
}

/** Text as text, numbers and booleans as the 8 bytes of a double, since SQLite's own REAL would turn -0 into 0. */
function sqlValue({ value }: NewestReading): string | Buffer {
  return typeof value === "string" ? value : Buffer.from(Float64Array.of(Number(value)).buffer);
}
