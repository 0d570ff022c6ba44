/** Questions about the past: which readings, in which width, page by page so that memory stays flat. */

import { Refusal } from "../protocol/errors.ts";
import { bucketOrigin, widthForPoints } from "../protocol/ladder.ts";
import type { Aggregate } from "../protocol/past.ts";
import type { BucketPage, ChangesPage, RawPage } from "../store/answers.ts";
import type { Value } from "../store/columns.ts";
import { type Range, StoreError, type TelemetryStore } from "../store/store.ts";
import type { Series } from "./catalog.ts";
import type { HistorySettings } from "./live/live-settings.ts";

/** What is asked of each series. Neither `points` nor `everyMs`: every reading. */
export interface HistoryQuery {
  /** Included, ms since the epoch. */
  readonly fromMs: number;
  /** Excluded; +Infinity for everything there is. */
  readonly toMs: number;
  /** Where the chart ends, for the width of its buckets, where `toMs` is not finite. */
  readonly nowMs: number;
  /** Buckets wanted. */
  readonly points?: number | undefined;
  /** Bucket width, ms. */
  readonly everyMs?: number | undefined;
  /** Of each bucket; raw answers have `values`. */
  readonly aggregates?: readonly Aggregate[] | undefined;
}

/**
 * Parallel columns: `times` (bucket starts, or reading times) and `values`, or the aggregates that were asked for. Changes have
 * `until`, too: the time of the last reading that confirmed each.
 */
export type HistoryColumns = { times: number[]; values?: Value[]; until?: number[] } & {
  [name in Aggregate]?: number[];
};

export interface HistoryPage {
  /** Bucket width, ms; null for raw readings and for changes. */
  readonly everyMs: number | null;
  readonly columns: HistoryColumns;
  /** True on the last page of a series. */
  readonly done: boolean;
}

/** What a bucket is told by where nothing was asked for: a line and its band. */
export const defaultAggregates: readonly Aggregate[] = ["min", "max", "mean"];

/** After how long without a reading nobody knows any more what a series is, ms; Infinity where what was told holds until something else is. */
type SilenceMs = (series: Series) => number;

/** Series whose first pages are asked for ahead. */
const seriesAhead = 8;

/** One page of what a store has of a range. */
type ReadPage = (range: Range, limit: number) => Promise<RawPage | ChangesPage>;

type HistoryStore = Pick<TelemetryStore, "readRaw" | "readChanges" | "timeBefore" | "readBuckets" | "seriesState">;

export class History {
  readonly #store: HistoryStore;
  readonly #settings: HistorySettings;
  readonly #silenceMs: SilenceMs;

  /** `silenceMs`: without it nothing counts as a silence. */
  constructor(store: HistoryStore, settings: HistorySettings, silenceMs: SilenceMs = () => Number.POSITIVE_INFINITY) {
    this.#store = store;
    this.#settings = settings;
    this.#silenceMs = silenceMs;
  }

  /**
   * Refuses an answer beyond the limits before anything of it is sent. Throws `Refusal` `range_too_large`. Rows that are
   * `streamed` page by page may be any number: none of them waits for another in memory.
   */
  async check(series: readonly Series[], query: HistoryQuery, streamed = false): Promise<void> {
    const { seriesPerAnswer, bucketsPerSeries, readingsPerAnswer } = this.#settings;
    if (series.length > seriesPerAnswer) {
      throw new Refusal(
        "range_too_large",
        `This would answer with ${series.length} series; at most ${seriesPerAnswer} (setting --series-per-answer) are allowed. Name fewer devices or metrics.`,
      );
    }
    const { everyMs } = query;
    if (everyMs !== undefined) {
      const buckets = Math.ceil((endOf(query) - query.fromMs) / everyMs);
      if (buckets <= bucketsPerSeries) return;
      throw new Refusal(
        "range_too_large",
        `every=${everyMs} ms cuts this range into ${buckets} buckets; at most ${bucketsPerSeries} (setting --buckets-per-series) are allowed. Ask for a shorter range or a larger every.`,
      );
    }
    if (streamed || query.points !== undefined) return;
    const readings = await this.#countUpTo(series, query, readingsPerAnswer);
    if (readings > readingsPerAnswer) {
      throw new Refusal(
        "range_too_large",
        `This range holds more than ${readingsPerAnswer} readings (setting --readings-per-answer). Ask for a shorter range, or give points or every.`,
      );
    }
  }

