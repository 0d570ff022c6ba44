/**
 * What two series tell in buckets as if they were one. Pure. Where one of the two has nothing in a bucket, it is what the other
 * says; where one ended before the other began, both say it together. Where they told things in turn, finer buckets may say it,
 * or the readings, where all are there. What none of these tells is not known: which of them are of one millisecond.
 */
import type { Cells } from "../codec/cells.ts";
import { foldCells, joinRuns } from "./fold.ts";
import type { Interval } from "./plan.ts";
import { lowerBound } from "./rows.ts";

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
  const below = finer.at(-1);
  const picked = new Picked();
  const left = new Set<number>();
  let [atA, atB, atLeft] = [0, 0, 0];
  const leftBelow = below ? [...below.left] : [];
  while (atA < a.times.length || atB < b.times.length) {
    const [startA = Number.POSITIVE_INFINITY, startB = Number.POSITIVE_INFINITY] = [a.times[atA], b.times[atB]];
    if (startA !== startB) {
      if (startA < startB) picked.add(a, atA, ++atA);
      else picked.add(b, atB, ++atB);
      continue;
    }
    const [one, other] = [atA++, atB++];
    if ((a.lastMs[one] as number) < (b.firstMs[other] as number)) {
      picked.add(a, one, one + 1);
      picked.add(b, other, other + 1);
      continue;
    }
    if ((b.lastMs[other] as number) < (a.firstMs[one] as number)) {
      picked.add(b, other, other + 1);
      picked.add(a, one, one + 1);
      continue;
    }
    // They told things in turn, or that is not known.
    const bucket = { fromMs: startA, toMs: startA + widthMs };
    const counts = [a.count[one] as number, b.count[other] as number] as const;
    const tells = below && countIn(below.a, bucket) === counts[0] && countIn(below.b, bucket) === counts[1];
    while (atLeft < leftBelow.length && (leftBelow[atLeft] as number) < bucket.fromMs) atLeft += 1;
    const lacks = (leftBelow[atLeft] ?? Number.POSITIVE_INFINITY) < bucket.toMs;
    if (tells && !lacks) {
      picked.add(below.cells, lowerBound(below.cells.times, bucket.fromMs), lowerBound(below.cells.times, bucket.toMs));
      continue;
    }
    if (!(tells && isTold(finer, bucket, isRaw))) {
      if (!(isRaw("a", bucket, counts[0]) && isRaw("b", bucket, counts[1]))) return { unclear: bucket };
      again.push(bucket);
    }
    left.add(startA);
  }
  // Neighbours that lie in one bucket become one.
  return { ...level, cells: foldCells(picked.cells(), widthMs), left };
}

/** Runs of buckets, put together in the end. */
class Picked {
  readonly #runs: { readonly of: Cells; readonly start: number; end: number }[] = [];

  add(of: Cells, start: number, end: number): void {
    const last = this.#runs.at(-1);
    if (last?.of === of && last.end === start) last.end = end;
    else if (start < end) this.#runs.push({ of, start, end });
  }

  cells(): Cells {
    return joinRuns(this.#runs);
  }
}

/** Readings in the buckets of an interval. */
function countIn({ times, count }: Cells, { fromMs, toMs }: Interval): number {
  let total = 0;
  for (let at = lowerBound(times, fromMs); at < times.length && (times[at] as number) < toMs; at++) {
    total += count[at] as number;
  }
  return total;
}

/** Whether all in a bucket but for what is left out is told by the tier below it, or by what that is made of. */
function isTold(finer: readonly Joined[], { fromMs, toMs }: Interval, isRaw: IsRaw): boolean {
  const below = finer.at(-1);
  if (!below) return false;
  const { widthMs, covered, cells, left } = below;
  const rest = finer.slice(0, -1);
  for (let at = lowerBound(cells.times, fromMs); at < lowerBound(cells.times, toMs); at++) {
    const startMs = cells.times[at] as number;
    const bucket = { fromMs: startMs, toMs: startMs + widthMs };
    if (left.has(startMs) || covered.some((one) => one.fromMs <= startMs && one.toMs >= bucket.toMs)) continue;
    const [a, b] = [countIn(below.a, bucket), countIn(below.b, bucket)];
    if ((a === 0 || isRaw("a", bucket, a)) && (b === 0 || isRaw("b", bucket, b))) continue;
    const next = rest.at(-1);
    if (!next || countIn(next.a, bucket) !== a || countIn(next.b, bucket) !== b) return false;
    if (!isTold(rest, bucket, isRaw)) return false;
  }
  return true;
}
