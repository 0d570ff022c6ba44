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

/** Readings of an answer that is made as one text. A longer one is made a column at a time, as it is taken. */
const rowsAtOnce = 4_096;

/**
 * One series as one object. Its columns stand one behind the other, so that all of them are held until they are written.
 * `headOnly`: of an answer that is longer than its first page nothing is read beyond that, and no piece follows.
 */
export async function oneSeries(
  series: Series,
  query: ReadingsQuery,
  told: AsyncIterable<HistoryPage>,
  headOnly: boolean,
): Promise<{ readonly text: string } | { readonly pieces: AsyncIterable<string> }> {
  const pages = await (headOnly ? firstOf(told) : collect(told));
  if (headOnly && pages[0]?.done === false) return { pieces: oneByOne([]) };
  const { fromMs: from, toMs: to } = query;
  const every = pages[0]?.everyMs ?? null;
  const pieces = objectPieces({ ...describe(series), from, to, tier: coarsestOf(pages), every }, pages);
  const rows = pages.reduce((sum, { columns }) => sum + columns.times.length, 0);
  return rows <= rowsAtOnce ? { text: [...pieces].join("") } : { pieces: oneByOne(pieces) };
}

async function firstOf<T>(told: AsyncIterable<T>): Promise<T[]> {
  for await (const one of told) return [one];
  return [];
}

async function* oneByOne(pieces: Iterable<string>): AsyncGenerator<string> {
  yield* pieces;
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

/** An object of `head` and a list called `name`, an entry at a time, and of a long entry a part. */
export async function* listPieces(head: object, name: string, entries: AsyncIterable<object>): AsyncGenerator<string> {
  let text = `${JSON.stringify(head).slice(0, -1)},"${name}":[`;
  let comma = "";
  for await (const entry of entries) {
    text += comma;
    comma = ",";
    for (const part of partsOf(entry)) {
      text += part;
      if (text.length < pieceLength) continue;
      yield text;
      text = "";
    }
    yield text;
    text = "";
  }
  yield `${text}]}`;
}

/** Items of a list that become text in one go, and characters of a piece, about. */
const itemsAtOnce = 4_096;
const pieceLength = 32 * 1_024;

/** JSON of a value in parts: long lists, wherever they stand in it, are cut. */
function* partsOf(value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null) yield jsonText(value);
  else if (!Array.isArray(value)) {
    let before = "{";
    for (const [name, part] of Object.entries(value)) {
      if (part === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* partsOf(part);
      before = ",";
    }
    yield before === "{" ? "{}" : "}";
  } else if (value.some((item) => typeof item === "object")) {
    yield "[";
    for (const [index, item] of value.entries()) {
      if (index > 0) yield ",";
      yield* partsOf(item);
    }
    yield "]";
  } else {
    yield "[";
    for (let from = 0; from < value.length; from += itemsAtOnce) {
      yield (from === 0 ? "" : ",") + listText(value.slice(from, from + itemsAtOnce));
    }
    yield "]";
  }
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
