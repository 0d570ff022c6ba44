/** Questions about the past: which readings, in which width, page by page so that memory stays flat. */

import type { ChangesPage, RawPage } from "../store/answers.ts";
import { type Range, StoreError } from "../store/store.ts";
import type { Series } from "./catalog.ts";
import { bucketColumns, rawColumns } from "./history/columns.ts";
import { checkBuckets, checkReadings, checkSeries } from "./history/limits.ts";
import { ManyBuckets } from "./history/many-buckets.ts";
import {
  cutsOf,
  defaultAggregates,
  endOf,
  type HistoryPage,
  type HistoryQuery,
  type HistoryStore,
  widthOf,
} from "./history/query.ts";
import type { HistorySettings } from "./live/live-settings.ts";

/** After how long without a reading nobody knows any more what a series is, ms; Infinity where what was told holds until something else is. */
type SilenceMs = (series: Series) => number;

/** Series whose first pages are asked for ahead. */
const seriesAhead = 8;

/** One page of what a store has of a range. */
type ReadPage = (range: Range, limit: number) => Promise<RawPage | ChangesPage>;

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
    checkSeries(series.length, this.#settings);
    checkBuckets(query, this.#settings);
    if (streamed || widthOf(query) !== undefined) return;
    await checkReadings(this.#store, series, query, this.#settings);
  }

  /** The past of one series in rising time, in one page or more; the last, and only the last, is `done`. */
  pages(series: Series, query: HistoryQuery): AsyncGenerator<HistoryPage> {
    return this.#pages(series, query, this.#bucketsOf([series], query));
  }

  /**
   * The past of several series, one after the other. The first pages of the next few are asked for ahead: the store
   * answers in less time than its answer takes to come. Buckets of many series are asked for with one question.
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
    const buckets = this.#bucketsOf(series, query);
    const startNext = () => {
      const { value: one, done } = waiting.next();
      if (done) return;
      const pages = this.#pages(one, query, buckets);
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

  #bucketsOf(series: readonly Series[], query: HistoryQuery): ManyBuckets | undefined {
    const everyMs = widthOf(query);
    if (everyMs === undefined) return undefined;
    const { fromMs, toMs } = query;
    const numbers = series.filter(({ type }) => type === "number").map(({ number }) => number);
    if (numbers.length === 0) return undefined;
    const buckets = (endOf(query) - fromMs) / everyMs;
    const ranges = numbers.map((number) => ({ series: number, fromMs, toMs }));
    return new ManyBuckets(this.#store, ranges, cutsOf(query, everyMs), buckets, this.#settings.pageReadings);
  }

  async *#pages(series: Series, query: HistoryQuery, buckets: ManyBuckets | undefined): AsyncGenerator<HistoryPage> {
    const range = { series: series.number, fromMs: query.fromMs, toMs: query.toMs };
    const everyMs = widthOf(query);
    if (everyMs !== undefined && series.type !== "number") {
      yield* this.#changes(series, range, Math.max(this.#silenceMs(series), 2 * everyMs));
    } else if (everyMs !== undefined && buckets) {
      yield* this.#buckets(series, range, query, everyMs, buckets);
    } else {
      yield* this.#readings(series, range, (next, limit) => this.#store.readRaw(next, limit));
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

  async *#readings(series: Series, range: Range, read: ReadPage): AsyncGenerator<HistoryPage> {
    let fromMs: number | null = range.fromMs;
    while (fromMs !== null) {
      const page: RawPage | ChangesPage = await read({ ...range, fromMs }, this.#settings.pageReadings);
      const columns = rawColumns(page, series);
      fromMs = page.nextFromMs;
      yield { everyMs: null, tier: "raw", columns, done: fromMs === null };
    }
  }

  async *#buckets(
    series: Series,
    range: Range,
    { points, aggregates = defaultAggregates }: HistoryQuery,
    everyMs: number,
    buckets: ManyBuckets,
  ): AsyncGenerator<HistoryPage> {
    let isFirst = true;
    for await (const page of buckets.pages(series.number)) {
      const done = page.nextFromMs === null;
      if (isFirst && done && points !== undefined && page.count.reduce((sum, count) => sum + count, 0) <= points) {
        const raw = await this.#store.readRaw(range, points + 1);
        // More may have come since.
        if (raw.times.length <= points && raw.nextFromMs === null) {
          yield { everyMs: null, tier: "raw", columns: rawColumns(raw, series), done };
          return;
        }
      }
      isFirst = false;
      yield { everyMs, tier: page.tier, columns: bucketColumns(page, aggregates), done };
    }
  }
}

/** Undefined for what cannot be read; what may be readable in a moment is thrown. */
function unlessDamaged(error: unknown): undefined {
  if (error instanceof StoreError && error.code === "internal") return undefined;
  throw error;
}
