/** Readings of a range as Parquet. */
import type { ParquetColumn, ParquetRows } from "../../formats/parquet.ts";
import { parquetPieces } from "../../formats/parquet-thread.ts";
import type { Series } from "../../hub/catalog.ts";
import { defaultAggregates, type HistoryColumns, type HistoryQuery } from "../../hub/history/query.ts";
import type { Aggregate } from "../../protocol/past.ts";
import type { ReadingsQuery } from "../../protocol/query.ts";
import type { HttpContext } from "./route.ts";

/** The bytes of one file: numbers stand in `value`, or in a column an aggregate; booleans in `state`, texts in `text`, where such series are in it. */
export function parquetOf(
  series: readonly Series[],
  query: ReadingsQuery,
  question: HistoryQuery,
  context: HttpContext,
): AsyncGenerator<Uint8Array> {
  const inBuckets = query.points !== undefined || query.everyMs !== undefined;
  const numbers = inBuckets ? (query.aggregates ?? defaultAggregates) : (["value"] as const);
  const has = (type: Series["type"]) => series.some((one) => one.type === type);
  const others: ParquetColumn[] = [
    ...(has("boolean") ? (["state"] as const) : []),
    ...(has("string") ? (["text"] as const) : []),
  ];
  // A file without a single column of values would be none.
  const columns = has("number") || others.length === 0 ? [...numbers, ...others] : others;
  return parquetPieces(context.startParquet, columns, rowsOf(series, question, numbers, context));
}

async function* rowsOf(
  series: readonly Series[],
  question: HistoryQuery,
  numbers: readonly ("value" | Aggregate)[],
  { history }: HttpContext,
): AsyncGenerator<ParquetRows> {
  for await (const { series: one, page } of history.each(series, question)) {
    const { columns } = page;
    if (columns.times.length === 0) continue;
    const times = Float64Array.from(columns.times);
    yield { device: one.device.id, metric: one.metric, times, cells: cellsOf(one, columns, numbers) };
  }
}

function cellsOf(
  { type }: Series,
  columns: HistoryColumns,
  numbers: readonly ("value" | Aggregate)[],
): ParquetRows["cells"] {
  const { values } = columns;
  if (type === "boolean") return { state: Uint8Array.from(values as boolean[], Number) };
  if (type === "string") return { text: values as string[] };
  const cells: Partial<Record<ParquetColumn, Float64Array>> = {};
  for (const name of numbers) {
    const column = name === "value" ? values : columns[name];
    // A reading that stands where buckets were asked for is a bucket of its own.
    if (column) cells[name] = Float64Array.from(column as number[]);
    else if (name === "count") cells[name] = new Float64Array(columns.times.length).fill(1);
    else cells[name] = Float64Array.from(values as number[]);
  }
  return cells;
}
