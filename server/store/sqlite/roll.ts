/**
 * Rolls sealed readings up into the tiers, and once more where something changed: slices beside the commits, one series after
 * the other. What a series needs is gathered as the reader would answer it, in buckets of the finest tier that pays, over as
 * many slices as it takes; one transaction then writes it to all tiers and says how far they reach. A kill loses what was
 * gathered, never what is right.
 */
import type { Cells } from "../codec/cells.ts";
import { type Db, transact } from "./driver.ts";
import { foldCells, joinCells } from "./fold.ts";
import type { SeriesHead } from "./head.ts";
import { LateTiers } from "./late-tiers.ts";
import type { WriterParts } from "./parts.ts";
import { bucketFloor, type Interval, joined, leastReadingsOf, type TierShape } from "./plan.ts";
import { noRows } from "./rows.ts";
import { SegmentReader, UnreadableChunk } from "./segments.ts";
import type { Workplace } from "./slices/job.ts";
import { TierReader } from "./tier-reader.ts";
import { Tiers } from "./tiers.ts";

type RollParts = Pick<WriterParts, "heads" | "meta" | "stale">;

/** Chunks from some time on. */
interface Density {
  /** Readings a millisecond of the densest one; null for no chunk. */
  readonly perMs: number | null;
  readonly lastMs: number | null;
  readonly chunks: number;
}

/** Beyond this (35,000 years) divisions of times are not exact any more, and readings are rolled up no further. */
const rolledLimitMs = 2 ** 50;
/** Readings taken one by one in one go, about 2 ms. */
const rowsPerPage = 30_000;
/** A tier goes on by so many of its buckets at a time, or by one of the coarsest. */
const bucketsAtOnce = 8;
/** While commits come it goes on by this part of the coarsest bucket at most (six hours), or by three times its pace where that is more. */
const strideShare = 1 / 4;
/** What lasts longer is still told by tiers where raw readings were thinned away. */
const heldMs = 3_600_000;
/** Of a dense series no more is left to the readings than about so many. */
const readingsAtOnce = 1 << 16;
/** Chunks that are looked at to tell which tiers pay from there on; the work reaches no further than they do. */
const chunksJudged = 64;

interface Work {
  readonly series: number;
  /** What is made anew; undefined: it goes on behind what is rolled up, or fills a tier. */
  readonly stale: Interval | undefined;
  /** The one tier that is made, of what was rolled up before there was such a tier; undefined: all of them. */
  readonly filled?: number;
  /** How far the series is rolled up. */
  readonly throughMs: number;
  /** Of the finest tier that is made. */
  readonly widthMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly parts: Cells[];
  buckets: number;
  nextMs: number;
  /** What changed meanwhile: it has to be made anew once this is done. */
  readonly changes: Interval[];
}

/** Rolls up for one slice; true where more is left. */
export function rollSlice({ parts, rest, settings }: Workplace): () => boolean {
  if (settings.tiers.widthsMs.length === 0) return () => false;
  const roller = new Roller(parts.db, settings.tiers, parts);
  return () => roller.slice(settings.sliceMs, rest.untilRestMs(performance.now()) === 0);
}

class Roller {
  readonly #db: Db;
  readonly #shape: TierShape;
  readonly #coarsestMs: number;
  readonly #parts: RollParts;
  readonly #reader: TierReader;
  readonly #tiers: Tiers;
  readonly #density;
  readonly #save;
  readonly #rawFrom;
  readonly #late: LateTiers;
  #work: Work | undefined;
  /** No commit comes: it goes on in shorter strides, so that little is left to the readings. */
  #atRest = false;

