/** Pages of the store as columns of an answer. */
import { type Aggregate, percentileNames } from "../../protocol/past.ts";
import type { BucketPage, ChangesPage, RawPage } from "../../store/answers.ts";
import type { Value } from "../../store/columns.ts";
import type { Series } from "../catalog.ts";
import type { HistoryColumns } from "./query.ts";

/** Parallel to the buckets of a page. */
export interface StepColumns {
  /** How far it rose since the reading before the bucket; a fall is a reset, and counts from 0. */
  readonly increase: number[];
  /** The same a second, over the time from the reading before the bucket to its last; 0 where there is no such time. */
  readonly rate: number[];
  /** Value × hours. A line between two readings that lie further apart than a silence has no area. */
  readonly integral: number[];
}

export function rawColumns(page: RawPage | ChangesPage, series: Series): HistoryColumns {
  const columns = { times: listed(page.times, same), values: valuesOf(page, series) };
  return "heldMs" in page ? { ...columns, until: listed(page.heldMs, same) } : columns;
}

function valuesOf({ values, strings }: RawPage, { type }: Series): Value[] {
  if (type === "number") return listed(values, same);
  if (type === "boolean") return listed(values, (value) => value !== 0);
  return listed(values, (value) => strings[value] as string);
}

/** `steps`: where they are asked for. */
export function bucketColumns(page: BucketPage, aggregates: readonly Aggregate[], steps?: StepColumns): HistoryColumns {
  const columns: HistoryColumns = { times: listed(page.times, same) };
  for (const name of aggregates) {
    if (name === "mean") columns[name] = listed(page.sum, (_, index) => meanOf(page, index));
    else if (name === "rate" || name === "increase" || name === "integral") columns[name] = steps?.[name] ?? [];
    else if (isOfDevices(name)) throw new Error(`${name} is asked across devices alone`);
    else columns[name] = listed(page[name], finite);
  }
  return columns;
}

/** `Array.from` takes three times as long: it asks an iterator for each. */
function listed<T>(column: Float64Array, of: (value: number, index: number) => T): T[] {
  const list: T[] = [];
  for (let index = 0; index < column.length; index++) list.push(of(column[index] as number, index));
  return list;
}

function same(value: number): number {
  return value;
}

function isOfDevices(name: Aggregate): name is (typeof percentileNames)[number] {
  return (percentileNames as readonly Aggregate[]).includes(name);
}

/** The mean of a bucket. Sums of very large values leave the range of doubles; a mean never leaves the span of its bucket. */
export function meanOf(page: BucketPage, index: number): number {
  const mean = (page.sum[index] as number) / (page.count[index] as number);
  return Math.min(page.max[index] as number, Math.max(page.min[index] as number, mean));
}

/** JSON has no infinity: what is too large to sum is told as the largest double. */
export function finite(value: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}
