/** So many a second, and after a rest a bounded number at once. */
import type { Clock } from "../ports.ts";

export interface BucketOptions {
  readonly perSecond: number;
  /** How many may be taken at once after a rest. */
  readonly burst: number;
}

export class TokenBucket {
  readonly #clock: Clock;
  readonly #options: BucketOptions;
  #left: number;
  #atMs: number;

  constructor(clock: Clock, options: BucketOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#left = options.burst;
    this.#atMs = clock.monotonic();
  }

  /** True where `count` may pass, and takes them; else nothing is taken. */
  take(count = 1): boolean {
    this.#fill();
    if (this.#left < count) return false;
    this.#left -= count;
    return true;
  }

  /** Takes what has passed already, also where so much was not left: what comes later waits for it. */
  spend(count: number): void {
    this.#fill();
    this.#left -= count;
  }

  /** How long until `count` may pass, ms; 0 where they may now. */
  waitMs(count = 1): number {
    this.#fill();
    return Math.max(0, ((count - this.#left) * 1_000) / this.#options.perSecond);
  }

  /** Whether nothing was taken, or all of it has come back. */
  get isFull(): boolean {
    this.#fill();
    return this.#left === this.#options.burst;
  }

  #fill(): void {
    const { perSecond, burst } = this.#options;
    const nowMs = this.#clock.monotonic();
    this.#left = Math.min(burst, this.#left + ((nowMs - this.#atMs) * perSecond) / 1_000);
    this.#atMs = nowMs;
  }
}
