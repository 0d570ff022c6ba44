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
  const ones = one.times.length;
  const twos = two.times.length;
  const times = new Float64Array(ones + twos);
  const values = new Float64Array(ones + twos);
  let length = 0;
  let at = 0;
  let other = 0;
  while (at < ones || other < twos) {
    const timeMs = at < ones ? (one.times[at] as number) : Number.POSITIVE_INFINITY;
    const otherMs = other < twos ? (two.times[other] as number) : Number.POSITIVE_INFINITY;
    if (timeMs < otherMs) {
      times[length] = timeMs;
      values[length++] = one.values[at++] as number;
    } else {
      if (timeMs === otherMs) at++;
      times[length] = otherMs;
      values[length++] = two.values[other++] as number;
    }
  }
  if (length === times.length) return { times, values };
  return { times: times.subarray(0, length), values: values.subarray(0, length) };
}

/** Sorts rows that came in order of arrival by time; of several of one millisecond the last stands. */
export function risingRows(
  times: Float64Array<ArrayBuffer>,
  values: Float64Array<ArrayBuffer>,
  length: number,
): Pick<ChunkColumns, "times" | "values"> {
  if (isRising(times, length)) return { times: times.subarray(0, length), values: values.subarray(0, length) };
  const order = new Uint32Array(length);
  for (let index = 0; index < length; index++) order[index] = index;
  order.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
  const sortedTimes = new Float64Array(length);
  const sortedValues = new Float64Array(length);
  let kept = 0;
  for (let place = 0; place < length; place++) {
    const index = order[place] as number;
    const next = order[place + 1];
    if (next !== undefined && times[next] === times[index]) continue;
    sortedTimes[kept] = times[index] as number;
    sortedValues[kept++] = values[index] as number;
  }
  return { times: sortedTimes.subarray(0, kept), values: sortedValues.subarray(0, kept) };
}

function isRising(times: Float64Array, length: number): boolean {
  for (let index = 1; index < length; index++) {
    if ((times[index] as number) <= (times[index - 1] as number)) return false;
  }
  return true;
}
