/** How often each series reports: the median of its last 16 gaps. Flat arrays, so that a reading allocates nothing. */

/** Gaps that are remembered of a series. */
const keptGaps = 16;
/** Gaps that must be known before the median means anything: three readings. */
const leastGaps = 2;
/** Shorter intervals than this all have the least grace: no need to know them exactly at each reading. */
const shortMs = 4_000;
/** Longest gap that is kept, ms (49 days). */
const longestGapMs = 2 ** 32 - 1;

export class Intervals {
  readonly #slots = new Map<number, number>();
  readonly #free: number[] = [];
  #capacity = 64;
  #used = 0;
  #gaps = new Uint32Array(this.#capacity * keptGaps);
  #counts = new Uint32Array(this.#capacity);
  #arrivals = new Float64Array(this.#capacity);
  #times = new Float64Array(this.#capacity);
  #medians = new Float64Array(this.#capacity);
  #outdated = new Uint8Array(this.#capacity);
  readonly #sorting = new Float64Array(keptGaps);

  /**
   * A reading of a series arrived at `atMs` (monotonic) with the device time `timeMs`. Readings of one arrival count once.
   * The gap is the larger of arrival and device time: a backlog that comes in a burst does not make a sensor look fast,
   * and a batch of the past minute, a row a second, does not make it look as if it reported every second. True where the
   * interval changed so that it may matter for grace.
   */
  arrived(series: number, timeMs: number, atMs: number): boolean {
    const slot = this.#slots.get(series);
    if (slot === undefined) {
      this.#open(series, timeMs, atMs);
      return true;
    }
    const sinceMs = atMs - (this.#arrivals[slot] as number);
    const timeGapMs = timeMs - (this.#times[slot] as number);
    if (sinceMs <= 0) return false;
    this.#arrivals[slot] = atMs;
    if (timeGapMs > 0) this.#times[slot] = timeMs;
    return this.#learn(slot, Math.min(Math.max(sinceMs, timeGapMs, 1), longestGapMs));
  }

  /** The learned interval, ms; undefined until three readings are known. */
  learnedMs(series: number): number | undefined {
    const slot = this.#slots.get(series);
    if (slot === undefined || (this.#counts[slot] as number) < leastGaps) return undefined;
    if (this.#outdated[slot] === 1) this.#work(slot);
    return this.#medians[slot];
  }

  /** When a reading of the series last arrived, monotonic ms; undefined where none did since the hub started. */
  arrivalMs(series: number): number | undefined {
    const slot = this.#slots.get(series);
    return slot === undefined ? undefined : this.#arrivals[slot];
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
    this.#counts[slot] = 0;
    this.#arrivals[slot] = atMs;
    this.#times[slot] = timeMs;
    this.#medians[slot] = Number.POSITIVE_INFINITY;
    this.#outdated[slot] = 0;
  }

  #learn(slot: number, gapMs: number): boolean {
    const count = this.#counts[slot] as number;
    this.#gaps[slot * keptGaps + (count % keptGaps)] = gapMs;
    this.#counts[slot] = count + 1;
    if (count + 1 < leastGaps) return false;
    const before = this.#medians[slot] as number;
    // Where the median of 16 is short, one more short gap leaves it short: it is worked out when somebody asks.
    if (count >= keptGaps && gapMs < shortMs && before < shortMs) {
      this.#outdated[slot] = 1;
      return false;
    }
    this.#work(slot);
    const after = this.#medians[slot] as number;
    return after !== before && !(after < shortMs && before < shortMs);
  }

  /** Works the median out; of an even number of gaps the longer of the two in the middle. */
  #work(slot: number): void {
    const count = Math.min(this.#counts[slot] as number, keptGaps);
    const sorting = this.#sorting.subarray(0, count);
    const start = slot * keptGaps;
    for (let index = 0; index < count; index++) sorting[index] = this.#gaps[start + index] as number;
    sorting.sort();
    this.#medians[slot] = sorting[count >> 1] as number;
    this.#outdated[slot] = 0;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#gaps = grown(this.#gaps, new Uint32Array(this.#capacity * keptGaps));
    this.#counts = grown(this.#counts, new Uint32Array(this.#capacity));
    this.#arrivals = grown(this.#arrivals, new Float64Array(this.#capacity));
    this.#times = grown(this.#times, new Float64Array(this.#capacity));
    this.#medians = grown(this.#medians, new Float64Array(this.#capacity));
    this.#outdated = grown(this.#outdated, new Uint8Array(this.#capacity));
  }
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(before: T, after: T): T {
  after.set(before);
  return after;
}
