/** Brings series up to now: what was heard of them is written, and what has to be looked at is looked at. */
import type { LedgerStore, Recheck } from "../../store/ledger.ts";
import { StoreError } from "../../store/store.ts";
import type { Series } from "../catalog.ts";
import { type CauseDeps, Causes } from "./cause.ts";
import type { Findings } from "./findings.ts";
import { lookAt } from "./look.ts";
import type { Reach } from "./reach.ts";
import type { Look, ScanStore } from "./scan.ts";
import type { Writing } from "./writing.ts";

export interface SettlingDeps extends CauseDeps {
  readonly store: ScanStore & CauseDeps["store"] & { readonly ledger: LedgerStore };
  /** Has work on the ledger done one by one. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** Throws where nobody waits for what is found any more. */
  readonly goesOn: () => void;
}

/** Series that are looked at together: their answers are written with one sync, which commits wait for. */
const seriesAtOnce = 256;
/** Stretches to look at again that are asked for at once. */
export const rechecksAtOnce = 256;

export class Settling {
  readonly #deps: SettlingDeps;
  readonly #found: Findings;
  readonly #reach: Reach;
  readonly #writing: Writing;

  constructor(deps: SettlingDeps, found: Findings, reach: Reach, writing: Writing) {
    this.#deps = deps;
    this.#found = found;
    this.#reach = reach;
    this.#writing = writing;
  }

  /** False where it was over before all of them were brought up to now. `damage` takes that of single series; without it one fails all. */
  async all(series: readonly Series[], isOver = () => false, damage?: StoreError[]): Promise<boolean> {
    for (let at = 0; at < series.length; at += seriesAtOnce) {
      if (isOver()) return false;
      await this.#some(series.slice(at, at + seriesAtOnce), damage);
    }
    return true;
  }

  /** Of some that fail together each half is tried by itself: readings that are damaged hold up those of their series alone. */
  async #some(series: readonly Series[], damage: StoreError[] | undefined): Promise<void> {
    try {
      await this.#deps.inTurn(() => this.#settle(series));
    } catch (error) {
      if (!damage || !(error instanceof StoreError) || error.code !== "internal") throw error;
      const half = series.length >> 1;
      if (half === 0) damage.push(error);
      else for (const part of [series.slice(0, half), series.slice(half)]) await this.#some(part, damage);
    }
  }

  async #settle(series: readonly Series[]): Promise<void> {
    const { store, goesOn } = this.#deps;
    goesOn();
    const rechecks = await this.#rechecksOf(series);
    // A gap that is written after a look would take the place of what the look found: more may be heard of meanwhile.
    for (; series.some(({ number }) => this.#found.hasGaps(number)); goesOn()) await this.#writing.gaps();
    const begun = series.map((one) => this.#begin(one, rechecks.get(one.number) ?? []));
    try {
      await this.#writing.write(await lookAt(begun, { store, causes: new Causes(this.#deps), goesOn }));
    } catch (error) {
      for (const { series: one, behindMs, late } of begun) {
        if (behindMs !== undefined) this.#reach.behindAgain(one.number, behindMs);
        if (late) this.#found.lateAgain(one.number, late);
      }
      throw error;
    }
  }

  /** Takes what has to be looked at of a series: from now on each reading is heard of. */
  #begin(series: Series, rechecks: readonly Recheck[]): Look {
    const { number } = series;
    const graceMs = this.#reach.graceMs(series);
    if (graceMs === Number.POSITIVE_INFINITY) {
      // What was found stays, and what changed is looked at once a reading is expected again.
      const changedMs = Math.min(
        this.#found.firstMs(number),
        ...rechecks.map(({ fromMs, rawFromMs }) => Math.max(fromMs, rawFromMs) - 1),
      );
      if (changedMs < Number.POSITIVE_INFINITY) this.#reach.behindAgain(number, changedMs);
      this.#found.forget(number);
      return { series, graceMs, rechecks, behindMs: undefined, late: undefined };
    }
    const { behind } = this.#reach;
    const look = { series, graceMs, rechecks, behindMs: behind.get(number), late: this.#found.takeLate(number) };
    behind.delete(number);
    return look;
  }

  /** What changed of these series, by series. */
  async #rechecksOf(series: readonly Series[]): Promise<Map<number, Recheck[]>> {
    const { ledger } = this.#deps.store;
    let rechecks = await ledger.rechecks(rechecksAtOnce);
    if (rechecks.length === rechecksAtOnce)
      rechecks = (await Promise.all(series.map(({ number }) => ledger.rechecks(rechecksAtOnce, number)))).flat();
    const bySeries = new Map<number, Recheck[]>();
    for (const one of rechecks) bySeries.set(one.series, [...(bySeries.get(one.series) ?? []), one]);
    return bySeries;
  }
}
