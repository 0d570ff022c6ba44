/** Looks at several series together: what nearly all of them need is asked with one question for all. */
import type { Holes, LedgerStore } from "../../store/ledger.ts";
import type { Causes, Stretch } from "./cause.ts";
import { judged } from "./judged.ts";
import { type Look, most, type Scanned, type ScanStore, scan, scanSince, stretchesOf } from "./scan.ts";
import { type Found, nothing } from "./writing.ts";

export interface LookDeps {
  readonly store: ScanStore & { readonly ledger: LedgerStore };
  readonly causes: Causes;
  /** Throws where nobody waits for the answer any more. */
  readonly goesOn: () => void;
}

/** What was looked at of a series, and what was found there. */
interface Seen extends Scanned {
  readonly look: Look;
}

/** What is to be written of these series. Rejects with a `StoreError`. */
export async function lookAt(looks: readonly Look[], deps: LookDeps): Promise<Found[]> {
  const { causes, store } = deps;
  const due = looks.flatMap((look) => {
    const stretches = look.graceMs === Number.POSITIVE_INFINITY ? [] : stretchesOf(look);
    return stretches.map((stretch) => ({ look, stretch }));
  });
  // As of nearly all after a start.
  const open = due.filter(({ stretch }) => stretch.toMs === Number.POSITIVE_INFINITY);
  const closed = due.filter(({ stretch }) => stretch.toMs !== Number.POSITIVE_INFINITY);
  const seen = [...(await seenSince(open, deps)), ...(await Promise.all(closed.map((one) => seenWithin(one, deps))))];
  const withGaps = seen.filter(({ gapFromMs }) => gapFromMs.length > 0);
  await causes.expect(withGaps.map(({ look }) => look.series));
  const kept = new KeptHoles(store.ledger, withGaps);
  const entries = await Promise.all(
    seen.map(async ({ look: { series, graceMs }, gapFromMs, gapToMs, fromMs, toMs, isAtReading }): Promise<Found> => {
      const gaps = { fromMs: gapFromMs, toMs: gapToMs };
      const holes = await judged(series, gaps, graceMs, causes, () => kept.of(series.number, fromMs, toMs));
      return { series: series.number, fromMs, toMs, isAtReading, holes, graceMs, rechecked: [] };
    }),
  );
  // With the last of what was found.
  for (const { series, graceMs, rechecks } of looks) {
    if (rechecks.length > 0) entries.push({ ...nothing, series: series.number, graceMs, rechecked: rechecks });
  }
  return entries;
}

interface Due {
  readonly look: Look;
  readonly stretch: Stretch;
}

async function seenSince(due: readonly Due[], { store, goesOn }: LookDeps): Promise<Seen[]> {
  const asked = due.map(({ look: { series, graceMs }, stretch: { fromMs } }) => {
    return { series: series.number, fromMs, graceMs };
  });
  const found = await scanSince(store, asked, goesOn);
  return due.map(({ look }, index) => ({ look, ...(found[index] as Scanned) }));
}

async function seenWithin({ look, stretch }: Due, { store, goesOn }: LookDeps): Promise<Seen> {
  const { series, graceMs } = look;
  return { look, ...(await scan(store, series.number, stretch.fromMs, stretch.toMs, graceMs, goesOn)) };
}

/** What the ledger has of where gaps were found, read once for all whose newest readings alone were looked at. */
class KeptHoles {
  readonly #ledger: LedgerStore;
  readonly #numbers: number[];
  readonly #fromMs: number;
  #read: Promise<Map<number, Holes>> | undefined;

  constructor(ledger: LedgerStore, seen: readonly Seen[]) {
    // The first look of all is not one at the newest readings.
    const newest = seen.filter(({ fromMs, toMs }) => toMs === Number.POSITIVE_INFINITY && Number.isFinite(fromMs));
    this.#ledger = ledger;
    this.#numbers = newest.map(({ look }) => look.series.number);
    this.#fromMs = newest.reduce((least, { fromMs }) => Math.min(least, fromMs), Number.POSITIVE_INFINITY);
  }

  async of(series: number, fromMs: number, toMs: number): Promise<Holes | undefined> {
    if (toMs !== Number.POSITIVE_INFINITY || !this.#numbers.includes(series))
      return (await this.#ledger.read([series], fromMs, toMs, most))[0];
    this.#read ??= this.#all();
    return (await this.#read).get(series);
  }

  async #all(): Promise<Map<number, Holes>> {
    const numbers = this.#numbers;
    const found: Holes[] = [];
    while (found.length < numbers.length) {
      const rest = numbers.slice(found.length);
      found.push(...(await this.#ledger.read(rest, this.#fromMs, Number.POSITIVE_INFINITY, most)));
    }
    return new Map(numbers.map((number, index) => [number, found[index] as Holes]));
  }
}
