/**
 * Moves what tiers tell of thinned readings from one series to another: block by block of whole buckets of the coarsest tier, each
 * in one transaction, before the readings of that block move, with them where these are few enough. Where the other has nothing its rows are given; otherwise each tier
 * becomes what the two say together (`tier-join.ts`). A block that stands is right for both series: what is left of its readings
 * moves without making anything anew.
 */
import { type Interval, joined, without } from "../intervals.ts";
import { countReadings } from "./deletes.ts";
import type { SeriesHead } from "./head.ts";
import type { MergedEnds } from "./holes-join.ts";
import type { WriterParts } from "./parts.ts";
import { bucketFloor } from "./plan.ts";
import { noRows } from "./rows.ts";
import { SegmentReader } from "./segments.ts";
import { type Joint, joinLevels, type Level, type Side, type Unclear } from "./tier-join.ts";
import { TierMover } from "./tier-mover.ts";
import { TierReader } from "./tier-reader.ts";
import { Tiers } from "./tiers.ts";

/** A block has no more rows or buckets of both series than about so many, nor is it longer than so many buckets of the coarsest tier. */
const rowsAtOnce = 64;
const bucketsAtOnce = 4_096;
const longestBlock = 512;
/** A block and its readings move together where both series have no more of them than about so many, in no more chunks. */
const readingsAtOnce = 100_000;
const chunksAtOnce = 512;

interface Block extends Interval {
  /** Both have something in it. */
  readonly shared: boolean;
}

export class TierAbsorber {
  readonly #parts: WriterParts;
  readonly #from: SeriesHead;
  readonly #to: SeriesHead;
  readonly #widthsMs: readonly number[];
  readonly #coarsestMs: number;
  readonly #tiers: Tiers;
  readonly #mover: TierMover;
  readonly #reader: TierReader;
  readonly #rawFrom;
  readonly #saveRolled;

