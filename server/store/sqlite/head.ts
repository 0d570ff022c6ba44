/** The open end of one series in memory: what arrived since its last seal, and what is known of the rest. */
import type { ChunkColumns } from "../codec/chunk.ts";
import type { Columns, Value } from "../columns.ts";
import type { NewSeries } from "../store.ts";
import { CellBuffers } from "./cell-buffers.ts";
import { noRows, risingRows } from "./rows.ts";

const firstCapacity = 16;
const firstChunkRows = 1024;
/** A head is full with between 2 % and 32 % more readings than one chunk should take: a fleet started together must not seal together. */
const leastOver = 0.02;
const jitter = 0.3;
/** The commit of each row whose number is a multiple of 2^6 is remembered. */
const markShift = 6;
const noCells = new Float64Array(0);
const buffers = new CellBuffers();
/** Of a head that stands alone. */
const uncounted: HeadTally = { overwritten: 0 };

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

/** What is counted of all heads together. */
export interface HeadTally {
  /** Readings that a later one of the same millisecond took the place of. */
  overwritten: number;
}

/**
 * Its hot fields are small integers and one buffer: with 50,000 heads each pointer that a reading follows is a miss of
 * the cache, and V8 keeps every other number of an object behind a pointer of its own.
 */
export class SeriesHead {
  identity: NewSeries;
  sealed: SealedState = { throughCommit: 0, count: 0, firstMs: null, lastMs: null };
  /** The newest reading of the sealed part. */
  sealedNewest: NewestReading | undefined;
  /** About how many readings fill a chunk: a guess at first, then what the encoded size of the last one tells. */
  chunkRows = firstChunkRows;
  /** Readings at which the head is full, a little more. */
  fullAt: number;
  /** Waits in the queue of full heads. */
  queued = false;
  /** Its rows are being written as a chunk; they leave the memory when that is durable. */
  sealing = false;
  /** The series is gone; queues that still hold it pass over it. */
  removed = false;
  /** Rows that a restart took from the journal and that lie before the end of what is sealed: some are sealed already. */
  metAgain = 0;
  /** Commit of the oldest row; 0 where there is none. */
  firstCommit = 0;
  /** Commit of the row that came last. */
  lastCommit = 0;
  tally: HeadTally = uncounted;
  readonly #isText: boolean;
  /** Time and value of each row, one after the other: one allocation, one cache line. */
  #cells = noCells;
  #length = 0;
  #rising = true;
  /** Commits of every 64th row, as long as the rows stand in order of arrival. */
  #marks: number[] = [];
  #inOrder = true;
  /** Which row is the newest, and its commit. */
  #newestAt = 0;
  #newestCommit = 0;
  /** Rows known to repeat the newest one's time, and not yet taken out. */
  #repeats = 0;
  #strings: string[] = [];
  #numbers: Map<string, number> | undefined;

  constructor(identity: NewSeries) {
    this.identity = identity;
    this.fullAt = jittered(this.chunkRows, identity.series, 0);
    this.#isText = identity.type === "string";
  }

  /** Rows held; two of one millisecond may still count twice. */
  get length(): number {
    return this.#length;
  }

  /** Whether the rows came in rising time: they then stand in order of commit, too. */
  get isRising(): boolean {
    return this.#rising && this.#inOrder;
  }

  /** Whether the rows stand in rising time, one a millisecond. */
  get isSorted(): boolean {
    return this.#rising;
  }

  /** A commit that is not later than that of the row at `index`, and later than that of any row 64 places before; of rising rows only. */
  commitAt(index: number): number {
    return this.#marks[index >> markShift] as number;
  }

  /** Memory of the rows, bytes. */
  get bytes(): number {
    return this.#cells.byteLength;
  }

