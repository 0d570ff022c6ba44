/** Answers of the memory engine, made from rows in plain loops: what the faster engine is compared with. */
import type {
  BucketPage,
  BucketSteps,
  ChangesPage,
  HolesPage,
  HolesSince,
  HolesSincePage,
  RawPage,
} from "../answers.ts";
import type { Value } from "../columns.ts";
import { bucketAt, type Cuts } from "../cuts.ts";
import { meanOf, riseOf } from "../steps.ts";
import type { BucketRange } from "../store.ts";

/** `rows` in rising time; at most `limit` of them, and where to go on. */
export function packRaw(rows: readonly (readonly [number, Value])[], limit: number): RawPage {
  const taken = rows.slice(0, limit);
  const strings: string[] = [];
  const values = taken.map(([, value]) => (typeof value === "string" ? strings.push(value) - 1 : Number(value)));
  return {
    times: Float64Array.from(taken, ([timeMs]) => timeMs),
    values: Float64Array.from(values),
    strings,
    nextFromMs: rows[limit]?.[0] ?? null,
  };
}

/** Only rows that differ from the one before them, or come more than `silenceMs` after it; the first always. */
export function packChanges(
  rows: readonly (readonly [number, Value])[],
  limit: number,
  silenceMs: number,
): ChangesPage {
  const begins = rows.flatMap(([timeMs, value], index) => {
    const before = rows[index - 1];
    return !before || !Object.is(value, before[1]) || timeMs - before[0] > silenceMs ? [index] : [];
  });
  const page = packRaw(
    begins.map((index) => rows[index] as readonly [number, Value]),
    limit,
  );
  const held = begins.slice(0, limit).map((_, entry) => rows[(begins[entry + 1] ?? rows.length) - 1]?.[0] as number);
  return { ...page, heldMs: Float64Array.from(held) };
}

/** Number rows in rising time, gathered into buckets; empty ones are left out. */
export function toBuckets(
  rows: readonly (readonly [number, number])[],
  cuts: Cuts,
  limit: number,
  { maxStepMs, counting }: Pick<BucketRange, "maxStepMs" | "counting">,
): BucketPage {
  if (counting) return { ...toBuckets([], cuts, limit, {}), each: rows.length };
  const buckets = new Map<number, [number, number][]>();
  for (const [timeMs, value] of rows) {
    const { startMs } = bucketAt(cuts, timeMs);
    const bucket = buckets.get(startMs) ?? [];
    bucket.push([timeMs, value]);
    buckets.set(startMs, bucket);
  }
  const starts = [...buckets.keys()];
  const taken = [...buckets.values()].slice(0, limit);
  const column = (of: (values: number[]) => number) =>
    Float64Array.from(taken, (bucket) => of(bucket.map(([, value]) => value)));
  return {
    tier: "raw",
    times: Float64Array.from(starts.slice(0, limit)),
    first: column((values) => values[0] as number),
    last: column((values) => values.at(-1) as number),
    min: column((values) => values.reduce((low, value) => Math.min(low, value))),
    max: column((values) => values.reduce((high, value) => Math.max(high, value))),
    sum: column((values) => values.reduce((sum, value) => sum + value, 0)),
    count: column((values) => values.length),
    ...(maxStepMs === undefined ? {} : { steps: stepsOf(taken, maxStepMs) }),
    nextFromMs: starts[limit] ?? null,
  };
}

function stepsOf(buckets: readonly (readonly [number, number])[][], maxStepMs: number): BucketSteps {
  const overSteps = (of: (ms: number, before: number, value: number) => number) =>
    Float64Array.from(buckets, (bucket) =>
      bucket.reduce((total, [timeMs, value], index) => {
        const before = bucket[index - 1];
        return before ? total + of(timeMs - before[0], before[1], value) : total;
      }, 0),
    );
  return {
    firstMs: Float64Array.from(buckets, (bucket) => bucket[0]?.[0] as number),
    lastMs: Float64Array.from(buckets, (bucket) => bucket.at(-1)?.[0] as number),
    rise: overSteps((_, before, value) => riseOf(before, value)),
    area: overSteps((ms, before, value) => (ms > maxStepMs ? 0 : ms * meanOf(before, value))),
  };
}

/** Pairs of neighbouring times further apart than `graceMs`. */
export function holesIn(times: readonly number[], graceMs: number, limit: number): HolesPage {
  const ends = times.flatMap((timeMs, index) => (timeMs - (times[index - 1] ?? timeMs) > graceMs ? [index] : []));
  const taken = ends.slice(0, limit);
  const next = ends[limit];
  return {
    fromMs: Float64Array.from(taken, (index) => times[index - 1] as number),
    toMs: Float64Array.from(taken, (index) => times[index] as number),
    nextFromMs: next === undefined ? null : (times[next - 1] as number),
  };
}

/** The same from the last one before `fromMs` on. */
export function holesSince(times: readonly number[], { fromMs, graceMs }: HolesSince, limit: number): HolesSincePage {
  const first = times.findIndex((timeMs) => timeMs >= fromMs);
  const before = (first < 0 ? times.length : first) - 1;
  return { ...holesIn(times.slice(Math.max(0, before)), graceMs, limit), beforeMs: times[before] ?? null };
}
