/** When a series was silent: stretches between two readings that are longer than its grace. */
import type { HolesPage } from "../../store/answers.ts";
import type { TelemetryStore } from "../../store/store.ts";
import { standingAt } from "./standing.ts";

export type GapStore = Pick<TelemetryStore, "readAt" | "readHoles" | "readRaw" | "timeBefore">;

export interface GapSpan {
  readonly fromMs: number;
  /** Now or earlier. */
  readonly toMs: number;
  readonly nowMs: number;
}

/** Parallel: from the last reading before each gap, or the start of the span, to the first one after it, or the end. */
export interface Gaps {
  readonly from: number[];
  readonly to: number[];
  /** Which part of the time since the series' first reading was no gap; null where there was none, or no reading is expected. */
  readonly complete: number | null;
}

const nothing: Gaps = { from: [], to: [], complete: null };

/** The gaps of one series; `most` at most, and undefined where there are more. */
export async function gapsOf(
  store: GapStore,
  series: number,
  { fromMs, toMs, nowMs }: GapSpan,
  graceMs: number,
  most: number,
): Promise<Gaps | undefined> {
  if (graceMs === Number.POSITIVE_INFINITY || fromMs >= toMs) return nothing;
  const [before] = await standingAt(store, [series], fromMs);
  const first = await firstFrom(store, series, fromMs, toMs);
  const sinceMs = before ? fromMs : first;
  if (sinceMs === undefined) return nothing;
  const gaps = { from: [] as number[], to: [] as number[] };
  const add = (startMs: number, endMs: number) => {
    if (endMs - startMs <= graceMs) return;
    gaps.from.push(Math.max(startMs, fromMs));
    gaps.to.push(Math.min(endMs, toMs));
  };
  if (before && first !== undefined) add(before.timeMs, first);
  for (let next: number | null = fromMs; next !== null; ) {
    const page: HolesPage = await store.readHoles({ series, fromMs: next, toMs }, graceMs, holesAtOnce);
    for (const [index, startMs] of page.fromMs.entries()) add(startMs, page.toMs[index] as number);
    if (gaps.from.length > most) return undefined;
    next = page.nextFromMs;
  }
  const last = (first === undefined ? undefined : await store.timeBefore(series, toMs)) ?? before?.timeMs;
  // What comes behind the span tells whether its end belongs to a gap.
  const after = await firstFrom(store, series, toMs, toMs + graceMs);
  if (last !== undefined) add(last, after ?? Math.min(toMs + graceMs, nowMs));
  if (gaps.from.length > most) return undefined;
  const silentMs = gaps.from.reduce((sum, startMs, index) => sum + (gaps.to[index] as number) - startMs, 0);
  return { ...gaps, complete: 1 - silentMs / (toMs - sinceMs) };
}

/** Pages of the store. */
const holesAtOnce = 5_000;

async function firstFrom(store: GapStore, series: number, fromMs: number, toMs: number): Promise<number | undefined> {
  return (await store.readRaw({ series, fromMs, toMs }, 1)).times[0];
}
