/**
 * One device's presence as a state machine: what each event does to it, and what it shows. Pure: it knows no clock and tells
 * nobody. `README.md` beside it has the table of all states and events, and a test that plays each cell of it.
 */
import type { PresenceReason, PresenceState } from "../../protocol/viewer.ts";

/** Grace is never shorter, ms; a connection that takes over has so long to be let in. */
export const leastGraceMs = 10_000;
/** Readings that are committed so soon after the end of their connection were on their way to the disk when it ended, ms. */
const inFlightMs = 2_000;

/** What people see. */
export interface Shown {
  readonly state: PresenceState;
  readonly reason: PresenceReason;
}

/** What carries a device: a connection, of its own or of its gateway, or else why it has none. */
type Footing = "connection" | "closed" | "timeout" | "replaced" | "gateway_offline" | "hub_restart";

/** What each footing shows within grace, and past it. */
const shownOn: Readonly<Record<Footing, { readonly within: Shown; readonly past: Shown }>> = {
  connection: { within: online("connected"), past: { state: "silent", reason: "no_reading" } },
  closed: { within: online("asleep"), past: offline("closed") },
  timeout: { within: online("reporting"), past: offline("timeout") },
  // Take-overs are told: of two programs under one id each throws the other out.
  replaced: { within: online("replaced"), past: offline("replaced") },
  gateway_offline: { within: online("asleep"), past: offline("gateway_offline") },
  hub_restart: { within: online("hub_restart"), past: offline("hub_restart") },
};

/** Where a device stands. All times are ms of one clock, -Infinity where there is none. */
export class PresenceMachine {
  #footing: Footing = "hub_restart";
  /** From when grace is counted. */
  #signMs = Number.NEGATIVE_INFINITY;
  /** Grace is not over before, whatever it is. */
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  #readingMs = Number.NEGATIVE_INFINITY;
  /** When it last connected or reported. */
  #heardMs = Number.NEGATIVE_INFINITY;
  #endMs = Number.NEGATIVE_INFINITY;
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
    this.#readingMs = nowMs;
    if (this.#footing === "connection" || (this.#footing === "timeout" && within)) {
      this.#heardMs = nowMs;
      this.#signMs = nowMs;
      return !within;
    }
    const inFlight = nowMs - this.#endMs < inFlightMs;
    // Who was cut is not brought back by what it had sent before.
    if (inFlight && !this.#sleeps) return false;
    if (this.#footing === "hub_restart" || (!within && !inFlight)) this.#footing = "timeout";
    this.#heardMs = nowMs;
    this.#signMs = nowMs;
    return true;
  }

  /** The last connection that carried it ended, and `sleeps` tells whether it may be asleep now. */
  ended(reason: Exclude<Footing, "connection">, sleeps: boolean, nowMs: number): void {
    // Connecting alone is no report.
    this.#stand(reason, sleeps ? this.#readingMs : Number.NEGATIVE_INFINITY);
    if (reason === "replaced") this.#heldUntilMs = nowMs + leastGraceMs;
    this.#endMs = nowMs;
    this.#sleeps = sleeps;
  }

  /** The hub started; its newest reading came at `readingMs` to the hub before. */
  restarted(readingMs: number): void {
    this.#readingMs = readingMs;
    this.#stand("hub_restart", readingMs);
  }

  /** When grace of `graceMs` ends. */
  deadlineMs(graceMs: number): number {
    // Of one that never gave a sign there is no grace, however long it would be.
    const graceEndMs = this.#signMs === Number.NEGATIVE_INFINITY ? this.#signMs : this.#signMs + graceMs;
    return Math.max(graceEndMs, this.#heldUntilMs);
  }

  /** What it shows within grace, or past it. */
  shown(within: boolean): Shown {
    return shownOn[this.#footing][within ? "within" : "past"];
  }

  /** It has no connection because its gateway has none. */
  get leftWithGateway(): boolean {
    return this.#footing === "gateway_offline";
  }

  #stand(footing: Footing, signMs: number): void {
    this.#footing = footing;
    this.#signMs = signMs;
    this.#heldUntilMs = Number.NEGATIVE_INFINITY;
  }
}

function online(reason: PresenceReason): Shown {
  return { state: "online", reason };
}

function offline(reason: PresenceReason): Shown {
  return { state: "offline", reason };
}
