/** Deleting readings, series and devices: first how much would go, then what went. */
import type {
  ManyReadingsAnswer,
  ReadingColumns,
  ReadingsAnswer,
  RemovedReadingsAnswer,
  SeriesAnswer,
  SeriesEntry,
} from "../../server/protocol/index.ts";
import type { HubApi } from "./hub-api.ts";

/** Readings of one device. `metric` undefined: of all its metrics. A missing end is open; `toMs` is not included. */
export interface Doomed {
  readonly device: string;
  readonly metric: string | undefined;
  readonly fromMs?: number;
  readonly toMs?: number;
}

export interface DoomedCount {
  readonly readings: number;
  /** The hub tells only the changes of states: there are at most so many readings, and maybe fewer. */
  readonly atMost: boolean;
  /** First and last reading that go, as far as that is known before; undefined where none do. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
}

/** All series of one device are asked for in pages of this many. */
const pageOfSeries = 1_000;

/** How many readings would go. Throws a `HubRefusal`. */
export async function countDoomed(api: HubApi, doomed: Doomed, signal: AbortSignal): Promise<DoomedCount> {
  const { device, metric, fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = doomed;
  const touched = (await seriesOf(api, device, metric, signal)).filter(
    ({ firstTime, lastTime }) => firstTime !== null && lastTime !== null && firstTime < toMs && lastTime >= fromMs,
  );
  const isWhole = ({ firstTime, lastTime }: SeriesEntry) => (firstTime ?? 0) >= fromMs && (lastTime ?? 0) < toMs;
  const numbers = touched.filter((series) => !isWhole(series) && series.type === "number");
  let readings = 0;
  let atMost = false;
  for (const series of touched) {
    if (isWhole(series)) readings += series.count;
    else if (series.type !== "number") {
      readings += series.count;
      atMost = true;
    }
  }
  if (numbers.length > 0) readings += await countNumbers(api, doomed, numbers, signal);
  const least = Math.min(...touched.map(({ firstTime }) => Math.max(firstTime ?? 0, fromMs)));
  const most = Math.max(...touched.map(({ lastTime }) => Math.min(lastTime ?? 0, toMs)));
  const some = touched.length > 0;
  return { readings, atMost, firstMs: some ? least : undefined, lastMs: some ? most : undefined };
}

async function seriesOf(
  api: HubApi,
  device: string,
  metric: string | undefined,
  signal: AbortSignal,
): Promise<SeriesEntry[]> {
  const found: SeriesEntry[] = [];
  let cursor: string | undefined;
  do {
    const params = { device, metric, limit: pageOfSeries, cursor };
    const { series, next } = await api.get<SeriesAnswer>("series", { params, signal });
    found.push(...series);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** Numbers are counted by the hub, in one bucket or two for each series. */
async function countNumbers(
  api: HubApi,
  { device, metric, fromMs, toMs }: Doomed,
  numbers: readonly SeriesEntry[],
  signal: AbortSignal,
): Promise<number> {
  const first = Math.min(...numbers.map(({ firstTime }) => firstTime ?? 0));
  const last = Math.max(...numbers.map(({ lastTime }) => lastTime ?? 0));
  const params = {
    device,
    metric: metric ?? "*",
    from: Math.max(fromMs ?? first, first),
    to: Math.min(toMs ?? last + 1, last + 1),
    points: 1,
    aggregates: "count",
  };
  const answer = await api.get<ReadingsAnswer | ManyReadingsAnswer>("readings", { params, signal });
  const wanted = new Set(numbers.map((series) => series.metric));
  const columns: readonly ReadingColumns[] = "series" in answer ? answer.series : [answer];
  return columns.filter((each) => wanted.has(each.metric)).reduce((sum, each) => sum + countOf(each), 0);
}

/** Of one reading in the range it is told itself. */
function countOf({ count, times }: ReadingColumns): number {
  return count ? count.reduce((sum, each) => sum + each, 0) : times.length;
}

/** Deletes for good. Throws a `HubRefusal`; then a part may be gone. */
export function deleteDoomed(api: HubApi, { device, metric, fromMs, toMs }: Doomed): Promise<RemovedReadingsAnswer> {
  return api.delete<RemovedReadingsAnswer>("readings", {
    params: { device, metric: metric ?? "*", from: fromMs, to: toMs },
  });
}
