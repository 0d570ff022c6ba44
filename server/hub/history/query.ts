/** What is asked of the past, and the pages it is answered in. */
import { bucketOrigin, widthForPoints } from "../../protocol/ladder.ts";
import { type Aggregate, stepNames } from "../../protocol/past.ts";
import { tierNames } from "../../protocol/tiers.ts";
import { isLocalWidth, localBoundaries, type Zone } from "../../protocol/zones.ts";
import type { Tier } from "../../store/answers.ts";
import type { Value } from "../../store/columns.ts";
import type { Cuts } from "../../store/cuts.ts";
import type { TelemetryStore } from "../../store/store.ts";

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
  /** By whose clocks hours, days and weeks begin; UTC where it is missing. */
  readonly zone?: Zone | undefined;
  /** True: readings that masks hide, too; of raw answers alone. */
  readonly withHidden?: boolean | undefined;
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
  /** What it was made from; of buckets the coarsest that was used. */
  readonly tier: Tier;
  readonly columns: HistoryColumns;
  /** True on the last page of a series. */
  readonly done: boolean;
}

/** What a bucket is told by where nothing was asked for: a line and its band. */
export const defaultAggregates: readonly Aggregate[] = ["min", "max", "mean"];

/** What the past is read from. */
export type HistoryStore = Pick<
  TelemetryStore,
  "readRaw" | "readChanges" | "timeBefore" | "readBuckets" | "readManyBuckets" | "readAt" | "readHoles" | "seriesState"
>;

/** True where what happens between readings is asked for. */
export function wantsSteps({ aggregates }: Pick<HistoryQuery, "aggregates">): boolean {
  return aggregates?.some((name) => (stepNames as readonly Aggregate[]).includes(name)) ?? false;
}

/** Which steps these come from. */
export function stepsFor({ aggregates }: Pick<HistoryQuery, "aggregates">): ("rise" | "area")[] {
  const rises = aggregates?.some((name) => name === "rate" || name === "increase") ? (["rise"] as const) : [];
  return aggregates?.includes("integral") ? [...rises, "area"] : [...rises];
}

/** The coarser of two tiers. */
export function coarserOf(one: Tier, other: Tier): Tier {
  return tierNames.indexOf(one) < tierNames.indexOf(other) ? other : one;
}

/** Where the answer ends as far as widths go, ms. */
export function endOf({ fromMs, toMs, nowMs }: Pick<HistoryQuery, "fromMs" | "toMs" | "nowMs">): number {
  return Number.isFinite(toMs) ? toMs : Math.max(nowMs, fromMs + 1);
}

/** The width of its buckets, ms; undefined where none are asked for. */
export function widthOf(query: HistoryQuery): number | undefined {
  const { fromMs, points, everyMs } = query;
  return everyMs ?? (points === undefined ? undefined : widthForPoints(fromMs, endOf(query), points));
}

/** Readings of clocks that are ahead lie behind the end of what has no end, ms. */
const aheadMs = 86_400_000;

/** Where its buckets of `everyMs` begin. */
export function cutsOf(query: HistoryQuery, everyMs: number): Cuts {
  const { zone, fromMs, toMs } = query;
  if (!zone || !isLocalWidth(everyMs)) return { everyMs, originMs: bucketOrigin(everyMs) };
  const endMs = Number.isFinite(toMs) ? toMs : endOf(query) + aheadMs;
  return { boundaries: localBoundaries(zone, everyMs, fromMs, endMs) };
}
