/** Column form: many values of a few metrics, at times that they share. A cell that is null is no reading. */
import { bytesAtMost, type Content, type FrameLimits, type Reading } from "./content.ts";
import type { Value } from "./messages.ts";

export type Cell = Value | null;
export type Column = readonly [metric: string, cells: readonly Cell[]];

/** Room for `{"type":"samples","seq":9007199254740991,"device":"","times":[],"values":{}}`. */
const envelopeBytes = 88;
/** No time and no number is longer as JSON text, with its comma. */
const numberBytes = 25;

function cellBytes(cell: Cell): number {
  return typeof cell === "string" ? bytesAtMost(JSON.stringify(cell)) + 1 : numberBytes;
}

/** As JSON text: at one stroke, which takes half the time, but where that would drop the sign of a negative zero. */
function encodeCells(cells: readonly Cell[]): string {
  if (!cells.some((cell) => Object.is(cell, -0))) return JSON.stringify(cells);
  return `[${cells.map((cell) => (Object.is(cell, -0) ? "-0" : JSON.stringify(cell))).join(",")}]`;
}

/**
 * Copies columns, which may be of any kind of array: the cells that `takes` lets in, at times that have one.
 * Throws a RangeError where a column is not as long as `times`, before anything is taken.
 */
export function batchOf(
  times: ArrayLike<number>,
  values: Readonly<Record<string, ArrayLike<Cell>>>,
  device: string | undefined,
  takes: (reading: Reading) => boolean,
): Columns {
  for (const [metric, { length }] of Object.entries(values))
    if (length !== times.length) throw new RangeError(`${metric} has ${length} values for ${times.length} times`);
  const wholeTimes = Array.from(times, (time) => Math.round(time));
  const of = device === undefined ? {} : { device };
  const columns = Object.entries(values).map(([metric, column]): Column => {
    const cells = Array.from(column, (value, index) => {
      const empty = value === null || value === undefined;
      return !empty && takes({ metric, value, time: wholeTimes[index] as number, ...of }) ? value : null;
    });
    return [metric, cells];
  });
  const kept = wholeTimes.map((_, index) => columns.some(([, cells]) => cells[index] !== null));
  if (kept.every(Boolean)) return new Columns(wholeTimes, columns, device);
  const shorter = columns.map(([metric, cells]): Column => [metric, cells.filter((_, index) => kept[index])]);
  return new Columns(
    wholeTimes.filter((_, index) => kept[index]),
    shorter,
    device,
  );
}

export class Columns implements Content {
  readonly #device: string | undefined;
  readonly #times: readonly number[];
  readonly #columns: readonly Column[];
  readonly count: number;

  /** Each column is as long as `times` (whole ms since the epoch); one without a value is left out. */
  constructor(times: readonly number[], columns: readonly Column[], device?: string) {
    this.#device = device;
    this.#times = times;
    let count = 0;
    this.#columns = columns.filter(([, cells]) => {
      const values = cells.reduce((sum: number, cell) => (cell === null ? sum : sum + 1), 0);
      count += values;
      return values > 0;
    });
    this.count = count;
  }

  text(seq: number): string {
    const device = this.#device === undefined ? "" : `,"device":${JSON.stringify(this.#device)}`;
    const values = this.#columns.map(([metric, cells]) => `${JSON.stringify(metric)}:${encodeCells(cells)}`);
    return `{"type":"samples","seq":${seq}${device},"times":[${this.#times.join(",")}],"values":{${values.join(",")}}}`;
  }

  find(index: number, metric: string): Reading | undefined {
    // The hub answers in NFC.
    const column = this.#columns.find(([name]) => name === metric || name.normalize() === metric);
    return column && this.#reading(column, index);
  }

  *readings(): Iterable<Reading> {
    for (const column of this.#columns) {
      for (let index = 0; index < this.#times.length; index++) {
        const reading = this.#reading(column, index);
        if (reading) yield reading;
      }
    }
  }

  /** In halves, by time as long as there is more than one, then by metric. */
  divided(limits: FrameLimits): Columns[] {
    const moments = this.#times.length;
    const metrics = this.#columns.length;
    if (this.#fits(limits) || (moments <= 1 && metrics <= 1)) return [this];
    const half = (moments > 1 ? moments : metrics) >> 1;
    const parts = moments > 1 ? [this.#between(0, half), this.from(half)] : this.#halvedByMetric(half);
    return parts.flatMap((part) => (part.count > 0 ? part.divided(limits) : []));
  }

  /** All but the first `moments` times. */
  from(moments: number): Columns {
    return this.#between(moments, this.#times.length);
  }

  /** How many of the first times it takes to have at least so many readings. */
  momentsOf(readings: number): number {
    let count = 0;
    for (let index = 0; index < this.#times.length; index++) {
      for (const [, cells] of this.#columns) if (cells[index] !== null) count++;
      if (count >= readings) return index + 1;
    }
    return this.#times.length;
  }

  #reading([metric, cells]: Column, index: number): Reading | undefined {
    const value = cells[index];
    const time = this.#times[index];
    if (value === undefined || value === null || time === undefined) return undefined;
    return { metric, value, time, ...(this.#device === undefined ? {} : { device: this.#device }) };
  }

  #fits(limits: FrameLimits): boolean {
    if (this.count > limits.readings || this.#columns.length > limits.readings) return false;
    let bytes = envelopeBytes + bytesAtMost(this.#device ?? "") * 2 + this.#times.length * numberBytes;
    for (const [metric, cells] of this.#columns) {
      bytes += bytesAtMost(JSON.stringify(metric)) + 4;
      for (const cell of cells) bytes += cellBytes(cell);
      if (bytes > limits.bytes) return false;
    }
    return true;
  }

  #between(start: number, end: number): Columns {
    const columns = this.#columns.map(([metric, cells]) => [metric, cells.slice(start, end)] as const);
    return new Columns(this.#times.slice(start, end), columns, this.#device);
  }

  #halvedByMetric(half: number): Columns[] {
    return [this.#columns.slice(0, half), this.#columns.slice(half)].map(
      (columns) => new Columns(this.#times, columns, this.#device),
    );
  }
}
