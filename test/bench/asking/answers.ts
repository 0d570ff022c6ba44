/** What a system answers to a question about the past, and whether it is right. */

/** Columns of one length: `values` of readings, or the aggregates of the buckets that begin at `times`. */
export interface Columns {
  readonly times: readonly number[];
  readonly values?: readonly number[];
  readonly min?: readonly number[];
  readonly mean?: readonly number[];
  readonly max?: readonly number[];
}

/** By `device/metric`. The times of newest values are left out: not every system tells them. */
export type Answer = ReadonlyMap<string, Columns>;

/** The aggregates of the buckets that have a reading, each `everyMs` wide, of readings in order. */
export function bucketsOf(times: Float64Array, values: Float64Array, everyMs: number) {
  const columns = { times: [] as number[], min: [] as number[], mean: [] as number[], max: [] as number[] };
  for (let at = 0; at < times.length; ) {
    const start = Math.floor((times[at] as number) / everyMs) * everyMs;
    let [count, sum, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (; at < times.length && (times[at] as number) < start + everyMs; at++, count++) {
      const value = values[at] as number;
      sum += value;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    columns.times.push(start);
    columns.min.push(min);
    columns.mean.push(sum / count);
    columns.max.push(max);
  }
  return columns;
}

/** Of a value's magnitude, or of 1: sums differ by the order in which they were taken. */
const tolerance = 1e-9;

/** What is wrong with an answer, in words; undefined where it is right. */
export function mistakeIn(answer: Answer, right: Answer): string | undefined {
  if (answer.size !== right.size) return `${answer.size} series instead of ${right.size}`;
  for (const [key, columns] of right) {
    for (const [name, wanted] of Object.entries(columns) as [keyof Columns, number[]][]) {
      const given = answer.get(key)?.[name];
      if (given?.length !== wanted.length) return `${key}: ${given?.length} ${name} instead of ${wanted.length}`;
      const at = wanted.findIndex((value, index) => !isNear(given[index] as number, value));
      if (at >= 0) return `${key}: ${name}[${at}] is ${given[at]} instead of ${wanted[at]}`;
    }
  }
  return undefined;
}

function isNear(given: number, wanted: number): boolean {
  return Math.abs(given - wanted) <= tolerance * Math.max(1, Math.abs(wanted));
}
