/**
 * Brings chunks into shape away from the end of their series: small ones become large ones that fill their pages, and late
 * ones that lie across others are taken in by them. A walk over all series in slices, while commits leave the time.
 */
import { type ChunkColumns, encodeChunk } from "../codec/chunk.ts";
import type { ValueType } from "../columns.ts";
import type { ChunkInfo, Chunks } from "./chunks.ts";
import { type Db, transact } from "./driver.ts";
import { cutToFit, fileBytes, isShort, type Piece } from "./fit.ts";
import { mergeRows, partOf, sliceRows } from "./rows.ts";
import { maxChunkRows, mergeAt } from "./seal.ts";
import type { Workplace } from "./slices/job.ts";
import { worthSealing } from "./slices/rest.ts";

/** A walk over all chunks begins so long after the one before, ms; each rest walks over those of series that had something sealed since. */
const walkEveryMs = 3_600_000;
/** Chunks looked at in one go, and so merged at most; taken in at most, since late ones are often small. */
const chunksAtOnce = 16;
const takenAtOnce = 128;
/** What is taken together at most: it is read and written within one slice, for which commits wait where there is no rest. */
const rowsAtOnce = 2 * maxChunkRows;
const rowsAtOnceBusy = 1.25 * maxChunkRows;
const bytesAtOnceShare = 4.5;
/** A chunk that was merged is this much longer than one that was sealed: another page is full. */
const longShare = 1.87;
/** Merging must save this part of the room. */
const leastGain = 1 / 8;

/** Compacts for one slice; true where the walk goes on. */
export function compactSlice(place: Workplace): () => boolean {
  const { parts, settings, rest } = place;
  let compactor: Compactor | undefined;
  let waiting: number[] = [];
  let walkedCommit = -1;
  let nextWholeMs = 0;
  /** By series: through which commit it was sealed when a walk at rest began with it. */
  const walked = new Map<number, number>();
  return () => {
    const nowMs = performance.now();
    const isResting = rest.untilRestMs(nowMs) === 0;
    if (!isResting && !rest.isLight(nowMs)) return false;
    if (waiting.length === 0) {
      if (walkedCommit === place.commit || (!isResting && nowMs < nextWholeMs)) return false;
      // What is about to be sealed belongs to the walk.
      if (isResting && worthSealing(place, nowMs).length > 0) return false;
      walkedCommit = place.commit;
      compactor = new Compactor(parts.db, parts.chunks, settings.chunkBytes);
      let heads = parts.heads.all();
      if (nowMs < nextWholeMs) {
        heads = heads.filter(({ identity, sealed }) => walked.get(identity.series) !== sealed.throughCommit);
      } else {
        nextWholeMs = nowMs + walkEveryMs;
        walked.clear();
      }
      waiting = heads.map((head) => head.identity.series).reverse();
    }
    const endMs = nowMs + settings.sliceMs;
    while (waiting.length > 0 && performance.now() < endMs) {
      const series = waiting.at(-1) as number;
      const head = parts.heads.get(series);
      // A walk that is not at rest leaves the newest chunks out.
      if (head && isResting && !compactor?.isAt(series)) walked.set(series, head.sealed.throughCommit);
      const step = head && compactor?.step(series, head.identity.type, isResting);
      if (step === "written") return true;
      if (step !== "seen") waiting.pop();
    }
    return waiting.length > 0;
  };
}

/** The steps of one walk. */
export class Compactor {
  readonly #db: Db;
  readonly #chunks: Chunks;
  readonly #chunkBytes: number;
  /** The series at hand, and the end of what was looked at in it. */
  #series = 0;
  #seenMs = Number.NEGATIVE_INFINITY;
  #rowsAtOnce = rowsAtOnce;

  constructor(db: Db, chunks: Chunks, chunkBytes: number) {
    this.#db = db;
    this.#chunks = chunks;
    this.#chunkBytes = chunkBytes;
  }

  /** Whether it has begun with a series. */
  isAt(series: number): boolean {
    return this.#series === series;
  }

