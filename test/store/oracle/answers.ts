/** The same questions to both, and when two answers are the same: to the bit, but for what the contract leaves open. */
import { deepStrictEqual } from "node:assert/strict";
import type { BucketPage, RawPage } from "../../../server/store/answers.ts";
import type { Latest, Range, StoreState, TelemetryStore } from "../../../server/store/store.ts";
import type { Model } from "./model.ts";
import { devices, type Question } from "./steps.ts";
import { hourMs } from "./thinned.ts";

export type Asked = Pick<
  TelemetryStore,
  | "readRaw"
  | "readChanges"
  | "timeBefore"
  | "readBuckets"
  | "seriesState"
  | "latest"
  | "refusals"
  | "lastSeq"
  | "readPresence"
> & {
  readonly merges: Pick<TelemetryStore["merges"], "find">;
  readonly quarantine: Pick<TelemetryStore["quarantine"], "list">;
};

const sessions = Array.from({ length: 20 }, (_, index) => `s${index}`);
/** So many pages of one question are turned. */
const maxPages = 40;
const wholePage = 100_000;
/** Of buckets that are asked for again and again: readings lie on the edges of the first two. */
const widthsMs = [49, 98, 1_000, hourMs];

interface Buckets {
  readonly series: number;
  readonly width: number;
  readonly page: BucketPage;
}

/** All that can be asked at one moment without a range, and every reading. */
export interface Whole {
  readonly series: unknown;
  readonly latest: readonly Latest[];
  readonly readings: unknown;
  /** Changes alone, and buckets of some widths, of every series that can have them. */
  readonly changes: unknown;
  readonly buckets: readonly Buckets[];
  readonly refusals: unknown;
  readonly marks: unknown;
  readonly presence: unknown;
  readonly merges: unknown;
  readonly quarantine: unknown;
}

export async function wholeOf(store: Asked, numbers: readonly number[]): Promise<Whole> {
  const all = (series: number): Range => ({ series, fromMs: -Infinity, toMs: Infinity });
  const pairs = devices.flatMap((device) => sessions.map((session) => [device, session] as const));
  const series = await store.seriesState(numbers);
  const numeric = series.filter(({ type }) => type === "number");
  const [latest, readings, changes, buckets, refusals, marks, presence, merges, quarantine] = await Promise.all([
    store.latest(numbers),
    Promise.all(numbers.map(async (number) => rowsIn(await store.readRaw(all(number), wholePage)))),
    Promise.all(numbers.map(async (number) => rowsIn(await store.readChanges(all(number), wholePage, Infinity)))),
    Promise.all(
      numeric.flatMap((one) =>
        widthsMs.map(async (width) => {
          const page = await store.readBuckets(all(one.series), { everyMs: width, originMs: 0 }, wholePage);
          return { series: one.series, width, page };
        }),
      ),
    ),
    Promise.all(devices.map((device) => store.refusals(device))),
    Promise.all(pairs.map(([device, session]) => store.lastSeq(device, session))),
    Promise.all([...devices, ""].map((device) => store.readPresence(device))),
    Promise.all(numbers.map((number) => store.merges.find(number))),
    Promise.all(devices.map((device) => store.quarantine.list(device, Number.MAX_SAFE_INTEGER, wholePage))),
  ]);
  return { series, latest, readings, changes, buckets, refusals, marks, presence, merges, quarantine };
}

/** Throws where they differ. */
export function sameWhole(found: Whole, expected: Whole, model: Model): void {
  const settled = (whole: Whole) => ({
    ...whole,
    latest: undefined,
    buckets: undefined,
  });
  deepStrictEqual(settled(found), settled(expected));
  deepStrictEqual(found.buckets.length, expected.buckets.length);
  for (const [index, { series, width, page }] of found.buckets.entries()) {
    if (model.isMovingTiers(series)) continue;
    const isThinned = model.isThinned(series);
    if (isThinned && width !== hourMs) continue;
    const right = expected.buckets[index]?.page as BucketPage;
    const [told, wanted] = isThinned ? model.thinned.settled(model.data, series, page) : [page, right];
    const about = `buckets of ${width} ms of series ${series}${isThinned ? ", which was thinned" : ""}`;
    deepStrictEqual(settledSums(told, wanted), settledSums(wanted, wanted), about);
  }
  sameLatest(found.latest, expected.latest, model);
}

/** The newest readings. Where the newest one was deleted, the arrival of the one before it is known only as "not after". */
export function sameLatest(found: readonly Latest[], expected: readonly Latest[], model: Model): void {
  const settled = found.map((one, index) => {
    const known = expected[index];
    if (known === undefined || known.receivedMs > model.roughUntil(known.series)) return one;
    if (!model.wentBack && one.receivedMs < known.receivedMs) return one;
    return { ...one, receivedMs: known.receivedMs };
  });
  deepStrictEqual(settled, expected);
}

