/** What is asked of the past of series of a device, so that its charts are full from edge to edge and no more comes than they can show. */
import type { SeriesView } from "../client/hub-view.ts";
import type { AskedPast } from "./past-and-present.ts";
import type { Range, TimeWindow } from "./ranges.ts";

/** Buckets asked per series: about one each two pixels of a chart. */
const pointsOfWindow = 400;

/** Rows asked for all series of a device together, so that a device with 1,000 metrics opens too. */
const pointsOfAll = 60_000;

/** Fewer than this show no shape. */
const fewestPoints = 60;

/** Asked for before the window's left edge, as a part of its length, so that lines enter from outside. */
export const margin = 0.05;

/** So many intervals of the slowest series hold a reading of it for sure, late ones counted in. */
const slowestIntervals = 2.5;

/** So much before now is told reading by reading, ms. Devices that send in batches are later than that seldom. */
const seamMs = 10_000;

/** `wantedPoints`: buckets wanted of each series. */
export function pastRequest(
  series: readonly SeriesView[],
  range: Range,
  window: TimeWindow,
  nowMs: number,
  wantedPoints = pointsOfWindow,
): AskedPast {
  const length = window.toMs - window.fromMs;
  // A series that reports once a minute has no reading just before a window of one minute.
  const wanted = Math.max(margin * length, slowestIntervals * slowestMs(series));
  const before = range === "all" ? margin * length : Math.min(length, wanted);
  const each = Math.max(fewestPoints, Math.min(wantedPoints, Math.floor(pointsOfAll / Math.max(1, series.length))));
  const from = instant(Math.floor(window.fromMs - before));
  const end = window.live ? Math.floor(nowMs) - seamMs : Math.ceil(window.toMs) + 1;
  const to = Math.max(from + 1, instant(end));
  const points = Math.ceil((each * (length + before)) / (length * (1 + margin)));
  return {
    history: { from, to, points, aggregates: ["min", "max", "mean", "count"] },
    seamFromMs: window.live ? to : undefined,
  };
}

/** The longest interval between readings that any series is known to have, ms. */
function slowestMs(series: readonly SeriesView[]): number {
  return Math.max(0, ...series.map(({ entry }) => entry.reportInterval ?? 0));
}

/** The nearest instant that a `Date` can hold: windows reach beyond the readings at the ends of the calendar. */
export function instant(timeMs: number): number {
  return Math.max(-8.64e15, Math.min(8.64e15, timeMs));
}
