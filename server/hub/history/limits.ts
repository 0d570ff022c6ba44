/** Which answers are too large, told before anything of them is sent. */
import { Refusal } from "../../protocol/errors.ts";
import type { RawPage } from "../../store/answers.ts";
import type { Range, RawRange } from "../../store/store.ts";
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

/** Readings that one question may look at one by one: 30 to 60 ns each in the store's reader. */
const readingsOneByOne = 50_000_000;

/** Refuses to look at more readings than one answer may cost. Throws `Refusal` `range_too_large`. */
export async function checkEach(store: HistoryStore, series: readonly Series[], query: HistoryQuery): Promise<void> {
  // Others are few, and counting them is no less than reading them.
  const numbers = series.filter(({ type }) => type === "number");
  if ((await countUpTo(store, numbers, query, readingsOneByOne, 1)) <= readingsOneByOne) return;
  throw new Refusal(
    "range_too_large",
    `rate, increase and integral may look at each reading, and this range holds more than ${readingsOneByOne}. Ask for a shorter range, or name fewer devices or metrics.`,
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
