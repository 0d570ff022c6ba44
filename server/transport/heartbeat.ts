/** Pings all sockets in one round, and cuts those that did not answer, unless it was the hub that slept. */
import type { Clock, Timer } from "../ports.ts";

/** A connection that can be asked for a sign of life. */
export interface Pulse {
  ping(): void;
  /** When the oldest ping left that it could have answered and did not, monotonic ms; undefined where there is none. */
  readonly unansweredSinceMs: number | undefined;
  timeOut(): void;
}

export interface HeartbeatOptions {
  /** Time between two rounds, ms. */
  readonly pingMs: number;
  /** Time to answer, ms. */
  readonly pongMs: number;
}

/** A timer this late, ms, tells that the event loop stood still, and that answers may wait unread. */
const stallMs = 1_000;

export class Heartbeat {
  readonly #clock: Clock;
  readonly #pongMs: number;
  readonly #pulses: ReadonlySet<Pulse>;
  readonly #rounds: Timer;
  readonly #checks = new Set<Timer>();

  /** `pulses`: those that are open, now and later. */
  constructor(clock: Clock, { pingMs, pongMs }: HeartbeatOptions, pulses: ReadonlySet<Pulse>) {
    this.#clock = clock;
    this.#pulses = pulses;
    this.#pongMs = pongMs;
    this.#rounds = clock.every(pingMs, () => this.#round());
  }

  stop(): void {
    this.#rounds.cancel();
    for (const check of this.#checks) check.cancel();
  }

  #round(): void {
    const asked = [...this.#pulses];
    if (asked.length === 0) return;
    for (const pulse of asked) pulse.ping();
    const askedMs = this.#clock.monotonic();
    const dueMs = askedMs + this.#pongMs;
    const check = this.#clock.after(this.#pongMs, () => {
      this.#checks.delete(check);
      if (this.#clock.monotonic() - dueMs > stallMs) return;
      for (const pulse of asked) {
        // A later ping may have left by now, which has its own time.
        const { unansweredSinceMs = Number.POSITIVE_INFINITY } = pulse;
        if (this.#pulses.has(pulse) && unansweredSinceMs <= askedMs) pulse.timeOut();
      }
    });
    this.#checks.add(check);
  }
}
