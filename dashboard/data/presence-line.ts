/** The timeline of a device's presence as spans of time, and what they come to in a range. */
import type { PresenceAnswer, PresenceReason, PresenceState } from "../../server/protocol/index.ts";

export interface PresenceSpan {
  readonly fromMs: number;
  /** Where the next one begins; the end of what was looked at for the one that still holds. */
  readonly toMs: number;
  readonly state: PresenceState;
  readonly reason: PresenceReason;
}

/** What is drawn of a span: nobody knew of a device while the hub was down, so that it was no outage of the device. */
export type PresenceKind = PresenceState | "unknown";

export function kindOf({ state, reason }: Pick<PresenceSpan, "state" | "reason">): PresenceKind {
  return reason === "hub_restart" ? "unknown" : state;
}

/**
 * The spans between the two instants, oldest first. Where the clock of the hub was set back, entries overlap: the later
 * one counts. A change and its successor may have one moment: such a span has no length, and is still told.
 */
export function presenceSpans(
  { times, states, reasons }: PresenceAnswer,
  fromMs: number,
  toMs: number,
): PresenceSpan[] {
  const spans: PresenceSpan[] = [];
  let nextMs = toMs;
  for (let index = times.length - 1; index >= 0; index--) {
    const startMs = Math.min(times[index] as number, nextMs);
    const state = states[index];
    const reason = reasons[index];
    if (state && reason && nextMs >= fromMs && startMs <= toMs) {
      spans.push({ fromMs: Math.max(startMs, fromMs), toMs: nextMs, state, reason });
    }
    nextMs = startMs;
  }
  return spans.reverse();
}

export interface PresenceSummary {
  /** Of the time that the hub knows of the part in which the device was online, 0 to 1; undefined where it knows of none. */
  readonly onlineShare: number | undefined;
  /** How long the hub knew how the device was, ms. */
  readonly knownMs: number;
  /** How long it was down, or the device not back since, ms. */
  readonly hubDownMs: number;
  /** Turns to silent, and to offline. */
  readonly silences: number;
  readonly outages: number;
  /** Connections that another one of the same device threw out, and when the last was, ms. */
  readonly takeOvers: number;
  readonly lastTakeOverMs: number | undefined;
}

export function summaryOfPresence(spans: readonly PresenceSpan[]): PresenceSummary {
  const lengths: Record<PresenceKind, number> = { online: 0, silent: 0, offline: 0, unknown: 0 };
  const turns: Record<PresenceKind, number> = { online: 0, silent: 0, offline: 0, unknown: 0 };
  let before: PresenceKind | undefined;
  for (const span of spans) {
    const kind = kindOf(span);
    lengths[kind] += span.toMs - span.fromMs;
    // A device that is thrown out by a newer connection of its own was not away.
    const counts = span.reason !== "replaced" || span.toMs > span.fromMs;
    if (kind !== before && counts) turns[kind] += 1;
    if (counts) before = kind;
  }
  const takeOvers = spans.filter(({ reason }) => reason === "replaced");
  const knownMs = lengths.online + lengths.silent + lengths.offline;
  return {
    onlineShare: knownMs > 0 ? lengths.online / knownMs : undefined,
    knownMs,
    hubDownMs: lengths.unknown,
    silences: turns.silent,
    outages: turns.offline,
    takeOvers: takeOvers.length,
    lastTakeOverMs: takeOvers.at(-1)?.fromMs,
  };
}
