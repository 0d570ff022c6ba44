/** Buckets of one series from what answers soonest: the tiers where they hold, the readings everywhere else. */
import type { BucketPage, Tier } from "../answers.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import { bucketAt, type Cuts, withinCuts } from "../cuts.ts";
import type { BucketRange } from "../store.ts";
import { BucketPageBuilder } from "./bucket-page.ts";
import type { Db } from "./driver.ts";
import { bucketFloor, type Interval, joined, planned, type Stretch, type TierShape, widthsFor } from "./plan.ts";
import { lowerBound, sliceRows } from "./rows.ts";
import type { SegmentReader } from "./segments.ts";
import { staleReader } from "./stale.ts";
import { Tiers } from "./tiers.ts";

/** The finest first, as in the shape. */
const tierNames: readonly Tier[] = ["10s", "minute", "15m", "hour", "6h", "day"];

export class TierReader {
  readonly #shape: TierShape;
  readonly #segments: SegmentReader;
  readonly #tiers: Tiers;
  readonly #stale;
  readonly #through;

  constructor(db: Db, segments: SegmentReader, shape: TierShape) {
    this.#shape = shape;
    this.#segments = segments;
    this.#tiers = new Tiers(db, shape);
    this.#stale = staleReader(db);
    this.#through = db.prepare("SELECT through_ms FROM rolled WHERE series = ?").pluck();
  }

  /**
   * One page, inside the caller's snapshot; `head` holds rows of the range that are not sealed, or were not a moment ago. It
   * ends at the next bucket once it has taken `maxRows` readings one by one.
   */
  page(range: BucketRange, cuts: Cuts, limit: number, head: ChunkColumns, maxRows?: number): BucketPage {
    const builder = new BucketPageBuilder(cuts, limit, range.maxStepMs, maxRows);
    const asked = withinCuts(range, cuts);
    let tier: Tier = "raw";
    for (const stretch of this.#planned(asked, cuts, head)) {
      const { tier: from } = stretch;
      const cells = from && this.#tiers.cells(range.series, from.widthMs, from.frame);
      if (!from || !cells) {
        if (this.#addReadings(builder, { ...asked, ...spanOf(stretch) }, cuts, head)) continue;
        break;
      }
      const [start, end] = [lowerBound(cells.times, stretch.fromMs), lowerBound(cells.times, stretch.toMs)];
      const stopped = builder.addCells(cells, start, end);
      if (stopped > start) tier = coarser(tier, this.#nameOf(from.widthMs));
      if (stopped < end) break;
    }
    return builder.page(tier);
  }

  #planned(range: BucketRange, cuts: Cuts, head: ChunkColumns): Stretch[] {
    // The tiers do not know what happened from one reading to the next.
    const widths = range.maxStepMs === undefined ? widthsFor(cuts, this.#shape.widthsMs) : [];
    const throughMs = widths.length > 0 ? (this.#through.get(range.series) as number | undefined) : undefined;
    const finestMs = widths.at(-1);
    if (throughMs === undefined || finestMs === undefined || throughMs <= range.fromMs) return [spanOf(range)];
    const open = sliceRows(head, range.fromMs, throughMs).times;
    const closed = joined([
      ...this.#segments.hidden(range),
      ...this.#stale(range.series, range.fromMs, range.toMs),
      ...bucketsOf(open, finestMs),
    ]);
    return planned(range, widths, (...span) => this.#tiers.frames(range.series, ...span), closed);
  }

  #addReadings(builder: BucketPageBuilder, range: BucketRange, cuts: Cuts, head: ChunkColumns): boolean {
    const isInOne = (_: unknown, firstMs: number, lastMs: number) =>
      range.maxStepMs === undefined && lastMs < bucketAt(cuts, firstMs).endMs;
    for (const segment of this.#segments.read(range, head, isInOne)) {
      if (!("rows" in segment ? builder.addRows(segment.rows) : builder.addWhole(segment))) return false;
    }
    return true;
  }

  #nameOf(widthMs: number): Tier {
    return tierNames[this.#shape.widthsMs.indexOf(widthMs)] ?? "raw";
  }
}

function spanOf({ fromMs, toMs }: Interval): Interval {
  return { fromMs, toMs };
}

function coarser(a: Tier, b: Tier): Tier {
  return tierNames.indexOf(a) > tierNames.indexOf(b) ? a : b;
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
