/** The readings of one series become another's, which its sensor was replaced by: slice by slice, while both are asked and fed. */
import type { Log } from "../ports.ts";
import { Refusal } from "../protocol/errors.ts";
import type { Merge, MergeObstacle } from "../store/merges.ts";
import { StoreError, type TelemetryStore } from "../store/store.ts";
import { advanceLatest, type Catalog, type Series } from "./catalog.ts";
import type { Presence } from "./devices/presence.ts";
import { joinMasks, noteMasks } from "./hidden.ts";
import type { Committer } from "./ingest/committer.ts";
import type { LiveSets } from "./live/live-sets.ts";

export interface MergeDeps {
  readonly store: Pick<TelemetryStore, "merges" | "names" | "latest" | "masks">;
  readonly catalog: Catalog;
  readonly committer: Pick<Committer, "exclusive" | "replaceWaiting">;
  readonly live: Pick<LiveSets, "seriesRemoved" | "seriesChanged" | "readingsDeleted">;
  readonly presence: Pick<Presence, "removedSeries" | "declared">;
  readonly log: Log;
}

const words: Readonly<Record<MergeObstacle, string>> = {
  thinned:
    "of a part of one of the two only buckets are left, and the other told something in the same ones: nobody knows what would count twice",
  hidden:
    "a mask of one of the two would hide a reading of the other that is shown: show that stretch again first, hide it in both, or delete what is hidden",
  damaged: "some of the readings are damaged on the disk",
};

export class Merges {
  readonly #deps: MergeDeps;
  /** Those under way, by the series that goes. */
  readonly #open = new Map<number, { readonly into: number; readonly done: Promise<Merge> }>();

  /** `open`: merges that the hub before this one left, which go on. */
  constructor(deps: MergeDeps, open: readonly Pick<Merge, "series" | "into">[]) {
    this.#deps = deps;
    for (const { series, into } of open) {
      const from = deps.catalog.findSeries(series);
      if (from) from.merging = true;
      this.#goOn(series, into);
    }
  }

