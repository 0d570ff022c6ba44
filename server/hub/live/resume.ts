/**
 * What a viewer that was cut has missed of a set, from the offset it knew everything up to. Collected at once, so that it
 * ends at one offset; made into frames once for all who come back with the same offset.
 */
import { jsonText } from "../../formats/json.ts";
import type { Value } from "../../store/columns.ts";
import { deviceEntryOf, liveSeriesEntryOf } from "../entries.ts";
import { isHidden } from "../hidden.ts";
import { pagesOf } from "../pages.ts";
import type { ChangeLog, Changes } from "./change-log.ts";
import type { CommitRing, RingSlice } from "./commit-ring.ts";
import type { LiveSet } from "./live-set.ts";
import { Outbox } from "./outbox.ts";
import { encodeUpdates, Points } from "./points.ts";
import { framesOf, type SnapshotDeps } from "./snapshot.ts";

export interface ResumeDeps extends SnapshotDeps {
  readonly ring: Pick<CommitRing, "floor" | "slices">;
  readonly log: Pick<ChangeLog, "isStale" | "since">;
}

/** Readings of whole commits, and the offset that is reached with them. */
interface Group {
  readonly points: Points;
  readonly offset: number;
}

export interface Missed {
  /** What the viewer knows everything up to. */
  readonly from: number;
  readonly changes: Changes;
  readonly groups: readonly Group[];
}

/** A group is closed with the commit that brings it to so many readings: a viewer that is cut again goes on behind it. */
const groupReadings = 2_000;

/**
 * What happened to a set after `from`, up to its present offset. Undefined where that cannot be told whole any more, or
 * where all of it anew is less.
 */
export function missedBy(set: LiveSet, from: number, deps: ResumeDeps): Missed | undefined {
  const { ring, log, settings } = deps;
  if (from < ring.floor) return undefined;
  if (log.isStale(from, (series) => set.matches(series))) return undefined;
  const groups = set.intervalMs > 0 ? newest(set, from, ring) : inOrder(set, from, ring, settings.resumeReadings);
  return groups && { from, changes: changesOf(set, from, log), groups };
}

/** What changed and was told to nobody yet is announced to this set, too, when its time comes. */
function changesOf(set: LiveSet, from: number, log: ResumeDeps["log"]): Changes {
  const { removals, changed } = log.since(from);
  return {
    removals: removals.filter(
      ({ device, series }) =>
        set.matchesDevice(device) &&
        // Under another name it may still be one of theirs.
        (series === undefined || (set.matchesMetric(series.metric) && !set.series.has(series.number))),
    ),
    changed: changed && {
      devices: changed.devices.filter(({ id }) => set.matchesDevice(id)),
      series: changed.series.filter(({ number }) => set.series.has(number)),
    },
  };
}

function inOrder(set: LiveSet, from: number, ring: ResumeDeps["ring"], limit: number): Group[] | undefined {
  const isOf = maskOf(set);
  const groups: Group[] = [];
  let points = new Points();
  let count = 0;
  for (const slice of ring.slices(from, set.offset)) {
    const before = points.length;
    collect(slice, set, isOf, points);
    count += points.length - before;
    if (count > limit) return undefined;
    if (points.length < groupReadings) continue;
    groups.push({ points, offset: slice.commit });
    points = new Points();
  }
  groups.push({ points, offset: Math.max(from, set.offset) });
  return groups;
}

/** At most one update a series is asked for: of what was missed the newest. */
function newest(set: LiveSet, from: number, ring: ResumeDeps["ring"]): Group[] {
  const isOf = maskOf(set);
  const outbox = new Outbox();
  const points = new Points();
  for (const slice of ring.slices(from, set.offset)) {
    points.clear();
    collect(slice, set, isOf, points);
    outbox.hold(points);
  }
  return [{ points: outbox.take().points, offset: Math.max(from, set.offset) }];
}

/** 1 at the numbers of the set's series: a look at each reading of the ring must cost next to nothing. */
function maskOf(set: LiveSet): Uint8Array {
  let size = 0;
  for (const number of set.series.keys()) if (number >= size) size = number + 1;
  const mask = new Uint8Array(size);
  for (const number of set.series.keys()) mask[number] = 1;
  return mask;
}

function collect(slice: RingSlice, set: LiveSet, isOf: Uint8Array, points: Points): void {
  const { start, end, series, times, values, strings, textsFrom } = slice;
  for (let index = start; index < end; index++) {
    const number = series[index] as number;
    if (isOf[number] !== 1) continue;
    const of = set.series.get(number);
    if (of?.masks && isHidden(of, times[index] as number)) continue;
    const stored = values[index] as number;
    const type = of?.type;
    const value = type === "number" ? stored : type === "boolean" ? stored !== 0 : strings[textsFrom + stored];
    points.push(number, times[index] as number, value as Value);
  }
}

/** What went, what came or changed, then the readings. What is removed while they are made is left out, and announced. */
export async function* resumeFramesOf(set: LiveSet, missed: Missed, deps: SnapshotDeps): AsyncGenerator<string> {
  const { removals, changed } = missed.changes;
  const goneSeries = removals.flatMap(({ series }) => (series ? [{ series: series.number, removed: true }] : []));
  const goneDevices = removals.flatMap(({ series, device }) => (series ? [] : [{ device, removed: true }]));
  for (const series of pagesOf(goneSeries)) yield JSON.stringify({ type: "series", set: set.number, series });
  for (const devices of pagesOf(goneDevices)) yield JSON.stringify({ type: "devices", set: set.number, devices });
  if (changed) yield* changedFramesOf(set, changed, deps);
  else yield* framesOf(set, deps);
  let before = missed.from;
  for (const { points, offset } of missed.groups) {
    const left = pointsOf(set, points);
    if (left.length > 0) yield* encodeUpdates(set.number, left, offset, before);
    before = offset;
  }
}

/** Readings of a series that was removed since they were collected must not follow: a viewer may never have heard of it. */
function pointsOf(set: LiveSet, points: Points): Points {
  if (points.series.every((number) => set.series.has(number))) return points;
  const left = new Points();
  for (let index = 0; index < points.length; index++) {
    const number = points.series[index] as number;
    if (set.series.has(number)) left.push(number, points.times[index] as number, points.values[index] as Value);
  }
  return left;
}

async function* changedFramesOf(
  set: LiveSet,
  changed: NonNullable<Changes["changed"]>,
  { catalog, presence, spans }: SnapshotDeps,
): AsyncGenerator<string> {
  for (const page of pagesOf(changed.devices.filter(({ removed }) => !removed))) {
    const devices = page.map((device) => deviceEntryOf(device, presence, set.sees));
    yield JSON.stringify({ type: "devices", set: set.number, devices });
  }
  for (const page of pagesOf(changed.series)) {
    const known = await spans(page.map(({ number }) => number));
    const series = known.flatMap((span) => {
      const one = catalog.findSeries(span.series);
      return one ? [liveSeriesEntryOf(one, span, presence)] : [];
    });
    if (series.length > 0) yield jsonText({ type: "series", set: set.number, series });
  }
}