/** What a start tells. */
export async function sameState(found: StoreState, model: Model): Promise<void> {
  const expected = await model.store.open();
  const sorted = <T>(records: readonly T[]) => records.map((one) => JSON.stringify(one)).sort();
  const bySeries = <T extends { readonly series: number }>(records: readonly T[]) =>
    [...records].sort((a, b) => a.series - b.series);
  const plain = (state: StoreState) => ({
    ...{ commit: state.commit, nextSeries: state.nextSeries, series: bySeries(state.series) },
    ...{ masks: bySeries(state.masks), aliases: state.aliases, merges: bySeries(state.merges) },
    ...{ nextPresence: state.nextPresence, aliveMs: state.aliveMs },
    ...{ devices: sorted(state.devices), metrics: sorted(state.metrics) },
  });
  deepStrictEqual(plain(found), plain(expected));
  sameLatest(bySeries(found.latest), bySeries(expected.latest), model);
}

/** One question about a range, in pages. */
export async function sameAnswer(store: Asked, model: Model, question: Question): Promise<void> {
  const { slot, fromMs, toMs, limit, everyMs, originMs } = question;
  const series = model.numberAt(slot) ?? model.data.nextSeries + 7;
  const range = { series, fromMs, toMs };
  const raw = (of: Asked) => pagesOf(fromMs, limit, (next) => of.readRaw({ ...range, fromMs: next }, limit), rowsIn);
  deepStrictEqual(await raw(store), await raw(model.store), `readRaw of series ${series}`);
  for (const silenceMs of [everyMs, Infinity]) {
    const changes = (of: Asked) =>
      pagesOf(fromMs, limit, (next) => of.readChanges({ ...range, fromMs: next }, limit, silenceMs), rowsIn);
    const about = `readChanges of series ${series} with silences of ${silenceMs} ms`;
    deepStrictEqual(await changes(store), await changes(model.store), about);
  }
  for (const beforeMs of [fromMs, toMs]) {
    const before = (of: Asked) => of.timeBefore(series, beforeMs);
    deepStrictEqual(await before(store), await before(model.store), `timeBefore ${beforeMs} of series ${series}`);
  }
  if ((model.data.series.get(series)?.type ?? "number") !== "number") return;
  if (model.isThinned(series) || model.isMovingTiers(series)) return;
  const buckets = (of: Asked) =>
    pagesOf(
      fromMs,
      limit,
      (next) => of.readBuckets({ ...range, fromMs: next }, { everyMs, originMs }, limit),
      (page) => page,
    );
  const [found, expected] = [await buckets(store), await buckets(model.store)];
  deepStrictEqual(settledPages(found, expected), settledPages(expected, expected), `readBuckets of series ${series}`);
}

async function pagesOf<T extends RawPage | BucketPage, R>(
  fromMs: number,
  limit: number,
  read: (fromMs: number) => Promise<T>,
  shown: (page: T) => R,
): Promise<R[]> {
  const pages: R[] = [];
  for (let next: number | null = fromMs; next !== null && pages.length < maxPages; ) {
    const page: T = await read(next);
    if (page.times.length > limit) throw new Error(`a page of ${page.times.length}, ${limit} asked for`);
    pages.push(shown(page));
    next = page.nextFromMs;
  }
  return pages;
}

/** A page as people see it: its texts instead of their numbers, which are the engine's own affair. */
function rowsIn({ values, strings, ...page }: RawPage) {
  return { ...page, values: strings.length > 0 ? Array.from(values, (cell) => strings[cell]) : values };
}

function settledPages(found: readonly BucketPage[], expected: readonly BucketPage[]): BucketPage[] {
  return found.map((page, index) => settledSums(page, expected[index]));
}

/**
 * The sums as expected where they differ no more than the order of adding explains; from which tier is the engine's own affair. Where adding in some order leaves the
 * range of doubles, nothing can be said of them.
 */
function settledSums(page: BucketPage, expected: BucketPage | undefined): BucketPage {
  const sum = page.sum.map((found, index) => {
    const wanted = expected?.sum[index] ?? 0;
    const [count = 0, min = 0, max = 0] = [expected?.count[index], expected?.min[index], expected?.max[index]];
    const most = Math.max(Math.abs(min), Math.abs(max)) * count;
    if (!Number.isFinite(most)) return 0;
    return Math.abs(found - wanted) <= most * count * Number.EPSILON ? wanted : found;
  });
  return { ...page, sum, tier: "raw" };
}