  /**
   * Looks at the next chunks of a series, but for the newest where there is no rest, and writes them anew where that is worth
   * it; undefined at the end.
   */
  step(series: number, type: ValueType, isResting: boolean): "seen" | "written" | undefined {
    const left = isResting ? 0 : mergeAt;
    this.#rowsAtOnce = isResting ? rowsAtOnce : rowsAtOnceBusy;
    if (series !== this.#series) {
      this.#series = series;
      this.#seenMs = Number.NEGATIVE_INFINITY;
    }
    const next = this.#chunks.endingAfter(series, this.#seenMs, chunksAtOnce + left);
    const [first] = next;
    if (first === undefined) return undefined;
    const late = lateIn(next, this.#seenMs);
    if (late && this.#takeIn(series, type, late)) return "written";
    const run = this.#bestRun(next.slice(0, next.length - left));
    if (run.length > 1 && this.#merge(series, type, run)) return "written";
    this.#seenMs = first.lastMs;
    return "seen";
  }

  /** Takes in the part of a late chunk that lies up to the end of the first chunk that it meets. False where it cannot be. */
  #takeIn(series: number, type: ValueType, late: ChunkInfo): boolean {
    let from = late;
    for (;;) {
      const [met] = this.#chunks.endingAfter(series, from.firstMs - 1, 1);
      if (met === undefined) return false;
      const found = this.#chunks.overlapping(series, from.firstMs, met.lastMs);
      const earliest = found.reduce((one, other) => (other.firstMs < one.firstMs ? other : one), from);
      if (earliest.firstMs === from.firstMs) {
        return found.length > 1 && this.#rewrite(series, type, found, met.lastMs + 1, false);
      }
      // Another one begins even earlier: where that meets something, it is first.
      from = earliest;
    }
  }

  #merge(series: number, type: ValueType, run: readonly ChunkInfo[]): boolean {
    const firstMs = Math.min(...run.map((chunk) => chunk.firstMs));
    const lastMs = (run.at(-1) as ChunkInfo).lastMs;
    const found = this.#chunks.overlapping(series, firstMs, lastMs);
    // One that reaches back from behind is met later, and taken in then.
    return found.length === run.length && this.#rewrite(series, type, found, Number.POSITIVE_INFINITY, true);
  }

  /**
   * Writes the readings of these chunks before `toMs` anew, in one transaction. No other chunk may have any from the first of
   * them to there: what is written gets the highest rank. A chunk that goes on behind keeps that, and its rank. False where
   * one is damaged, too much would have to be read, or it is only for room and does not save enough.
   */
  #rewrite(series: number, type: ValueType, found: readonly ChunkInfo[], toMs: number, forRoom: boolean): boolean {
    const rows = found.reduce((sum, chunk) => sum + chunk.count, 0);
    if (found.length > takenAtOnce || rows > this.#rowsAtOnce) return false;
    const read = found.map(({ id }) => this.#chunks.tryRead(id));
    if (read.includes(undefined)) return false;
    const whole = read.filter((chunk) => chunk !== undefined);
    const before = mergeRows(
      type,
      whole.map((chunk) => sliceRows(chunk, Number.NEGATIVE_INFINITY, toMs)),
    );
    const pieces = this.#cut(before, found);
    const old = found.reduce((sum, { bytes }) => sum + fileBytes(bytes), 0);
    const made = pieces.reduce((sum, { blob }) => sum + fileBytes(blob.length), 0);
    if (forRoom && made > old * (1 - leastGain / 2)) return false;
    const receivedMs = Math.max(...whole.map((chunk) => chunk.receivedMs));
    transact(this.#db, () => {
      for (const [index, { id, lastMs }] of found.entries()) {
        if (lastMs < toMs) this.#chunks.remove(id);
        else this.#chunks.replace(id, sliceRows(whole[index] as ChunkColumns, toMs, Number.POSITIVE_INFINITY));
      }
      for (const { start, end, blob } of pieces) {
        this.#chunks.insert(series, partOf(before, start, end), receivedMs, blob);
      }
    });
    return true;
  }

  /** Long pieces, and of what is left at the end a short one that fills its pages, where it is enough for one. */
  #cut(rows: ChunkColumns, found: readonly ChunkInfo[]): Piece[] {
    const count = rows.times.length;
    const bytes = found.reduce((sum, chunk) => sum + chunk.bytes, 0);
    const rowBytes = bytes / found.reduce((sum, chunk) => sum + chunk.count, 0);
    const longBytes = this.#chunkBytes * longShare;
    const encode = (start: number, end: number) => encodeChunk(partOf(rows, start, end));
    const pieces = cutToFit(count, longBytes / rowBytes, longBytes, maxChunkRows, encode);
    const end = pieces.at(-1);
    if (!end || !isShort(end, longBytes, maxChunkRows) || end.blob.length <= this.#chunkBytes) return pieces;
    const { start } = end;
    const last = cutToFit(count - start, this.#chunkBytes / rowBytes, this.#chunkBytes, maxChunkRows, (from, to) =>
      encode(start + from, start + to),
    );
    return [...pieces.slice(0, -1), ...last.map((one) => ({ ...one, start: start + one.start, end: start + one.end }))];
  }

  /** Of the runs that begin with the first of these chunks the one that saves most when it is merged; empty where none saves enough. */
  #bestRun(chunks: readonly ChunkInfo[]): readonly ChunkInfo[] {
    let best: readonly ChunkInfo[] = [];
    let bestGain = leastGain;
    let now = 0;
    let bytes = 0;
    let rows = 0;
    for (const [index, chunk] of chunks.entries()) {
      now += fileBytes(chunk.bytes);
      bytes += chunk.bytes;
      rows += chunk.count;
      if (bytes > this.#chunkBytes * bytesAtOnceShare || rows > maxChunkRows) break;
      const gain = 1 - this.#fileBytesMerged(bytes) / now;
      if (gain <= bestGain) continue;
      bestGain = gain;
      best = chunks.slice(0, index + 1);
    }
    return best;
  }

  /** What readings of so many encoded bytes take in the file when `#cut` has cut them. */
  #fileBytesMerged(bytes: number): number {
    const longBytes = this.#chunkBytes * longShare;
    const long = Math.floor(bytes / longBytes);
    const left = bytes - long * longBytes;
    const short = Math.floor(left / this.#chunkBytes);
    const end = left - short * this.#chunkBytes;
    return long * fileBytes(longBytes) + short * fileBytes(this.#chunkBytes) + (end > 0 ? fileBytes(end) : 0);
  }
}

/** The first of these chunks, in order of their ends, that begins before the end of one before it. */
function lateIn(chunks: readonly ChunkInfo[], seenMs: number): ChunkInfo | undefined {
  let endMs = seenMs;
  for (const chunk of chunks) {
    if (chunk.firstMs <= endMs) return chunk;
    endMs = chunk.lastMs;
  }
  return undefined;
}
