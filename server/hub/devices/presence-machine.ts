/**
 * One device's presence as a state machine: what each event does to it, and what it shows. Pure: it knows no clock and tells
 * nobody. `README.md` beside it has the table of all states and events, and a test that plays each cell of it.
 */
import type { PresenceReason, PresenceState } from "../../protocol/viewer.ts";

/** Grace is never shorter, ms; a connection that takes over has so long to be let in. */
export const leastGraceMs = 10_000;
/** A device that was cut has so long to come back; readings that are committed meanwhile were sent before, ms. */
const returnMs = 2_000;
/** A device whose readings were refused for now was asked to come again, and has so long to do it, ms: twice the longest back-off of the hub's own client. */
const askedAgainMs = 60_000;

/** What people see. */
export interface Shown {
  readonly state: PresenceState;
  readonly reason: PresenceReason;
}

/** What carries a device: a connection, of its own or of its gateway, or else why it has none. */
type Footing = "connection" | EndReason | "hub_restart";
export type EndReason = "closed" | "timeout" | "replaced" | "gateway_offline";

/** What each footing shows within grace, and past it; `asleep`: within grace after a goodbye. */
const shownOn: Readonly<Record<Footing, { readonly within: Shown; readonly past: Shown; readonly asleep?: Shown }>> = {
  connection: { within: online("connected"), past: { state: "silent", reason: "no_reading" } },
  closed: { within: online("closed"), past: offline("closed"), asleep: online("asleep") },
  timeout: { within: online("reporting"), past: offline("timeout") },
  // Take-overs are told: of two programs under one id each throws the other out.
  replaced: { within: online("replaced"), past: offline("replaced") },
  gateway_offline: { within: online("gateway_offline"), past: offline("gateway_offline"), asleep: online("asleep") },
  hub_restart: { within: online("hub_restart"), past: offline("hub_restart") },
};

/** Where a device stands. All times are ms of one clock, undefined where there is none: V8 has a box for each number, and most devices need few. */
export class PresenceMachine {
  #footing: Footing = "hub_restart";
  /** From when grace is counted. */
  #signMs: number | undefined;
  /** Grace is not over before, whatever it is. */
  #heldUntilMs: number | undefined;
  /** When it last sent readings that were stored, or would have been. */
  #readingMs: number | undefined;
  /** Nor before, while it may come again with what was refused. */
  #askedUntilMs: number | undefined;
  /** When it last connected or reported. */
  #heardMs: number | undefined;
  #endMs: number | undefined;
  /** Whether it may sleep since its connection ended. */
  #sleeps = false;

  /** It has a connection, or its gateway speaks for it over one. */
  connected(nowMs: number): void {
    this.#heardMs = nowMs;
    this.#stand("connection", nowMs);
  }

  /** Its gateway is back. That says nothing of the devices behind it: grace goes on from where it was. */
  gatewayBack(): void {
    if (this.#footing === "gateway_offline") this.#stand("connection", this.#heardMs);
  }

  /** A reading was committed, `within` grace or past it. False where nothing changes but that grace begins anew. */
  reported(nowMs: number, within: boolean): boolean {
    // It did come again, and is waited for no longer than others.
    const waited = this.#askedUntilMs !== undefined && this.#askedUntilMs > nowMs;
    if (waited) this.#askedUntilMs = undefined;
    this.#readingMs = nowMs;
    if (this.#footing === "connection" || (this.#footing === "timeout" && within)) {
      this.#heardMs = nowMs;
      this.#signMs = nowMs;
      return waited || !within;
    }
    const inFlight = this.#endMs !== undefined && nowMs - this.#endMs < returnMs;
    // Who was cut is not brought back by what it had sent before.
    if (inFlight && !this.#sleeps) return waited;
    if (this.#footing === "hub_restart" || (!within && !inFlight)) this.#footing = "timeout";
    this.#heardMs = nowMs;
    this.#signMs = nowMs;
    return true;
  }

  /** What it sent was refused with all else that came: it is as there as if that had been stored, and may wait before it comes again. Answers as `reported`. */
  refused(nowMs: number, within: boolean): boolean {
    const changes = this.reported(nowMs, within);
    if (this.#signMs === nowMs) this.#askedUntilMs = nowMs + askedAgainMs;
    return changes;
  }

  /** The last connection that carried it ended. `sleeps`: it may be asleep now. `returns`: it may be back in a moment. */
  ended(reason: EndReason, { sleeps, returns }: { sleeps: boolean; returns: boolean }, nowMs: number): void {
    // Connecting alone is no report.
    this.#stand(reason, sleeps ? this.#readingMs : undefined);
    if (reason === "replaced") this.#heldUntilMs = nowMs + leastGraceMs;
    else if (returns) this.#heldUntilMs = nowMs + returnMs;
    if (!sleeps) this.#askedUntilMs = undefined;
    this.#endMs = nowMs;
    this.#sleeps = sleeps;
  }

  /** The hub started; its newest reading came at `readingMs` to the hub before. */
  restarted(readingMs: number): void {
    this.#readingMs = readingMs;
    this.#stand("hub_restart", readingMs);
  }

  /** When grace of `graceMs` ends; -Infinity where there is none. */
  deadlineMs(graceMs: number): number {
    const never = Number.NEGATIVE_INFINITY;
    // Of one that never gave a sign there is no grace, however long it would be.
    const graceEndMs = this.#signMs === undefined ? never : this.#signMs + graceMs;
    return Math.max(graceEndMs, this.#heldUntilMs ?? never, this.#askedUntilMs ?? never);
  }

  /** What it shows within grace, or past it. */
  shown(within: boolean): Shown {
    const { within: held, past, asleep = held } = shownOn[this.#footing];
    if (!within) return past;
    return this.#sleeps ? asleep : held;
  }

  /** It has no connection because its gateway has none. */
  get leftWithGateway(): boolean {
    return this.#footing === "gateway_offline";
  }

  #stand(footing: Footing, signMs: number | undefined): void {
    this.#footing = footing;
    this.#signMs = signMs;
    this.#heldUntilMs = undefined;
  }
}

function online(reason: PresenceReason): Shown {
  return { state: "online", reason };
}

function offline(reason: PresenceReason): Shown {
  return { state: "offline", reason };
}
