/**
 * A range of one series as segments in rising time: rows, or the summary of a whole chunk where that is enough. Chunks
 * that overlap each other or the head are merged first, and the later arrival stands.
 */
import { CodecError, NewerVersionError } from "../codec/bytes.ts";
import { type ChunkColumns, longestStepOf } from "../codec/chunk.ts";
import { holding, type Interval, without } from "../intervals.ts";
import type { Range } from "../store.ts";
import { decodeStored, readSummary, type StoredChunk, type Summary, storedColumns } from "./chunks.ts";
import { clusters } from "./clusters.ts";
import type { Db } from "./driver.ts";
import { lowerBound, mergeRows, sliceRows } from "./rows.ts";

/** Chunks looked at in one go; of what lies beyond, only those that reach back into the same time are read with them. */
const chunksAtOnce = 32;
/** Each look is twice as wide as the one before, up to this: finding those that reach back walks through all that lies beyond. */
const maxChunksAtOnce = 8192;

/** A chunk whose every reading counts and overlaps nothing. */
export interface WholeChunk {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  readonly summary: Summary;
}

export type Segment = { readonly rows: ChunkColumns } | WholeChunk;

/** Says whether a chunk with this summary and span may stand as a whole; no step within it is longer than `longestMs` answers. */
export type WholeIsEnough = (summary: Summary, firstMs: number, lastMs: number, longestMs: () => number) => boolean;

/** Stretches of a range that are hidden, in rising order, none of which meet. */
export type Masked = (series: number, fromMs: number, toMs: number) => Interval[];

const noneMasked: Masked = () => [];

interface Span {
  /** Infinity for the head: it came after every chunk. */
  readonly id: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Readings that are on the disk and that this hub cannot read: damaged, or a newer hub's. */
export class UnreadableChunk extends Error {
  constructor(firstMs: number, lastMs: number, cause: CodecError) {
    const readings = `Readings from ${firstMs} to ${lastMs} (ms)`;
    super(
      cause instanceof NewerVersionError
        ? `${readings} were written by a newer hub (${cause.message}): ask for times outside of these, or start that version.`
        : `${readings} are damaged on the disk and cannot be read (${cause.message}): ask for times outside of these, and restore them from a backup.`,
    );
    this.name = "UnreadableChunk";
  }
}

export class SegmentReader {
  readonly #masked: Masked;
  readonly #ending;
  readonly #reachingBack;
  readonly #endedBefore;
  readonly #rows;
  readonly #summary;

