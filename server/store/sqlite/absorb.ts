/**
 * Moves the readings of one series to another one, chunk by chunk from the earliest end on, and before them what tiers tell of
 * readings that were thinned away (`absorb-tiers.ts`). A chunk that meets nothing of the
 * other gets its number; of others what the other has no reading of is written anew. No two chunks tell the same millisecond
 * then, so that which of them has the higher rank does not matter.
 */

import { CodecError } from "../codec/bytes.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import { hiddenAlone, type Merge, type MergeCheck, type MergeObstacle, masksFor } from "../merges.ts";
import { TierAbsorber } from "./absorb-tiers.ts";
import { putAlias } from "./aliases.ts";
import type { ChunkInfo } from "./chunks.ts";
import { newestOf } from "./deletes.ts";
import { transact } from "./driver.ts";
import type { SealedState, SeriesHead } from "./head.ts";
import type { WriterParts } from "./parts.ts";
import { lowerBound, mergeRows, noRows, partOf, sliceRows } from "./rows.ts";
import { maxChunkRows } from "./seal.ts";
import { UnreadableChunk } from "./segments.ts";
import { sealSome } from "./slices/seal.ts";

/** So long a merge is looked at before it begins, in one go: whoever orders one has asked before, slice by slice. */
const lookMs = 20;

export function findMerge({ db }: WriterParts, series: number): Merge | null {
  const row = db
    .prepare("SELECT series, into_series AS 'into', moved, dropped, open FROM absorbed WHERE series = ?")
    .get(series) as (Omit<Merge, "open"> & { readonly open: number }) | undefined;
  return row ? { ...row, open: row.open === 1 } : null;
}

/** Those under way, for the next start. */
export function openMerges({ db }: Pick<WriterParts, "db">): Pick<Merge, "series" | "into">[] {
  return db.prepare("SELECT series, into_series AS 'into' FROM absorbed WHERE open = 1 ORDER BY series").all() as Pick<
    Merge,
    "series" | "into"
  >[];
}

export function beginMerge(
  parts: WriterParts,
  series: number,
  into: number,
  commit: number,
): Merge | MergeObstacle | null {
  const { db, heads, masks, meta, stale } = parts;
  const known = findMerge(parts, series);
  if (known?.open) return known;
  const from = heads.get(series);
  const to = heads.get(into);
  if (!from || !to || from === to || from.identity.type !== to.identity.type) return null;
  // What is not looked at in time ends a merge that is under way.
  const met = obstacleTo(parts, from, to, commit, Number.NEGATIVE_INFINITY, lookMs);
  if (met && "obstacle" in met) return met.obstacle;
  transact(db, () => {
    db.prepare("INSERT OR REPLACE INTO absorbed VALUES (?, ?, 0, 0, 1)").run(series, into);
    meta.set("whole_after", String(commit + 1));
    const { device, metric } = from.identity;
    putAlias(db, { device, metric, toDevice: to.identity.device, toMetric: to.identity.metric });
    for (const mask of masksFor(into, masks.of(series), masks.of(into))) {
      stale.masked(into, mask.fromMs, mask.toMs);
      masks.add(mask);
    }
  });
  stale.mergesChanged();
  return findMerge(parts, series);
}

/** For one slice, from `sinceMs` on: null where nothing is in the way of a merge, or where to go on. */
export function checkMerge(
  parts: WriterParts,
  series: number,
  into: number,
  sinceMs: number,
  commit: number,
  sliceMs: number,
): MergeCheck | { readonly nextMs: number } | null {
  const from = parts.heads.get(series);
  const to = parts.heads.get(into);
  if (!from || !to || from === to || from.identity.type !== to.identity.type) return null;
  return obstacleTo(parts, from, to, commit, sinceMs, sliceMs) ?? null;
}

export function stepMerge(
  parts: WriterParts,
  series: number,
  commit: number,
  sliceMs: number,
): Merge | MergeObstacle | null {
  const { db, heads, meta, stale } = parts;
  const merge = findMerge(parts, series);
  if (!merge?.open) return merge;
  const from = heads.get(series);
  const to = heads.get(merge.into);
  const obstacle = from && to && hidingOf(parts, from, to, from);
  if (!from || !to || obstacle) {
    transact(db, () => {
      db.prepare("UPDATE absorbed SET open = 0 WHERE series = ?").run(series);
      meta.remove(`merged_tiers ${series}`);
    });
    stale.mergesChanged();
    return obstacle ?? findMerge(parts, series);
  }
  const tiers = new TierAbsorber(parts, from, to);
  sealUpTo(parts, [to], tiers.untilMs, commit);
  const slice = new Slice(parts, from, to, tiers, commit);
  const outcome = transact(db, () => slice.run(performance.now() + sliceMs));
  slice.settle();
  stale.mergesChanged();
  return outcome === "moved" ? findMerge(parts, series) : outcome;
}

