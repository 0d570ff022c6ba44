/**
 * Columns: how readings travel inside the hub, from the socket to the disk and to the viewers. Three parallel typed
 * arrays, so that a batch of any size is three buffers that move between threads by transfer and are never copied.
 */

/** A value as devices send it and people see it. */
export type Value = number | boolean | string;

/** The type of a series, fixed by its first value. */
export type ValueType = "number" | "boolean" | "string";

/** The `ValueType` of a value. */
export function typeOfValue(value: Value): ValueType {
  return typeof value as ValueType;
}

/** One batch of readings in order of arrival. Entries at or beyond `length` are spare capacity and mean nothing. */
export interface Columns {
  /** Readings held. */
  readonly length: number;
  /** Series number of each reading. */
  readonly series: Uint32Array<ArrayBuffer>;
  /** Device time of each reading, integer ms since the epoch. */
  readonly times: Float64Array<ArrayBuffer>;
  /** The number itself; 0 or 1 for a boolean; an index into `strings` for a string. The series knows which. */
  readonly values: Float64Array<ArrayBuffer>;
  /** Texts that `values` of string series point to. */
  readonly strings: readonly string[];
}

/** The value of reading `index` as people see it, given the type of its series. */
export function valueAt(columns: Columns, index: number, type: ValueType): Value {
  const stored = columns.values[index] as number;
  if (type === "number") return stored;
  return type === "boolean" ? stored !== 0 : (columns.strings[stored] as string);
}

/** Memory that one reading takes in columns, bytes. */
export const readingBytes = 20;

/** A copy without spare capacity. */
export function copyColumns({ length, series, times, values, strings }: Columns): Columns {
  return {
    length,
    series: series.slice(0, length),
    times: times.slice(0, length),
    values: values.slice(0, length),
    strings: [...strings],
  };
}

const initialCapacity = 256;
/** Shorter columns are copied one by one: a view of a part is an object. */
const copiedFrom = 32;

/** Collects readings into `Columns`; grows by doubling and takes spent buffers back, so that a steady flow allocates nothing. */
export class ColumnsBuilder {
  #length = 0;
  #series = new Uint32Array(initialCapacity);
  #times = new Float64Array(initialCapacity);
  #values = new Float64Array(initialCapacity);
  #strings: string[] = [];
  #spare: Columns[] = [];

  /** Readings collected so far. */
  get length(): number {
    return this.#length;
  }

  /** Appends one reading; `timeMs` is an integer. */
  push(series: number, timeMs: number, value: Value): void {
    if (this.#length === this.#series.length) this.#grow();
    const index = this.#length++;
    this.#series[index] = series;
    this.#times[index] = timeMs;
    this.#values[index] = typeof value === "string" ? this.#strings.push(value) - 1 : Number(value);
  }

  /** Appends `length` readings of one series: `times`, integer ms, from the first on, and `values` from `from` on. */
  pushColumn(series: number, times: Float64Array, values: Float64Array, from: number, length: number): void {
    const first = this.#length;
    while (first + length > this.#series.length) this.#grow();
    this.#length = first + length;
    this.#series.fill(series, first, first + length);
    if (length < copiedFrom) {
      for (let index = 0; index < length; index++) {
        this.#times[first + index] = times[index] as number;
        this.#values[first + index] = values[from + index] as number;
      }
      return;
    }
    this.#times.set(times.subarray(0, length), first);
    this.#values.set(values.subarray(from, from + length), first);
  }

  /** Hands out what was collected and starts empty again. The caller owns the buffers. */
  take(): Columns {
    const taken = {
      length: this.#length,
      series: this.#series,
      times: this.#times,
      values: this.#values,
      strings: this.#strings,
    };
    const spare = this.#spare.pop();
    this.#length = 0;
    this.#series = spare?.series ?? new Uint32Array(initialCapacity);
    this.#times = spare?.times ?? new Float64Array(initialCapacity);
    this.#values = spare?.values ?? new Float64Array(initialCapacity);
    this.#strings = [];
    return taken;
  }

  /** Gives back buffers that nobody reads any more, for the next `take`. */
  recycle(columns: Columns): void {
    if (this.#spare.length < 4 && columns.times.byteLength > 0) this.#spare.push(columns);
  }

  #grow(): void {
    const capacity = this.#series.length * 2;
    const series = new Uint32Array(capacity);
    const times = new Float64Array(capacity);
    const values = new Float64Array(capacity);
    series.set(this.#series);
    times.set(this.#times);
    values.set(this.#values);
    this.#series = series;
    this.#times = times;
    this.#values = values;
  }
}
