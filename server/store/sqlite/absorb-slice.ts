/**
 * One transaction of a merge: tiers of thinned readings first, block by block, and with them the readings of the block, so that
 * a merge stops between two blocks and none is told by both series. Of a block with more readings than a commit may wait for
 * the tiers stand before the readings do.
 */
import { CodecError } from "../codec/bytes.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import type { TierAbsorber } from "./absorb-tiers.ts";
import type { ChunkInfo } from "./chunks.ts";
import { newestOf } from "./deletes.ts";
import type { SealedState, SeriesHead } from "./head.ts";
import { joinHolesOf, type MergedEnds } from "./holes-join.ts";
import type { WriterParts } from "./parts.ts";
import { lowerBound, mergeRows, noRows, partOf, sliceRows } from "./rows.ts";
import { maxChunkRows } from "./seal.ts";
import { UnreadableChunk } from "./segments.ts";

type Outcome = "moved" | "damaged" | "thinned";

/** One transaction of a merge. Heads change once it is durable. */
export class Slice {
  readonly #parts: WriterParts;
  readonly #from: SeriesHead;
  readonly #to: SeriesHead;
  readonly #tiers: TierAbsorber;
  readonly #commit: number;
  /** What the other has that is not sealed: it came later than all chunks, and stands. */
  readonly #open: ChunkColumns;
  #fromState: SealedState;
  #toState: SealedState;
  #moved = 0;
  #dropped = 0;
  #sealed = false;
  #gone = false;
  #toNewest;
  /** Up to where the tiers are moved. */
  #tiersMs: number;

  constructor(parts: WriterParts, from: SeriesHead, to: SeriesHead, tiers: TierAbsorber, commit: number) {
    this.#parts = parts;
    this.#from = from;
    this.#to = to;
    this.#tiers = tiers;
    this.#tiersMs = Number(parts.meta.find(`merged_tiers ${from.identity.series}`) ?? Number.NEGATIVE_INFINITY);
    this.#commit = commit;
    this.#open = to.length > 0 ? to.rows() : noRows(to.identity.type);
    this.#fromState = from.sealed;
    this.#toState = to.sealed;
    this.#toNewest = to.sealedNewest;
  }

