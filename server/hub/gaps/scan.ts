/** Looks for the gaps of a stretch in the readings themselves. */
import type { HolesPage, HolesSince } from "../../store/answers.ts";
import type { Recheck } from "../../store/ledger.ts";
import type { TelemetryStore } from "../../store/store.ts";
import type { Series } from "../catalog.ts";
import type { Stretch } from "./cause.ts";

export type ScanStore = Pick<TelemetryStore, "readHoles" | "readManyHoles" | "readRaw" | "timeBefore">;

/** Gaps, and the stretch in which there are no others: from the reading before what was asked for to the one after it. */
export interface Scanned {
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether there was a reading before. */
  readonly isAtReading: boolean;
  readonly gapFromMs: readonly number[];
  readonly gapToMs: readonly number[];
}

/** Pages of the store. */
const holesAtOnce = 5_000;

/**
 * Looks at what lies from `fromMs` (included) to `toMs` (excluded), and at the readings next to it. `goesOn` throws before a
 * page where nobody waits for the answer any more. Rejects with a `StoreError`.
 */
export async function scan(
  store: ScanStore,
  series: number,
  fromMs: number,
  toMs: number,
  graceMs: number,
  goesOn: () => void,
): Promise<Scanned> {
  const before = fromMs === Number.NEGATIVE_INFINITY ? null : await store.timeBefore(series, fromMs);
  const after = toMs === Number.POSITIVE_INFINITY ? undefined : await firstFrom(store, series, toMs);
  const startMs = before ?? fromMs;
  const endMs = after ?? Number.POSITIVE_INFINITY;
  const none = { fromMs: [], toMs: [], nextFromMs: startMs };
  const gaps = await allFrom(none, store, series, endMs + 1, graceMs, goesOn);
  return { fromMs: startMs, toMs: endMs, isAtReading: before !== null, ...gaps };
}

/** The same for many, without an end: mostly one question for all of them. */
export async function scanSince(
  store: ScanStore,
  asked: readonly HolesSince[],
  goesOn: () => void,
): Promise<Scanned[]> {
  const found: Scanned[] = [];
  const toMs = Number.POSITIVE_INFINITY;
  while (found.length < asked.length) {
    goesOn();
    for (const page of await store.readManyHoles(asked.slice(found.length), holesAtOnce)) {
      const { series, fromMs, graceMs } = asked[found.length] as HolesSince;
      const gaps = await allFrom(page, store, series, toMs, graceMs, goesOn);
      found.push({ fromMs: page.beforeMs ?? fromMs, toMs, isAtReading: page.beforeMs !== null, ...gaps });
    }
  }
  return found;
}

/** What a page tells, and all those after it. */
async function allFrom(
  first: { readonly fromMs: Iterable<number>; readonly toMs: Iterable<number>; readonly nextFromMs: number | null },
  store: ScanStore,
  series: number,
  toMs: number,
  graceMs: number,
  goesOn: () => void,
): Promise<Pick<Scanned, "gapFromMs" | "gapToMs">> {
  const gapFromMs = [...first.fromMs];
  const gapToMs = [...first.toMs];
  for (let next = first.nextFromMs; next !== null; ) {
    goesOn();
    const page: HolesPage = await store.readHoles({ series, fromMs: next, toMs }, graceMs, holesAtOnce);
    gapFromMs.push(...page.fromMs);
    gapToMs.push(...page.toMs);
    next = page.nextFromMs;
  }
  return { gapFromMs, gapToMs };
}

async function firstFrom(store: ScanStore, series: number, fromMs: number): Promise<number | undefined> {
  return (await store.readRaw({ series, fromMs, toMs: Number.POSITIVE_INFINITY }, 1)).times[0];
}

/** Why a series has to be looked at. */
interface Due {
  /** Readings behind this were not heard of. */
  readonly behindMs: number | undefined;
  /** Late readings fell into this. */
  readonly late: Stretch | undefined;
  readonly rechecks: readonly Recheck[];
}

/** What is to be looked at of a series. */
export interface Look extends Due {
  readonly series: Series;
  readonly graceMs: number;
}

/** What has to be looked at, in rising time. */
export function stretchesOf({ behindMs, late, rechecks }: Due): Stretch[] {
  const stretches = rechecks.map(({ fromMs, toMs, rawFromMs }) => ({ fromMs: Math.max(fromMs, rawFromMs), toMs }));
  if (late) stretches.push(late);
  // From the last reading that was looked at on.
  if (behindMs !== undefined) {
    const fromMs = behindMs === Number.NEGATIVE_INFINITY ? behindMs : behindMs + 1;
    stretches.push({ fromMs, toMs: Number.POSITIVE_INFINITY });
  }
  const joined: Stretch[] = [];
  for (const one of stretches.filter(({ fromMs, toMs }) => fromMs < toMs).sort((a, b) => a.fromMs - b.fromMs)) {
    const last = joined.at(-1);
    if (last && one.fromMs <= last.toMs) joined.splice(-1, 1, { ...last, toMs: Math.max(last.toMs, one.toMs) });
    else joined.push(one);
  }
  return joined;
}

/** Of one series, all that there are. */
export const most = Number.MAX_SAFE_INTEGER;
