/** Rows that the arrays hold at first. */
const firstRows = 512;

/**
 * A bounded run of rows sorted by time, in typed arrays: the newest `capacity` rows of one series. The rows lie in one
 * piece, so that a chart reads `times[start..end)` without a modulo; dropping old rows moves `start`, and only when the
 * arrays are used up are the rows moved to the front (once per `capacity` rows). The arrays begin small and double, up to
 * twice the capacity: a page may hold a thousand series of a few hundred rows each.
 */
export class TimeColumns {
  readonly #capacity: number;
  #times: Float64Array;
  #columns: Float64Array[];
  #start = 0;
  #end = 0;

  /** `width` columns of numbers beside the times. */
  constructor(capacity: number, width: number) {
    this.#capacity = capacity;
    const rows = Math.min(capacity * 2, firstRows);
    this.#times = new Float64Array(rows);
    this.#columns = Array.from({ length: width }, () => new Float64Array(rows));
  }

  get length(): number {
    return this.#end - this.#start;
  }

  /** Time of row `index`, ms. */
  time(index: number): number {
    return this.#times[this.#start + index] as number;
  }

  get(column: number, index: number): number {
    return (this.#columns[column] as Float64Array)[this.#start + index] as number;
  }

  set(column: number, index: number, value: number): void {
    (this.#columns[column] as Float64Array)[this.#start + index] = value;
  }

  /** The first row at or after `timeMs`; `length` where there is none. */
  indexAtOrAfter(timeMs: number): number {
    let low = this.#start;
    let high = this.#end;
    // Readings mostly come in order: the end is looked at first.
    if (high > low && (this.#times[high - 1] as number) < timeMs) return this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] as number) < timeMs) low = middle + 1;
      else high = middle;
    }
    return low - this.#start;
  }

  /**
   * The row of exactly this time, made (with zeros) if there is none. Returns its index, or -1 where it is older than
   * everything in a full window: such a row would push itself out.
   */
  place(timeMs: number): number {
    let index = this.indexAtOrAfter(timeMs);
    if (index < this.length && this.time(index) === timeMs) return index;
    if (this.length === this.#capacity) {
      if (index === 0) return -1;
      this.#start += 1;
      index -= 1;
    }
    if (this.#end === this.#times.length) {
      if (this.length * 2 > this.#times.length) this.#grow();
      else this.#toFront();
    }
    const at = this.#start + index;
    for (const column of [this.#times, ...this.#columns]) {
      column.copyWithin(at + 1, at, this.#end);
      column[at] = 0;
    }
    this.#times[at] = timeMs;
    this.#end += 1;
    return index;
  }

  /** Forgets rows before `timeMs`. */
  dropBefore(timeMs: number): void {
    this.#start += this.indexAtOrAfter(timeMs);
  }

  clear(): void {
    this.#start = 0;
    this.#end = 0;
  }

  #grow(): void {
    const rows = Math.min(this.#capacity * 2, this.#times.length * 2);
    const grown = (column: Float64Array) => {
      const made = new Float64Array(rows);
      made.set(column.subarray(this.#start, this.#end));
      return made;
    };
    this.#columns = this.#columns.map(grown);
    this.#times = grown(this.#times);
    this.#end -= this.#start;
    this.#start = 0;
  }

  #toFront(): void {
    for (const column of [this.#times, ...this.#columns]) column.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }
}
