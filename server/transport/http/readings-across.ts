/** `GET readings` with `across=devices`: one object, or the rows of one, a metric. */
import type { RowWriter } from "../../formats/table.ts";
import type { Series } from "../../hub/catalog.ts";
import { coarserOf, type HistoryQuery, widthOf } from "../../hub/history/query.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { ReadingFormat, ReadingsQuery } from "../../protocol/query.ts";
import type { Tier } from "../../store/answers.ts";
import { coarsestOf, collect, objectPieces } from "./readings-json.ts";
import type { HttpContext } from "./route.ts";

/** Throws where the form has no place for a fleet. */
export function checkAcross(format: ReadingFormat): void {
  if (format !== "parquet") return;
  throw new Refusal("invalid_query", "across goes with format=json, format=csv or format=ndjson");
}

/** One object a metric, each once all of it is there. */
export async function* acrossJson(
  series: readonly Series[],
  { fromMs: from, toMs: to }: ReadingsQuery,
  question: HistoryQuery,
  { history }: HttpContext,
): AsyncGenerator<string> {
  const every = widthOf(question);
  yield `${JSON.stringify({ from, to, every, across: "devices" }).slice(0, -1)},"series":[`;
  let comma = "";
  let coarsest: Tier = "raw";
  for (const [metric, fleet] of byMetric(series)) {
    const pages = await collect(history.across(fleet, question));
    const tier = coarsestOf(pages);
    yield comma;
    yield* objectPieces({ metric, ...unitOf(fleet), type: "number", devices: fleet.length, tier, every }, pages);
    coarsest = coarserOf(coarsest, tier);
    comma = ",";
  }
  yield `],"tier":${JSON.stringify(coarsest)}}`;
}

/** Rows whose device is `*`. */
export async function* acrossRows(
  series: readonly Series[],
  question: HistoryQuery,
  { history }: HttpContext,
  writer: RowWriter,
): AsyncGenerator<string> {
  if (writer.head !== "") yield writer.head;
  for (const [metric, fleet] of byMetric(series)) {
    for await (const page of history.across(fleet, question)) yield* writer.rows({ device: "*", metric }, page.columns);
  }
}

/** Number series by their metric, in the order of its name. */
function byMetric(series: readonly Series[]): [string, Series[]][] {
  const metrics = new Map<string, Series[]>();
  for (const one of series) {
    if (one.type !== "number") continue;
    const fleet = metrics.get(one.metric) ?? [];
    fleet.push(one);
    metrics.set(one.metric, fleet);
  }
  return [...metrics].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The unit where all have the same. */
function unitOf(fleet: readonly Series[]): { readonly unit?: string } {
  const units = new Set(fleet.map(({ device, metric }) => device.metricMeta.get(metric)?.unit));
  const [unit] = units;
  return units.size === 1 && unit !== undefined ? { unit } : {};
}
