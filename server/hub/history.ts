/** Questions about the past: which readings, in which width, page by page so that memory stays flat. */

import type { BucketPage, ChangesPage, RawPage, Standing } from "../store/answers.ts";
import { type BucketRange, type Range, StoreError } from "../store/store.ts";
import type { Series } from "./catalog.ts";
import { acrossDevices } from "./history/across.ts";
import { bucketColumns, rawColumns } from "./history/columns.ts";
import { checkBuckets, checkEach, checkReadings, checkSeries } from "./history/limits.ts";
import { ManyBuckets } from "./history/many-buckets.ts";
import {
  cutsOf,
  defaultAggregates,
  endOf,
  type HistoryPage,
  type HistoryQuery,
  type HistoryStore,
  stepsFor,
  wantsSteps,
  widthOf,
} from "./history/query.ts";
import { standingAt } from "./history/standing.ts";
import { type StateTimes, timesOf } from "./history/states.ts";
import { withSteps } from "./history/steps.ts";
import type { HistorySettings } from "./live/live-settings.ts";

/** After how long without a reading nobody knows any more what a series is, ms; Infinity where what was told holds until something else is. */
export interface Silences {
  /** As its device declared it. */
  silenceMs(series: Series): number;
  /** As its device declared it, or as it was learned. */
  graceMs(series: Series): number;
}

const noSilences: Silences = {
  silenceMs: () => Number.POSITIVE_INFINITY,
  graceMs: () => Number.POSITIVE_INFINITY,
};

/** Series whose first pages are asked for ahead. */
const seriesAhead = 8;

/** One page of what a store has of a range. */
type ReadPage = (range: Range, limit: number) => Promise<RawPage | ChangesPage>;

export class History {
  readonly #store: HistoryStore;
  readonly #settings: HistorySettings;
  readonly #silences: Silences;

  /** `silences`: without them nothing counts as one. */
  constructor(store: HistoryStore, settings: HistorySettings, silences: Silences = noSilences) {
    this.#store = store;
    this.#settings = settings;
    this.#silences = silences;
  }

