import type { Timer } from "../../ports.ts";
import type { Device, Series } from "../catalog.ts";
import { deviceEntryOf, liveSeriesEntryOf } from "../entries.ts";
import { pagesOf } from "../pages.ts";
import type { LiveSet } from "./live-set.ts";
import type { SnapshotDeps } from "./snapshot.ts";

/**
 * Tells viewers of devices and series whose metadata or presence changed: soon, and several changes of one at once, so
 * that a thousand devices that connect together cost a few frames.
 */
export class Announcer {
  readonly #deps: SnapshotDeps;
  readonly #sets: () => Iterable<LiveSet>;
  readonly #devices = new Set<Device>();
  readonly #series = new Set<Series>();
  #timer: Timer | undefined;

  /** `sets`: those that are watched now. */
  constructor(deps: SnapshotDeps, sets: () => Iterable<LiveSet>) {
    this.#deps = deps;
    this.#sets = sets;
  }

  deviceChanged(device: Device): void {
    this.#devices.add(device);
    this.#soon();
  }

  seriesChanged(series: Series): void {
    this.#series.add(series);
    this.#soon();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #soon(): void {
    this.#timer ??= this.#deps.clock.after(this.#deps.settings.announceMs, () => {
      this.#timer = undefined;
      this.#tellDevices();
      void this.#tellSeries();
    });
  }

  #tellDevices(): void {
    const changed = [...this.#devices].filter((device) => !device.removed);
    this.#devices.clear();
    for (const set of this.#sets()) {
      const matching = changed.filter((device) => set.matchesDevice(device.id));
      for (const page of pagesOf(matching)) {
        set.announceDevices(page.map((device) => deviceEntryOf(device, this.#deps.presence)));
      }
    }
  }

  /** Spans come from the store: what it does not know (any more) is not told. */
  async #tellSeries(): Promise<void> {
    const sets = [...this.#sets()];
    const changed = [...this.#series].filter((series) => sets.some((set) => set.series.has(series.number)));
    this.#series.clear();
    const { catalog, presence, spans } = this.#deps;
    for (const page of pagesOf(changed)) {
      const known = await spans(page.map((series) => series.number)).catch(() => []);
      const entries = known.flatMap((span) => {
        const series = catalog.findSeries(span.series);
        return series ? [liveSeriesEntryOf(series, span, presence)] : [];
      });
      for (const set of this.#sets()) set.announceSeries(entries.filter((entry) => set.series.has(entry.series)));
    }
  }
}
