/** Buckets of many series, asked for with few questions and handed out one series after the other. */
import type { BucketPage } from "../../store/answers.ts";
import type { Cuts } from "../../store/cuts.ts";
import type { BucketRange } from "../../store/store.ts";
import type { HistoryStore } from "./query.ts";

/** One question is about as many series as have so many buckets at most: what is answered waits in memory. */
const bucketsAtOnce = 100_000;

export class ManyBuckets {
  readonly #store: HistoryStore;
  readonly #ranges: readonly BucketRange[];
  readonly #cuts: Cuts;
  readonly #limit: number;
  readonly #atOnce: number;
  /** First pages that nobody took yet, by series. */
  readonly #pages = new Map<number, BucketPage>();
  /** The first range that is not answered yet. */
  #next = 0;
  #asking: Promise<void> | undefined;

  /** Ranges of different series and of the same time; `buckets` is about how many each has, `limit` how many a page has at most. */
  constructor(store: HistoryStore, ranges: readonly BucketRange[], cuts: Cuts, buckets: number, limit: number) {
    this.#store = store;
    this.#ranges = ranges;
    this.#cuts = cuts;
    this.#limit = limit;
    this.#atOnce = Math.max(1, Math.floor(bucketsAtOnce / Math.max(1, Math.min(buckets, limit))));
  }

  /** All pages of a series; ask in the order of the ranges, once. Throws where it cannot be read, or one before it. */
  async *pages(series: number): AsyncGenerator<BucketPage> {
    let page = await this.#first(series);
    yield page;
    const range = this.#ranges.find((one) => one.series === series) as BucketRange;
    while (page.nextFromMs !== null) {
      page = await this.#store.readBuckets({ ...range, fromMs: page.nextFromMs }, this.#cuts, this.#limit);
      yield page;
    }
  }

  async #first(series: number): Promise<BucketPage> {
    for (let page = this.#pages.get(series); ; page = this.#pages.get(series)) {
      if (page) {
        this.#pages.delete(series);
        return page;
      }
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined;
      });
      await this.#asking;
    }
  }

  async #ask(): Promise<void> {
    const ranges = this.#ranges.slice(this.#next, this.#next + this.#atOnce);
    let answered = 0;
    for (const page of await this.#store.readManyBuckets(ranges, this.#cuts, this.#limit)) {
      this.#pages.set(ranges[answered++]?.series as number, page);
    }
    this.#next += answered;
  }
}
