import type { Timer } from "../../ports.ts";
import type { Device, Series } from "../catalog.ts";
import { deviceEntryOf, liveSeriesEntryOf } from "../entries.ts";
import { pagesOf } from "../pages.ts";
import type { ChangeLog } from "./change-log.ts";
import type { LiveSet, Position } from "./live-set.ts";
import type { SnapshotDeps } from "./snapshot.ts";

export interface AnnouncerDeps extends SnapshotDeps {
  /** Those that are watched now. */
  readonly sets: ReadonlyMap<string, LiveSet>;
  readonly position: Readonly<Position>;
  /** Takes note of what was told, and when; of what nobody watches too. */
  readonly log: Pick<ChangeLog, "deviceChanged" | "seriesChanged">;
}

/**
 * Tells viewers of devices and series whose metadata or presence changed: soon, and several changes of one at once, so
 * that a thousand devices that connect together cost a few frames.
 */
export class Announcer {
  readonly #deps: AnnouncerDeps;
  readonly #devices = new Set<Device>();
  readonly #series = new Set<Series>();
  #timer: Timer | undefined;

  constructor(deps: AnnouncerDeps) {
    this.#deps = deps;
  }

  deviceChanged(device: Device): void {
    const { log, position, sets } = this.#deps;
    if (sets.size === 0) {
      log.deviceChanged(device, position.commit);
      return;
    }
    this.#devices.add(device);
    this.#soon();
  }

  seriesChanged(series: Series): void {
    const { log, position, sets } = this.#deps;
    if (sets.size === 0) {
      log.seriesChanged(series, position.commit);
      return;
    }
    this.#series.add(series);
    this.#soon();
  }

  /** Resolves once it was told. */
  async tellNow(changed: Iterable<Series>): Promise<void> {
    for (const series of changed) this.#series.add(series);
    await this.#tellSeries();
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
    const { log, position, sets } = this.#deps;
    for (const device of changed) log.deviceChanged(device, position.commit);
    for (const set of sets.values()) {
      const matching = changed.filter((device) => set.matchesDevice(device.id));
      for (const page of pagesOf(matching)) {
        set.announceDevices(page.map((device) => deviceEntryOf(device, this.#deps.presence, set.sees)));
      }
    }
  }

  /** Spans come from the store: what it does not know (any more) is not told. */
  async #tellSeries(): Promise<void> {
    const { catalog, log, position, presence, sets, spans } = this.#deps;
    const watched = [...sets.values()];
    const note = (series: Series) => {
      // Of one that is gone its removal was noted.
      if (catalog.findSeries(series.number) === series) log.seriesChanged(series, position.commit);
    };
    const changed: Series[] = [];
    for (const series of this.#series) {
      if (watched.some((set) => set.series.has(series.number))) changed.push(series);
      else note(series);
    }
    this.#series.clear();
    for (const page of pagesOf(changed)) {
      const known = await spans(page.map((series) => series.number)).catch(() => []);
      for (const series of page) note(series);
      const entries = known.flatMap((span) => {
        const series = catalog.findSeries(span.series);
        return series ? [liveSeriesEntryOf(series, span, presence)] : [];
      });
      for (const set of sets.values()) set.announceSeries(entries.filter((entry) => set.series.has(entry.series)));
    }
  }
}
