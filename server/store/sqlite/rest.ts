/** Tells from the commits alone whether a hub rests: how long none has come, and how much of the time they take. */

/** A pause is rest once it is this much longer than the longest one of late: a device that reports every minute makes none. */
const timesUsual = 2;
/** A longest pause that ended so long ago no longer counts, ms. */
const lateMs = 600_000;
/** Commits that take no more of the time than this for a minute are a light load. They fill what drains at this rate. */
const lightShare = 0.01;
const lightMs = 60_000 * lightShare;

/** All times are monotonic, ms. */
export class Rest {
  readonly #restMs: number;
  #lastMs: number;
  #longestMs = 0;
  #longestAtMs: number;
  /** Nobody knows yet: full, as after a busy time. */
  #busyMs = 2 * lightMs;

  /** Without a commit for `restMs` a hub may rest. */
  constructor(restMs: number, nowMs: number) {
    this.#restMs = restMs;
    this.#lastMs = nowMs;
    this.#longestAtMs = nowMs;
  }

  /** A commit ended at `nowMs` that took `commitMs`. */
  took(nowMs: number, commitMs: number): void {
    const pauseMs = nowMs - this.#lastMs;
    if (pauseMs >= this.#longestMs || nowMs - this.#longestAtMs > lateMs) {
      this.#longestMs = pauseMs;
      this.#longestAtMs = nowMs;
    }
    this.#busyMs = Math.min(this.#busyAt(nowMs) + commitMs, 2 * lightMs);
    this.#lastMs = nowMs;
  }

  /** How long no commit has come, ms. */
  pauseMs(nowMs: number): number {
    return nowMs - this.#lastMs;
  }

  /** How much longer no commit must come for the hub to rest, ms; 0 where it does. */
  untilRestMs(nowMs: number): number {
    return Math.max(this.#lastMs + Math.max(this.#restMs, timesUsual * this.#longestMs) - nowMs, 0);
  }

  /** Whether commits take so little of the time that work of other kinds costs them nothing. */
  isLight(nowMs: number): boolean {
    return this.#busyAt(nowMs) < lightMs;
  }

  #busyAt(nowMs: number): number {
    return Math.max(this.#busyMs - (nowMs - this.#lastMs) * lightShare, 0);
  }
}