  /** The newest of the rows and its commit; undefined where there are none. */
  newestRow(): { readonly timeMs: number; readonly value: Value; readonly commit: number } | undefined {
    if (this.#length === 0) return undefined;
    const cell = this.#cells[this.#newestAt * 2 + 1] as number;
    const { type } = this.identity;
    const value = type === "number" ? cell : type === "boolean" ? cell !== 0 : (this.#strings[cell] as string);
    return { timeMs: this.#cells[this.#newestAt * 2] as number, value, commit: this.#newestCommit };
  }

  /** Takes one reading as it stands in a batch's columns; answers by how many bytes the head grew. */
  push(timeMs: number, cell: number, strings: readonly string[], commit: number): number {
    const length = this.#length;
    const at = length * 2;
    const grown = at === this.#cells.length ? this.#makeRoom(1) : 0;
    if (length === 0) {
      this.firstCommit = commit;
      this.#newestAt = 0;
      this.#newestCommit = commit;
    } else {
      if (timeMs <= (this.#cells[at - 2] as number)) this.#rising = false;
      const newestMs = this.#cells[this.#newestAt * 2] as number;
      if (timeMs >= newestMs) {
        if (timeMs === newestMs) {
          this.#repeats += 1;
          this.tally.overwritten += 1;
        }
        this.#newestAt = length;
        this.#newestCommit = commit;
      }
    }
    if (length % (1 << markShift) === 0) this.#marks.push(commit);
    this.#cells[at] = timeMs;
    this.#cells[at + 1] = this.#isText ? this.#numberOf(strings[cell] as string) : cell;
    this.#length = length + 1;
    this.lastCommit = commit;
    return grown;
  }

  /** As `push`, of the readings of a batch from `from` to `to`, all of which are of this series. */
  pushRun({ times, values, strings }: Columns, from: number, to: number, commit: number): number {
    let grown = 0;
    let index = from;
    // The first row of an empty head, rows of text and rows that do not come in rising time are looked at one by one.
    if (this.#length === 0 || this.#isText) {
      const end = this.#isText ? to : from + 1;
      for (; index < end; index++) grown += this.push(times[index] as number, values[index] as number, strings, commit);
    }
    grown += this.#makeRoom(to - index);
    const cells = this.#cells;
    const marked = (1 << markShift) - 1;
    let length = this.#length;
    let lastMs = length === 0 ? 0 : (cells[this.#newestAt * 2] as number);
    const wasLast = this.#newestAt === length - 1;
    for (; wasLast && index < to; index++) {
      const timeMs = times[index] as number;
      if (timeMs <= lastMs) break;
      lastMs = timeMs;
      if ((length & marked) === 0) this.#marks.push(commit);
      cells[length * 2] = timeMs;
      cells[length * 2 + 1] = values[index] as number;
      length += 1;
    }
    if (length > this.#length) {
      this.#length = length;
      this.#newestAt = length - 1;
      this.#newestCommit = commit;
      this.lastCommit = commit;
    }
    for (; index < to; index++) grown += this.push(times[index] as number, values[index] as number, strings, commit);
    return grown;
  }

  /** Makes room for so many more rows; answers by how many bytes the head grew. */
  #makeRoom(rows: number): number {
    const needed = (this.#length + rows) * 2;
    if (needed <= this.#cells.length) return 0;
    const before = this.bytes;
    this.#moveTo(needed, this.#cells);
    return this.bytes - before;
  }

  /** Has room for `needed` cells, the first of which are `cells`. */
  #moveTo(needed: number, cells: Float64Array): void {
    const before = this.#cells;
    let capacity = firstCapacity * 2;
    while (capacity < needed) capacity *= 2;
    this.#cells = buffers.take(capacity);
    this.#cells.set(cells);
    buffers.give(before);
  }

  /** The last time before `beforeMs`, ms; -Infinity where there is none. */
  timeBefore(beforeMs: number): number {
    let foundMs = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < this.#length * 2; at += 2) {
      const timeMs = this.#cells[at] as number;
      if (timeMs < beforeMs && timeMs > foundMs) foundMs = timeMs;
    }
    return foundMs;
  }

  /** The first time of the rows, ms; Infinity where there are none. */
  firstMs(): number {
    if (this.#rising) return this.#cells[0] ?? Number.POSITIVE_INFINITY;
    let foundMs = Number.POSITIVE_INFINITY;
    for (let at = 0; at < this.#length * 2; at += 2) foundMs = Math.min(foundMs, this.#cells[at] as number);
    return foundMs;
  }

  /** The last row at `atMs` or before it, as a column of one; without rows where there is none. */
  rowAt(atMs: number): ChunkColumns {
    const { type } = this.identity;
    let found = -1;
    for (let at = 0; at < this.#length * 2; at += 2) {
      const timeMs = this.#cells[at] as number;
      if (timeMs <= atMs && (found < 0 || timeMs >= (this.#cells[found] as number))) found = at;
    }
    if (found < 0) return noRows(type);
    const cell = this.#cells[found + 1] as number;
    const strings = type === "string" ? [this.#strings[cell] as string] : [];
    const values = Float64Array.of(type === "string" ? 0 : cell);
    return { type, times: Float64Array.of(this.#cells[found] as number), values, strings };
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
    buffers.give(this.#cells);
    this.#cells = noCells;
    this.#length = 0;
    this.#rising = true;
    this.#inOrder = true;
    this.#marks = [];
    this.#repeats = 0;
    this.#strings = [];
    this.#numbers = undefined;
    this.firstCommit = 0;
    this.queued = false;
    this.sealing = false;
  }

  /** Forgets the rows before `start`: they are sealed. Only of rising rows. */
  clearBefore(start: number): void {
    const count = this.#length - start;
    const marks = Array.from({ length: Math.ceil(count / (1 << markShift)) }, (_, at) =>
      this.commitAt(start + (at << markShift)),
    );
    this.firstCommit = marks[0] as number;
    this.#marks = marks;
    this.#moveTo(count * 2, this.#cells.subarray(start * 2, this.#length * 2));
    this.#length = count;
    this.#newestAt = count - 1;
    this.queued = false;
    this.sealing = false;
  }

  /** Keeps the sorted form, so that the next question need not sort again. */
  #replaceRows(times: Float64Array, values: Float64Array): void {
    this.tally.overwritten += this.#length - times.length - this.#repeats;
    this.#repeats = 0;
    this.#length = times.length;
    for (let index = 0; index < times.length; index++) {
      this.#cells[index * 2] = times[index] as number;
      this.#cells[index * 2 + 1] = values[index] as number;
    }
    this.#rising = true;
    this.#inOrder = false;
    this.#marks = [];
    this.#newestAt = times.length - 1;
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

/** When a head whose chunks should have `rows` readings is looked at: with 2 to 32 % more, always the same for one series and number of seals. */
export function jittered(rows: number, series: number, turn: number): number {
  let hash = Math.imul(series ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(turn + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  const spread = ((hash ^ (hash >>> 12)) >>> 0) / 0x100000000;
  return Math.max(16, Math.round(rows * (1 + leastOver + jitter * spread)));
}
