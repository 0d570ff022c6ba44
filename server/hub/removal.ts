/** Removing a device or a range of readings, without losing what comes in meanwhile. */
import type { Deletion, TelemetryStore } from "../store/store.ts";
import { advanceLatest, type Catalog, type Series } from "./catalog.ts";
import type { Presence } from "./devices/presence.ts";
import type { Committer } from "./ingest/committer.ts";
import type { LiveSets } from "./live/live-sets.ts";

export interface RemovalDeps {
  readonly store: Pick<TelemetryStore, "deleteDevice" | "deleteReadings" | "latest">;
  readonly catalog: Catalog;
  readonly committer: Committer;
  readonly live: Pick<LiveSets, "deviceRemoved" | "seriesRemoved" | "seriesChanged">;
  readonly presence: Pick<Presence, "removed" | "removedSeries">;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Removes a device with everything it sent; false where there is none. Rejects with a `StoreError`; then nothing changed. */
export function removeDevice(id: string, deps: RemovalDeps): Promise<boolean> {
  const { store, catalog, committer, live, presence } = deps;
  return committer.exclusive(async () => {
    const device = catalog.findDevice(id);
    if (!device) return false;
    await store.deleteDevice(id);
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

/** Removed in one transaction, for which commits wait: each has its own sync otherwise. */
const seriesAtOnce = 16;

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
  for (let at = 0; at < numbers.length; at += seriesAtOnce) {
    const done = await removeAtOnce(numbers.slice(at, at + seriesAtOnce), fromMs, toMs, deps);
    for (const { removed, seriesRemoved } of done) {
      readings += removed;
      if (seriesRemoved) series += 1;
    }
  }
  return { readings, series };
}

function removeAtOnce(
  numbers: readonly number[],
  fromMs: number,
  toMs: number,
  deps: RemovalDeps,
): Promise<Deletion[]> {
  const { store, catalog, committer, live, presence } = deps;
  return committer.exclusive(async () => {
    const deletions = await store.deleteReadings(numbers.map((series) => ({ series, fromMs, toMs })));
    const gone: Series[] = [];
    for (const [index, { removed, seriesRemoved }] of deletions.entries()) {
      const series = catalog.findSeries(numbers[index] as number);
      if (!series || removed === 0) continue;
      if (seriesRemoved) {
        catalog.removeSeries(series);
        live.seriesRemoved(series);
        presence.removedSeries(series);
        gone.push(series);
      } else {
        await readLatest(series, store);
        live.seriesChanged(series);
      }
    }
    if (gone.length > 0) replaceWaiting(gone, deps);
    return deletions;
  });
}

/** The newest reading may have been among those that went. */
async function readLatest(series: Series, store: Pick<TelemetryStore, "latest">): Promise<void> {
  const [newest] = await store.latest([series.number]);
  series.latestTimeMs = Number.NEGATIVE_INFINITY;
  if (newest) advanceLatest(series, newest.timeMs, newest.value, newest.receivedMs);
}

/**
 * Readings that came while the removal was on its way bear numbers that are gone. They get new series, and where the
 * device is gone a new device: they are not part of what was removed.
 */
function replaceWaiting(removed: readonly Series[], { catalog, committer, now }: RemovalDeps): void {
  const gone = new Map(removed.map((series) => [series.number, series]));
  committer.replaceWaiting(gone, ({ device, metric, type }, batch) => {
    let owner = catalog.findDevice(device.id);
    if (!owner) {
      owner = catalog.device(device.id, now());
      batch.addDevice(owner);
    }
    const known = owner.series.get(metric);
    if (known) return known;
    const series = catalog.addSeries(owner, metric, type);
    batch.addSeries(series);
    return series;
  });
}