  /** The past of one series in rising time, in one page or more; the last, and only the last, is `done`. */
  async *pages(series: Series, query: HistoryQuery): AsyncGenerator<HistoryPage> {
    const range = { series: series.number, fromMs: query.fromMs, toMs: query.toMs };
    const inBuckets = query.points !== undefined || query.everyMs !== undefined;
    if (series.type !== "number") {
      if (inBuckets) yield* this.#changes(series, range, this.#visibleSilenceMs(series, query));
      else yield* this.#readings(series, range, (next, limit) => this.#store.readRaw(next, limit));
      return;
    }
    if (query.everyMs !== undefined) {
      yield* this.#buckets(range, query.everyMs, query.aggregates);
      return;
    }
    if (query.points !== undefined) {
      const raw = await this.#store.readRaw(range, query.points + 1);
      if (raw.times.length <= query.points && raw.nextFromMs === null) {
        yield { everyMs: null, columns: rawColumns(raw, series), done: true };
        return;
      }
      yield* this.#buckets(range, widthForPoints(query.fromMs, endOf(query), query.points), query.aggregates);
      return;
    }
    yield* this.#readings(series, range, (next, limit) => this.#store.readRaw(next, limit));
  }

  /**
   * The past of several series, one after the other. The first pages of the next few are asked for ahead: the store
   * answers in less time than its answer takes to come.
   */
  async *each(
    series: readonly Series[],
    query: HistoryQuery,
  ): AsyncGenerator<{ readonly series: Series; readonly page: HistoryPage }> {
    const started: {
      series: Series;
      pages: AsyncGenerator<HistoryPage>;
      next: Promise<IteratorResult<HistoryPage>>;
    }[] = [];
    const waiting = series.values();
    const startNext = () => {
      const { value: one, done } = waiting.next();
      if (done) return;
      const pages = this.pages(one, query);
      const next = pages.next();
      // A failure is thrown in its turn, below; until then nobody waits for it.
      next.catch(() => {});
      started.push({ series: one, pages, next });
    };
    try {
      for (let count = 0; count < seriesAhead; count++) startNext();
      for (let first = started[0]; first; first = started[0]) {
        for (let result = await first.next; !result.done; result = await first.pages.next()) {
          yield { series: first.series, page: result.value };
        }
        started.shift();
        startNext();
      }
    } finally {
      for (const { pages } of started) void pages.return(undefined);
    }
  }