  /**
   * Makes the readings of `series` those of `into`; resolves once they are, and viewers were told. The same again goes on with it,
   * or tells how it went. Throws a `Refusal`; what was moved by then stays moved.
   */
  async merge(series: number, into: number): Promise<Merge> {
    const [from, to] = [series, into].map((number) => this.#deps.catalog.findSeries(number));
    // Commits go on meanwhile: of years that takes its time.
    if (from && to && !from.merging) await this.requireNothingMet(from, to);
    const done = await this.#deps.committer.exclusive(() => this.#begin(series, into));
    return "open" in done ? done : done.done;
  }

  async #begin(series: number, into: number): Promise<Merge | { readonly done: Promise<Merge> }> {
    const { catalog, store, committer } = this.#deps;
    const open = this.#open.get(series);
    if (open?.into === into) return open;
    const from = catalog.findSeries(series);
    if (!from?.committed) {
      const known = await store.merges.find(series).catch(refuse);
      if (known?.into === into) return known;
      throw new Refusal("unknown_series", `There is no series ${series}; GET /api/v1/series lists those there are.`);
    }
    // One that stopped, or whose end was not heard of.
    if (from.merging && (await store.merges.find(series).catch(refuse))?.into === into)
      return { done: this.#goOn(series, into) };
    const to = catalog.findSeries(into);
    if (!to?.committed) {
      throw new Refusal("unknown_series", `There is no series ${into}; GET /api/v1/series lists those there are.`);
    }
    this.require(from, to);
    const begun = await store.merges.begin(series, into).catch(refuse);
    if (typeof begun === "string") {
      await this.requireNothingMet(from, to);
      throw new Refusal("conflict", words[begun]);
    }
    if (!begun) throw new Refusal("unknown_series", "One of the two series was removed meanwhile.");
    if (begun.into !== into)
      throw new Refusal(
        "conflict",
        `a merge of ${series} into ${begun.into} has begun: order that one again, it goes on`,
      );
    from.merging = true;
    await this.#noteMasks(from, to);
    catalog.lead({ device: from.device.id, metric: from.metric, toDevice: to.device.id, toMetric: to.metric });
    // What came while the store wrote that down.
    committer.replaceWaiting(new Map([[series, from]]), () => to);
    return { done: this.#goOn(series, into) };
  }

  /**
   * The masks of the one are the other's from the beginning on: what comes late is held against them. The merge has begun: where
   * the store cannot tell, what is known by heart hides the same.
   */
  async #noteMasks(from: Series, to: Series): Promise<void> {
    if (!from.masks) return;
    try {
      noteMasks([to], await this.#deps.store.masks([to.number]));
    } catch (error) {
      this.#deps.log.warn("the masks of a merged series are told from memory", { error: String(error) });
      joinMasks(to, from.masks);
    }
  }

  /** Throws a `Refusal` where the two cannot be merged now. */
  require(from: Series, to: Series): void {
    const name = ({ device, metric }: Series) => `${device.id} ${metric}`;
    if (from === to) throw new Refusal("conflict", `${name(from)} cannot become a part of itself: name another series`);
    if (from.type !== to.type) {
      throw new Refusal(
        "type_mismatch",
        `${name(from)} is a ${from.type}, and ${name(to)} a ${to.type}: both must be of one type`,
      );
    }
    const busy = [...this.#open].some(([series, { into }]) =>
      [from.number, to.number].some((one) => one === series || (one === into && one === from.number)),
    );
    if (busy)
      throw new Refusal("conflict", `one of ${name(from)} and ${name(to)} is being merged: wait until that is done`);
  }

  /** Throws a `Refusal` where readings of the two cannot become those of one. */
  async requireNothingMet(from: Series, to: Series): Promise<void> {
    const met = await this.#deps.store.merges.check(from.number, to.number).catch(refuse);
    if (!met) return;
    const iso = (timeMs: number) => new Date(timeMs).toISOString();
    const where = met.at
      ? `, first from ${iso(met.at.fromMs)} to ${iso(met.at.toMs)}: delete that stretch of one of them, and merge what is left`
      : "";
    throw new Refusal("conflict", `${words[met.obstacle]}${where}`);
  }

  #goOn(series: number, into: number): Promise<Merge> {
    const done = this.#run(series, into).finally(() => this.#open.delete(series));
    // Whoever waits for it hears of it.
    done.catch((error: unknown) => {
      this.#deps.log.warn("a merge of two series stopped", { series, into, error: String(error) });
    });
    this.#open.set(series, { into, done });
    return done;
  }

  async #run(series: number, into: number): Promise<Merge> {
    const { store } = this.#deps;
    for (;;) {
      const merge = await store.merges.step(series).catch(refuse);
      if (typeof merge === "object" && merge?.open) continue;
      // A thread of the store that was lost comes again. What fails twice is ended by the same order again, or the next start.
      await this.#end(series, into).catch(() => this.#end(series, into));
      if (typeof merge === "string")
        throw new Refusal("conflict", `the merge stopped, what is left stays: ${words[merge]}`);
      if (!merge) throw new Refusal("unknown_series", `Series ${series} was removed meanwhile.`);
      if (this.#deps.catalog.findSeries(series))
        throw new Refusal("unknown_series", `Series ${into} was removed meanwhile; what is left of ${series} stays.`);
      return merge;
    }
  }

  /** The store has moved all it can. Of a series that is left readings come under its own name again. */
  #end(series: number, into: number): Promise<void> {
    const { store, catalog, committer, live, presence } = this.#deps;
    return committer.exclusive(async () => {
      const from = catalog.findSeries(series);
      const to = catalog.findSeries(into);
      const [left, newest] = await store
        .latest([series, into])
        .then((found) => [series, into].map((number) => found.find((one) => one.series === number)));
      if (to && newest) advanceLatest(to, newest.timeMs, newest.value, newest.receivedMs);
      if (from && left) {
        await store.names.removeAlias(from.device.id, from.metric);
        catalog.removeLead(from.device.id, from.metric);
        from.merging = false;
      } else if (from) {
        catalog.removeSeries(from);
        live.seriesRemoved(from);
        presence.removedSeries(from);
      }
      await live.readingsDeleted(
        [from, to].filter((one) => one !== undefined && catalog.findSeries(one.number) === one) as Series[],
      );
    });
  }
}

function refuse(error: unknown): never {
  if (error instanceof StoreError) throw new Refusal(error.code, error.message);
  throw error;
}
