/** Removing a device or a range of readings, without losing what comes in meanwhile. */
import type { TelemetryStore } from "../store/store.ts";
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

/** Removes a range of a series: `fromMs` included, `toMs` excluded. Rejects with a `StoreError`; then nothing changed. */
export function removeReadings(
  number: number,
  fromMs: number,
  toMs: number,
  deps: RemovalDeps,
): Promise<{ removed: number; seriesRemoved: boolean }> {
  const { store, catalog, committer, live, presence } = deps;
  return committer.exclusive(async () => {
    const done = await store.deleteReadings({ series: number, fromMs, toMs });
    const series = catalog.findSeries(number);
    if (!series) return done;
    if (done.seriesRemoved) {
      catalog.removeSeries(series);
      live.seriesRemoved(series);
      presence.removedSeries(series);
      replaceWaiting([series], deps);
    } else if (done.removed > 0) {
      await readLatest(series, store);
      live.seriesChanged(series);
    }
    return done;
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
