/**
 * What two series tell in buckets as if they were one. Pure. Where one of the two has nothing in a bucket, it is what the other
 * says; where one ended before the other began, both say it together. Where they told things in turn, finer buckets may say it,
 * or the readings, where all are there. What none of these tells is not known: which of them are of one millisecond.
 */
import type { Cells } from "../codec/cells.ts";
import { foldCells, joinCells, sliceCells } from "./fold.ts";
import type { Interval } from "./plan.ts";

export type Side = "a" | "b";

/** Buckets of one width. */
export interface Level {
  readonly widthMs: number;
  readonly a: Cells;
  readonly b: Cells;
  /** Where there is a tier of this width for either, in rising order. */
  readonly covered: readonly Interval[];
}

export interface Joint {
  /** As the levels. Buckets that have to be made anew are left out. */
  readonly cells: readonly Cells[];
  /** Buckets that readings alone tell, all of which are there. */
  readonly again: readonly Interval[];
}

/** What cannot be told: the first such bucket. */
export interface Unclear {
  readonly unclear: Interval;
}

/** Whether all that a series has in a bucket, so many readings, is there as readings. */
type IsRaw = (side: Side, bucket: Interval, count: number) => boolean;

/** Both of one level, put together. */
interface Joined extends Level {
  readonly cells: Cells;
  /** Starts of buckets that are left out of `cells`. */
  readonly left: ReadonlySet<number>;
}

/** `levels`: the finest first, each width a multiple of the one before; all of one stretch that begins and ends with a bucket of the coarsest. */
export function joinLevels(levels: readonly Level[], isRaw: IsRaw): Joint | Unclear {
  const done: Joined[] = [];
  const again: Interval[] = [];
  for (const level of levels) {
    const joined = joinLevel(level, done, isRaw, again);
    if ("unclear" in joined) return joined;
    done.push(joined);
  }
  return { cells: done.map(({ cells }) => cells), again };
}

function joinLevel(level: Level, finer: readonly Joined[], isRaw: IsRaw, again: Interval[]): Joined | Unclear {
  const { a, b, widthMs } = level;
  const parts: Cells[] = [];
  const left = new Set<number>();
  let [atA, atB] = [0, 0];
  while (atA < a.times.length || atB < b.times.length) {
    const [startA = Number.POSITIVE_INFINITY, startB = Number.POSITIVE_INFINITY] = [a.times[atA], b.times[atB]];
    if (startA !== startB) {
      const [cells, fromMs, toMs] = startA < startB ? ([a, startA, startB] as const) : ([b, startB, startA] as const);
      const alone = sliceCells(cells, fromMs, toMs);
      parts.push(alone);
      if (cells === a) atA += alone.times.length;
      else atB += alone.times.length;
      continue;
    }
    const bucket = { fromMs: startA, toMs: startA + widthMs };
    const [one, other] = [sliceCells(a, startA, bucket.toMs), sliceCells(b, startA, bucket.toMs)];
    atA += 1;
    atB += 1;
    const inTurn = inOrder(one, other);
    if (inTurn) {
      parts.push(...inTurn);
      continue;
    }
    const below = finer.at(-1);
    const tells = below && isWhole(below.a, bucket, one) && isWhole(below.b, bucket, other);
    const gone = below ? [...below.left].filter((startMs) => startMs >= bucket.fromMs && startMs < bucket.toMs) : [];
    if (tells && gone.length === 0) {
      parts.push(sliceCells(below.cells, bucket.fromMs, bucket.toMs));
      continue;
    }
    if (!(tells && isTold(finer, bucket, isRaw))) {
      const isThere = isRaw("a", bucket, one.count[0] as number) && isRaw("b", bucket, other.count[0] as number);
      if (!isThere) return { unclear: bucket };
      again.push(bucket);
    }
    left.add(startA);
  }
  // Neighbours that lie in one bucket become one.
  return { ...level, cells: foldCells(joinCells(parts), widthMs), left };
}

/** The two, the earlier first; undefined where they told things in turn, or that is not known. */
function inOrder(one: Cells, other: Cells): [Cells, Cells] | undefined {
  if ((one.lastMs[0] as number) < (other.firstMs[0] as number)) return [one, other];
  if ((other.lastMs[0] as number) < (one.firstMs[0] as number)) return [other, one];
  return undefined;
}

/** Whether finer buckets have all readings of a coarser one. */
function isWhole(finer: Cells, { fromMs, toMs }: Interval, { count }: Cells): boolean {
  return sliceCells(finer, fromMs, toMs).count.reduce((sum, one) => sum + one, 0) === count[0];
}

/** Whether all in a bucket but for what is left out is told by the tier below it, or by what that is made of. */
function isTold(finer: readonly Joined[], { fromMs, toMs }: Interval, isRaw: IsRaw): boolean {
  const below = finer.at(-1);
  if (!below) return false;
  const { widthMs, covered, cells, left } = below;
  return sliceCells(cells, fromMs, toMs).times.every((startMs) => {
    const bucket = { fromMs: startMs, toMs: startMs + widthMs };
    if (left.has(startMs) || covered.some((one) => one.fromMs <= startMs && one.toMs >= bucket.toMs)) return true;
    const [a, b] = [below.a, below.b].map((side) => sliceCells(side, startMs, bucket.toMs)) as [Cells, Cells];
    const isThere = (side: Side, { count }: Cells) => count[0] === undefined || isRaw(side, bucket, count[0]);
    if (isThere("a", a) && isThere("b", b)) return true;
    const rest = finer.slice(0, -1);
    const next = rest.at(-1);
    const isIn = (side: Cells, of: Cells | undefined) => side.count.length === 0 || (of && isWhole(of, bucket, side));
    return Boolean(isIn(a, next?.a) && isIn(b, next?.b) && isTold(rest, bucket, isRaw));
  });
}