  /** Begins with the state that held at the start of the range: with the last reading up to there, at its own time. */
  async *#changes(series: Series, range: Range, silenceMs: number): AsyncGenerator<HistoryPage> {
    const read: ReadPage = (next, limit) => this.#store.readChanges(next, limit, silenceMs);
    const heldMs = await this.#store.timeBefore(range.series, range.fromMs + 1).catch(unlessDamaged);
    const changes = this.#readings(series, { ...range, fromMs: heldMs ?? range.fromMs }, read);
    const first = await changes.next().catch(heldMs === undefined ? undefined : unlessDamaged);
    if (!first) {
      // What lies before the range is damaged, and was not asked for.
      yield* this.#readings(series, range, read);
      return;
    }
    if (!first.done) yield first.value;
    yield* changes;
  }

  /** A silence shorter than two buckets is nothing that a chart could show, and costs a look into what is stored. */
  #visibleSilenceMs(series: Series, { fromMs, points, everyMs, ...query }: HistoryQuery): number {
    const widthMs = everyMs ?? (endOf({ fromMs, ...query }) - fromMs) / (points ?? 1);
    return Math.max(this.#silenceMs(series), 2 * widthMs);
  }

  async *#readings(series: Series, range: Range, read: ReadPage): AsyncGenerator<HistoryPage> {
    let fromMs: number | null = range.fromMs;
    while (fromMs !== null) {
      const page: RawPage | ChangesPage = await read({ ...range, fromMs }, this.#settings.pageReadings);
      const columns = rawColumns(page, series);
      fromMs = page.nextFromMs;
      yield { everyMs: null, columns, done: fromMs === null };
    }
  }

  async *#buckets(
    range: Range,
    everyMs: number,
    aggregates: readonly Aggregate[] = defaultAggregates,
  ): AsyncGenerator<HistoryPage> {
    let fromMs: number | null = range.fromMs;
    while (fromMs !== null) {
      const page: BucketPage = await this.#store.readBuckets(
        { ...range, fromMs },
        { everyMs, originMs: bucketOrigin(everyMs) },
        this.#settings.pageReadings,
      );
      fromMs = page.nextFromMs;
      yield { everyMs, columns: bucketColumns(page, aggregates), done: fromMs === null };
    }
  }

  /** How many readings the range holds; stops counting beyond `limit`. */
  async #countUpTo(series: readonly Series[], query: HistoryQuery, limit: number): Promise<number> {
    const states = await this.#store.seriesState(series.map((one) => one.number));
    const total = states.reduce((sum, state) => sum + state.count, 0);
    if (total <= limit) return total;
    let counted = 0;
    for (const one of series) {
      const range = { series: one.number, fromMs: query.fromMs, toMs: query.toMs };
      counted +=
        one.type === "number" ? await this.#countNumbers(range) : await this.#countRows(range, limit - counted);
      if (counted > limit) break;
    }
    return counted;
  }

  /** One bucket as wide as can be: answered from the summaries of what is stored. */
  async #countNumbers(range: Range): Promise<number> {
    const page = await this.#store.readBuckets(range, { everyMs: widestBucketMs, originMs: -widestBucketMs / 2 }, 2);
    return page.count.reduce((sum, count) => sum + count, 0);
  }

  async #countRows(range: Range, limit: number): Promise<number> {
    let counted = 0;
    let fromMs: number | null = range.fromMs;
    while (fromMs !== null && counted <= limit) {
      const page: RawPage = await this.#store.readRaw({ ...range, fromMs }, this.#settings.pageReadings);
      counted += page.times.length;
      fromMs = page.nextFromMs;
    }
    return counted;
  }
}

/** Wider than all the time a `Date` can hold. */
const widestBucketMs = 2 ** 55;

function endOf(query: HistoryQuery): number {
  return Number.isFinite(query.toMs) ? query.toMs : Math.max(query.nowMs, query.fromMs + 1);
}

function rawColumns(page: RawPage | ChangesPage, series: Series): HistoryColumns {
  const columns = { times: Array.from(page.times), values: valuesOf(page, series) };
  return "heldMs" in page ? { ...columns, until: Array.from(page.heldMs) } : columns;
}

function valuesOf(page: RawPage, { type }: Series): Value[] {
  if (type === "number") return Array.from(page.values);
  if (type === "boolean") return Array.from(page.values, (value) => value !== 0);
  return Array.from(page.values, (value) => page.strings[value] as string);
}

function bucketColumns(page: BucketPage, aggregates: readonly Aggregate[]): HistoryColumns {
  const columns: HistoryColumns = { times: Array.from(page.times) };
  for (const name of aggregates) {
    columns[name] =
      name === "mean" ? Array.from(page.sum, (sum, index) => meanOf(sum, page, index)) : Array.from(page[name], finite);
  }
  return columns;
}

/** Sums of very large values leave the range of doubles; a mean never leaves the span of its bucket. */
function meanOf(sum: number, page: BucketPage, index: number): number {
  const mean = sum / (page.count[index] as number);
  return Math.min(page.max[index] as number, Math.max(page.min[index] as number, mean));
}

/** JSON has no infinity: what is too large to sum is told as the largest double. */
function finite(value: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}

/** Undefined for what cannot be read; what may be readable in a moment is thrown. */
function unlessDamaged(error: unknown): undefined {
  if (error instanceof StoreError && error.code === "internal") return undefined;
  throw error;
}
