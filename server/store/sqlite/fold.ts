/** Buckets of a tier cut, put together, and folded into coarser ones. */
import type { Cells } from "../codec/cells.ts";
import { meanOf, riseOf } from "../steps.ts";
import { bucketFloor } from "./plan.ts";
import { lowerBound } from "./rows.ts";

const columns = [
  ...(["times", "first", "last", "min", "max", "sum", "count"] as const),
  ...(["firstMs", "lastMs", "longestMs", "area", "rise"] as const),
] as const;

/** The buckets that start from `fromMs` (included) to `toMs` (excluded); shares the buffers. */
export function sliceCells(cells: Cells, fromMs: number, toMs: number): Cells {
  const start = lowerBound(cells.times, fromMs);
  const end = Math.max(start, lowerBound(cells.times, toMs));
  return made((name) => cells[name].subarray(start, end));
}

/** Buckets one after the other; each part lies behind the one before. */
export function joinCells(parts: readonly Cells[]): Cells {
  const length = parts.reduce((total, { times }) => total + times.length, 0);
  return made((name) => {
    const column = new Float64Array(length);
    let at = 0;
    for (const part of parts) {
      column.set(part[name], at);
      at += part[name].length;
    }
    return column;
  });
}

/** Buckets of several, from `start` to `end` (excluded) of each, one after the other. */
export function joinRuns(runs: readonly { readonly of: Cells; readonly start: number; readonly end: number }[]): Cells {
  const length = runs.reduce((total, { start, end }) => total + end - start, 0);
  return made((name) => {
    const column = new Float64Array(length);
    let to = 0;
    for (const { of, start, end } of runs) {
      const from = of[name];
      for (let at = start; at < end; at++) column[to++] = from[at] as number;
    }
    return column;
  });
}

/** The same readings in buckets of `widthMs`, a multiple of the width that `cells` have. */
export function foldCells(cells: Cells, widthMs: number): Cells {
  const folded = made((name) => new Float64Array(cells[name].length));
  const { times, first, last, min, max, sum, count, lastMs, longestMs, area, rise } = folded;
  let at = -1;
  for (let index = 0; index < cells.times.length; index++) {
    const startMs = bucketFloor(cells.times[index] as number, widthMs);
    if (at < 0 || startMs !== times[at]) {
      at += 1;
      times[at] = startMs;
      for (const name of columns.slice(1)) folded[name][at] = cells[name][index] as number;
      continue;
    }
    // From the last reading before to the first one here.
    const [before, value] = [last[at] as number, cells.first[index] as number];
    const stepMs = (cells.firstMs[index] as number) - (lastMs[at] as number);
    longestMs[at] = Math.max(longestMs[at] as number, stepMs, cells.longestMs[index] as number);
    area[at] = (area[at] as number) + stepMs * meanOf(before, value) + (cells.area[index] as number);
    rise[at] = (rise[at] as number) + riseOf(before, value) + (cells.rise[index] as number);
    lastMs[at] = cells.lastMs[index] as number;
    last[at] = cells.last[index] as number;
    min[at] = Math.min(min[at] as number, cells.min[index] as number);
    max[at] = Math.max(max[at] as number, cells.max[index] as number);
    sum[at] = (sum[at] as number) + (cells.sum[index] as number);
    count[at] = (count[at] as number) + (cells.count[index] as number);
  }
  return first.length === at + 1 ? folded : made((name) => folded[name].subarray(0, at + 1));
}

function made(of: (name: (typeof columns)[number]) => Cells["times"]): Cells {
  return {
    ...{ times: of("times"), first: of("first"), last: of("last"), min: of("min") },
    ...{ max: of("max"), sum: of("sum"), count: of("count"), firstMs: of("firstMs") },
    ...{ lastMs: of("lastMs"), longestMs: of("longestMs"), area: of("area"), rise: of("rise") },
  };
}
