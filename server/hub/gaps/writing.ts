/** Writes gaps that commits told of, what looks found, and how far each series was looked at. */
import type { LedgerEntry, LedgerStore } from "../../store/ledger.ts";
import type { Catalog } from "../catalog.ts";
import { type CauseDeps, Causes } from "./cause.ts";
import type { Findings } from "./findings.ts";
import { judged } from "./judged.ts";
import type { Noted, Reach } from "./reach.ts";

export interface WritingDeps extends CauseDeps {
  readonly store: CauseDeps["store"] & { readonly ledger: Pick<LedgerStore, "write"> };
  readonly catalog: Pick<Catalog, "findSeries" | "select">;
  /** The newest commit that `GapLedger.arrived` was told of. */
  readonly heardCommit: () => number;
}

/** What was found of a series, by the grace that held there. */
export type Found = Omit<LedgerEntry, "looked"> & { readonly graceMs: number };

/** Of a series in which nothing was found. */
export const nothing = {
  ...{ fromMs: 0, toMs: 0, isAtReading: false },
  ...{ holes: { fromMs: [], toMs: [], cause: [] }, rechecked: [] },
} as const;
/** Of a series that nobody asks about. */
const nowhere: Noted = { throughMs: Number.NEGATIVE_INFINITY, graceMs: 0 };

/** Series in one transaction. */
const entriesPerWrite = 256;

export class Writing {
  readonly #deps: WritingDeps;
  readonly #found: Findings;
  readonly #reach: Reach;
  readonly #allows: () => void;

  /** `allows` throws where nothing may be written any more. */
  constructor(deps: WritingDeps, found: Findings, reach: Reach, allows: () => void) {
    this.#deps = deps;
    this.#found = found;
    this.#reach = reach;
    this.#allows = allows;
  }

  /** Writes gaps that were heard of; false where it was over before all were written. */
  async gaps(isOver = () => false): Promise<boolean> {
    const { catalog } = this.#deps;
    const causes = new Causes(this.#deps);
    const all = [...this.#found.takeGaps()];
    for (let at = 0; at < all.length; at += entriesPerWrite) {
      const some = all.slice(at, at + entriesPerWrite);
      if (isOver()) {
        for (const [number, gaps] of all.slice(at)) this.#found.gapsAgain(number, gaps);
        return false;
      }
      try {
        const entries: Found[] = [];
        await causes.expect(some.flatMap(([number]) => catalog.findSeries(number) ?? []));
        for (const [number, gaps] of some) {
          const series = catalog.findSeries(number);
          if (!series) continue;
          const graceMs = this.#reach.graceMs(series);
          const holes = await judged(series, gaps, graceMs, causes);
          entries.push({ ...nothing, series: number, holes, graceMs });
        }
        await this.write(entries);
      } catch (error) {
        for (const [number, gaps] of all.slice(at)) this.#found.gapsAgain(number, gaps);
        throw error;
      }
    }
    return true;
  }

  /** Notes how far each series was looked at. */
  async notes(isOver = () => false): Promise<void> {
    const reach = this.#reach;
    reach.forgetGone();
    const due = this.#deps.catalog.select(undefined, undefined).filter((series) => {
      if (reach.behind.has(series.number)) return false;
      return reach.noted.get(series.number)?.throughMs !== reach.throughMs(series);
    });
    for (let at = 0; at < due.length && !isOver(); at += entriesPerWrite) {
      const some = due.slice(at, at + entriesPerWrite).filter((one) => reach.graceMs(one) !== Number.POSITIVE_INFINITY);
      await this.write(some.map((one) => ({ ...nothing, series: one.number, graceMs: reach.graceMs(one) })));
    }
  }

  /**
   * Writes what was found of some series. How far they were looked at is what is so as this is called: all that was heard of
   * until then and is not in `found` still waits. Of what is on disk and was not heard of the store takes heed.
   */
  async write(found: readonly Found[]): Promise<void> {
    if (found.length === 0) return;
    this.#allows();
    const { catalog, store, heardCommit } = this.#deps;
    const entries = found.map(({ graceMs, ...one }): LedgerEntry => {
      const series = catalog.findSeries(one.series);
      return { ...one, looked: series ? { throughMs: this.#reach.throughMs(series), graceMs } : nowhere };
    });
    await store.ledger.write(entries, heardCommit());
    for (const { series, looked } of entries) if (looked !== nowhere) this.#reach.noted.set(series, looked);
  }
}
