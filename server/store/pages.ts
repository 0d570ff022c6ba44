/** Pages of the memory engine, made from rows in plain loops: what the faster engine is compared with. */
import type { Value } from "./columns.ts";
import type { BucketPage, ChangesPage, RawPage } from "./store.ts";

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

/** The start of the bucket that holds `timeMs`. */
export function bucketStart(timeMs: number, everyMs: number, originMs: number): number {
  return originMs + Math.floor((timeMs - originMs) / everyMs) * everyMs;
}

/** Number rows in rising time, gathered into buckets; empty ones are left out. */
export function toBuckets(
  rows: readonly (readonly [number, number])[],
  everyMs: number,
  originMs: number,
  limit: number,
): BucketPage {
  const buckets = new Map<number, number[]>();
  for (const [timeMs, value] of rows) {
    const start = bucketStart(timeMs, everyMs, originMs);
    const bucket = buckets.get(start);
    if (bucket) bucket.push(value);
    else buckets.set(start, [value]);
  }
  const starts = [...buckets.keys()];
  const taken = [...buckets.values()].slice(0, limit);
  const column = (of: (values: number[]) => number) => Float64Array.from(taken, of);
  return {
    times: Float64Array.from(starts.slice(0, limit)),
    first: column((values) => values[0] as number),
    last: column((values) => values.at(-1) as number),
    min: column((values) => values.reduce((low, value) => Math.min(low, value))),
    max: column((values) => values.reduce((high, value) => Math.max(high, value))),
    sum: column((values) => values.reduce((sum, value) => sum + value, 0)),
    count: column((values) => values.length),
    nextFromMs: starts[limit] ?? null,
  };
}
