/** Readings of a range as JSON, in pieces. */
import { jsonText } from "../../formats/json.ts";
import type { Series } from "../../hub/catalog.ts";
import {
  coarserOf,
  type HistoryColumns,
  type HistoryPage,
  type HistoryQuery,
  widthOf,
} from "../../hub/history/query.ts";
import type { ReadingsQuery } from "../../protocol/query.ts";
import type { Tier } from "../../store/answers.ts";
import type { HttpContext } from "./route.ts";

/** One series as one object. Its columns stand one behind the other, so that all of them are held until they are written. */
export async function* onePiece(series: Series, query: ReadingsQuery, told: AsyncIterable<HistoryPage>) {
  const pages = await collect(told);
  const { fromMs: from, toMs: to } = query;
  const every = pages[0]?.everyMs ?? null;
  yield* objectPieces({ ...describe(series), from, to, tier: coarsestOf(pages), every }, pages);
}

/** Several series as a list, each once all of it is there. */
export async function* manyPieces(
  series: readonly Series[],
  query: ReadingsQuery,
  question: HistoryQuery,
  context: HttpContext,
) {
  const { fromMs: from, toMs: to } = query;
  const every = widthOf(question) ?? null;
  yield `${JSON.stringify({ from, to, every }).slice(0, -1)},"series":[`;
  let comma = "";
  let pages: HistoryPage[] = [];
  let coarsest: Tier = "raw";
  for await (const { series: one, page } of context.history.each(series, question)) {
    pages.push(page);
    if (!page.done) continue;
    yield comma;
    const tier = coarsestOf(pages);
    yield* objectPieces({ ...describe(one), tier, every: pages[0]?.everyMs ?? null }, pages);
    coarsest = coarserOf(coarsest, tier);
    comma = ",";
    pages = [];
  }
  // Which tiers were used is known only now.
  yield `],"tier":${JSON.stringify(coarsest)}}`;
}

/** The coarsest tier of some pages. */
export function coarsestOf(pages: readonly HistoryPage[]): Tier {
  return pages.reduce<Tier>((coarsest, { tier }) => coarserOf(coarsest, tier), "raw");
}

/** An object of `head` and a list called `name`, an entry at a time. */
export async function* listPieces(head: object, name: string, entries: AsyncIterable<object>): AsyncGenerator<string> {
  let text = `${JSON.stringify(head).slice(0, -1)},"${name}":[`;
  for await (const entry of entries) {
    yield text + jsonText(entry);
    text = ",";
  }
  yield `${text === "," ? "" : text}]}`;
}

function describe(series: Series) {
  const unit = series.device.metricMeta.get(series.metric)?.unit;
  return {
    device: series.device.id,
    metric: series.metric,
    ...(unit === undefined ? {} : { unit }),
    type: series.type,
  };
}

/** One series at a time: its columns stand one after the other in the answer, so that all pages must be there first. */
export async function collect(pages: AsyncIterable<HistoryPage>): Promise<HistoryPage[]> {
  const collected: HistoryPage[] = [];
  for await (const page of pages) collected.push(page);
  return collected;
}

/** An object of `head` and the columns of all pages, as text in pieces of one page each. */
export function* objectPieces(head: object, pages: readonly HistoryPage[]): Generator<string> {
  const names = Object.keys(pages[0]?.columns ?? { times: [] }) as (keyof HistoryColumns)[];
  let text = JSON.stringify(head).slice(0, -1);
  for (const name of names) {
    text += `,"${name}":[`;
    let comma = "";
    for (const { columns } of pages) {
      const column = columns[name] ?? [];
      if (column.length === 0) continue;
      yield text + comma;
      text = listText(column);
      comma = ",";
    }
    text += "]";
  }
  yield `${text}}`;
}

/** The items of a JSON list; `JSON.stringify` would lose the sign of -0. */
function listText(items: readonly (number | boolean | string)[]): string {
  return jsonText(items).slice(1, -1);
}
