/** Which part of a question a tier answers, and which the readings. Pure: no database, nothing is decoded. */
import type { Cuts } from "../cuts.ts";
import { type Interval, joined, without } from "../intervals.ts";

export { type Interval, joined };

/** Which tiers there are. */
export interface TierShape {
  /** Widths of the buckets, ms, the finest first; each is a multiple of the one before. None: no tiers. */
  readonly widthsMs: readonly number[];
  /** Buckets in a frame at the most. */
  readonly frameBuckets: number;
  /** A tier is kept where its buckets hold so many readings on average: below that the readings themselves are as short. */
  readonly leastReadings: number;
  /** The same of the finest tier, where it is another number: what it adds to the next one shows only in a close look at many readings. */
  readonly leastInFinest?: number;
}

/** How many readings the buckets of a tier hold on average at the least. */
export function leastReadingsOf(
  { widthsMs, leastReadings, leastInFinest = leastReadings }: TierShape,
  widthMs: number,
): number {
  return widthMs === widthsMs[0] ? leastInFinest : leastReadings;
}

export const defaultTiers: TierShape = {
  widthsMs: [10_000, 60_000, 900_000, 3_600_000, 10_800_000, 21_600_000, 86_400_000],
  frameBuckets: 1_440,
  leastReadings: 30,
  // Ticks of some a second would else have one: a tenth of the room of their readings for what these tell in a moment.
  leastInFinest: 300,
};

/** One row of a tier: what is sealed between its ends is in its buckets, but for what is stale. */
export interface Frame extends Interval {
  readonly id: number;
}

/** A part of a range and what answers it. */
export interface Stretch extends Interval {
  /** Undefined: the readings themselves. */
  readonly tier?: { readonly widthMs: number; readonly frame: Frame };
}

/** The frames of a width that have anything of an interval, in rising time; no two of them overlap. */
export type FramesOf = (widthMs: number, fromMs: number, toMs: number) => readonly Frame[];

/** Widths whose buckets no cut divides, the coarsest first. */
export function widthsFor(cuts: Cuts, widthsMs: readonly number[]): number[] {
  const fits = (widthMs: number) =>
    "everyMs" in cuts
      ? cuts.everyMs % widthMs === 0 && cuts.originMs % widthMs === 0
      : cuts.boundaries.every((boundaryMs) => boundaryMs % widthMs === 0);
  return widthsMs.filter(fits).sort((a, b) => b - a);
}

/**
 * The range as stretches without a gap, in rising time. The coarsest width is asked first; what it has no frames for goes to
 * the next one, and what none has to the readings. A bucket that `closed` touches (rising, no two overlap) is of no use at
 * any width: something in it changed, or is not sealed.
 */
export function planned(
  { fromMs, toMs }: Interval,
  widthsMs: readonly number[],
  framesOf: FramesOf,
  closed: readonly Interval[],
): Stretch[] {
  const stretches: Stretch[] = [];
  for (const stretch of covered(fromMs, toMs, widthsMs, framesOf, closed)) {
    const before = stretches.at(-1);
    if (before && !before.tier && !stretch.tier) stretches[stretches.length - 1] = { ...before, toMs: stretch.toMs };
    else stretches.push(stretch);
  }
  return stretches;
}

function* covered(
  fromMs: number,
  toMs: number,
  [widthMs, ...finer]: readonly number[],
  framesOf: FramesOf,
  closed: readonly Interval[],
): Generator<Stretch> {
  if (widthMs === undefined) {
    yield { fromMs, toMs };
    return;
  }
  const ground = { fromMs: bucketEnd(fromMs, widthMs), toMs: bucketFloor(toMs, widthMs) };
  const shut = ground.fromMs < ground.toMs ? wholeBuckets(closed, widthMs, ground) : [];
  let atMs = fromMs;
  for (const frame of ground.fromMs < ground.toMs ? framesOf(widthMs, ground.fromMs, ground.toMs) : []) {
    const within = { fromMs: Math.max(frame.fromMs, ground.fromMs), toMs: Math.min(frame.toMs, ground.toMs) };
    for (const open of without(within, shut)) {
      if (open.fromMs > atMs) yield* covered(atMs, open.fromMs, finer, framesOf, closed);
      yield { ...open, tier: { widthMs, frame } };
      atMs = open.toMs;
    }
  }
  if (atMs < toMs) yield* covered(atMs, toMs, finer, framesOf, closed);
}

/** The start of the bucket of `widthMs` that holds `timeMs`. */
export function bucketFloor(timeMs: number, widthMs: number): number {
  return Math.floor(timeMs / widthMs) * widthMs;
}

/** The first bucket start that is not before `timeMs`. */
function bucketEnd(timeMs: number, widthMs: number): number {
  return Math.ceil(timeMs / widthMs) * widthMs;
}

/** Intervals widened to whole buckets, those that then meet joined; only what lies within `ground`. */
function wholeBuckets(intervals: readonly Interval[], widthMs: number, ground: Interval): Interval[] {
  const touching = intervals.filter(({ fromMs, toMs }) => fromMs < ground.toMs && toMs > ground.fromMs);
  return joined(
    touching.map(({ fromMs, toMs }) => ({ fromMs: bucketFloor(fromMs, widthMs), toMs: bucketEnd(toMs, widthMs) })),
  );
}
