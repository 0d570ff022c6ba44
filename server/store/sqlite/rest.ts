/** Tells from the commits alone whether a hub rests: how long none has come, and how much of the time they take. */

/** A pause is rest once it is this much longer than both of the last two long ones: a device that reports every minute makes none. */
const timesUsual = 2;
/** Commits that go on for longer than this part two long pauses: both are then no habit. */
const lateMs = 600_000;
/** Commits that take no more of the time than this for a minute are a light load. They fill what drains at this rate. */
const lightShare = 0.01;
const lightMs = 60_000 * lightShare;

/** All times are monotonic, ms. */
export class Rest {
  readonly #restMs: number;
  #lastMs: number;
  /** The last two pauses of `restMs` and more, and when they ended. */
  #long = { pauseMs: 0, endMs: Number.NEGATIVE_INFINITY };
  #longBefore = this.#long;
  /** Nobody knows yet: full, as after a busy time. */
  #busyMs = 2 * lightMs;

  /** Without a commit for `restMs` a hub may rest. */
  constructor(restMs: number, nowMs: number) {
    this.#restMs = restMs;
    this.#lastMs = nowMs;
  }

  /** A commit ended at `nowMs` that took `commitMs`. */
  took(nowMs: number, commitMs: number): void {
    const pauseMs = nowMs - this.#lastMs;
    if (pauseMs >= this.#restMs) {
      this.#longBefore = this.#long;
      this.#long = { pauseMs, endMs: nowMs };
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
    return Math.max(this.#lastMs + Math.max(this.#restMs, timesUsual * this.#usualMs) - nowMs, 0);
  }

  /** Whether commits take so little of the time that work of other kinds costs them nothing. */
  isLight(nowMs: number): boolean {
    return this.#busyAt(nowMs) < lightMs;
  }

  /** How long a pause of late was, at least, each time; 0 where none came twice. */
  get #usualMs(): number {
    const isLate = this.#lastMs - this.#long.endMs > lateMs;
    const isOnce = this.#long.endMs - this.#long.pauseMs - this.#longBefore.endMs > lateMs;
    return isLate || isOnce ? 0 : Math.min(this.#long.pauseMs, this.#longBefore.pauseMs);
  }

  #busyAt(nowMs: number): number {
    return Math.max(this.#busyMs - (nowMs - this.#lastMs) * lightShare, 0);
  }
}
