/** The open end of one series in memory: what arrived since its last seal, and what is known of the rest. */
import type { ChunkColumns } from "../codec/chunk.ts";
import type { Value } from "../columns.ts";
import type { NewSeries } from "../store.ts";
import { risingRows } from "./rows.ts";

const firstCapacity = 16;
const noCells = new Float64Array(0);

/** What the database says of a series' sealed part. */
export interface SealedState {
  readonly throughCommit: number;
  readonly count: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}

/** The newest reading; kept apart from the rows because a seal takes those away. */
export interface NewestReading {
  readonly timeMs: number;
  readonly value: Value;
  readonly receivedMs: number;
}

export class SeriesHead {
  readonly identity: NewSeries;
  sealed: SealedState = { throughCommit: 0, count: 0, firstMs: null, lastMs: null };
  /** Readings at which the head is full; the encoded size of the last chunk tells. */
  fullAt = 1024;
  /** Waits in the queue of full heads. */
  queued = false;
  /** Its rows are being written as a chunk; they leave the memory when that is durable. */
  sealing = false;
  /** The series is gone; queues that still hold it pass over it. */
  removed = false;
  /** Commit of the oldest row; 0 where there is none. */
  firstCommit = 0;
  /** Arrival of the newest commit among the rows, ms. */
  lastReceivedMs = Number.NEGATIVE_INFINITY;
  #newestMs = Number.NEGATIVE_INFINITY;
  #newestValue: Value = 0;
  #newestReceivedMs = 0;
  /** Time and value of each row, one after the other: one allocation, one cache line. */
  #cells = noCells;
  #length = 0;
  #rising = true;
  #lastMs = Number.NEGATIVE_INFINITY;
  #strings: string[] = [];
  #numbers: Map<string, number> | undefined;

  constructor(identity: NewSeries) {
    this.identity = identity;
  }

  /** Rows held; two of one millisecond may still count twice. */
  get length(): number {
    return this.#length;
  }

  /** Memory of the rows, bytes. */
  get bytes(): number {
    return this.#cells.byteLength;
  }

  get newest(): NewestReading | undefined {
    if (this.#newestMs === Number.NEGATIVE_INFINITY) return undefined;
    return { timeMs: this.#newestMs, value: this.#newestValue, receivedMs: this.#newestReceivedMs };
  }

  set newest(reading: NewestReading | undefined) {
    this.#newestMs = reading?.timeMs ?? Number.NEGATIVE_INFINITY;
    this.#newestValue = reading?.value ?? 0;
    this.#newestReceivedMs = reading?.receivedMs ?? 0;
  }

  /** Takes one reading as it stands in a batch's columns; answers by how many bytes the head grew. */
  push(timeMs: number, cell: number, strings: readonly string[], receivedMs: number, commit: number): number {
    if (this.#length === 0) this.firstCommit = commit;
    let value: Value = cell;
    let stored = cell;
    if (this.identity.type === "string") {
      value = strings[cell] as string;
      stored = this.#numberOf(value);
    } else if (this.identity.type === "boolean") {
      value = cell !== 0;
    }
    if (timeMs >= this.#newestMs) {
      this.#newestMs = timeMs;
      this.#newestValue = value;
      this.#newestReceivedMs = receivedMs;
    }
    if (timeMs <= this.#lastMs) this.#rising = false;
    this.#lastMs = timeMs;
    if (receivedMs > this.lastReceivedMs) this.lastReceivedMs = receivedMs;
    const at = this.#length++ * 2;
    let grown = 0;
    if (at === this.#cells.length) {
      const larger = new Float64Array(at === 0 ? firstCapacity * 2 : at * 2);
      larger.set(this.#cells);
      grown = larger.byteLength - this.#cells.byteLength;
      this.#cells = larger;
    }
    this.#cells[at] = timeMs;
    this.#cells[at + 1] = stored;
    return grown;
  }

  /** A copy of the rows in rising time, one a millisecond. */
  rows(): ChunkColumns {
    const times = new Float64Array(this.#length);
    const values = new Float64Array(this.#length);
    for (let index = 0; index < this.#length; index++) {
      times[index] = this.#cells[index * 2] as number;
      values[index] = this.#cells[index * 2 + 1] as number;
    }
    const { type } = this.identity;
    const strings = type === "string" ? [...this.#strings] : [];
    const rows = this.#rising ? { times, values } : risingRows(times, values, this.#length);
    if (!this.#rising) this.#replaceRows(rows.times, rows.values);
    return { type, strings, ...rows };
  }

  /** Forgets the rows: they are sealed or deleted. */
  clear(): void {
    this.#cells = noCells;
    this.#length = 0;
    this.#rising = true;
    this.#lastMs = Number.NEGATIVE_INFINITY;
    this.#strings = [];
    this.#numbers = undefined;
    this.firstCommit = 0;
    this.lastReceivedMs = Number.NEGATIVE_INFINITY;
    this.queued = false;
    this.sealing = false;
  }

  /** Keeps the sorted form, so that the next question need not sort again. */
  #replaceRows(times: Float64Array, values: Float64Array): void {
    this.#length = times.length;
    for (let index = 0; index < times.length; index++) {
      this.#cells[index * 2] = times[index] as number;
      this.#cells[index * 2 + 1] = values[index] as number;
    }
    this.#rising = true;
    this.#lastMs = times.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  #numberOf(text: string): number {
    this.#numbers ??= new Map();
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#strings.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}
