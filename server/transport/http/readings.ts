import type { Series } from "../../hub/catalog.ts";
import type { HistoryColumns, HistoryPage, HistoryQuery } from "../../hub/history.ts";
import { Refusal } from "../../protocol/errors.ts";
import { widthForPoints } from "../../protocol/ladder.ts";
import { parseReadingsQuery, type RangeQuery, type ReadingsQuery } from "../../protocol/query.ts";
import { unknownDevice } from "./device.ts";
import type { Handler, HttpContext } from "./route.ts";

/** `GET readings`. Its columns are held until they are written, so that few are answered at once. */
export const getReadings: Handler = async ({ context, query: parameters }) => {
  const nowMs = context.clock.now();
  const query = parseReadingsQuery(parameters, nowMs);
  const series = seriesOf(query, context);
  const question = { ...query, nowMs };
  const release = context.answers.take();
  try {
    await context.history.check(series, question);
  } catch (error) {
    release();
    throw error;
  }
  const [only] = series;
  const one = query.literal && only;
  return {
    pieces: one ? onePiece(one, query, question, context) : manyPieces(series, query, question, context),
    release,
  };
};

/** What a range is of. Nothing matching is an answer for selectors; a literal pair is known or refused. */
export function seriesOf({ device, metric, literal }: RangeQuery, { catalog }: HttpContext): Series[] {
  const found = catalog.select(device, metric);
  if (found.length > 0 || !literal) return found;
  const id = device[0] as string;
  const known = catalog.findDevice(id);
  if (!known) throw unknownDevice(id, catalog);
  const metrics = [...known.series.keys()].sort();
  const has = metrics.length === 0 ? "has no readings" : `has ${metrics.slice(0, 20).join(", ")}`;
  const more = metrics.length > 20 ? ` and ${metrics.length - 20} more` : "";
  throw new Refusal("unknown_series", `There is no series ${metric[0]} of ${id}; the device ${has}${more}.`);
}

async function* onePiece(series: Series, query: ReadingsQuery, question: HistoryQuery, context: HttpContext) {
  const pages = await collect(context.history.pages(series, question));
  const { fromMs: from, toMs: to } = query;
  const every = pages[0]?.everyMs ?? null;
  yield* objectPieces({ ...describe(series), from, to, tier: "raw", every }, pages);
}

async function* manyPieces(
  series: readonly Series[],
  query: ReadingsQuery,
  question: HistoryQuery,
  context: HttpContext,
) {
  const { fromMs: from, toMs: to, everyMs, points } = query;
  const every = everyMs ?? (points === undefined ? null : widthForPoints(from, to, points));
  yield `${JSON.stringify({ from, to, tier: "raw", every }).slice(0, -1)},"series":[`;
  let comma = "";
  let pages: HistoryPage[] = [];
  for await (const { series: one, page } of context.history.each(series, question)) {
    pages.push(page);
    if (!page.done) continue;
    yield comma;
    yield* objectPieces({ ...describe(one), every: pages[0]?.everyMs ?? null }, pages);
    comma = ",";
    pages = [];
  }
  yield "]}";
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
async function collect(pages: AsyncIterable<HistoryPage>): Promise<HistoryPage[]> {
  const collected: HistoryPage[] = [];
  for await (const page of pages) collected.push(page);
  return collected;
}

/** An object of `head` and the columns of all pages, as text in pieces of one page each. */
function* objectPieces(head: object, pages: readonly HistoryPage[]): Generator<string> {
  const names = Object.keys(pages[0]?.columns ?? { times: [] }) as (keyof HistoryColumns)[];
  let text = JSON.stringify(head).slice(0, -1);
  for (const name of names) {
    text += `,"${name}":[`;
    let comma = "";
    for (const { columns } of pages) {
      const column = columns[name] ?? [];
      if (column.length === 0) continue;
      yield text + comma;
      text = JSON.stringify(column).slice(1, -1);
      comma = ",";
    }
    text += "]";
  }
  yield `${text}}`;
}