  constructor(db: Db, shape: TierShape, parts: RollParts) {
    this.#db = db;
    this.#shape = shape;
    this.#coarsestMs = shape.widthsMs.at(-1) as number;
    this.#parts = parts;
    this.#reader = new TierReader(db, new SegmentReader(db), shape);
    this.#tiers = new Tiers(db, shape);
    // The densest chunk decides: a tier for it is no longer for the sparse ones around it, where it is not written.
    this.#density = db.prepare(
      `SELECT max(iif(count >= ?, (count - 1.0) / max(last_ms - first_ms, 1), 0)) AS perMs, max(last_ms) AS lastMs,
         count(*) AS chunks FROM (SELECT count, first_ms, last_ms FROM chunks
         WHERE series = ? AND last_ms >= ? AND first_ms < ? ORDER BY last_ms LIMIT ${chunksJudged})`,
    );
    this.#save = db.prepare(
      "INSERT INTO rolled (series, through_ms) VALUES (?, ?) ON CONFLICT DO UPDATE SET through_ms = excluded.through_ms",
    );
    this.#rawFrom = db.prepare("SELECT raw_from_ms FROM rolled WHERE series = ?").pluck();
    this.#late = new LateTiers(parts.meta, shape);
    this.#lookAtAll();
    parts.stale.onChange = (series, change) => {
      if (this.#work?.series === series) this.#work.changes.push(change);
    };
  }

  slice(sliceMs: number, atRest: boolean): boolean {
    const { due } = this.#parts.stale;
    if (atRest && !this.#atRest) this.#lookAtAll();
    this.#atRest = atRest;
    if (due.size === 0) return false;
    const endMs = performance.now() + sliceMs;
    const seen = [...due];
    try {
      transact(this.#db, () => {
        do this.#goOn();
        while (due.size > 0 && performance.now() < endMs);
      });
    } catch (error) {
      // What was undone is found again by those that it is about.
      this.#work = undefined;
      this.#late.undone();
      for (const series of seen) due.add(series);
      throw error;
    }
    if (due.size === 0) this.#late.done();
    return due.size > 0;
  }

  #lookAtAll(): void {
    const { heads, stale } = this.#parts;
    for (const head of heads.all()) if (head.sealed.lastMs !== null) stale.due.add(head.identity.series);
  }

  /** One page of the work at hand, or the look for other work. */
  #goOn(): void {
    const { due } = this.#parts.stale;
    const [series] = due;
    const work = this.#work ?? (series === undefined ? undefined : this.#workFor(series));
    if (work === undefined) {
      if (series !== undefined) due.delete(series);
      return;
    }
    this.#work = work;
    const { stale } = this.#parts;
    if (this.#parts.heads.get(work.series) === undefined || stale.isMerging(work.series)) {
      this.#work = undefined;
      return;
    }
    try {
      const untilMs = this.#gather(work);
      if (untilMs === undefined) return;
      if (work.filled === undefined) this.#finish(work, untilMs);
      else this.#fill(work, work.filled, untilMs);
    } catch (error) {
      if (!(error instanceof UnreadableChunk)) throw error;
      // Whoever asks for these readings hears of the damage. The next change of the series tries again.
      this.#work = undefined;
      due.delete(work.series);
    }
  }

  #workFor(series: number): Work | undefined {
    const head = this.#parts.heads.get(series);
    if (head === undefined || head.identity.type !== "number" || this.#parts.stale.isMerging(series)) return undefined;
    return this.#staleWork(series) ?? this.#nextWork(series, head) ?? this.#lateWork(series, head);
  }

  #staleWork(series: number): Work | undefined {
    const { stale } = this.#parts;
    const first = stale.first(series);
    const throughMs = stale.throughMs(series);
    if (first === undefined || throughMs === undefined) return undefined;
    const fromMs = bucketFloor(Math.max(first.fromMs, -rolledLimitMs), this.#coarsestMs);
    const endMs = Math.min(bucketFloor(first.toMs - 1, this.#coarsestMs) + this.#coarsestMs, throughMs);
    const { widthMs, toMs } = this.#judged(series, fromMs, endMs);
    return { ...begun(series, fromMs), stale: first, throughMs, widthMs, fromMs, toMs };
  }

  #nextWork(series: number, { sealed: { firstMs, lastMs } }: SeriesHead): Work | undefined {
    if (firstMs === null || lastMs === null) return undefined;
    const endMs = Math.min(lastMs, rolledLimitMs);
    const throughMs =
      this.#parts.stale.throughMs(series) ?? bucketFloor(Math.max(firstMs, -rolledLimitMs), this.#coarsestMs);
    if (endMs - throughMs < this.#paceMs(this.#shape.widthsMs[0] as number)) return undefined;
    const fromMs = Math.min(...this.#shape.widthsMs.map((widthMs) => bucketFloor(throughMs, this.#paceMs(widthMs))));
    const { widthMs, perMs, toMs: judgedMs } = this.#judged(series, fromMs, endMs);
    const toMs = bucketFloor(judgedMs, this.#strideMs(widthMs, perMs));
    if (toMs <= throughMs) return undefined;
    return { ...begun(series, fromMs), stale: undefined, throughMs, widthMs, fromMs, toMs };
  }

  /** The next part of a tier that is newer than what was rolled up. */
  #lateWork(series: number, { sealed: { firstMs } }: SeriesHead): Work | undefined {
    const throughMs = this.#parts.stale.throughMs(series);
    if (throughMs === undefined || firstMs === null) return undefined;
    for (const filled of this.#late.widthsMs) {
      // Raw readings that were thinned away tell nothing of fine buckets; coarse ones come from the tiers that stayed.
      const rawFromMs = filled < heldMs ? (this.#rawFrom.get(series) as number | null) : null;
      const sinceMs = bucketFloor(Math.max(firstMs, -rolledLimitMs), this.#coarsestMs);
      const keptMs = rawFromMs === null ? sinceMs : bucketFloor(rawFromMs, this.#coarsestMs) + this.#coarsestMs;
      let fromMs = Math.max(this.#late.fromMs(series, filled) ?? sinceMs, keptMs);
      while (fromMs < throughMs) {
        const { widthMs, toMs } = this.#judged(series, fromMs, throughMs);
        if (widthMs <= filled && !this.#covers(series, filled, fromMs, toMs)) {
          return { ...begun(series, fromMs), stale: undefined, filled, throughMs, widthMs: filled, fromMs, toMs };
        }
        fromMs = toMs;
      }
      this.#late.goOn(series, filled, throughMs);
    }
    return undefined;
  }

  #covers(series: number, widthMs: number, fromMs: number, toMs: number): boolean {
    const rows = joined(this.#tiers.frames(series, widthMs, fromMs, toMs));
    return rows.some((row) => row.fromMs <= fromMs && row.toMs >= bucketFloor(toMs, this.#paceMs(widthMs)));
  }

  /** Of the first chunks from there on: the finest tier that may pay, or that there is (the coarsest where none does), how dense they are, and up to where that holds. What comes later decides for itself. */
  #judged(series: number, fromMs: number, endMs: number): { widthMs: number; perMs: number; toMs: number } {
    const { widthsMs, leastReadings } = this.#shape;
    const found = this.#density.get(leastReadings, series, fromMs, endMs) as Density;
    const perMs = found.perMs ?? 0;
    const wholeMs = bucketFloor(Math.max(found.lastMs ?? fromMs, fromMs + this.#coarsestMs), this.#coarsestMs);
    const toMs = found.chunks < chunksJudged ? endMs : Math.min(endMs, wholeMs);
    const pays = (widthMs: number) => perMs * widthMs >= leastReadingsOf(this.#shape, widthMs) / 2;
    const isThere = (widthMs: number) => this.#tiers.frames(series, widthMs, fromMs, toMs).length > 0;
    const widthMs = widthsMs.find((width) => pays(width) || isThere(width)) ?? this.#coarsestMs;
    return { widthMs, perMs, toMs };
  }

  /** Reads on; answers up to where everything is gathered once that is enough. */
  #gather(work: Work): number | undefined {
    const { series, widthMs, toMs, throughMs } = work;
    const { frameBuckets } = this.#shape;
    const range = { series, fromMs: work.nextMs, toMs };
    const cuts = { everyMs: widthMs, originMs: 0 };
    const page = this.#reader.cells(range, cuts, frameBuckets, noRows("number"), rowsPerPage);
    work.parts.push(page);
    work.buckets += page.times.length;
    if (page.nextFromMs === null) return toMs;
    work.nextMs = page.nextFromMs;
    if (work.buckets < frameBuckets) return undefined;
    // The coarsest tier needs its buckets whole.
    const wholeMs = bucketFloor(page.nextFromMs, this.#coarsestMs);
    const isNext = work.stale === undefined && work.filled === undefined;
    return wholeMs > (isNext ? throughMs : work.fromMs) ? wholeMs : undefined;
  }

  /** Writes what was gathered up to `untilMs` to all tiers. */
  #finish(work: Work, untilMs: number): void {
    const { series, stale: anew, fromMs, widthMs, changes } = work;
    const { stale } = this.#parts;
    let cells = joinCells(work.parts);
    const isThinned = anew && ((this.#rawFrom.get(series) as number | null) ?? fromMs) > fromMs;
    const anewToMs = Math.min(untilMs, anew?.toMs ?? untilMs);
    for (const tierMs of this.#shape.widthsMs) {
      if (tierMs < widthMs) continue;
      const paceMs = this.#paceMs(tierMs);
      const reachedMs = bucketFloor(work.throughMs, paceMs);
      const touched = anew && {
        fromMs: Math.max(fromMs, bucketFloor(anew.fromMs, tierMs)),
        toMs: Math.min(untilMs, reachedMs, bucketFloor(anewToMs - 1, tierMs) + tierMs),
      };
      const span = touched ?? { fromMs: reachedMs, toMs: bucketFloor(untilMs, paceMs) };
      if (span.fromMs >= span.toMs) continue;
      // Of raw readings that were thinned away finer tiers tell the rest of a bucket, of which the readings are only what came since.
      const asFold = tierMs === widthMs || !isThinned;
      if (asFold && tierMs > widthMs) cells = foldCells(cells, tierMs);
      this.#tiers.write(series, tierMs, span, asFold ? cells : this.#asked(series, tierMs, span), this.#atRest);
    }
    if (anew) stale.renewed(series, anewToMs);
    else this.#save.run(series, untilMs);
    this.#work = undefined;
    for (const change of changes) stale.again(series, change.fromMs, change.toMs);
  }

  /** Writes what was gathered up to `untilMs` to the one tier that lacks it. */
  #fill({ series, fromMs, changes, parts }: Work, widthMs: number, untilMs: number): void {
    const span = { fromMs, toMs: bucketFloor(untilMs, this.#paceMs(widthMs)) };
    if (span.fromMs < span.toMs) this.#tiers.write(series, widthMs, span, joinCells(parts), true);
    this.#late.goOn(series, widthMs, untilMs);
    this.#work = undefined;
    for (const change of changes) this.#parts.stale.again(series, change.fromMs, change.toMs);
  }

  #asked(series: number, widthMs: number, span: Interval): Cells {
    const all = Number.POSITIVE_INFINITY;
    return this.#reader.cells({ series, ...span }, { everyMs: widthMs, originMs: 0 }, all, noRows("number"), all);
  }

  #paceMs(widthMs: number): number {
    return Math.min(widthMs * bucketsAtOnce, this.#coarsestMs);
  }

  /** A series of so many readings a millisecond, whose finest tier has this width, goes on by so much: whole paces, since its newest rows are written anew each time. */
  #strideMs(widthMs: number, perMs: number): number {
    const paceMs = this.#paceMs(widthMs);
    if (this.#atRest) return paceMs;
    const longMs = Math.min(this.#coarsestMs * strideShare, readingsAtOnce / perMs);
    const wantedMs = Math.min(Math.max(longMs, paceMs * 3), this.#coarsestMs);
    return Math.floor(wantedMs / paceMs) * paceMs;
  }
}

function begun(series: number, fromMs: number) {
  return { series, parts: [], buckets: 0, nextMs: fromMs, changes: [] };
}
