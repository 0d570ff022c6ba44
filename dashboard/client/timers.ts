/** The clock as the dashboard sees it, so that tests can turn it. */

/** A pending call; `cancel` is idempotent. */
export interface Pending {
  cancel(): void;
}

export interface Timers {
  /** Wall clock of this machine, ms since the epoch. It may jump; for time stamps only. */
  now(): number;
  /** Monotonic ms from an arbitrary start, for time-outs. */
  monotonic(): number;
  /** Calls once after `delayMs`. */
  after(delayMs: number, call: () => void): Pending;
}

export const browserTimers: Timers = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, call) {
    const handle = setTimeout(call, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};
