/** Pings and pongs of one socket: each costs an answer or a look, and a sender needs two in a heartbeat. */
import type { Clock } from "../ports.ts";

const secondMs = 1_000;

export class ControlRate {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #most: number;
  #sinceMs = Number.NEGATIVE_INFINITY;
  #count = 0;

  /** `most`: so many are taken within a second. */
  constructor(clock: Pick<Clock, "monotonic">, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Counts one; false where it is one too many. */
  take(): boolean {
    const now = this.#clock.monotonic();
    if (now - this.#sinceMs >= secondMs) {
      this.#sinceMs = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= this.#most;
  }
}
