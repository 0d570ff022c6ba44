/** Counts what failed by key, in windows, and blocks for a while whoever failed too often. Its memory is bounded. */
import type { Clock } from "../../ports.ts";

/** Keys remembered at once; beyond it the oldest is forgotten, so that many addresses cost no memory without end. */
const mostKeys = 10_000;

export interface ThrottleOptions {
  /** Failures within `windowMs` after which a key is blocked for `blockMs`. */
  readonly most: number;
  readonly windowMs: number;
  readonly blockMs: number;
}

interface Trials {
  /** When the window began, or the block, ms of the monotonic clock. */
  sinceMs: number;
  failed: number;
  blocked: boolean;
}

export class Throttle {
  readonly #clock: Clock;
  readonly #options: ThrottleOptions;
  readonly #trials = new Map<string, Trials>();

  constructor(clock: Clock, options: ThrottleOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** How long a key stays blocked, ms; 0 where it is not. */
  blockLeftMs(key: string): number {
    const trials = this.#trials.get(key);
    if (!trials?.blocked) return 0;
    const leftMs = trials.sinceMs + this.#options.blockMs - this.#clock.monotonic();
    if (leftMs > 0) return leftMs;
    this.#trials.delete(key);
    return 0;
  }

  /** Counts one failure of a key that is not blocked: whether it began a window, or blocked the key; what is worth a line in the log. */
  fail(key: string): "first" | "blocked" | undefined {
    const { most, windowMs } = this.#options;
    const nowMs = this.#clock.monotonic();
    let trials = this.#trials.get(key);
    const isFirst = !trials || nowMs - trials.sinceMs >= windowMs;
    if (!trials || isFirst) {
      this.#trials.delete(key);
      if (this.#trials.size >= mostKeys) this.#trials.delete(this.#trials.keys().next().value as string);
      trials = { sinceMs: nowMs, failed: 0, blocked: false };
      this.#trials.set(key, trials);
    }
    trials.failed += 1;
    if (trials.failed >= most) {
      trials.blocked = true;
      trials.sinceMs = nowMs;
      return "blocked";
    }
    return isFirst ? "first" : undefined;
  }

  forgive(key: string): void {
    this.#trials.delete(key);
  }
}
