/** The timeline of one device, made of its own changes and of the hub's: what held when, as far as the hub knows. */
import type { PresenceReason, PresenceState } from "../../protocol/viewer.ts";
import type { Interval } from "../../store/intervals.ts";
import type { PresenceChange } from "../../store/store.ts";

/** The name under which the hub keeps its own starts and ends; no device has it. */
export const hubItself = "";
/** The name under which it keeps when it refused all readings and when it took them again; no device has it. */
export const hubRefusals = " ";

/** From `atMs` on (hub time, ms since the epoch) until the next entry. */
export interface PresenceEntry {
  readonly atMs: number;
  readonly state: PresenceState;
  readonly reason: PresenceReason;
}

/**
 * Each end and each start of the hub takes every device offline, `hub_restart`: nobody knew of it meanwhile. Begins with the
 * device's first change; where the hub's own are kept for a shorter time than that, with the first of those. A silence that
 * began while the hub took no readings is the hub's for as long: `refusing`, as `refusingSpans` tells it.
 */
export function timelineOf(
  own: readonly PresenceChange[],
  hub: readonly PresenceChange[],
  refusing: readonly Interval[] = [],
): PresenceEntry[] {
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
  return refusing.length === 0 ? entries : refused(entries, refusing);
}

/**
 * When the hub refused all readings, in order: from the first refusal until it took readings or ended; until Infinity where it
 * still refuses. `changes` are those of `hubRefusals` and of `hubItself`.
 */
export function refusingSpans(changes: readonly PresenceChange[]): Interval[] {
  const spans: Interval[] = [];
  let fromMs: number | undefined;
  for (const { device, state, atMs } of [...changes].sort((a, b) => a.number - b.number)) {
    if (device === hubRefusals && state === "refusing") fromMs ??= atMs;
    else if (fromMs !== undefined) {
      spans.push({ fromMs, toMs: Math.max(fromMs, atMs) });
      fromMs = undefined;
    }
  }
  return fromMs === undefined ? spans : [...spans, { fromMs, toMs: Number.POSITIVE_INFINITY }];
}

function refused(entries: readonly PresenceEntry[], refusing: readonly Interval[]): PresenceEntry[] {
  return entries.flatMap((entry, index) => {
    const span = isSilence(entry, entries[index - 1])
      ? refusing.find(({ fromMs, toMs }) => fromMs <= entry.atMs && entry.atMs < toMs)
      : undefined;
    if (!span) return entry;
    const untilMs = entries[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    const rest = span.toMs < untilMs ? [{ ...entry, atMs: span.toMs }] : [];
    return [{ ...entry, reason: "refused" }, ...rest];
  });
}

/** Nothing more was stored of a device that was there, by a connection or by what it posted. */
function isSilence({ reason }: PresenceEntry, before: PresenceEntry | undefined): boolean {
  return reason === "no_reading" || (reason === "timeout" && before?.reason === "reporting");
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
