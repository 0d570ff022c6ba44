/** Readings of one series from several sources, put into one column in rising time, the later arrival standing. */
import type { ChunkColumns } from "../codec/chunk.ts";
import type { ValueType } from "../columns.ts";
import { lowerBound } from "../intervals.ts";

export { lowerBound };

/** A column without readings. */
export function noRows(type: ValueType): ChunkColumns {
  return { type, times: new Float64Array(0), values: new Float64Array(0), strings: [] };
}

/** The part of `rows` from `fromMs` (included) to `toMs` (excluded); shares the buffers. */
export function sliceRows(rows: ChunkColumns, fromMs: number, toMs: number): ChunkColumns {
  const start = lowerBound(rows.times, fromMs);
  const end = Math.max(start, lowerBound(rows.times, toMs));
  return partOf(rows, start, end);
}

/** Rows from index `start` to `end` (excluded); shares the buffers. */
export function partOf(rows: ChunkColumns, start: number, end: number): ChunkColumns {
  if (start === 0 && end === rows.times.length) return rows;
  return { ...rows, times: rows.times.subarray(start, end), values: rows.values.subarray(start, end) };
}

/** Times and values of some rows. */
type Cells = Pick<ChunkColumns, "times" | "values">;

/** `sources` each in rising time, in order of arrival; answers one column with one reading a millisecond. */
export function mergeRows(type: ValueType, sources: readonly ChunkColumns[]): ChunkColumns {
  const filled = sources.filter((source) => source.times.length > 0);
  if (filled.length <= 1) return filled[0] ?? noRows(type);
  const strings: string[] = [];
  let columns: Cells[] = type === "string" ? numberedAlike(filled, strings) : filled;
  // Neighbours by twos: a sort of all takes ten times as long.
  while (columns.length > 1) {
    const half: Cells[] = [];
    for (let at = 0; at < columns.length; at += 2) {
      const first = columns[at] as Cells;
      const second = columns[at + 1];
      half.push(second ? mergeTwo(first, second) : first);
    }
    columns = half;
  }
  const { times, values } = columns[0] as Cells;
  return { type, strings, times, values };
}

/** Texts of all sources numbered in one list, `strings`. */
function numberedAlike(sources: readonly ChunkColumns[], strings: string[]): Cells[] {
  const numbers = new Map<string, number>();
  const numberOf = (text: string): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    const number = strings.push(text) - 1;
    numbers.set(text, number);
    return number;
  };
  return sources.map(({ times, values, strings: texts }) => ({
    times,
    values: values.map((number) => numberOf(texts[number] as string)),
  }));
}

/** Both in rising time; of two readings of one millisecond the second one's stands. */
function mergeTwo(one: Cells, two: Cells): Cells {
  const merged = emptyCells(one.times.length + two.times.length);
  return firstOf(merged, mergeInto(merged, 0, one, 0, one.times.length, two, 0, two.times.length));
}

/** Merges `one` from `at` to `end` with `two` from `other` to `otherEnd` into `to` from `place` on; answers where that ended. */
function mergeInto(
  to: Cells,
  place: number,
  one: Cells,
  at: number,
  end: number,
  two: Cells,
  other: number,
  otherEnd: number,
): number {
  const [oneTimes, oneValues, twoTimes, twoValues] = [one.times, one.values, two.times, two.values];
  const { times, values } = to;
  while (at < end && other < otherEnd) {
    const timeMs = oneTimes[at] as number;
    const otherMs = twoTimes[other] as number;
    if (timeMs < otherMs) {
      times[place] = timeMs;
      values[place++] = oneValues[at++] as number;
    } else {
      if (timeMs === otherMs) at++;
      times[place] = otherMs;
      values[place++] = twoValues[other++] as number;
    }
  }
  for (; at < end; at++, place++) {
    times[place] = oneTimes[at] as number;
    values[place] = oneValues[at] as number;
  }
  for (; other < otherEnd; other++, place++) {
    times[place] = twoTimes[other] as number;
    values[place] = twoValues[other] as number;
  }
  return place;
}

/**
 * Sorts rows that came in order of arrival by time; of several of one millisecond the last stands. Neighbouring runs are merged by
 * twos: what comes late, or comes again, rises for long stretches, and what came again is dropped by the first merge that meets it.
 */
export function risingRows(times: Float64Array<ArrayBuffer>, values: Float64Array<ArrayBuffer>, length: number): Cells {
  let ends = endsOfRuns(times, length);
  let from: Cells = { times, values };
  let [to, spare]: [Cells, Cells | undefined] = [from, undefined];
  while (ends.length > 1) {
    // The rows that were given stay as they are.
    [to, spare] = [spare ?? emptyCells(length), from.times === times ? undefined : from];
    ends = mergeRuns(from, ends, to);
    from = to;
  }
  return firstOf(from, ends[0] ?? 0);
}

/** Merges each two neighbouring runs of `from` into one of `to`; answers where those end. */
function mergeRuns(from: Cells, ends: readonly number[], to: Cells): number[] {
  const merged: number[] = [];
  let [start, place] = [0, 0];
  for (let run = 0; run < ends.length; run += 2) {
    const middle = ends[run] as number;
    const end = ends[run + 1] ?? middle;
    place = mergeInto(to, place, from, start, middle, from, middle, end);
    merged.push(place);
    start = end;
  }
  return merged;
}

/** Where each stretch of rising times ends. */
function endsOfRuns(times: Float64Array, length: number): number[] {
  const ends: number[] = [];
  for (let index = 1; index < length; index++) {
    if ((times[index] as number) <= (times[index - 1] as number)) ends.push(index);
  }
  if (length > 0) ends.push(length);
  return ends;
}

function emptyCells(length: number): Cells {
  return { times: new Float64Array(length), values: new Float64Array(length) };
}

function firstOf({ times, values }: Cells, length: number): Cells {
  if (length === times.length) return { times, values };
  return { times: times.subarray(0, length), values: values.subarray(0, length) };
}
