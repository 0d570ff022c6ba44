/** Hides ranges of bad readings, and shows them again: nothing is deleted. Viewers are told, and what comes late is hidden, too. */
import type { Clock } from "../ports.ts";
import { Refusal } from "../protocol/errors.ts";
import { type Limits, limitText } from "../protocol/limits.ts";
import type { Mask, MaskStore } from "../store/masks.ts";
import type { Latest, TelemetryStore } from "../store/store.ts";
import { advanceLatest, type Catalog, type Series } from "./catalog.ts";
import { noteMasks } from "./hidden.ts";
import type { Committer } from "./ingest/committer.ts";
import type { LiveSets } from "./live/live-sets.ts";

export interface MasksDeps {
  readonly store: MaskStore & Pick<TelemetryStore, "latest">;
  readonly catalog: Catalog;
  readonly committer: Pick<Committer, "exclusive">;
  readonly live: Pick<LiveSets, "readingsDeleted">;
  readonly limits: Pick<Limits, "masksPerSeries">;
  readonly clock: Pick<Clock, "now">;
}

/** What is to be hidden: `fromMs` included, `toMs` excluded. */
export interface Hide {
  readonly fromMs: number;
  readonly toMs: number;
  readonly note: string;
}

export class Masks {
  readonly #deps: MasksDeps;

  constructor(deps: MasksDeps) {
    this.#deps = deps;
  }

  /** The masks of these series, in their order, then from the earliest on. Series without any cost no question. */
  async of(series: readonly Series[]): Promise<Mask[]> {
    const masked = series.filter(({ masks }) => masks).map(({ number }) => number);
    return masked.length === 0 ? [] : this.#deps.store.masks(masked);
  }

  /** Hides a range of a series; resolves once that is on disk and viewers were told. Throws a `Refusal` or a `StoreError`. */
  hide(series: Series, { fromMs, toMs, note }: Hide): Promise<Mask> {
    const { store, limits, clock, catalog } = this.#deps;
    return this.#alone(async () => {
      if (catalog.findSeries(series.number) !== series) throw unknownSeries(series);
      const count = series.masks?.count ?? 0;
      if (count >= limits.masksPerSeries) {
        throw new Refusal(
          "conflict",
          `${series.metric} of ${series.device.id} has ${count} masks; ${limitText("masksPerSeries", limits.masksPerSeries)}. Hide one wider range instead of several, or show some again.`,
        );
      }
      try {
        const mask = await store.addMask({ series: series.number, fromMs, toMs, atMs: clock.now(), note });
        if (!mask) throw unknownSeries(series);
        return mask;
      } finally {
        // Its answer alone may have been lost, with the thread that made it.
        await this.#renew(series);
      }
    });
  }

  /** Shows again what a mask hid; undefined where there is no such mask. Otherwise as `hide`. */
  show(id: number): Promise<Mask | undefined> {
    const { store, catalog } = this.#deps;
    return this.#alone(async () => {
      let mask: Mask | null;
      try {
        mask = await store.removeMask(id);
      } catch (error) {
        // Its answer alone may have been lost, and with it whose mask it was.
        await this.#renewChanged();
        throw error;
      }
      const series = mask && catalog.findSeries(mask.series);
      if (series) await this.#renew(series);
      return mask ?? undefined;
    });
  }

  /** Takes over what the store has now of series that have other masks than is known. */
  async #renewChanged(): Promise<void> {
    const { store, catalog } = this.#deps;
    const masked = catalog.select(undefined, undefined).filter(({ masks }) => masks);
    const masks = await store.masks(masked.map(({ number }) => number));
    for (const series of masked) {
      const left = masks.filter((mask) => mask.series === series.number).length;
      if (left !== series.masks?.count) await this.#renew(series);
    }
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#deps.committer.exclusive(work);
  }

  /** Takes over what the store has now, and tells viewers: what they hold may be hidden, or lacks what was. */
  async #renew(series: Series): Promise<void> {
    const { store, live } = this.#deps;
    try {
      noteMasks([series], await store.masks([series.number]));
      const [newest] = await store.latest([series.number]);
      takeNewest(series, newest);
    } finally {
      await live.readingsDeleted([series]);
    }
  }
}

function takeNewest(series: Series, newest: Latest | undefined): void {
  series.latestTimeMs = Number.NEGATIVE_INFINITY;
  if (newest) advanceLatest(series, newest.timeMs, newest.value, newest.receivedMs);
}

function unknownSeries({ metric, device }: Series): Refusal {
  return new Refusal("unknown_series", `There is no series ${metric} of ${device.id} any more.`);
}
