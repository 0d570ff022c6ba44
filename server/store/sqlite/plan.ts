/** Which part of a question a tier answers, and which the readings. Pure: no database, nothing is decoded. */
import type { Cuts } from "../cuts.ts";
import { firstEndingAfter, type Interval, joined, lowerBound, without } from "../intervals.ts";

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

/** A width that is asked. */
export interface Asked {
  readonly widthMs: number;
  /** The cuts that lie inside of its buckets, between two times, in rising order; undefined where there are none. */
  readonly dividing?: ((fromMs: number, toMs: number) => Iterable<number>) | undefined;
}

/** Coarse buckets are put between fine ones at cuts that divide them where they are so many times as wide: then it pays to open both. */
const mixedFrom = 8;
/** And where the cuts are so many of their buckets apart. */
const leastWhole = 4;

/**
 * Which widths are asked, in this order: those whose buckets no cut divides, the coarsest first. Where that is a fine one for
 * cuts that lie far apart, such as days at +5:45, a coarse one comes before it, for all but the edges, and what lies between
 * them at last, for where the fine ones are missing. Where cuts divide the buckets of all of them, those that are short beside the cuts.
 */
export function widthsFor(cuts: Cuts, widthsMs: readonly number[]): Asked[] {
  const coarsestFirst = widthsMs.toSorted((a, b) => b - a);
  const isWhole = (widthMs: number) =>
    "everyMs" in cuts
      ? cuts.everyMs % widthMs === 0 && cuts.originMs % widthMs === 0
      : cuts.boundaries.every((boundaryMs) => boundaryMs % widthMs === 0);
  const whole = coarsestFirst.filter(isWhole).map((widthMs) => ({ widthMs }));
  const dividing = (fromMs: number, toMs: number) => cutsWithin(cuts, fromMs, toMs);
  const others = coarsestFirst
    .filter((widthMs) => !isWhole(widthMs) && widthMs * leastWhole <= apartMs(cuts))
    .map((widthMs) => ({ widthMs, dividing }));
  const coarsest = whole[0];
  if (coarsest === undefined) return others;
  const mixed: Asked[] = [];
  for (let next: Asked | undefined = coarsest; next; ) {
    const leastMs: number = next.widthMs * mixedFrom;
    next = others.findLast(({ widthMs }) => widthMs >= leastMs);
    if (next) mixed.unshift(next);
  }
  if (mixed.length === 0) return whole;
  const between = others.filter((other) => other.widthMs > coarsest.widthMs && !mixed.includes(other));
  return [...mixed, ...whole, ...between];
}

/** How far cuts lie apart, those by a calendar on average. */
function apartMs(cuts: Cuts): number {
  if ("everyMs" in cuts) return cuts.everyMs;
  const { boundaries } = cuts;
  const [first, last] = [boundaries[0] ?? 0, boundaries.at(-1) ?? 0];
  return boundaries.length > 1 ? (last - first) / (boundaries.length - 1) : 0;
}

/** The cuts between two times, both excluded. */
function* cutsWithin(cuts: Cuts, fromMs: number, toMs: number): Generator<number> {
  if ("everyMs" in cuts) {
    const { everyMs, originMs } = cuts;
    const place = Math.floor((fromMs - originMs) / everyMs) + 1;
    for (let cutMs = originMs + place * everyMs; cutMs < toMs; cutMs += everyMs) yield cutMs;
    return;
  }
  const { boundaries } = cuts;
  for (let at = lowerBound(boundaries, fromMs + 1); at < boundaries.length && (boundaries[at] as number) < toMs; at++) {
    yield boundaries[at] as number;
  }
}

/**
 * The range as stretches without a gap, in rising time. The first width is asked first; what it has no frames for goes to
 * the next one, and what none has to the readings. A bucket that `closed` touches (rising, no two overlap) is of no use at
 * any width: something in it changed, or is not sealed. One that a cut divides goes to the next width, too. Each stretch is
 * given to `take` until that says false; answers whether it never did.
 */
export function planned(
  { fromMs, toMs }: Interval,
  widths: readonly Asked[],
  framesOf: FramesOf,
  closed: readonly Interval[],
  take: (stretch: Stretch) => boolean,
): boolean {
  let readings: Interval | undefined;
  const plan: Plan = {
    ...{ widths, framesOf, closed },
    take: (stretch) => {
      const before = readings;
      if (!stretch.tier) {
        readings = before ? { fromMs: before.fromMs, toMs: stretch.toMs } : stretch;
        return true;
      }
      readings = undefined;
      return (before === undefined || take(before)) && take(stretch);
    },
  };
  return cover(fromMs, toMs, 0, plan) && (readings === undefined || take(readings));
}

interface Plan {
  readonly widths: readonly Asked[];
  readonly framesOf: FramesOf;
  readonly closed: readonly Interval[];
  readonly take: (stretch: Stretch) => boolean;
}

/** From the width at `place` on. Calls, not generators: a year of days may be a thousand stretches. */
function cover(fromMs: number, toMs: number, place: number, plan: Plan): boolean {
  const { widths, framesOf, closed, take } = plan;
  const asked = widths[place];
  if (asked === undefined) return take({ fromMs, toMs });
  const { widthMs, dividing } = asked;
  const ground = { fromMs: bucketEnd(fromMs, widthMs), toMs: bucketFloor(toMs, widthMs) };
  if (ground.fromMs >= ground.toMs) return cover(fromMs, toMs, place + 1, plan);
  const shut = wholeBuckets(closed, widthMs, ground);
  let atMs = fromMs;
  for (const frame of framesOf(widthMs, ground.fromMs, ground.toMs)) {
    const within = { fromMs: Math.max(frame.fromMs, ground.fromMs), toMs: Math.min(frame.toMs, ground.toMs) };
    const divided = dividing ? dividedBuckets(dividing(within.fromMs, within.toMs), widthMs) : none;
    const closedHere = divided.length === 0 ? shut : shut.length === 0 ? divided : joined([...shut, ...divided]);
    for (const open of closedHere.length === 0 ? [within] : without(within, closedHere)) {
      if (open.fromMs > atMs && !cover(atMs, open.fromMs, place + 1, plan)) return false;
      if (!take({ fromMs: open.fromMs, toMs: open.toMs, tier: { widthMs, frame } })) return false;
      atMs = open.toMs;
    }
  }
  return atMs >= toMs || cover(atMs, toMs, place + 1, plan);
}

const none: readonly Interval[] = [];

/** Buckets that any of these cuts divides, each once. */
function dividedBuckets(cuts: Iterable<number>, widthMs: number): readonly Interval[] {
  const divided: Interval[] = [];
  for (const cutMs of cuts) {
    const fromMs = bucketFloor(cutMs, widthMs);
    if (fromMs !== cutMs && divided.at(-1)?.fromMs !== fromMs) divided.push({ fromMs, toMs: fromMs + widthMs });
  }
  return divided;
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
function wholeBuckets(intervals: readonly Interval[], widthMs: number, ground: Interval): readonly Interval[] {
  if (intervals.length === 0) return none;
  const touching: Interval[] = [];
  for (let at = firstEndingAfter(intervals, ground.fromMs); at < intervals.length; at++) {
    const one = intervals[at] as Interval;
    if (one.fromMs >= ground.toMs) break;
    touching.push(one);
  }
  if (touching.length === 0) return touching;
  return joined(
    touching.map(({ fromMs, toMs }) => ({ fromMs: bucketFloor(fromMs, widthMs), toMs: bucketEnd(toMs, widthMs) })),
  );
}