  constructor(parts: WriterParts, from: SeriesHead, to: SeriesHead) {
    const { db, stale } = parts;
    const { shape } = stale;
    this.#parts = parts;
    this.#from = from;
    this.#to = to;
    this.#widthsMs = from.identity.type === "number" ? shape.widthsMs : [];
    this.#coarsestMs = shape.widthsMs.at(-1) ?? Number.POSITIVE_INFINITY;
    this.#tiers = new Tiers(db, shape);
    this.#mover = new TierMover(db);
    this.#reader = new TierReader(db, new SegmentReader(db), shape);
    this.#rawFrom = db.prepare("SELECT raw_from_ms FROM rolled WHERE series = ?").pluck();
    this.#saveRolled = db.prepare(
      `INSERT INTO rolled VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET through_ms = max(through_ms, excluded.through_ms),
       raw_from_ms = max(coalesce(raw_from_ms, excluded.raw_from_ms), coalesce(excluded.raw_from_ms, raw_from_ms))`,
    );
  }

  /** Up to where some of what either has may be told by tiers alone, a bucket of the coarsest one whole; -Infinity where nothing is. */
  get untilMs(): number {
    if (this.#widthsMs.length === 0) return Number.NEGATIVE_INFINITY;
    const rawMs = Math.max(...[this.#from, this.#to].map((head) => this.#rawFromMs(head)));
    return Math.ceil(rawMs / this.#coarsestMs) * this.#coarsestMs;
  }

  /** Where both begin and end, with what was thinned away. */
  get ends(): MergedEnds {
    return { from: this.#endsOf(this.#from), into: this.#endsOf(this.#to) };
  }

  #endsOf(head: SeriesHead): Interval {
    const { chunks, heads } = this.#parts;
    const { series } = head.identity;
    const all = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
    const sinceMs = this.#mover.firstMs(series, this.#widthsMs, all.fromMs);
    const told = { series, fromMs: bucketFloor(sinceMs, this.#coarsestMs), toMs: all.toMs };
    const cuts = { everyMs: this.#coarsestMs, originMs: 0 };
    const cells = Number.isFinite(sinceMs) ? this.#reader.cells(told, cuts, 1, noRows("number"), all.toMs) : undefined;
    const firsts = [cells?.firstMs[0], chunks.firstMs(series), head.length > 0 ? head.firstMs() : undefined];
    const fromMs = Math.min(...firsts.map((ms) => ms ?? all.toMs));
    return { fromMs, toMs: heads.newest(head)?.timeMs ?? fromMs };
  }

  /**
   * What stands in the way from there on: the first bucket of which nobody can tell what both say together; undefined where none
   * is. Where that takes longer than `endMs` (monotonic), up to where it was looked.
   */
  findUnclear(sinceMs: number, endMs: number): Unclear | { readonly nextMs: number } | undefined {
    for (let block = this.#block(sinceMs); block; block = this.#block(block.toMs)) {
      const found = block.shared ? this.#joint(block) : undefined;
      if (found && "unclear" in found.joint) return found.joint;
      if (performance.now() >= endMs) return { nextMs: block.toMs };
    }
    return undefined;
  }

  /** Moves the first block from `sinceMs` on; answers up to where nothing is left to move, or what stands in the way. Both heads are sealed up to there. */
  move(sinceMs: number): number | Unclear {
    const block = this.#block(sinceMs);
    if (!block) return this.untilMs;
    const { series: into } = this.#to.identity;
    const { series } = this.#from.identity;
    const { stale } = this.#parts;
    const found = block.shared ? this.#joint(block) : undefined;
    if (found && "unclear" in found.joint) return found.joint;
    const rolledMs = stale.throughMs(into) ?? this.#to.sealed.firstMs ?? Number.POSITIVE_INFINITY;
    this.#saveRolled.run(into, block.toMs, (this.#rawFrom.get(series) as number | null | undefined) ?? null);
    // Nobody comes by again to roll up what lies before it.
    stale.again(into, rolledMs, block.fromMs);
    if (found) {
      stale.settled(into, block);
      for (const [index, { widthMs, covered }] of found.levels.entries()) {
        const cells = (found.joint as Joint).cells[index] as Level["a"];
        for (const span of covered) this.#tiers.write(into, widthMs, span, cells, true, true);
      }
      for (const { fromMs, toMs } of (found.joint as Joint).again) stale.again(into, fromMs, toMs);
      for (const widthMs of this.#widthsMs) this.#mover.cut(series, widthMs, block);
    } else {
      for (const widthMs of this.#widthsMs) this.#mover.give(series, into, widthMs, block);
      for (const { fromMs, toMs } of stale.within(series, block)) stale.again(into, fromMs, toMs);
      stale.again(into, Math.max(stale.throughMs(series) ?? block.fromMs, block.fromMs), block.toMs);
    }
    return block.toMs;
  }

  /** Whether a series tells something of thinned readings within stretches; buckets that these cut count whole. */
  tellsAnyIn(head: SeriesHead, spans: readonly Interval[]): boolean {
    const { series } = head.identity;
    const rawMs = this.#rawFromMs(head);
    let open = spans.map(({ fromMs, toMs }) => ({ fromMs, toMs: Math.min(toMs, rawMs) }));
    for (const widthMs of this.#widthsMs) {
      const left: Interval[] = [];
      for (const span of open.filter(({ fromMs, toMs }) => fromMs < toMs)) {
        const frames = this.#tiers.frames(series, widthMs, span.fromMs, span.toMs);
        const isMet = (timeMs: number) => timeMs < span.toMs && timeMs + widthMs > span.fromMs;
        if (frames.some((frame) => this.#tiers.cells(series, widthMs, frame, false)?.times.some(isMet))) return true;
        left.push(...without(span, joined(frames)));
      }
      open = left;
    }
    return false;
  }

  /** The next block in which the series that goes has anything; undefined where that is behind all that may be thinned. */
  #block(sinceMs: number): Block | undefined {
    const { untilMs } = this;
    const fromMs = bucketFloor(this.#nextMs(this.#from, sinceMs), this.#coarsestMs);
    if (!(fromMs < untilMs)) return undefined;
    const otherMs = bucketFloor(this.#nextMs(this.#to, fromMs), this.#coarsestMs);
    const shared = otherMs <= fromMs;
    const mostMs = shared ? untilMs : Math.min(untilMs, otherMs);
    const series = [this.#from, this.#to].map((head) => head.identity.series);
    let toMs = fromMs + this.#coarsestMs;
    for (let buckets = 2; buckets <= longestBlock && toMs < mostMs; buckets *= 2) {
      const longerMs = Math.min(fromMs + buckets * this.#coarsestMs, mostMs);
      const took = this.#mover.sizeOf(series, { fromMs, toMs: longerMs });
      if (!this.isShort({ fromMs, toMs: longerMs })) break;
      if (took.rows > rowsAtOnce || (shared && took.buckets > bucketsAtOnce)) break;
      toMs = longerMs;
    }
    return { fromMs, toMs, shared };
  }

  /** Whether a commit may wait for the readings of both in a stretch. */
  isShort({ fromMs, toMs }: Interval): boolean {
    let left = readingsAtOnce;
    for (const head of [this.#from, this.#to]) {
      const found = this.#parts.chunks.endingAfter(head.identity.series, fromMs - 1, chunksAtOnce);
      for (const { firstMs, count } of found) if (firstMs < toMs) left -= count;
      const last = found.at(-1);
      if (left < 0 || (last && found.length === chunksAtOnce && last.lastMs < toMs)) return false;
    }
    return true;
  }

  /** When the first of what a series has from there on begins, in readings or in a tier; Infinity where there is none. */
  #nextMs({ identity: { series } }: SeriesHead, sinceMs: number): number {
    const { chunks } = this.#parts;
    const [next] = chunks.endingAfter(series, sinceMs - 1, 1);
    // What ends later may begin earlier.
    const found = next ? chunks.overlapping(series, sinceMs, next.lastMs) : [];
    const firstMs = Math.min(this.#mover.firstMs(series, this.#widthsMs, sinceMs), ...found.map((one) => one.firstMs));
    return Math.max(sinceMs, firstMs);
  }

  #joint(block: Block): { readonly levels: readonly Level[]; readonly joint: Joint | Unclear } {
    const [from, to] = [this.#from.identity.series, this.#to.identity.series];
    const levels = this.#widthsMs.map((widthMs): Level => {
      const rows = [from, to].flatMap((series) => this.#tiers.frames(series, widthMs, block.fromMs, block.toMs));
      const covered = joined(rows).map(({ fromMs, toMs }) => ({
        fromMs: Math.max(fromMs, block.fromMs),
        toMs: Math.min(toMs, block.toMs),
      }));
      return { widthMs, a: this.#cells(from, widthMs, block), b: this.#cells(to, widthMs, block), covered };
    });
    return { levels, joint: joinLevels(levels, (side, bucket, count) => this.#isRaw(side, bucket, count)) };
  }

  #cells(series: number, widthMs: number, { fromMs, toMs }: Interval) {
    const all = Number.POSITIVE_INFINITY;
    return this.#reader.cells({ series, fromMs, toMs }, { everyMs: widthMs, originMs: 0 }, all, noRows("number"), all);
  }

  #isRaw(side: Side, { fromMs, toMs }: Interval, count: number): boolean {
    const head = side === "a" ? this.#from : this.#to;
    if (fromMs >= this.#rawFromMs(head)) return true;
    const found = this.#parts.chunks.overlapping(head.identity.series, fromMs, toMs - 1);
    return countReadings(this.#parts, head, found, fromMs, toMs) === count;
  }

  #rawFromMs({ identity: { series } }: SeriesHead): number {
    return (this.#rawFrom.get(series) as number | null | undefined) ?? Number.NEGATIVE_INFINITY;
  }
}
