/** How often each series reports: the median of its last 16 gaps. Flat arrays, so that a reading allocates nothing. */

import { leastGraceMs } from "./presence-machine.ts";

/** Interval of a series of which too little is known, ms. */
const unknownIntervalMs = 5 * 60_000;
/** Reports that may fail to come, in intervals. */
const graceIntervals = 2.5;
/** Gaps that are remembered of a series. */
const keptGaps = 16;
/** Gaps that must be known before the median means anything: three readings. */
const leastGaps = 2;
/** Shorter intervals than this all have the least grace: no need to know them exactly at each reading. */
const shortMs = 4_000;
/** Longest gap that is kept, ms (49 days). */
const longestGapMs = 2 ** 32 - 1;

/** Numbers kept of a series beside its gaps: one half of a cache line, since 50,000 series do not fit into a cache. */
const fields = 4;
/** When a reading last arrived, monotonic ms. */
const arrival = 0;
/** The device time it was measured from, ms. */
const time = 1;
/** The median; Infinity until it is known. */
const median = 2;
/** Gaps learned; its sign tells that the median has to be worked out again. */
const gapCount = 3;

export class Intervals {
  readonly #slots = new Map<number, number>();
  readonly #free: number[] = [];
  #capacity = 64;
  #used = 0;
  #gaps = new Uint32Array(this.#capacity * keptGaps);
  #state = new Float64Array(this.#capacity * fields);
  readonly #sorting = new Float64Array(keptGaps);

  /**
   * A reading of a series arrived at `atMs` (monotonic) with the device time `timeMs`. Readings of one arrival count once.
   * The gap is the larger of arrival and device time: a backlog that comes in a burst does not make a sensor look fast,
   * and a batch of the past minute, a row a second, does not make it look as if it reported every second. What is not newer
   * than what came before tells nothing of how often it reports. True where the interval changed so that it may matter for
   * grace.
   */
  arrived(series: number, timeMs: number, atMs: number): boolean {
    const slot = this.#slots.get(series);
    if (slot === undefined) {
      this.#open(series, timeMs, atMs);
      return true;
    }
    const state = this.#state;
    const at = slot * fields;
    const sinceMs = atMs - (state[at + arrival] as number);
    if (sinceMs <= 0) return false;
    const timeGapMs = timeMs - (state[at + time] as number);
    state[at + arrival] = atMs;
    if (timeGapMs <= 0) return false;
    state[at + time] = timeMs;
    return this.#learn(slot, Math.min(Math.max(sinceMs, timeGapMs), longestGapMs));
  }

  /** The learned interval, ms; undefined until three readings are known. */
  learnedMs(series: number): number | undefined {
    const slot = this.#slots.get(series);
    if (slot === undefined) return undefined;
    const count = this.#state[slot * fields + gapCount] as number;
    if (count < 0) this.#work(slot, -count);
    return Math.abs(count) < leastGaps ? undefined : this.#state[slot * fields + median];
  }

  /** When a reading of the series last arrived, monotonic ms; undefined where none did since the hub started. */
  arrivalMs(series: number): number | undefined {
    const slot = this.#slots.get(series);
    return slot === undefined ? undefined : this.#state[slot * fields + arrival];
  }

  forget(series: number): void {
    const slot = this.#slots.get(series);
    if (slot === undefined) return;
    this.#slots.delete(series);
    this.#free.push(slot);
  }

  #open(series: number, timeMs: number, atMs: number): void {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot === this.#capacity) this.#grow();
    this.#slots.set(series, slot);
    this.#state.set([atMs, timeMs, Number.POSITIVE_INFINITY, 0], slot * fields);
  }

  #learn(slot: number, gapMs: number): boolean {
    const state = this.#state;
    const at = slot * fields;
    const known = Math.abs(state[at + gapCount] as number);
    const count = known + 1;
    this.#gaps[slot * keptGaps + (known % keptGaps)] = gapMs;
    const before = state[at + median] as number;
    // Where the median of 16 is short, one more short gap leaves it short: it is worked out when somebody asks.
    if (known >= keptGaps && gapMs < shortMs && before < shortMs) {
      state[at + gapCount] = -count;
      return false;
    }
    if (count < leastGaps) {
      state[at + gapCount] = count;
      return false;
    }
    this.#work(slot, count);
    const after = state[at + median] as number;
    return after !== before && !(after < shortMs && before < shortMs);
  }

  /** Works the median of `count` gaps out; of an even number of them the longer of the two in the middle. */
  #work(slot: number, count: number): void {
    const kept = Math.min(count, keptGaps);
    const sorting = this.#sorting.subarray(0, kept);
    const start = slot * keptGaps;
    for (let index = 0; index < kept; index++) sorting[index] = this.#gaps[start + index] as number;
    sorting.sort();
    this.#state[slot * fields + median] = sorting[kept >> 1] as number;
    this.#state[slot * fields + gapCount] = count;
  }

  #grow(): void {
    this.#capacity *= 2;
    const [gaps, state] = [this.#gaps, this.#state];
    this.#gaps = new Uint32Array(this.#capacity * keptGaps);
    this.#gaps.set(gaps);
    this.#state = new Float64Array(this.#capacity * fields);
    this.#state.set(state);
  }
}

/** How long a series may say nothing, ms, by its interval: 0 is on event, for which that has no end (Infinity); undefined is not known yet. */
export function graceFor(intervalMs: number | undefined): number {
  if (intervalMs === 0) return Number.POSITIVE_INFINITY;
  return Math.max(graceIntervals * (intervalMs ?? unknownIntervalMs), leastGraceMs);
}