/** Tiers that are moved know what is sealed, and nothing else of that time. */
function sealUpTo(parts: WriterParts, heads: readonly SeriesHead[], untilMs: number, commit: number): void {
  const open = heads.filter((head) => head.length > 0 && head.firstMs() < untilMs);
  if (open.length > 0) sealSome({ parts, commit }, open, Number.POSITIVE_INFINITY);
}

function obstacleTo(
  parts: WriterParts,
  from: SeriesHead,
  to: SeriesHead,
  commit: number,
  sinceMs: number,
  sliceMs: number,
): MergeCheck | { readonly nextMs: number } | undefined {
  const tiers = new TierAbsorber(parts, from, to);
  sealUpTo(parts, [from, to], tiers.untilMs, commit);
  const endMs = performance.now() + sliceMs;
  const hiding = hidingOf(parts, from, to, to);
  if (hiding) return { obstacle: hiding, at: null };
  return ifReadable(
    (): MergeCheck | { readonly nextMs: number } | undefined => {
      const { masks } = parts;
      const [own, others] = [masks.of(from.identity.series), masks.of(to.identity.series)];
      if (tiers.tellsAnyIn(to, hiddenAlone(own, others)) || tiers.tellsAnyIn(from, hiddenAlone(others, own)))
        return { obstacle: "hidden", at: null };
      const found = tiers.findUnclear(sinceMs, endMs);
      return found && "unclear" in found ? { obstacle: "thinned", at: found.unclear } : found;
    },
    { obstacle: "damaged", at: null },
  );
}

function ifReadable<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof UnreadableChunk || error instanceof CodecError) return otherwise;
    throw error;
  }
}

/** `shown`: whose readings what is hidden of the first alone must not meet; of the other's before they have its masks, of its own from then on. */
function hidingOf(
  { masks }: WriterParts,
  from: SeriesHead,
  to: SeriesHead,
  shown: SeriesHead,
): MergeObstacle | undefined {
  const [own, others] = [masks.of(from.identity.series), masks.of(to.identity.series)];
  return ifReadable<MergeObstacle | undefined>(() => {
    const meets = masks.hasAnyIn(shown, hiddenAlone(own, others)) || masks.hasAnyIn(from, hiddenAlone(others, own));
    return meets ? "hidden" : undefined;
  }, "damaged");
}

type Outcome = "moved" | "damaged" | "thinned";

/** One transaction of a merge. Heads change once it is durable. */
class Slice {
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

  /** Moves until `endMs` (monotonic), at least once. */
  run(endMs: number): Outcome {
    const { chunks, db, meta, records, sealer } = this.#parts;
    const series = this.#from.identity.series;
    const into = this.#to.identity.series;
    if (this.#from.length > 0) {
      this.#fromState = sealer.seal(this.#from, this.#commit).state;
      this.#sealed = true;
    }
    const beforeMs = this.#toState.lastMs ?? Number.NEGATIVE_INFINITY;
    let outcome: Outcome = "moved";
    let [next] = chunks.endingAfter(series, Number.NEGATIVE_INFINITY, 1);
    while (next !== undefined && outcome === "moved") {
      const isBehind = this.#tiersMs <= next.lastMs && this.#tiersMs < this.#tiers.untilMs;
      outcome = isBehind ? this.#moveTiers() : this.#moveThrough(next.lastMs);
      [next] = chunks.endingAfter(series, Number.NEGATIVE_INFINITY, 1);
      if (performance.now() >= endMs) break;
    }
    if ((this.#toState.lastMs ?? Number.NEGATIVE_INFINITY) > beforeMs) this.#toNewest = newestOf(chunks, into);
    if (this.#moved > 0) sealer.save(into, this.#toState, this.#toNewest);
    this.#fromState = { ...this.#fromState, firstMs: chunks.firstMs(series) };
    this.#gone = next === undefined;
    meta.set("whole_after", String(this.#commit + 1));
    if (this.#gone) records.removeSeries(series);
    else sealer.save(series, this.#fromState, this.#parts.heads.newest(this.#from));
    const isOpen = this.#gone || outcome !== "moved" ? 0 : 1;
    if (isOpen === 0) meta.remove(`merged_tiers ${series}`);
    else if (this.#tiersMs > Number.NEGATIVE_INFINITY) meta.set(`merged_tiers ${series}`, String(this.#tiersMs));
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

  /** Moves all readings up to `lastMs`, at which a chunk ends and before which none does. */
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
    if (found.length === 1 && only !== undefined && met.length === 0 && open.times.length === 0) {
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
    stale.changed(from, firstMs, lastMs + 1);
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
