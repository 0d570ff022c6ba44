import type { Series } from "../../hub/catalog.ts";
import { Refusal } from "../../protocol/errors.ts";
import { decodeMergeOrder, type MergeAnswer, type MergePreview, parseMergeQuery } from "../../protocol/series.ts";
import type { SeriesState } from "../../store/store.ts";
import { type ApiRequest, type Handler, type HttpContext, onlyParameters } from "./route.ts";
import { numberOfPath, seriesOfPath } from "./series.ts";

/** Where both have readings at most so many of each are compared for a preview. */
const mostCompared = 200_000;
const pageRows = 20_000;

/** `POST series/{n}/merge`: what a sensor told that was replaced becomes a part of what the new one tells. */
export const mergeSeries: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, body } = request;
  const series = numberOfPath(request);
  const order = decodeMergeOrder((await body()).text, context.limits);
  if (order instanceof Refusal) throw order;
  const { into, moved, dropped } = await context.hub.names.merges.merge(series, order.into);
  return { json: { series, into, moved, dropped } satisfies MergeAnswer };
};

/** `GET series/{n}/merge`. */
export const previewMerge: Handler = async (request: ApiRequest) => {
  const { context } = request;
  const from = seriesOfPath(request);
  const into = parseMergeQuery(request.query);
  const release = context.answers.take();
  try {
    return { json: await previewOf(from, seriesOfPath({ context, path: { n: String(into) } }), context) };
  } finally {
    release();
  }
};

async function previewOf(from: Series, to: Series, context: HttpContext): Promise<MergePreview> {
  context.hub.names.merges.require(from, to);
  const [series, into] = await context.store.seriesState([from.number, to.number]);
  if (!series || !into) throw new Refusal("unknown_series", "One of the two series was removed meanwhile.");
  const { count: readings, firstTimeMs: firstTime, lastTimeMs: lastTime } = series;
  const dropped = await countShared(series, into, context);
  return { series: from.number, into: to.number, readings, firstTime, lastTime, dropped };
}

/** Times that both series have a reading of; null where there are too many to look at. */
async function countShared(a: SeriesState, b: SeriesState, context: HttpContext): Promise<number | null> {
  const fromMs = Math.max(a.firstTimeMs ?? 0, b.firstTimeMs ?? 0);
  const toMs = Math.min(a.lastTimeMs ?? -1, b.lastTimeMs ?? -1) + 1;
  if (fromMs >= toMs) return 0;
  const times = new Set<number>();
  let shared = 0;
  for (const { series } of [a, b]) {
    let seen = 0;
    for (let next: number | null = fromMs; next !== null; ) {
      const page = await context.store.readRaw({ series, fromMs: next, toMs, withHidden: true }, pageRows);
      seen += page.times.length;
      if (seen > mostCompared) return null;
      for (const timeMs of page.times) {
        if (series === a.series) times.add(timeMs);
        else if (times.has(timeMs)) shared += 1;
      }
      next = page.nextFromMs;
    }
  }
  return shared;
}