  get #isThinned(): boolean {
    return this.#tiers.untilMs > Number.NEGATIVE_INFINITY;
  }

  /** Moves until `endMs` (monotonic), at least once. */
  run(endMs: number): Outcome {
    const { chunks, db, meta, records, sealer } = this.#parts;
    const series = this.#from.identity.series;
    const into = this.#to.identity.series;
    if (this.#from.length > 0) {
      this.#fromState = sealer.seal(this.#from, this.#commit).state;
      this.#sealed = true;
    }
    // Of what is thinned away its gaps are all that is known.
    if (this.#isThinned && meta.find(`merged_ends ${series}`) === undefined)
      meta.set(`merged_ends ${series}`, JSON.stringify(this.#tiers.ends));
    const beforeMs = this.#toState.lastMs ?? Number.NEGATIVE_INFINITY;
    let outcome: Outcome = "moved";
    let [next] = chunks.endingAfter(series, Number.NEGATIVE_INFINITY, 1);
    while (next !== undefined && outcome === "moved") {
      outcome = this.#moveNext(next);
      [next] = chunks.endingAfter(series, Number.NEGATIVE_INFINITY, 1);
      if (performance.now() >= endMs) break;
    }
    if ((this.#toState.lastMs ?? Number.NEGATIVE_INFINITY) > beforeMs) this.#toNewest = newestOf(chunks, into);
    if (this.#moved > 0) sealer.save(into, this.#toState, this.#toNewest);
    this.#fromState = { ...this.#fromState, firstMs: chunks.firstMs(series) };
    this.#gone = next === undefined;
    meta.set("whole_after", String(this.#commit + 1));
    const isOpen = this.#gone || outcome !== "moved" ? 0 : 1;
    if (this.#tiersMs > Number.NEGATIVE_INFINITY) meta.set(`merged_tiers ${series}`, String(this.#tiersMs));
    if (isOpen === 0) endTiers(this.#parts, series, into, this.#gone);
    if (this.#gone) records.removeSeries(series);
    else sealer.save(series, this.#fromState, this.#parts.heads.newest(this.#from));
    db.prepare("UPDATE absorbed SET moved = moved + ?, dropped = dropped + ?, open = ? WHERE series = ?").run(
      ...[this.#moved, this.#dropped, isOpen, series],
    );
    return outcome;
  }

  settle(): void {
    const { heads } = this.#parts;
    if (this.#sealed) {
      const newest = heads.newest(this.#from);
      heads.clear(this.#from);
      this.#from.sealedNewest = newest;
    }
    this.#from.sealed = this.#fromState;
    this.#to.sealed = this.#toState;
    this.#to.sealedNewest = this.#toNewest;
    if (this.#gone) heads.remove(this.#from);
  }

  #moveNext({ lastMs }: ChunkInfo): Outcome {
    if (lastMs < this.#tiersMs || this.#tiersMs >= this.#tiers.untilMs) return this.#moveThrough(lastMs);
    // What is in the way of the next block ends the merge: all of the last one has to be moved by then.
    return this.#moveRest(() => this.#moveBlock());
  }

  /** Moves the readings that are left where the tiers are moved; `otherwise`: where there are none. */
  #moveRest(otherwise: () => Outcome): Outcome {
    const { chunks } = this.#parts;
    const left = chunks.overlapping(this.#from.identity.series, Number.NEGATIVE_INFINITY, this.#tiersMs - 1);
    return left.length > 0 ? this.#moveThrough(this.#tiersMs - 1) : otherwise();
  }

  /** The tiers of the next block, and its readings, if they are few enough: all of it or nothing. */
  #moveBlock(): Outcome {
    const { chunks, db } = this.#parts;
    const before = [this.#fromState, this.#toState, this.#moved, this.#dropped, this.#tiersMs] as const;
    const firstMs = chunks.firstMs(this.#from.identity.series) ?? Number.POSITIVE_INFINITY;
    db.exec("SAVEPOINT block");
    let outcome = this.#moveTiers();
    if (outcome === "moved" && this.#tiers.isShort({ fromMs: firstMs, toMs: this.#tiersMs }))
      outcome = this.#moveRest(() => "moved");
    if (outcome !== "moved") {
      db.exec("ROLLBACK TO block");
      [this.#fromState, this.#toState, this.#moved, this.#dropped, this.#tiersMs] = before;
    }
    db.exec("RELEASE block");
    return outcome;
  }

  /** Moves what tiers tell of the next stretch of time in which something may be thinned. */
  #moveTiers(): Outcome {
    const movedMs = ifReadable(() => this.#tiers.move(this.#tiersMs), undefined);
    if (typeof movedMs !== "number") return movedMs ? "thinned" : "damaged";
    this.#tiersMs = movedMs;
    return "moved";
  }

  /** Readings came to the other: what tiers tell of them is moved already where that had to be, and made anew elsewhere. */
  #changed(into: number, fromMs: number, toMs: number): void {
    const { stale } = this.#parts;
    if (fromMs < this.#tiersMs) stale.masked(into, fromMs, Math.min(toMs, this.#tiersMs));
    if (toMs > this.#tiersMs) stale.changed(into, Math.max(fromMs, this.#tiersMs), toMs);
  }

  /** Moves all readings up to `lastMs`; there are some. */
  #moveThrough(lastMs: number): Outcome {
    const { chunks, stale } = this.#parts;
    const from = this.#from.identity.series;
    const into = this.#to.identity.series;
    const found = chunks.overlapping(from, Number.NEGATIVE_INFINITY, lastMs);
    const firstMs = Math.min(...found.map((chunk) => chunk.firstMs));
    const met = chunks.overlapping(into, firstMs, lastMs);
    const open = sliceRows(this.#open, firstMs, lastMs + 1);
    const [only] = found;
    let count = only?.count ?? 0;
    let moved = count;
    const isWhole = found.length === 1 && only !== undefined && only.lastMs <= lastMs;
    if (isWhole && met.length === 0 && open.times.length === 0) {
      chunks.give(only, into);
      this.#grow(only.firstMs, only.lastMs);
    } else {
      const rows = this.#read(found);
      const known = this.#read(met);
      if (!rows || !known) return "damaged";
      const part = sliceRows(rows, firstMs, lastMs + 1);
      const news = without(without(part, known.times), open.times);
      count = part.times.length;
      moved = news.times.length;
      this.#write(found, news, lastMs);
      if (moved > 0) this.#grow(news.times[0] as number, news.times.at(-1) as number);
    }
    // The gaps of what is thinned away are put together in the end, from those that either has.
    if (this.#isThinned) stale.again(from, firstMs, lastMs + 1);
    else stale.changed(from, firstMs, lastMs + 1);
    if (moved > 0) this.#changed(into, firstMs, lastMs + 1);
    this.#fromState = { ...this.#fromState, count: this.#fromState.count - count };
    this.#toState = { ...this.#toState, count: this.#toState.count + moved };
    this.#moved += moved;
    this.#dropped += count - moved;
    return "moved";
  }

  #grow(firstMs: number, lastMs: number): void {
    this.#toState = {
      ...this.#toState,
      firstMs: Math.min(this.#toState.firstMs ?? firstMs, firstMs),
      lastMs: Math.max(this.#toState.lastMs ?? lastMs, lastMs),
    };
  }

  /** What chunks tell together, in order of arrival; undefined where one of them is damaged. */
  #read(found: readonly ChunkInfo[]): ChunkColumns | undefined {
    const read = found.map(({ id }) => this.#parts.chunks.tryRead(id));
    return mergeRowsOf(this.#from, read);
  }

  /** Takes readings up to `lastMs` out of chunks, and gives `news` to the other. */
  #write(found: readonly ChunkInfo[], news: ChunkColumns, lastMs: number): void {
    const { chunks } = this.#parts;
    let receivedMs = Number.NEGATIVE_INFINITY;
    for (const chunk of found) {
      const rows = chunks.read(chunk.id);
      receivedMs = Math.max(receivedMs, rows.receivedMs);
      if (chunk.lastMs <= lastMs) chunks.remove(chunk.id);
      else chunks.replace(chunk.id, sliceRows(rows, lastMs + 1, Number.POSITIVE_INFINITY));
    }
    for (let start = 0; start < news.times.length; start += maxChunkRows) {
      const end = Math.min(start + maxChunkRows, news.times.length);
      chunks.insert(this.#to.identity.series, partOf(news, start, end), receivedMs);
    }
  }
}

function mergeRowsOf(head: SeriesHead, read: readonly (ChunkColumns | undefined)[]): ChunkColumns | undefined {
  const whole = read.filter((rows) => rows !== undefined);
  return whole.length < read.length ? undefined : mergeRows(head.identity.type, whole);
}

/** Rows at none of these rising times. */
function without(rows: ChunkColumns, times: Float64Array): ChunkColumns {
  if (times.length === 0) return rows;
  const isNews = (_: number, index: number) => {
    const timeMs = rows.times[index] as number;
    return times[lowerBound(times, timeMs)] !== timeMs;
  };
  return { ...rows, times: rows.times.filter(isNews), values: rows.values.filter(isNews) };
}

/** A merge is over: of what was thinned away the gaps are told of the series that tells the rest of it. */
export function endTiers(
  { chunks, db, heads, meta }: WriterParts,
  series: number,
  into: number,
  isWhole: boolean,
): void {
  const ends = meta.find(`merged_ends ${series}`);
  const tiersMs = Number(meta.find(`merged_tiers ${series}`) ?? Number.NEGATIVE_INFINITY);
  meta.remove(`merged_ends ${series}`);
  meta.remove(`merged_tiers ${series}`);
  const areThere = heads.get(series) !== undefined && heads.get(into) !== undefined;
  if (ends === undefined || !areThere || (!isWhole && tiersMs === Number.NEGATIVE_INFINITY)) return;
  const rawMs = db.prepare("SELECT raw_from_ms FROM rolled WHERE series = ?").pluck().get(series) as number | null;
  const leftMs = chunks.firstMs(series) ?? tiersMs;
  // Readings alone tell where it goes on once all that was thinned away is moved.
  const movedMs = tiersMs >= (rawMs ?? Number.NEGATIVE_INFINITY) ? leftMs : Math.min(tiersMs, leftMs);
  joinHolesOf(db, series, into, JSON.parse(ends) as MergedEnds, isWhole ? Number.POSITIVE_INFINITY : movedMs);
}

/** What cannot be read for damage is told otherwise. */
export function ifReadable<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof UnreadableChunk || error instanceof CodecError) return otherwise;
    throw error;
  }
}
