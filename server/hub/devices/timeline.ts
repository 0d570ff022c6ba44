/** The timeline of one device, made of its own changes and of the hub's: what held when, as far as the hub knows. */
import type { PresenceReason, PresenceState } from "../../protocol/viewer.ts";
import type { Interval } from "../../store/intervals.ts";
import type { PresenceChange } from "../../store/store.ts";

/** The name under which the hub keeps its own starts and ends; no device has it. */
export const hubItself = "";

/** From `atMs` on (hub time, ms since the epoch) until the next entry. */
export interface PresenceEntry {
  readonly atMs: number;
  readonly state: PresenceState;
  readonly reason: PresenceReason;
}

/**
 * Each end and each start of the hub takes every device offline, `hub_restart`: nobody knew of it meanwhile. Begins with the
 * device's first change; where the hub's own are kept for a shorter time than that, with the first of those.
 */
export function timelineOf(own: readonly PresenceChange[], hub: readonly PresenceChange[]): PresenceEntry[] {
  const changes = new Map<number, PresenceChange>();
  for (const change of [...own, ...hub]) changes.set(change.number, change);
  const inOrder = [...changes.values()].sort((a, b) => a.number - b.number);
  const firstOwn = own[0]?.number ?? Number.POSITIVE_INFINITY;
  const begin = Math.max(firstOwn, hub[0]?.number ?? 0);
  const entries: PresenceEntry[] = [];
  for (const change of inOrder) {
    if (change.number < begin) continue;
    const entry = entryOf(change);
    const last = entries.at(-1);
    if (last?.state !== entry.state || last.reason !== entry.reason) entries.push(entry);
  }
  return entries;
}

/** From each end of a hub to the start of the next one. `hub`: its own changes, in order. */
export function downSpans(hub: readonly PresenceChange[]): Interval[] {
  return hub.flatMap(({ state, atMs }, index) => {
    const next = hub[index + 1];
    return state === "offline" && next ? { fromMs: atMs, toMs: next.atMs } : [];
  });
}

/**
 * The entries from `fromMs` on (included) until `toMs` (excluded), and before them the one that held at `fromMs`. Their times
 * may fall where the clock was set: what lies between entries of the range stays, and what was of another time is passed over.
 */
export function inRange(entries: readonly PresenceEntry[], fromMs: number, toMs: number): PresenceEntry[] {
  const found = entries.findIndex(({ atMs }) => atMs >= fromMs && atMs < toMs);
  const first = found < 0 ? entries.length : found;
  const inside = entries.slice(first).filter(({ atMs }) => atMs < toMs);
  if (inside[0]?.atMs === fromMs) return inside;
  const held = entries.slice(0, first).findLast(({ atMs }) => atMs < fromMs);
  return held === undefined ? inside : [held, ...inside];
}

function entryOf({ device, atMs, state, reason }: PresenceChange): PresenceEntry {
  if (device === hubItself) return { atMs, state: "offline", reason: "hub_restart" };
  // The store does not look into its words; they are those that the hub gave it.
  return { atMs, state: state as PresenceState, reason: reason as PresenceReason };
}
