/** What every engine keeps of senders, refusals and presence, and for how long: the same rule in one place. */

import type { AccessChange } from "./access.ts";
import { type Batch, type PresenceChange, StoreError } from "./store.ts";

/** Sessions of a device whose marks are remembered (PROTOCOL.md, "Sequence"). */
export const maxSessionsPerDevice = 16;
/** Marks of all but a device's newest session are forgotten after this long, ms (30 days). */
export const sessionMemoryMs = 30 * 24 * 3_600_000;
/** Refusals of a device that stay readable. */
export const maxRefusalsPerDevice = 100;
/** Changes of presence of a device that stay readable. */
export const maxPresencePerDevice = 1_000;
/** Of these the newest always stay, whatever they changed. */
const newestPresenceKept = 100;

/**
 * Why a batch cannot be stored as it is; undefined where it can. Its readings would be dropped without a word: a number that
 * was never given out, or one that was and whose series comes too late, behind a higher one. A number that was given out
 * and has no series any more is a deleted one, and its readings are left out.
 */
export function strangeNumberIn(
  batch: Batch,
  nextSeries: number,
  isKnown: (series: number) => boolean,
): string | undefined {
  let next = nextSeries;
  for (const { series } of batch.newSeries) {
    if (series < nextSeries && !isKnown(series))
      return `series ${series} is declared, and numbers below ${nextSeries} are used up`;
    next = Math.max(next, series + 1);
  }
  const { length, series } = batch.columns;
  for (let index = 0; index < length; index++) {
    if ((series[index] as number) >= next) return `series ${series[index]} was never declared`;
  }
  return undefined;
}

/** The refusal of a batch that `strangeNumberIn` objects to. */
export function strangeBatch(what: string): StoreError {
  return new StoreError("internal", `The hub made a mistake, and nothing of this batch was stored: ${what}.`, false);
}

/** The refusal of changes of which this one must not be: its name or its hash is somebody else's, or its person is not there. */
export function strangeAccess(change: AccessChange): StoreError {
  const what =
    "drop" in change || change.put === "audit"
      ? "an entry cannot be kept"
      : change.put === "person"
        ? `two people would be called ${change.record.name}`
        : `the ${change.put} ${change.record.id} has the hash of another one, or is of nobody`;
  return new StoreError("internal", `The hub made a mistake, and none of these changes was kept: ${what}.`, false);
}

/** The later of two moments, either of which may not be known. */
export function newerOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

/**
 * When a mark counts as used, ms: after every other one of its device, also where the clock stood still or was set back.
 * `marks` are in order of use, and this keeps their times in the same order, which is all that is left of it on the disk.
 */
export function useTime(marks: readonly { readonly usedMs: number }[], nowMs: number): number {
  return Math.max(nowMs, (marks.at(-1)?.usedMs ?? Number.NEGATIVE_INFINITY) + 2 ** -10);
}

/** Drops what need not be remembered. `marks` and the result are in order of use, the newest last. */
export function keepNewestSessions<T extends { readonly usedMs: number }>(marks: readonly T[], nowMs: number): T[] {
  const newest = marks.slice(-maxSessionsPerDevice);
  return newest.filter((mark, index) => index === newest.length - 1 || mark.usedMs >= nowMs - sessionMemoryMs);
}

/** True for a change of the hub itself: no device's name is empty or blank. */
export function isOfHub({ device }: Pick<PresenceChange, "device">): boolean {
  return device.trim() === "";
}

/**
 * The changes of a device, in order, that are too many: first those of the reason alone, then the oldest. A sensor that
 * sleeps between reports changes its reason twice a report, and would else push its outages out within hours.
 */
export function surplusPresence(changes: readonly PresenceChange[]): PresenceChange[] {
  const count = changes.length - maxPresencePerDevice;
  if (count <= 0) return [];
  const older = changes.slice(0, -newestPresenceKept);
  const surplus = new Set(older.filter(({ atMs, sinceMs }) => sinceMs !== atMs).slice(0, count));
  for (const change of older) {
    if (surplus.size === count) break;
    surplus.add(change);
  }
  return [...surplus];
}
