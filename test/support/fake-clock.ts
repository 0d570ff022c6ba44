/** A clock that tests turn by hand: nothing happens until `advance`, and then in the order of the deadlines. */
import type { Clock, Timer } from "../../server/ports.ts";

interface Pending {
  atMs: number;
  readonly periodMs: number | undefined;
  readonly call: () => void;
}

export class FakeClock implements Clock {
  #wallMs: number;
  #monotonicMs = 0;
  readonly #pending = new Set<Pending>();

  /** `startMs`: what the wall clock shows at first, ms since the epoch. */
  constructor(startMs = Date.UTC(2026, 10, 24, 12)) {
    this.#wallMs = startMs;
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#pending.size;
  }

  now(): number {
    return Math.floor(this.#wallMs);
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, call: () => void): Timer {
    return this.#add(delayMs, undefined, call);
  }

  every(periodMs: number, call: () => void): Timer {
    return this.#add(periodMs, Math.max(1, periodMs), call);
  }

  /** Lets `ms` pass; timers that fall due are called on the way, each at its own moment. */
  advance(ms: number): void {
    const endMs = this.#monotonicMs + ms;
    for (;;) {
      const next = this.#nextUntil(endMs);
      if (!next) break;
      this.#pass(Math.max(0, next.atMs - this.#monotonicMs));
      if (next.periodMs === undefined) this.#pending.delete(next);
      else next.atMs += next.periodMs;
      next.call();
    }
    this.#pass(endMs - this.#monotonicMs);
  }

  /** The event loop stands still for `ms`: what falls due meanwhile is called late, at the end, each timer once, after `arrives`: what waited in the sockets may be read first. */
  stall(ms: number, arrives: () => void = () => {}): void {
    this.#pass(ms);
    arrives();
    const due = [...this.#pending].filter((one) => one.atMs <= this.#monotonicMs).sort((a, b) => a.atMs - b.atMs);
    for (const one of due) {
      if (!this.#pending.has(one)) continue;
      if (one.periodMs === undefined) this.#pending.delete(one);
      else one.atMs = this.#monotonicMs + one.periodMs;
      one.call();
    }
  }

  /** Sets the wall clock forward or back, as a correction does; no monotonic time passes. */
  jump(ms: number): void {
    this.#wallMs += ms;
  }

  #add(delayMs: number, periodMs: number | undefined, call: () => void): Timer {
    const pending: Pending = { atMs: this.#monotonicMs + Math.max(0, delayMs), periodMs, call };
    this.#pending.add(pending);
    return { cancel: () => this.#pending.delete(pending) };
  }

  /** The earliest timer due until `endMs`; of several due at once the oldest. */
  #nextUntil(endMs: number): Pending | undefined {
    let next: Pending | undefined;
    for (const one of this.#pending) if (one.atMs <= endMs && (!next || one.atMs < next.atMs)) next = one;
    return next;
  }

  #pass(ms: number): void {
    this.#monotonicMs += ms;
    this.#wallMs += ms;
  }
}