  /**
   * Refuses an answer beyond the limits before anything of it is sent. Throws `Refusal` `range_too_large`. Rows that are
   * `streamed` page by page may be any number: none of them waits for another in memory.
   */
  async check(series: readonly Series[], query: HistoryQuery, streamed = false): Promise<void> {
    checkSeries(series.length, this.#settings);
    checkBuckets(query, this.#settings);
    const everyMs = widthOf(query);
    if (everyMs !== undefined && wantsSteps(query)) {
      await checkEach(this.#store, this.#rangesOf(series, query), cutsOf(query, everyMs), this.#settings);
    }
    if (streamed || everyMs !== undefined) return;
    await checkReadings(this.#store, series, query, this.#settings);
  }

  /**
   * As `check` of one series and then its `pages`. What fits into one page is not counted before: that would be one more question
   * to the store for most answers.
   */
  async begin(series: Series, query: HistoryQuery): Promise<AsyncIterable<HistoryPage>> {
    if (widthOf(query) !== undefined) {
      await this.check([series], query);
      return this.pages(series, query);
    }
    const pages = this.pages(series, query);
    const first = await pages.next();
    const isWhole =
      first.done || (first.value.done && first.value.columns.times.length <= this.#settings.readingsPerAnswer);
    if (!isWhole) await checkReadings(this.#store, [series], query, this.#settings);
    return startingWith(first, pages);
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
    const ranges = this.#rangesOf(series, query);
    if (ranges.length === 0) return undefined;
    const buckets = (endOf(query) - query.fromMs) / everyMs;
    return new ManyBuckets(this.#store, ranges, cutsOf(query, everyMs), buckets, this.#settings.pageReadings);
  }

  /** What is asked of those that have buckets. */
  #rangesOf(series: readonly Series[], query: HistoryQuery): BucketRange[] {
    const { fromMs, toMs } = query;
    const numbers = series.filter(({ type }) => type === "number");
    return numbers.map((one) => {
      const maxStepMs = wantsSteps(query) ? this.#silences.graceMs(one) : undefined;
      return { series: one.number, fromMs, toMs, maxStepMs, steps: stepsFor(query) };
    });
  }

  async *#pages(series: Series, query: HistoryQuery, buckets: ManyBuckets | undefined): AsyncGenerator<HistoryPage> {
    const range = { series: series.number, fromMs: query.fromMs, toMs: query.toMs };
    const everyMs = widthOf(query);
    if (everyMs !== undefined && series.type !== "number") {
      yield* this.#changes(series, range, Math.max(this.#silences.silenceMs(series), 2 * everyMs));
    } else if (everyMs !== undefined && buckets) {
      if (wantsSteps(query)) yield* this.#steps(series, range, query, everyMs, buckets.pages(series.number));
      else yield* this.#buckets(series, range, query, everyMs, buckets.pages(series.number));
    } else {
      yield* this.#readings(series, range, (next, limit) =>
        this.#store.readRaw({ ...next, withHidden: query.withHidden }, limit),
      );
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
    pages: AsyncIterable<BucketPage>,
  ): AsyncGenerator<HistoryPage> {
    let isFirst = true;
    for await (const page of pages) {
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

  async *#steps(
    series: Series,
    range: Range,
    query: HistoryQuery,
    everyMs: number,
    pages: AsyncIterable<BucketPage>,
  ): AsyncGenerator<HistoryPage> {
    const { fromMs, toMs } = range;
    const maxStepMs = this.#silences.graceMs(series);
    const [before] = (await this.#store.readAt([series.number], fromMs - 1).catch(unlessDamaged)) ?? [];
    const after = async () => {
      if (!Number.isFinite(toMs)) return undefined;
      const next = await this.#store
        .readRaw({ ...range, fromMs: toMs, toMs: toMs + maxStepMs }, 1)
        .catch(unlessDamaged);
      const [timeMs, value] = [next?.times[0], next?.values[0]];
      return timeMs === undefined || value === undefined ? undefined : { timeMs, value };
    };
    const joined = { fromMs, toMs, maxStepMs, cuts: cutsOf(query, everyMs) };
    for await (const { page, columns } of withSteps(pages, joined, { before: readingOf(before), after })) {
      const told = bucketColumns(page, query.aggregates ?? [], columns);
      yield { everyMs, tier: page.tier, columns: told, done: page.nextFromMs === null };
    }
  }

  /** The last reading of each series at `atMs` or before it, in their order; null where there is none. */
  at(series: readonly Series[], atMs: number): Promise<(Standing | null)[]> {
    const numbers = series.map(({ number }) => number);
    return standingAt(this.#store, numbers, atMs);
  }

  /**
   * How long a series of booleans or texts was in which state. Without a width the whole range is one bucket. What
   * nobody knows, in a silence longer than the declared grace, is in none. Throws a `Refusal`.
   */
  states(series: Series, query: HistoryQuery): Promise<StateTimes> {
    const everyMs = widthOf(query);
    const [fromMs, toMs] = [query.fromMs, Math.min(query.toMs, query.nowMs)];
    const cuts = everyMs === undefined ? { boundaries: Float64Array.of(fromMs, query.toMs) } : cutsOf(query, everyMs);
    const silenceMs = this.#silences.silenceMs(series);
    const changes = this.#changes(series, { series: series.number, fromMs, toMs }, silenceMs);
    return timesOf(changes, { fromMs, toMs, cuts, silenceMs });
  }

  /** One metric of many devices in common buckets, in one page or more; the last, and only the last, is `done`. */
  across(series: readonly Series[], query: HistoryQuery): AsyncGenerator<HistoryPage> {
    const numbers = series.filter(({ type }) => type === "number");
    return acrossDevices(this.#store, numbers, query, widthOf(query) ?? 1, query.aggregates ?? defaultAggregates);
  }
}

async function* startingWith<T>(first: IteratorResult<T>, others: AsyncIterable<T>): AsyncGenerator<T> {
  if (first.done) return;
  yield first.value;
  yield* others;
}

/** The reading of a number series, where there is one. */
function readingOf(standing: Standing | null | undefined) {
  return standing ? { timeMs: standing.timeMs, value: standing.value as number } : undefined;
}

/** Undefined for what cannot be read; what may be readable in a moment is thrown. */
function unlessDamaged(error: unknown): undefined {
  if (error instanceof StoreError && error.code === "internal") return undefined;
  throw error;
}
