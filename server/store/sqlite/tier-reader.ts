/** Buckets of one series from what answers soonest: the tiers where they hold, the readings everywhere else. */
import type { BucketPage, Tier } from "../answers.ts";
import type { Cells } from "../codec/cells.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import { bucketAt, type Cuts, withinCuts } from "../cuts.ts";
import type { BucketRange, Range } from "../store.ts";
import { BucketPageBuilder } from "./bucket-page.ts";
import type { Db } from "./driver.ts";
import { EachCounter } from "./each-counter.ts";
import { FrameCells, FrameRooms } from "./frame-cells.ts";
import {
  type Asked,
  bucketFloor,
  type FramesOf,
  type Interval,
  joined,
  planned,
  type TierShape,
  widthsFor,
} from "./plan.ts";
import { sliceRows } from "./rows.ts";
import type { SegmentReader } from "./segments.ts";
import { staleReader } from "./stale.ts";
import { Tiers } from "./tiers.ts";

/** The finest first, as in the shape. */
const tierNames: readonly Tier[] = ["10s", "minute", "15m", "hour", "3h", "6h", "day"];

/** Whether a bucket of a tier tells what is asked for. */
type IsOfUse = (cells: Cells, index: number) => boolean;

const allSteps = ["rise", "area"] as const;

/** Takes what answers a question, in rising time. */
interface Sink {
  /** Buckets of a tier from `start` to `end` (excluded); answers where it stopped, before `end` once it is full. */
  addCells(cells: Cells, start: number, end: number): number;
  /** What the readings have to tell; false once it is full. */
  addReadings(range: Range): boolean;
}

export class TierReader {
  readonly #shape: TierShape;
  readonly #segments: SegmentReader;
  readonly #tiers: Tiers;
  readonly #rooms = new FrameRooms();
  readonly #each: EachCounter;
  readonly #stale;
  readonly #through;

  constructor(db: Db, segments: SegmentReader, shape: TierShape) {
    this.#shape = shape;
    this.#segments = segments;
    this.#tiers = new Tiers(db, shape);
    this.#each = new EachCounter(db);
    this.#stale = staleReader(db);
    this.#through = db.prepare("SELECT through_ms FROM rolled WHERE series = ?").pluck();
  }

