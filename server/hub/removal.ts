/** Removing a device or a range of readings, without losing what comes in meanwhile. */
import type { Clock } from "../ports.ts";
import type { Deletion, TelemetryStore } from "../store/store.ts";
import { advanceLatest, type Catalog, type Series } from "./catalog.ts";
import type { Presence } from "./devices/presence.ts";
import { noteMasks } from "./hidden.ts";
import type { Committer } from "./ingest/committer.ts";
import type { LiveSets } from "./live/live-sets.ts";

export interface RemovalDeps {
  readonly store: Pick<TelemetryStore, "deleteDevice" | "deleteReadings" | "latest" | "masks" | "seriesState">;
  readonly catalog: Catalog;
  readonly committer: Committer;
  readonly live: Pick<LiveSets, "deviceRemoved" | "seriesRemoved" | "readingsDeleted">;
  readonly presence: Pick<Presence, "removed" | "removedSeries">;
  readonly clock: Pick<Clock, "now" | "monotonic">;
}

/** Removes a device with everything it sent; false where there is none. Rejects with a `StoreError`; then nothing changed. */
export function removeDevice(id: string, deps: RemovalDeps): Promise<boolean> {
  const { store, catalog, committer, live, presence } = deps;
  return committer.exclusive(async () => {
    const device = catalog.findDevice(id);
    if (!device) return false;
    try {
      await store.deleteDevice(id);
    } catch (error) {
      const stored = [...device.series.values()].filter(({ committed }) => committed).map(({ number }) => number);
      const gone = await goneOf(stored, store);
      // A device goes whole or not at all.
      if (gone.length === 0) throw error;
    }
    catalog.removeDevice(device);
    live.deviceRemoved(device);
    presence.removed(device);
    replaceWaiting([...device.series.values()], deps);
    return true;
  });
}

/** What was removed of several series together. */
export interface Removed {
  readonly readings: number;
  /** Series that were left empty, and are gone with their type. */
  readonly series: number;
}

/**
 * Series in one transaction, for which commits wait: each has its own sync otherwise. Half as many follow one that took
 * longer than `pauseMs`, twice as many one that did not: of a long past a few take long.
 */
const mostAtOnce = 16;
const pauseMs = 500;

/**
 * Removes a range of each series of `numbers`, which names none twice: `fromMs` included, `toMs` excluded. Rejects with a
 * `StoreError`; of many series some may be gone by then.
 */
export async function removeReadings(
  numbers: readonly number[],
  fromMs: number,
  toMs: number,
  deps: RemovalDeps,
): Promise<Removed> {
  let readings = 0;
  let series = 0;
  for (let at = 0, atOnce = 1; at < numbers.length; ) {
    const { done, tookMs } = await removeAtOnce(numbers.slice(at, at + atOnce), fromMs, toMs, deps);
    for (const { removed, seriesRemoved } of done) {
      readings += removed;
      if (seriesRemoved) series += 1;
    }
    at += done.length;
    atOnce = tookMs > pauseMs ? Math.max(1, atOnce / 2) : Math.min(mostAtOnce, atOnce * 2);
  }
  return { readings, series };
}

function removeAtOnce(
  numbers: readonly number[],
  fromMs: number,
  toMs: number,
  deps: RemovalDeps,
): Promise<{ readonly done: readonly Deletion[]; readonly tookMs: number }> {
  const { store, catalog, committer, live, clock } = deps;
  return committer.exclusive(async () => {
    const startMs = clock.monotonic();
    let done: readonly Deletion[];
    try {
      done = await store.deleteReadings(numbers.map((series) => ({ series, fromMs, toMs })));
    } catch (error) {
      forgetSeries(await goneOf(numbers, store), deps);
      // Of the others a part may be gone.
      const left = numbers.flatMap((number) => catalog.findSeries(number) ?? []);
      await live.readingsDeleted(left);
      throw error;
    }
    const tookMs = clock.monotonic() - startMs;
    forgetSeries(
      numbers.filter((_, index) => done[index]?.seriesRemoved),
      deps,
    );
    const removed = new Map(numbers.map((number, index) => [number, done[index]?.removed ?? 0]));
    let changed: Series[];
    try {
      changed = await renewLatest(removed, deps);
    } catch (error) {
      // They are gone from the disk, whatever the answer: no viewer may go on from before.
      await live.readingsDeleted(numbers.flatMap((number) => catalog.findSeries(number) ?? []));
      throw error;
    }
    await live.readingsDeleted(changed);
    return { done, tookMs };
  });
}

/**
 * Which series the store has no more after a removal that failed. Its answer alone may have been lost, with the thread that
 * made it, and readings under the number of a series that is gone would be acknowledged and kept nowhere.
 */
async function goneOf(numbers: readonly number[], store: Pick<TelemetryStore, "seriesState">): Promise<number[]> {
  try {
    const left = new Set((await store.seriesState(numbers)).map(({ series }) => series));
    return numbers.filter((number) => !left.has(number));
  } catch {
    // A store that tells nothing takes nothing either; the failure of the removal itself is what people are told.
    return [];
  }
}

/** Takes away series that the store has no more, all of them in one go: no frame may meet half of it. */
function forgetSeries(numbers: readonly number[], deps: RemovalDeps): void {
  const { catalog, live, presence } = deps;
  const gone = numbers.flatMap((number) => catalog.findSeries(number) ?? []);
  for (const series of gone) {
    catalog.removeSeries(series);
    live.seriesRemoved(series);
    presence.removedSeries(series);
  }
  if (gone.length > 0) replaceWaiting(gone, deps);
}

/**
 * The newest reading may have been among those that went, also in an attempt before whose answer was lost. `removed` has how
 * many went of each series now. Answers those of which any went.
 */
async function renewLatest(removed: ReadonlyMap<number, number>, { store, catalog }: RemovalDeps): Promise<Series[]> {
  const left = [...removed.keys()].flatMap((number) => catalog.findSeries(number) ?? []);
  if (left.length === 0) return [];
  // Some go with a range that held all of theirs.
  const masked = left.filter(({ masks }) => masks);
  if (masked.length > 0) noteMasks(masked, await store.masks(masked.map(({ number }) => number)));
  const newest = new Map((await store.latest(left.map(({ number }) => number))).map((one) => [one.series, one]));
  const changed: Series[] = [];
  for (const series of left) {
    const found = newest.get(series.number);
    const knownMs = series.latestTimeMs;
    series.latestTimeMs = Number.NEGATIVE_INFINITY;
    if (found) advanceLatest(series, found.timeMs, found.value, found.receivedMs);
    if (removed.get(series.number) !== 0 || series.latestTimeMs !== knownMs) changed.push(series);
  }
  return changed;
}

/**
 * Readings that came while the removal was on its way bear numbers that are gone. They get new series, and where the
 * device is gone a new device: they are not part of what was removed.
 */
function replaceWaiting(removed: readonly Series[], { catalog, committer, clock }: RemovalDeps): void {
  const gone = new Map(removed.map((series) => [series.number, series]));
  committer.replaceWaiting(gone, ({ device, metric, type }, batch) => {
    let owner = catalog.findDevice(device.id);
    if (!owner) {
      owner = catalog.device(device.id, clock.now());
      batch.addDevice(owner);
    }
    const known = owner.series.get(metric);
    if (known) return known;
    const series = catalog.addSeries(owner, metric, type);
    batch.addSeries(series);
    return series;
  });
}
