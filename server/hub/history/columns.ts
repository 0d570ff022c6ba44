/** Pages of the store as columns of an answer. */
import type { Aggregate } from "../../protocol/past.ts";
import type { BucketPage, ChangesPage, RawPage } from "../../store/answers.ts";
import type { Value } from "../../store/columns.ts";
import type { Series } from "../catalog.ts";
import type { HistoryColumns } from "./query.ts";

export function rawColumns(page: RawPage | ChangesPage, series: Series): HistoryColumns {
  const columns = { times: Array.from(page.times), values: valuesOf(page, series) };
  return "heldMs" in page ? { ...columns, until: Array.from(page.heldMs) } : columns;
}

function valuesOf(page: RawPage, { type }: Series): Value[] {
  if (type === "number") return Array.from(page.values);
  if (type === "boolean") return Array.from(page.values, (value) => value !== 0);
  return Array.from(page.values, (value) => page.strings[value] as string);
}

export function bucketColumns(page: BucketPage, aggregates: readonly Aggregate[]): HistoryColumns {
  const columns: HistoryColumns = { times: Array.from(page.times) };
  for (const name of aggregates) {
    columns[name] =
      name === "mean" ? Array.from(page.sum, (_, index) => meanOf(page, index)) : Array.from(page[name], finite);
  }
  return columns;
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
