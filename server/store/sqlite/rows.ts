/** Readings of one series from several sources, put into one column in rising time, the later arrival standing. */
import type { ChunkColumns } from "../codec/chunk.ts";
import type { ValueType } from "../columns.ts";

/** A column without readings. */
export function noRows(type: ValueType): ChunkColumns {
  return { type, times: new Float64Array(0), values: new Float64Array(0), strings: [] };
}

/** First index whose time is at or after `timeMs`, in rising `times`. */
export function lowerBound(times: Float64Array, timeMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
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

/** `sources` each in rising time, in order of arrival; answers one column with one reading a millisecond. */
export function mergeRows(type: ValueType, sources: readonly ChunkColumns[]): ChunkColumns {
  const filled = sources.filter((source) => source.times.length > 0);
  if (filled.length <= 1) return filled[0] ?? noRows(type);
  const total = filled.reduce((sum, source) => sum + source.times.length, 0);
  const times = new Float64Array(total);
  const values = new Float64Array(total);
  const strings: string[] = [];
  const numbers = new Map<string, number>();
  let length = 0;
  for (const source of filled) {
    times.set(source.times, length);
    values.set(source.values, length);
    if (type === "string") {
      for (let index = 0; index < source.times.length; index++) {
        const text = source.strings[source.values[index] as number] as string;
        let number = numbers.get(text);
        if (number === undefined) {
          number = strings.push(text) - 1;
          numbers.set(text, number);
        }
        values[length + index] = number;
      }
    }
    length += source.times.length;
  }
  return { type, strings, ...risingRows(times, values, length) };
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
