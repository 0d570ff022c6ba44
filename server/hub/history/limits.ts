/** Which answers are too large, told before anything of them is sent. */
import { Refusal } from "../../protocol/errors.ts";
import type { BucketPage, RawPage } from "../../store/answers.ts";
import type { Cuts } from "../../store/cuts.ts";
import type { BucketRange, Range, RawRange } from "../../store/store.ts";
import type { Series } from "../catalog.ts";
import type { HistorySettings } from "../live/live-settings.ts";
import { endOf, type HistoryQuery, type HistoryStore } from "./query.ts";

/** Buckets by local time are cut for so much of the past at most: where each begins has to be worked out, years. */
const localYears = 100;
const yearMs = 365.25 * 86_400_000;

/** Refuses more series than one answer may have. Throws `Refusal` `range_too_large`. */
export function checkSeries(count: number, { seriesPerAnswer }: HistorySettings): void {
  if (count <= seriesPerAnswer) return;
  throw new Refusal(
    "range_too_large",
    `This would answer with ${count} series; at most ${seriesPerAnswer} (setting --series-per-answer) are allowed. Name fewer devices or metrics.`,
  );
}

/** Refuses more buckets than one series may have. Throws `Refusal` `range_too_large`. */
export function checkBuckets(query: HistoryQuery, { bucketsPerSeries }: HistorySettings): void {
  const { fromMs, everyMs, zone } = query;
  const spanMs = endOf(query) - fromMs;
  if (zone && spanMs > localYears * yearMs) {
    throw new Refusal(
      "range_too_large",
      `tz=${zone.name} goes with at most ${localYears} years; this range has ${Math.ceil(spanMs / yearMs)}. Ask for a shorter one, or leave tz out.`,
    );
  }
  if (everyMs === undefined) return;
  const buckets = Math.ceil(spanMs / everyMs);
  if (buckets <= bucketsPerSeries) return;
  throw new Refusal(
    "range_too_large",
    `every=${everyMs} ms cuts this range into ${buckets} buckets; at most ${bucketsPerSeries} (setting --buckets-per-series) are allowed. Ask for a shorter range or a larger every.`,
  );
}

/** Refuses more readings than one answer may hold in memory. Throws `Refusal` `range_too_large`. */
export async function checkReadings(
  store: HistoryStore,
  series: readonly Series[],
  query: HistoryQuery,
  { readingsPerAnswer, pageReadings }: HistorySettings,
): Promise<void> {
  const readings = await countUpTo(store, series, query, readingsPerAnswer, pageReadings);
  if (readings <= readingsPerAnswer) return;
  throw new Refusal(
    "range_too_large",
    `This range holds more than ${readingsPerAnswer} readings (setting --readings-per-answer). Ask for a shorter range, or give points or every.`,
  );
}

/**
 * Refuses a question for whose buckets the store had to look at more readings one by one than an answer may cost: what its tiers
 * tell costs nothing. Throws `Refusal` `range_too_large`.
 */
export async function checkEach(
  store: Pick<HistoryStore, "seriesState" | "readBuckets">,
  ranges: readonly BucketRange[],
  cuts: Cuts,
  { readingsOneByOne }: Pick<HistorySettings, "readingsOneByOne">,
): Promise<void> {
  const states = await store.seriesState(ranges.map(({ series }) => series));
  if (states.reduce((sum, { count }) => sum + count, 0) <= readingsOneByOne) return;
  let counted = 0;
  for (const range of ranges) {
    for (let fromMs: number | null = range.fromMs; fromMs !== null && counted <= readingsOneByOne; ) {
      const page: BucketPage = await store.readBuckets({ ...range, fromMs, counting: true }, cuts, 1);
      counted += page.each ?? 0;
      fromMs = page.nextFromMs;
    }
  }
  if (counted <= readingsOneByOne) return;
  throw new Refusal(
    "range_too_large",
    `rate, increase and integral would look at more than ${readingsOneByOne} readings one by one here. Ask for buckets of whole minutes, hours or days, which the hub has summed up before, for a shorter range, or for fewer devices or metrics.`,
  );
}

/** How many readings the range holds; stops counting beyond `limit`. */
async function countUpTo(
  store: HistoryStore,
  series: readonly Series[],
  query: HistoryQuery,
  limit: number,
  pageReadings: number,
): Promise<number> {
  const states = await store.seriesState(series.map((one) => one.number));
  const total = states.reduce((sum, state) => sum + state.count, 0);
  if (total <= limit) return total;
  let counted = 0;
  for (const one of series) {
    const { fromMs, toMs, withHidden } = query;
    const range = { series: one.number, fromMs, toMs, withHidden };
    const most = limit - counted;
    counted +=
      one.type === "number" && !withHidden
        ? await countNumbers(store, range)
        : await countRows(store, range, most, pageReadings);
    if (counted > limit) break;
  }
  return counted;
}

/** Wider than all the time a `Date` can hold. */
const widestBucketMs = 2 ** 55;

/** One bucket as wide as can be: answered from the summaries of what is stored. */
async function countNumbers(store: HistoryStore, range: Range): Promise<number> {
  const page = await store.readBuckets(range, { everyMs: widestBucketMs, originMs: -widestBucketMs / 2 }, 2);
  return page.count.reduce((sum, count) => sum + count, 0);
}

async function countRows(store: HistoryStore, range: RawRange, limit: number, pageReadings: number): Promise<number> {
  let counted = 0;
  let fromMs: number | null = range.fromMs;
  while (fromMs !== null && counted <= limit) {
    const page: RawPage = await store.readRaw({ ...range, fromMs }, pageReadings);
    counted += page.times.length;
    fromMs = page.nextFromMs;
  }
  return counted;
}