  /** `masked` tells what is left out; without it all that is kept is read. */
  constructor(db: Db, masked: Masked = noneMasked) {
    this.#masked = masked;
    const columns = "id, first_ms AS firstMs, last_ms AS lastMs";
    this.#ending = db.prepare(
      `SELECT ${columns} FROM chunks WHERE series = ? AND last_ms >= ? AND first_ms < ? ORDER BY last_ms, id LIMIT ?`,
    );
    this.#reachingBack = db.prepare(
      `SELECT ${columns} FROM chunks WHERE series = ? AND last_ms >= ? AND first_ms <= ?`,
    );
    this.#endedBefore = db.prepare("SELECT max(last_ms) FROM chunks WHERE series = ? AND last_ms < ?").pluck();
    this.#rows = db.prepare(`SELECT ${storedColumns} FROM chunks WHERE id = ?`);
    this.#summary = db.prepare("SELECT summary, count FROM chunks WHERE id = ?");
  }

  /** Segments of `range`; `head` holds rows of the range that are not sealed, or were not a moment ago. */
  *read(range: Range, head: ChunkColumns, wholeIsEnough: WholeIsEnough): Generator<Segment> {
    // A chunk that a mask cuts lies whole in no stretch between masks, and so its summary is never used.
    for (const shown of without(range, this.hidden(range))) {
      yield* this.#shown({ ...range, ...shown }, head, wholeIsEnough);
    }
  }

  /** What of a range is left out, in rising order. */
  hidden({ series, fromMs, toMs }: Range): Interval[] {
    return this.#masked(series, fromMs, toMs);
  }

  *#shown({ series, fromMs, toMs }: Range, head: ChunkColumns, wholeIsEnough: WholeIsEnough): Generator<Segment> {
    let startMs = fromMs;
    for (let atOnce = chunksAtOnce; ; atOnce = Math.min(atOnce * 2, maxChunksAtOnce)) {
      const found = this.#ending.all(series, startMs, toMs, atOnce + 1) as Span[];
      const more = found.length > atOnce;
      const spans = new Map(found.slice(0, atOnce).map((span) => [span.id, span]));
      // Chunks that overlap may both reach over the end.
      const horizonMs = Math.min(found[atOnce - 1]?.lastMs ?? toMs, toMs - 1);
      const endMs = more ? horizonMs + 1 : toMs;
      if (more) {
        for (const span of this.#reachingBack.all(series, horizonMs, horizonMs) as Span[]) spans.set(span.id, span);
      }
      yield* this.#between(series, startMs, endMs, [...spans.values()], head, wholeIsEnough);
      if (endMs >= toMs) return;
      startMs = endMs;
    }
  }

  /**
   * The last time before `beforeMs` that a chunk holds; -Infinity where none does. The index tells the ends of chunks; only
   * those that lie on both sides of `beforeMs` are read.
   */
  timeBefore(series: number, beforeMs: number): number {
    const hidden = this.#masked(series, Number.NEGATIVE_INFINITY, beforeMs);
    return lastShown(hidden, beforeMs, (endMs) => this.#keptBefore(series, endMs));
  }

  #keptBefore(series: number, beforeMs: number): number {
    let foundMs = (this.#endedBefore.get(series, beforeMs) as number | null) ?? Number.NEGATIVE_INFINITY;
    for (const span of this.#reachingBack.all(series, beforeMs, beforeMs) as Span[]) {
      if (span.firstMs >= beforeMs) continue;
      const { times } = this.#read(series, span);
      foundMs = Math.max(foundMs, times[lowerBound(times, beforeMs) - 1] as number);
    }
    return foundMs;
  }

  /** Everything from `startMs` to `endMs` (excluded), from `spans` and the head. */
  *#between(
    series: number,
    startMs: number,
    endMs: number,
    spans: readonly Span[],
    head: ChunkColumns,
    wholeIsEnough: WholeIsEnough,
  ): Generator<Segment> {
    const open = sliceRows(head, startMs, endMs);
    const sources = [...spans];
    if (open.times.length > 0) {
      sources.push({
        id: Number.POSITIVE_INFINITY,
        firstMs: open.times[0] as number,
        lastMs: open.times.at(-1) as number,
      });
    }
    for (const cluster of clusters(sources)) {
      const [only] = cluster;
      const whole =
        cluster.length === 1 && only !== undefined
          ? this.#whole(series, only, startMs, endMs, wholeIsEnough)
          : undefined;
      if (whole) {
        yield whole;
        continue;
      }
      const parts = cluster
        .sort((a, b) => a.id - b.id)
        .map((span) => (span.id === Number.POSITIVE_INFINITY ? open : this.#read(series, span)));
      const rows = sliceRows(mergeRows(head.type, parts), startMs, endMs);
      if (rows.times.length > 0) yield { rows };
    }
  }

  #whole(
    series: number,
    { id, firstMs, lastMs }: Span,
    startMs: number,
    endMs: number,
    enough: WholeIsEnough,
  ): WholeChunk | undefined {
    if (id === Number.POSITIVE_INFINITY || firstMs < startMs || lastMs >= endMs) return undefined;
    const { summary: blob, count } = this.#summary.get(id) as { summary: Buffer | null; count: number };
    if (blob === null) return undefined;
    const summary = readSummary(blob, count);
    const longestMs = () => {
      const stored = this.#rows.get(id) as StoredChunk | undefined;
      return stored?.series === series ? longestStepOf(stored.readings) : Number.POSITIVE_INFINITY;
    };
    return summary && enough(summary, firstMs, lastMs, longestMs) ? { firstMs, lastMs, count, summary } : undefined;
  }

  #read(series: number, { id, firstMs, lastMs }: Span): ChunkColumns {
    const stored = this.#rows.get(id) as StoredChunk | undefined;
    try {
      // The index led here: what it says and what the row says are stored apart, and damage to one shows beside the other.
      if (stored?.series !== series || stored.firstMs !== firstMs || stored.lastMs !== lastMs) {
        throw new CodecError("the index and the row do not agree");
      }
      return decodeStored(stored);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      throw new UnreadableChunk(firstMs, lastMs, error);
    }
  }
}

/** The last time before `beforeMs` that `before` tells of and none of these intervals holds; -Infinity for none. */
export function lastShown(hidden: readonly Interval[], beforeMs: number, before: (beforeMs: number) => number): number {
  for (let foundMs = before(beforeMs); ; ) {
    const mask = holding(hidden, foundMs);
    if (!mask) return foundMs;
    foundMs = before(mask.fromMs);
  }
}