  /**
   * One page, inside the caller's snapshot; `head` holds rows of the range that are not sealed, or were not a moment ago. It
   * ends at the next bucket once it has taken `maxRows` readings one by one.
   */
  page(range: BucketRange, cuts: Cuts, limit: number, head: ChunkColumns, maxRows?: number): BucketPage {
    const { maxStepMs, steps = allSteps } = range;
    const isOfUse = (cells: Cells, index: number) =>
      maxStepMs === undefined ||
      ((cells.longestMs[index] as number) <= maxStepMs &&
        steps.every((name) => !Number.isNaN(cells[name][index] as number)));
    if (range.counting) {
      const count = this.#each.begin(range.series, head, this.#segments);
      return count.page(this.#fill(count, range, cuts, head, isOfUse));
    }
    const builder = new BucketPageBuilder(cuts, limit, maxStepMs, maxRows);
    return builder.page(this.#fill(this.#sinkOf(builder, range, cuts, head), range, cuts, head, isOfUse));
  }

  /** The same as cells of a tier, for others to be made of; what is not known of the steps of a tier is not known of these. */
  cells(range: Range, cuts: Cuts, limit: number, head: ChunkColumns, maxRows?: number) {
    const builder = new BucketPageBuilder(cuts, limit, Number.POSITIVE_INFINITY, maxRows);
    const withSteps = { ...range, maxStepMs: Number.POSITIVE_INFINITY };
    this.#fill(this.#sinkOf(builder, withSteps, cuts, head), withSteps, cuts, head, () => true);
    return builder.cells();
  }

  /** Fills a page; answers the coarsest tier that it is made from. */
  #fill(sink: Sink, range: BucketRange, cuts: Cuts, head: ChunkColumns, isOfUse: IsOfUse): Tier {
    const asked = withinCuts(range, cuts);
    const widths = widthsFor(cuts, this.#shape.widthsMs);
    const finestMs = widths.length > 0 ? Math.min(...widths.map(({ widthMs }) => widthMs)) : undefined;
    const throughMs = widths.length > 0 ? (this.#through.get(asked.series) as number | undefined) : undefined;
    let coarsestMs = 0;
    if (throughMs === undefined || finestMs === undefined || throughMs <= asked.fromMs) {
      sink.addReadings(asked);
      return "raw";
    }
    const open = sliceRows(head, asked.fromMs, throughMs).times;
    const closed = joined([
      ...this.#segments.hidden(asked),
      ...this.#stale(asked.series, asked.fromMs, asked.toMs),
      ...bucketsOf(open, finestMs),
    ]);
    const frames = new FrameCells(
      this.#tiers,
      this.#rooms,
      asked.series,
      this.#shape.frameBuckets,
      range.maxStepMs !== undefined,
    );
    const framesOf: FramesOf = (widthMs, fromMs, toMs) => frames.frames(widthMs, fromMs, toMs);
    const { series } = asked;
    // False once the page is full.
    const add = (span: Interval, from: readonly Asked[]): boolean =>
      planned(span, from, framesOf, closed, ({ fromMs, toMs, tier }) => {
        if (!tier) return sink.addReadings({ series, fromMs, toMs });
        const found = frames.cells(tier, fromMs, toMs);
        if (!found) return add({ fromMs, toMs }, behind(from, tier.widthMs));
        const { cells, end } = found;
        for (let at = found.start; at < end; ) {
          let until = at;
          while (until < end && isOfUse(cells, until)) until++;
          const stopped = sink.addCells(cells, at, until);
          if (stopped > at) coarsestMs = Math.max(coarsestMs, tier.widthMs);
          if (stopped < until) return false;
          if (until === end) break;
          at = until;
          while (at < end && !isOfUse(cells, at)) at++;
          // What a bucket does not know its parts may: they know of shorter steps.
          const rest = { fromMs: cells.times[until] as number, toMs: (cells.times[at - 1] as number) + tier.widthMs };
          if (!add(rest, behind(from, tier.widthMs))) return false;
        }
        return true;
      });
    add(spanOf(asked), widths);
    return this.#nameOf(coarsestMs);
  }

  #sinkOf(builder: BucketPageBuilder, { maxStepMs }: BucketRange, cuts: Cuts, head: ChunkColumns): Sink {
    const isInOne = (_: unknown, firstMs: number, lastMs: number) =>
      maxStepMs === undefined && lastMs < bucketAt(cuts, firstMs).endMs;
    return {
      addCells: (cells, start, end) => builder.addCells(cells, start, end),
      addReadings: (range) => {
        for (const segment of this.#segments.read(range, head, isInOne)) {
          if (!("rows" in segment ? builder.addRows(segment.rows) : builder.addWhole(segment))) return false;
        }
        return true;
      },
    };
  }

  #nameOf(widthMs: number): Tier {
    return tierNames[this.#shape.widthsMs.indexOf(widthMs)] ?? "raw";
  }
}

/** The widths that are asked after one. */
function behind(widths: readonly Asked[], widthMs: number): readonly Asked[] {
  return widths.slice(widths.findIndex((asked) => asked.widthMs === widthMs) + 1);
}

function spanOf({ fromMs, toMs }: Interval): Interval {
  return { fromMs, toMs };
}

/** The buckets that hold any of these times, which rise. */
function* bucketsOf(times: Float64Array, widthMs: number): Generator<Interval> {
  let endMs = Number.NEGATIVE_INFINITY;
  for (const timeMs of times) {
    if (timeMs < endMs) continue;
    const fromMs = bucketFloor(timeMs, widthMs);
    endMs = fromMs + widthMs;
    yield { fromMs, toMs: endMs };
  }
}
