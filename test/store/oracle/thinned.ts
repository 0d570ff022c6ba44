/** What a store has thinned away: its readings are gone, and what the tier of hours told of them stays. */

import type { BucketPage } from "../../../server/store/answers.ts";
import type { MemoryData } from "../../../server/store/memory/data.ts";
import { masksOf } from "../../../server/store/memory/masks.ts";
import { toBuckets } from "../../../server/store/memory/questions.ts";
import { bucketFloor } from "../../../server/store/sqlite/plan.ts";

/** Tiers that divide the widths which are asked for most; the fourth is that of hours, which has to have what is thinned away. */
export const widthsMs = [49, 98, 490, 980] as const;
export const hourMs = 980;

/** Of a series; `loose` are the starts of buckets of which something changed since: the contract promises nothing of these. */
interface Gone {
  readonly readings: Map<number, number>;
  readonly loose: Set<number>;
}

type Row = readonly [number, number];
type Rows = readonly Row[];

const nothingGone = (): Gone => ({ readings: new Map(), loose: new Set() });

export class Thinned {
  readonly #gone: Map<number, Gone>;

  constructor(gone: ReadonlyMap<number, Gone> = new Map()) {
    this.#gone = structuredClone(new Map(gone));
  }

  copy(): Thinned {
    return new Thinned(this.#gone);
  }

  has(series: number): boolean {
    return this.#gone.has(series);
  }

  /** All readings of a series but for these were thinned away; answers how many that are. */
  keep(data: MemoryData, series: number, leftMs: ReadonlySet<number>): number {
    const readings = data.series.get(series)?.readings ?? new Map();
    const went = [...readings].filter(([timeMs]) => !leftMs.has(timeMs));
    if (went.length === 0) return 0;
    const gone = this.#gone.get(series) ?? nothingGone();
    this.#gone.set(series, gone);
    for (const [timeMs, { value }] of went) {
      readings.delete(timeMs);
      gone.readings.set(timeMs, value as number);
    }
    return went.length;
  }

  /** Something of a series changes from `fromMs` to `toMs` (excluded). */
  touch(series: number, fromMs: number, toMs: number): void {
    const gone = this.#gone.get(series);
    if (!gone || fromMs >= toMs) return;
    for (const timeMs of gone.readings.keys()) {
      const startMs = bucketFloor(timeMs, hourMs);
      if (startMs < toMs && startMs + hourMs > fromMs) gone.loose.add(startMs);
    }
  }

  /** All of a series is another one's now, or how much of it is not known (`isWhole` false). */
  moved(series: number, into: number, isWhole: boolean): void {
    const [from, to] = [series, into].map((one) => this.#gone.get(one) ?? nothingGone()) as [Gone, Gone];
    if (from.readings.size + to.readings.size === 0) return;
    const readings = new Map([...from.readings, ...to.readings]);
    const loose = new Set([...from.loose, ...to.loose]);
    if (!isWhole) for (const timeMs of readings.keys()) loose.add(bucketFloor(timeMs, hourMs));
    this.#gone.set(into, { readings, loose });
    if (isWhole) this.#gone.delete(series);
    else this.#gone.set(series, { readings: new Map(readings), loose: new Set(loose) });
  }

  /** Whether both told something in turn in a bucket of which one has lost readings. */
  meet(data: MemoryData, series: number, into: number): boolean {
    const [from, to] = [series, into].map((one) => this.#byBucket(data, one)) as [Grouped, Grouped];
    const isLoose = (startMs: number) => [series, into].some((one) => this.#gone.get(one)?.loose.has(startMs));
    let meets = false;
    for (const [startMs, mine] of from) {
      const theirs = to.get(startMs);
      const lost = [series, into].some((one) =>
        [...(this.#gone.get(one)?.readings.keys() ?? [])].some((timeMs) => bucketFloor(timeMs, hourMs) === startMs),
      );
      if (!theirs || !lost) continue;
      const endsOf = (rows: Rows): Row => [(rows[0] as Row)[0], (rows.at(-1) as Row)[0]];
      const [[first, last], [begin, end]] = [endsOf(mine), endsOf(theirs)];
      if (isLoose(startMs) || (first <= end && begin <= last)) meets = true;
    }
    return meets;
  }

  /** Buckets of hours as a series tells them, and as it should; those of which nothing is promised are left out. */
  settled(data: MemoryData, series: number, found: BucketPage): readonly [found: BucketPage, expected: BucketPage] {
    const rows = [...this.#byBucket(data, series).values()].flat();
    const expected = toBuckets(rows, { everyMs: hourMs, originMs: 0 }, Number.POSITIVE_INFINITY, {});
    const masks = masksOf(data, [series]);
    const isSure = (startMs: number) =>
      !this.#gone.get(series)?.loose.has(startMs) &&
      !masks.some(({ fromMs, toMs }) => fromMs < startMs + hourMs && toMs > startMs);
    return [only(found, isSure), only(expected, isSure)];
  }

  /** All that a series ever told and nobody deleted, by bucket of hours, in rising time. */
  #byBucket(data: MemoryData, series: number): Grouped {
    const told = new Map<number, number>(this.#gone.get(series)?.readings);
    for (const [timeMs, { value }] of data.series.get(series)?.readings ?? []) told.set(timeMs, value as number);
    const found = new Map<number, [number, number][]>();
    for (const row of [...told].sort(([one], [other]) => one - other)) {
      const startMs = bucketFloor(row[0], hourMs);
      const known = found.get(startMs);
      if (known) known.push(row);
      else found.set(startMs, [row]);
    }
    return found;
  }
}

type Grouped = ReadonlyMap<number, Rows>;

function only(page: BucketPage, isSure: (startMs: number) => boolean): BucketPage {
  const of = (column: Float64Array) => column.filter((_, index) => isSure(page.times[index] as number));
  return {
    ...{ tier: "raw", nextFromMs: null, times: of(page.times), first: of(page.first), last: of(page.last) },
    ...{ min: of(page.min), max: of(page.max), sum: of(page.sum), count: of(page.count) },
  };
}
