/** A fleet over time: the same metric of many devices in common buckets, a stretch of time after the other. */
import type { Aggregate } from "../../protocol/past.ts";
import type { BucketPage, Tier } from "../../store/answers.ts";
import { bucketAt, type Cuts } from "../../store/cuts.ts";
import type { Series } from "../catalog.ts";
import { finite, meanOf } from "./columns.ts";
import {
  coarserOf,
  cutsOf,
  endOf,
  type HistoryColumns,
  type HistoryPage,
  type HistoryQuery,
  type HistoryStore,
} from "./query.ts";

/** Buckets that are held at a time, of each device one mean: 1,000 devices are 4 MB, whatever the range is. */
const bucketsAtOnce = 512;
/** Buckets one question to the store may answer with. */
const bucketsPerQuestion = 100_000;
/** Others get their turn after so long, ms. */
const turnMs = 4;

/** Which part of the devices lies below, by name. */
const shares: Readonly<Partial<Record<Aggregate, number>>> = { p5: 0.05, p50: 0.5, p95: 0.95, p99: 0.99 };

/**
 * Buckets of `everyMs` over all `series`, which are numbers. `min`, `max` and `count` are those of all readings; `mean`, `sum`
 * and the percentiles are over the devices, each with the mean of its readings of the bucket, so that who reports more often
 * counts no more.
 */
export async function* acrossDevices(
  store: HistoryStore,
  series: readonly Series[],
  query: HistoryQuery,
  everyMs: number,
  aggregates: readonly Aggregate[],
): AsyncGenerator<HistoryPage> {
  const numbers = series.map(({ number }) => number);
  const [cuts, endMs] = [cutsOf(query, everyMs), endOf(query)];
  for (let fromMs = query.fromMs; ; ) {
    const stretch = stretchOf(cuts, fromMs);
    const toMs = Math.min(query.toMs, stretch.endMs);
    const done = toMs >= endMs || stretch.endMs <= fromMs;
    const fleet = new Fleet(stretch, numbers.length);
    await readInto(fleet, store, numbers, { fromMs, toMs: done ? query.toMs : toMs }, stretch.cuts);
    yield { everyMs, tier: fleet.tier, columns: await fleet.columns(aggregates), done };
    if (done) return;
    fromMs = stretch.endMs;
  }
}

interface Stretch {
  readonly cuts: Cuts;
  readonly endMs: number;
  /** Where its buckets begin, ms. */
  readonly starts: Float64Array;
}

/** The next buckets from `fromMs` on. */
function stretchOf(cuts: Cuts, fromMs: number): Stretch {
  if ("everyMs" in cuts) {
    const { startMs } = bucketAt(cuts, fromMs);
    const starts = Float64Array.from({ length: bucketsAtOnce }, (_, index) => startMs + index * cuts.everyMs);
    return { cuts, starts, endMs: startMs + bucketsAtOnce * cuts.everyMs };
  }
  const first = cuts.boundaries.indexOf(bucketAt(cuts, fromMs).startMs);
  const boundaries = cuts.boundaries.slice(first, first + bucketsAtOnce + 1);
  return { cuts: { boundaries }, starts: boundaries.subarray(0, -1), endMs: boundaries.at(-1) as number };
}

async function readInto(
  fleet: Fleet,
  store: HistoryStore,
  numbers: readonly number[],
  span: { readonly fromMs: number; readonly toMs: number },
  cuts: Cuts,
): Promise<void> {
  const atOnce = Math.ceil(bucketsPerQuestion / bucketsAtOnce);
  for (let next = 0; next < numbers.length; ) {
    const ranges = numbers.slice(next, next + atOnce).map((series) => ({ series, ...span }));
    const pages = await store.readManyBuckets(ranges, cuts, bucketsAtOnce);
    for (const [index, page] of pages.entries()) {
      for (let one = page; ; ) {
        fleet.add(one);
        if (one.nextFromMs === null) break;
        one = await store.readBuckets(
          { ...(ranges[index] as (typeof ranges)[0]), fromMs: one.nextFromMs },
          cuts,
          bucketsAtOnce,
        );
      }
    }
    next += pages.length;
  }
}

/** The buckets of all devices in one stretch. */
class Fleet {
  readonly #starts: Float64Array;
  readonly #devices: number;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  readonly #count: Float64Array;
  /** Devices that have a reading in each bucket, and their means: bucket after bucket, `#devices` places each. */
  readonly #present: Uint32Array;
  readonly #means: Float64Array;
  tier: Tier = "raw";

  constructor({ starts }: Stretch, devices: number) {
    this.#starts = starts;
    this.#devices = devices;
    this.#min = new Float64Array(starts.length).fill(Number.POSITIVE_INFINITY);
    this.#max = new Float64Array(starts.length).fill(Number.NEGATIVE_INFINITY);
    this.#count = new Float64Array(starts.length);
    this.#present = new Uint32Array(starts.length);
    this.#means = new Float64Array(starts.length * devices);
  }

  add(page: BucketPage): void {
    this.tier = coarserOf(this.tier, page.tier);
    let place = 0;
    for (const [index, startMs] of page.times.entries()) {
      while ((this.#starts[place] as number) < startMs) place += 1;
      this.#min[place] = Math.min(this.#min[place] as number, page.min[index] as number);
      this.#max[place] = Math.max(this.#max[place] as number, page.max[index] as number);
      this.#count[place] = (this.#count[place] as number) + (page.count[index] as number);
      const present = this.#present[place] as number;
      this.#means[place * this.#devices + present] = meanOf(page, index);
      this.#present[place] = present + 1;
    }
  }

  async columns(aggregates: readonly Aggregate[]): Promise<HistoryColumns> {
    const columns: HistoryColumns = { times: [] };
    for (const name of aggregates) columns[name] = [];
    let untilMs = performance.now() + turnMs;
    for (const [place, startMs] of this.#starts.entries()) {
      if (this.#present[place] === 0) continue;
      columns.times.push(startMs);
      const of = this.#judge(place, aggregates);
      for (const name of aggregates) columns[name]?.push(finite(of(name)));
      if (performance.now() < untilMs) continue;
      await new Promise<void>((resolve) => setImmediate(resolve));
      untilMs = performance.now() + turnMs;
    }
    return columns;
  }

  #judge(place: number, aggregates: readonly Aggregate[]): (name: Aggregate) => number {
    const start = place * this.#devices;
    const means = this.#means.subarray(start, start + (this.#present[place] as number));
    if (aggregates.some((name) => name in shares)) means.sort();
    const [least, most] = [this.#min[place] as number, this.#max[place] as number];
    const sum = means.reduce((total, mean) => total + mean, 0);
    return (name) => {
      const share = shares[name];
      if (share !== undefined) return percentile(means, share);
      if (name === "min") return least;
      if (name === "max") return most;
      if (name === "count") return this.#count[place] as number;
      return name === "sum" ? sum : Math.min(most, Math.max(least, sum / means.length));
    };
  }
}

/** Between the two nearest of `sorted` in proportion. */
function percentile(sorted: Float64Array, share: number): number {
  const rank = share * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] as number;
  const above = sorted[Math.ceil(rank)] as number;
  return below + (above - below) * (rank - Math.floor(rank));
}
