/** What the hub needs from the machine, as small ports, so that tests can turn the clock and read the log. */

/** A pending timer; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall clock, integer ms since the epoch. It may jump; use it for time stamps only. */
  now(): number;
  /** Monotonic, ms with fractions from an arbitrary start. For time-outs, rates and latencies. */
  monotonic(): number;
  /** Calls once after `delayMs` of monotonic time. Does not keep the process alive. */
  after(delayMs: number, call: () => void): Timer;
  /** Calls every `periodMs` of monotonic time. Does not keep the process alive. */
  every(periodMs: number, call: () => void): Timer;
}

/** One line of log. `fields` never carries payloads or tokens. */
export type LogLine = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

export interface Log {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

/** Everything outside the hub that it depends on. */
export interface Ports {
  readonly clock: Clock;
  readonly log: Log;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, call) {
    const handle = setTimeout(call, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  every(periodMs, call) {
    const handle = setInterval(call, periodMs);
    handle.unref();
    return { cancel: () => clearInterval(handle) };
  },
};

const nothing: LogLine = () => {};

/** A log that keeps nothing, for tests that do not read it. */
export const silentLog: Log = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
};
