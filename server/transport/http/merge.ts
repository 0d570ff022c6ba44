import type { Series } from "../../hub/catalog.ts";
import { Refusal } from "../../protocol/errors.ts";
import { decodeMergeOrder, type MergeAnswer, type MergePreview, parseMergeQuery } from "../../protocol/series.ts";
import type { RawRange, SeriesState } from "../../store/store.ts";
import { type ApiRequest, type Handler, type HttpContext, onlyParameters, principalOf } from "./route.ts";
import { numberOfPath, seriesOfPath } from "./series.ts";

/** So many times of each of two series are compared in one go. */
const pageRows = 20_000;

/** `POST series/{n}/merge`: what a sensor told that was replaced becomes a part of what the new one tells. */
export const mergeSeries: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, body } = request;
  const series = numberOfPath(request);
  const order = decodeMergeOrder((await body()).text, context.limits);
  if (order instanceof Refusal) throw order;
  // One that has moved already is told of by its number alone; whose devices are limited has to see both.
  if (principalOf(request).devices !== undefined)
    for (const n of [series, order.into]) seriesOfPath({ context, path: { n: String(n) } });
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
  await context.hub.names.merges.requireNothingMet(from, to);
  const [series, into] = await context.store.seriesState([from.number, to.number]);
  if (!series || !into) throw new Refusal("unknown_series", "One of the two series was removed meanwhile.");
  const { count: readings, firstTimeMs: firstTime, lastTimeMs: lastTime } = series;
  const dropped = await countShared(series, into, context);
  return { series: from.number, into: to.number, readings, firstTime, lastTime, dropped };
}

/** Times that both series have a reading of: both are walked in rising time, a page of each at hand. */
async function countShared(a: SeriesState, b: SeriesState, { store }: HttpContext): Promise<number> {
  const fromMs = Math.max(a.firstTimeMs ?? 0, b.firstTimeMs ?? 0);
  const toMs = Math.min(a.lastTimeMs ?? -1, b.lastTimeMs ?? -1) + 1;
  if (fromMs >= toMs) return 0;
  const [one, other] = [a, b].map(({ series }) => new Times(store, { series, fromMs, toMs, withHidden: true })) as Both;
  let shared = 0;
  for (let timeMs = await one.next(fromMs); timeMs !== undefined; ) {
    const met = await other.next(timeMs);
    if (met === undefined) break;
    if (met === timeMs) shared += 1;
    timeMs = await one.next(met === timeMs ? timeMs + 1 : met);
  }
  return shared;
}

type Both = [Times, Times];

/** Walks over the times of a series; what is passed over is not read. */
class Times {
  readonly #store: HttpContext["store"];
  readonly #range: RawRange;
  #times: Float64Array = new Float64Array();
  #at = 0;
  #nextMs: number | null;

  constructor(store: HttpContext["store"], range: RawRange) {
    this.#store = store;
    this.#range = range;
    this.#nextMs = range.fromMs;
  }

  /** The first time at `timeMs` or later, which rises from call to call; undefined where there is none. */
  next(timeMs: number): number | undefined | Promise<number | undefined> {
    const times = this.#times;
    // A step or two in most cases: no search is worth its start then.
    while (this.#at < times.length && (times[this.#at] as number) < timeMs) this.#at += 1;
    return times[this.#at] ?? this.#read(timeMs);
  }

  async #read(timeMs: number): Promise<number | undefined> {
    while (this.#nextMs !== null) {
      const fromMs = Math.max(this.#nextMs, timeMs);
      const page = await this.#store.readRaw({ ...this.#range, fromMs }, pageRows);
      [this.#times, this.#at, this.#nextMs] = [page.times, 0, page.nextFromMs];
      if (page.times.length > 0) return page.times[0];
    }
    return undefined;
  }
}
