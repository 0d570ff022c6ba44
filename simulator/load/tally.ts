/** What a load run has done so far: counts, and how long acknowledgements took, in memory that does not grow. */
import { createHistogram } from "node:perf_hooks";

/** ms. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Longest time that is told apart, ns: an hour. */
const longestNs = 3_600_000_000_000;

/** Times by their share, each to three digits. */
export class Latencies {
  readonly #histogram = createHistogram({ lowest: 1, highest: longestNs, figures: 3 });

  get count(): number {
    return this.#histogram.count;
  }

  record(ms: number): void {
    this.#histogram.record(Math.min(longestNs, Math.max(1, Math.round(ms * 1e6))));
  }

  /** Undefined as long as nothing was recorded. */
  get told(): Latency | undefined {
    const histogram = this.#histogram;
    if (histogram.count === 0) return undefined;
    const ms = (ns: number): number => Math.round(ns / 1e3) / 1e3;
    return { p50: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), max: ms(histogram.max) };
  }
}

/** Readings, unless a name says otherwise. `sent` = `acknowledged` + `rejected` + `unacknowledged` once all is over. */
export class Tally {
  readonly ack = new Latencies();
  framesSent = 0;
  sent = 0;
  acknowledged = 0;
  rejected = 0;
  /** On their way when their connection was lost, or refused for now: the hub may have them or not. */
  unacknowledged = 0;
  /** Frames that were due and not sent: too many were on their way, or the connection was not there. */
  framesHeldBack = 0;
  /** Connections that were lost and opened again. */
  reconnects = 0;
  /** Why the hub wants no more of it: no token, or a wrong one, or another program has its devices. */
  turnedAway: string | undefined;
  /** Why a connection or a frame failed last. */
  trouble: string | undefined;
}
