/** How far each series was looked at. */
import type { LedgerEntry, LedgerStore } from "../../store/ledger.ts";
import type { Catalog, Series } from "../catalog.ts";
import type { PresenceView } from "../entries.ts";
import type { Findings } from "./findings.ts";

/** No reading is earlier, ms since the epoch. */
const earliestMs = -8.64e15;

export type Noted = LedgerEntry["looked"];

export interface ReachDeps {
  readonly store: { readonly ledger: Pick<LedgerStore, "looked"> };
  readonly catalog: Pick<Catalog, "findSeries" | "select">;
  readonly presence: Pick<PresenceView, "graceMs" | "seriesInterval">;
}

export class Reach {
  readonly #deps: ReachDeps;
  readonly #found: Findings;
  /** As the store has it. */
  readonly noted = new Map<number, Noted>();
  /** Series of which the readings from here on have to be looked at. Of all others each reading was heard of. */
  readonly behind = new Map<number, number>();
  #loaded: Promise<void> | undefined;
  #isLoaded = false;

  constructor(deps: ReachDeps, found: Findings) {
    this.#deps = deps;
    this.#found = found;
  }

  /** Whether it is known what the store has of it. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** What the store has of it; until then none counts as looked at. Rejects with a `StoreError`, and asks again the next time. */
  load(): Promise<void> {
    const { store, catalog } = this.#deps;
    this.#loaded ??= store.ledger.looked().then(
      (looked) => {
        this.#isLoaded = true;
        for (const { series, throughMs, graceMs } of looked) this.noted.set(series, { throughMs, graceMs });
        for (const { number } of catalog.select(undefined, undefined)) {
          this.behind.set(number, this.noted.get(number)?.throughMs ?? Number.NEGATIVE_INFINITY);
        }
      },
      (error) => {
        this.#loaded = undefined;
        throw error;
      },
    );
    return this.#loaded;
  }

  /** Nobody says so where a series goes: what is known of it goes when somebody walks over all of them. */
  forgetGone(): void {
    const { catalog } = this.#deps;
    for (const number of this.noted.keys()) if (!catalog.findSeries(number)) this.noted.delete(number);
  }

  /** Readings from `behindMs` on have to be looked at, too. */
  behindAgain(series: number, behindMs: number): void {
    this.behind.set(series, Math.min(behindMs, this.behind.get(series) ?? behindMs));
  }

  /** Up to where all gaps of a series are found, of the readings that were heard of; ms, a time that can be noted. */
  throughMs({ number, latestTimeMs }: Series): number {
    const throughMs = Math.min(latestTimeMs, this.behind.get(number) ?? latestTimeMs, this.#found.firstMs(number));
    return Math.max(throughMs, earliestMs);
  }

  /** After how long without a reading a series is silent, ms; Infinity where none is expected. What was learned before a start counts until it is learned anew. */
  graceMs(series: Series): number {
    const { presence } = this.#deps;
    const graceMs = presence.graceMs(series);
    if (graceMs !== Number.POSITIVE_INFINITY || presence.seriesInterval(series) !== null) return graceMs;
    return this.noted.get(series.number)?.graceMs ?? Number.POSITIVE_INFINITY;
  }
}
