/** What the hub counts for `status`: totals, a rate, and the last latencies. */
import type { Clock } from "../ports.ts";

/** Samples kept for a quantile. */
const window = 1_024;

/** Upper bounds of what `LatencyCounts` counts apart, ms. */
export const latencyBoundsMs: readonly number[] = [
  ...[0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100],
  ...[250, 500, 1_000, 2_500, 5_000, 10_000],
];

/** All samples of a latency since the start, counted by size. */
export interface LatencyCounts {
  /** How many are at most `latencyBoundsMs[index]` and above the bound before; in the last place those above all bounds. */
  readonly counts: readonly number[];
  readonly sumMs: number;
}

/** The last samples of a latency, ms, and the counts of all. */
export class Quantiles {
  readonly #samples = new Float64Array(window);
  readonly #counts = new Float64Array(latencyBoundsMs.length + 1);
  #sumMs = 0;
  #count = 0;

  add(ms: number): void {
    this.#samples[this.#count++ % window] = ms;
    this.#sumMs += ms;
    let place = 0;
    while (ms > (latencyBoundsMs[place] ?? Number.POSITIVE_INFINITY)) place++;
    this.#counts[place] = (this.#counts[place] as number) + 1;
  }

  counts(): LatencyCounts {
    return { counts: Array.from(this.#counts), sumMs: this.#sumMs };
  }

  /** Of the last `window` samples; 0 where there is none. Rounded to 1 µs. */
  read(): { p50: number; p99: number } {
    const sorted = this.#samples.slice(0, Math.min(this.#count, window)).sort();
    const at = (share: number) =>
      Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 1_000) / 1_000;
    return { p50: at(0.5), p99: at(0.99) };
  }
}

/** Counts of the last seconds: so many whole ones, and the one that runs. Seconds are of a clock that never goes back. */
export class PerSecond {
  readonly #counts: Uint32Array;
  #second: number;

  constructor(seconds: number, second: number) {
    this.#counts = new Uint32Array(seconds);
    this.#second = second;
  }

  add(count: number, second: number): void {
    this.#turn(second);
    const at = second % this.#counts.length;
    this.#counts[at] = (this.#counts[at] as number) + count;
  }

  sum(second: number): number {
    this.#turn(second);
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  #turn(second: number): void {
    const { length } = this.#counts;
    for (let steps = Math.min(second - this.#second, length); steps > 0; steps--) {
      this.#counts[(second - steps + 1) % length] = 0;
    }
    this.#second = second;
  }
}

/** Seconds over which the rate is averaged. */
const rateSeconds = 10;

/** Readings stored per second, averaged over the last 10 s. */
export class Rate {
  readonly #clock: Clock;
  readonly #buckets = new Float64Array(rateSeconds + 1);
  #second: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#second = this.#now();
  }

  add(count: number): void {
    this.#turn();
    const at = this.#second % this.#buckets.length;
    this.#buckets[at] = (this.#buckets[at] as number) + count;
  }

  /** Whole seconds only: the one that is running is left out. */
  read(): number {
    this.#turn();
    const running = this.#buckets[this.#second % this.#buckets.length] as number;
    return (this.#buckets.reduce((sum, count) => sum + count, 0) - running) / rateSeconds;
  }

  #now(): number {
    return Math.floor(this.#clock.monotonic() / 1_000);
  }

  #turn(): void {
    const now = this.#now();
    for (let steps = Math.min(now - this.#second, this.#buckets.length); steps > 0; steps--) {
      this.#buckets[(now - steps + 1) % this.#buckets.length] = 0;
    }
    this.#second = now;
  }
}

/** Counted since the hub started. */
export class Meters {
  stored = 0;
  rejected = 0;
  readonly ackMs = new Quantiles();
  readonly commitMs = new Quantiles();
  readonly rate: Rate;

  constructor(clock: Clock) {
    this.rate = new Rate(clock);
  }
}

/** Connections, as the door counts them. */
export class DoorCounts {
  /** Open now. */
  open = 0;
  /** Refused since the start, by the limit that they were beyond. */
  readonly refused = { connections: 0, connectionsPerAddress: 0, acceptsPerSecond: 0, attemptsPerAddress: 0 };
}
