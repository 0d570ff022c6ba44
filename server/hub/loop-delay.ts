import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { Clock, Timer } from "../ports.ts";

/** Time between two looks of the monitor, ms. Its samples hold this much besides the delay itself. Rarer ones would let a single stall count for longer. */
const resolutionMs = 20;
/** Samples older than two of these are forgotten, ms: a stall an hour ago says nothing about now. */
const windowMs = 5_000;

/** How late the event loop is: what a timer of the hub waits beyond its time. */
export class LoopDelay {
  readonly #histogram: IntervalHistogram;
  readonly #timer: Timer;
  #beforeMs = 0;

  constructor(clock: Clock) {
    this.#histogram = monitorEventLoopDelay({ resolution: resolutionMs });
    this.#histogram.enable();
    this.#timer = clock.every(windowMs, () => {
      this.#beforeMs = this.#present();
      this.#histogram.reset();
    });
  }

  /** The 99th percentile of the last 5 to 10 s, ms; the larger of the running window's and the one before. */
  p99Ms(): number {
    return Math.max(this.#beforeMs, this.#present());
  }

  stop(): void {
    this.#timer.cancel();
    this.#histogram.disable();
  }

  #present(): number {
    const ms = this.#histogram.percentile(99) / 1e6 - resolutionMs;
    return Math.max(0, Math.round(ms * 1_000) / 1_000);
  }
}
