/** From a trace to what a chart draws: parallel arrays, decimated to pixels, with a hole at every silence. */
import type { NumberTrace } from "./number-trace.ts";

export interface Line {
  readonly times: number[];
  readonly values: (number | null)[];
  readonly mins: (number | null)[];
  readonly maxs: (number | null)[];
  /** Silences inside the window, [from, to] in ms. */
  readonly gaps: [number, number][];
  /** True where some rows stand for several readings, so that a band is worth drawing. */
  readonly banded: boolean;
}

/** Rows a pixel above which they are joined. */
const rowsPerPixel = 2;

/** The line between `fromMs` and `toMs`, with the rows just outside so that it runs through the edges. */
export function lineOf(trace: NumberTrace, fromMs: number, toMs: number, pixels: number, longestJoinMs: number): Line {
  const line: Line & { banded: boolean } = { times: [], values: [], mins: [], maxs: [], gaps: [], banded: false };
  const first = Math.max(0, trace.indexAtOrAfter(fromMs) - 1);
  const end = Math.min(trace.length, trace.indexAtOrAfter(toMs) + 1);
  const joined = end - first > pixels * rowsPerPixel ? (toMs - fromMs) / pixels : 0;
  let previous: number | undefined;
  for (let index = first; index < end; ) {
    const start = trace.time(index);
    if (previous !== undefined && start - previous > longestJoinMs) breakLine(line, previous, start);
    let sum = 0;
    let readings = 0;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    let last = start;
    // One row, or all rows of one pixel that no silence parts.
    do {
      last = trace.time(index);
      const count = trace.count(index);
      sum += trace.value(index) * count;
      readings += count;
      least = Math.min(least, trace.min(index));
      most = Math.max(most, trace.max(index));
      index++;
    } while (index < end && trace.time(index) - start < joined && trace.time(index) - last <= longestJoinMs);
    line.times.push(start);
    line.values.push(readings === 1 ? least : sum / readings);
    line.mins.push(least);
    line.maxs.push(most);
    if (most > least) line.banded = true;
    previous = last;
  }
  return line;
}

function breakLine(line: Line, fromMs: number, toMs: number): void {
  line.gaps.push([fromMs, toMs]);
  line.times.push(fromMs + (toMs - fromMs) / 2);
  line.values.push(null);
  line.mins.push(null);
  line.maxs.push(null);
}

/** Least, mean and most of what lies in the window, weighted by readings; undefined where nothing does. */
export function summaryOf(
  trace: NumberTrace,
  fromMs: number,
  toMs: number,
): { min: number; mean: number; max: number } | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let readings = 0;
  for (let index = trace.indexAtOrAfter(fromMs - (trace.everyMs ?? 0)); index < trace.length; index++) {
    if (trace.time(index) > toMs) break;
    const count = trace.count(index);
    min = Math.min(min, trace.min(index));
    max = Math.max(max, trace.max(index));
    sum += trace.value(index) * count;
    readings += count;
  }
  return readings === 0 ? undefined : { min, mean: sum / readings, max };
}

/** The row with a value that is nearest to an instant, at most `reachMs` from it. */
export function nearestRow(line: Line, timeMs: number, reachMs: number): number | undefined {
  let low = 0;
  let high = line.times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((line.times[middle] as number) < timeMs) low = middle + 1;
    else high = middle;
  }
  let nearest: number | undefined;
  let nearestMs = reachMs;
  // The neighbours may be breaks, which have none.
  for (let row = Math.max(0, low - 2); row < Math.min(line.times.length, low + 2); row++) {
    const awayMs = Math.abs((line.times[row] as number) - timeMs);
    if (line.values[row] === null || awayMs > nearestMs) continue;
    nearest = row;
    nearestMs = awayMs;
  }
  return nearest;
}
