/** Readings of a range, in the form that was asked for. */

import { attachmentOf, csvWriter } from "../../formats/csv.ts";
import { ndjsonWriter } from "../../formats/ndjson.ts";
import type { RowWriter } from "../../formats/table.ts";
import type { Series } from "../../hub/catalog.ts";
import { defaultAggregates, type HistoryQuery } from "../../hub/history/query.ts";
import { Refusal } from "../../protocol/errors.ts";
import { parseReadingsQuery, type RangeQuery, type ReadingFormat, type ReadingsQuery } from "../../protocol/query.ts";
import { acceptedForm } from "./accept.ts";
import { unknownDevice } from "./device.ts";
import { acrossJson, acrossRows, checkAcross } from "./readings-across.ts";
import { manyPieces, oneSeries } from "./readings-json.ts";
import { parquetOf } from "./readings-parquet.ts";
import type { Handler, HttpContext } from "./route.ts";
import type { Slots } from "./slots.ts";

/** Media types of the forms, the one that is answered first. */
const mediaTypes: Readonly<Record<ReadingFormat, readonly string[]>> = {
  json: ["application/json"],
  csv: ["text/csv"],
  ndjson: ["application/x-ndjson", "application/ndjson", "application/jsonl"],
  parquet: ["application/vnd.apache.parquet"],
};

/** `GET readings`. */
export const getReadings: Handler = async ({ context, query: parameters, accept, headOnly }) => {
  const nowMs = context.clock.now();
  const query = parseReadingsQuery(parameters, nowMs);
  const format = query.format ?? acceptedForm(accept, mediaTypes) ?? "json";
  if (query.time !== undefined && (format === "json" || format === "parquet"))
    throw new Refusal("invalid_query", "time goes with format=csv or format=ndjson: in all else times are always ms");
  if (query.across) checkAcross(format);
  const series = seriesOf(query, context);
  const question = { ...query, nowMs };
  const streamed = format !== "json";
  const only = query.literal ? series[0] : undefined;
  const release = slotsOf(format, context).take();
  const headers = { Vary: "Accept" };
  try {
    if (only && format === "json" && !query.across) {
      const pages = await context.history.begin(only, question);
      return { ...(await oneSeries(only, query, pages, headOnly)), release, headers };
    }
    await context.history.check(series, question, streamed);
  } catch (error) {
    release();
    throw error;
  }
  if (format === "parquet") {
    const pieces = parquetOf(series, query, question, context);
    const file = { "Content-Disposition": attachmentOf(only && nameOf(only), "parquet") };
    return { pieces, release, type: mediaTypes.parquet[0] as string, headers: { ...headers, ...file } };
  }
  if (streamed) {
    const rows = format === "csv" ? csvRows(series, query, only) : ndjsonRows(query);
    const pieces = query.across
      ? acrossRows(series, question, context, rows.writer)
      : rowPieces(series, question, context, rows.writer);
    return { pieces, release, type: rows.type, headers: { ...headers, ...rows.headers } };
  }
  if (query.across) return { pieces: acrossJson(series, query, question, context), release, headers };
  return { pieces: manyPieces(series, query, question, context), release, headers };
};

function slotsOf(format: ReadingFormat, { answers, streams, files }: HttpContext): Slots {
  if (format === "json") return answers;
  return format === "parquet" ? files : streams;
}

function nameOf(series: Series) {
  return { device: series.device.id, metric: series.metric };
}

function csvRows(series: readonly Series[], query: ReadingsQuery, only: Series | undefined) {
  const inBuckets = query.points !== undefined || query.everyMs !== undefined;
  const numbers = series.some(({ type }) => type === "number");
  const others = series.some(({ type }) => type !== "number");
  const { aggregates = defaultAggregates, time = "iso" } = query;
  const columns = {
    value: !inBuckets || (others && !query.across),
    aggregates: inBuckets && (numbers || !others || query.across) ? aggregates : [],
    time,
  };
  return {
    writer: csvWriter(columns),
    type: "text/csv; charset=utf-8; header=present",
    headers: { "Content-Disposition": attachmentOf(only && nameOf(only), "csv") },
  };
}

function ndjsonRows({ aggregates = defaultAggregates, time = "ms" }: ReadingsQuery) {
  return { writer: ndjsonWriter(aggregates, time), type: "application/x-ndjson; charset=utf-8", headers: {} };
}

/** A row a reading or bucket, in pieces that are made as they are sent. */
async function* rowPieces(series: readonly Series[], question: HistoryQuery, context: HttpContext, writer: RowWriter) {
  if (writer.head !== "") yield writer.head;
  for await (const { series: one, page } of context.history.each(series, question)) {
    yield* writer.rows(nameOf(one), page.columns);
  }
}

/** What a range is of, by device and metric. Nothing matching is an answer for selectors; a literal pair is known or refused. */
export function seriesOf({ device, metric, literal }: RangeQuery, { catalog }: HttpContext): Series[] {
  const found = catalog.select(device, metric);
  if (found.length > 0 || !literal) return found.sort(byName);
  const id = device[0] as string;
  const known = catalog.findDevice(id);
  if (!known) throw unknownDevice(id, catalog);
  const metrics = [...known.series.keys()].sort();
  const has = metrics.length === 0 ? "has no readings" : `has ${metrics.slice(0, 20).join(", ")}`;
  const more = metrics.length > 20 ? ` and ${metrics.length - 20} more` : "";
  throw new Refusal("unknown_series", `There is no series ${metric[0]} of ${id}; the device ${has}${more}.`);
}

function byName(a: Series, b: Series): number {
  const [one, other] = a.device === b.device ? [a.metric, b.metric] : [a.device.id, b.device.id];
  return one < other ? -1 : 1;
}
