import { bucketStart, type HistoryMessage, widthForPoints } from "../../server/protocol/index.ts";
import { TimeColumns } from "./time-columns.ts";

/** Most rows kept of one series: enough for four readings a pixel on a wide screen. */
export const mostRows = 8_192;

const mean = 0;
const low = 1;
const high = 2;
const count = 3;

type Past = Pick<HistoryMessage, "every" | "times" | "values" | "mean" | "min" | "max" | "count"> &
  Partial<Pick<HistoryMessage, "tier">>;

/**
 * The drawn past and present of one numeric series, as one line: what the history gave, and each live reading joined to
 * it: as a row of its own where the history is raw, folded into its bucket where it is not. So a chart that streams for a
 * day keeps as few rows, and the same shape, as one that was just opened.
 */
export class NumberTrace {
  readonly #columns = new TimeColumns(mostRows, 4);
  #everyMs: number | null = null;
  #tier: HistoryMessage["tier"] | undefined;
  /** Instants of the readings that came with the past one by one. */
  readonly #known = new Set<number>();
  /** Changes with each reading, so that a chart knows whether to draw anew. */
  version = 0;

  get length(): number {
    return this.#columns.length;
  }

  /** Bucket width, ms; null where each row is one reading. */
  get everyMs(): number | null {
    return this.#everyMs;
  }

  /** From what the hub made the buckets of the past; undefined of readings. */
  get tier(): HistoryMessage["tier"] | undefined {
    return this.#everyMs === null ? undefined : this.#tier;
  }

  /** The newest time known, ms; of buckets their start. */
  get lastMs(): number {
    return this.length === 0 ? Number.NEGATIVE_INFINITY : this.time(this.length - 1);
  }

  time(index: number): number {
    return this.#columns.time(index);
  }

  /** The reading, or the mean of its bucket. */
  value(index: number): number {
    return this.#columns.get(mean, index);
  }

  min(index: number): number {
    return this.#columns.get(low, index);
  }

  max(index: number): number {
    return this.#columns.get(high, index);
  }

  count(index: number): number {
    return this.#columns.get(count, index);
  }

  indexAtOrAfter(timeMs: number): number {
    return this.#columns.indexAtOrAfter(timeMs);
  }

  clear(): void {
    this.#columns.clear();
    this.#everyMs = null;
    this.#tier = undefined;
    this.#known.clear();
    this.version += 1;
  }

  /** Takes one message of history: raw `values`, or `mean`, `min`, `max`, `count` of buckets. */
  load(history: Past): void {
    this.#everyMs = history.every;
    this.#tier = history.tier;
    for (let index = 0; index < history.times.length; index++) {
      const value = history.mean?.[index] ?? history.values?.[index];
      const row = typeof value === "number" ? this.#columns.place(history.times[index] as number) : -1;
      if (row < 0 || typeof value !== "number") continue;
      this.#write(
        row,
        value,
        history.min?.[index] ?? value,
        history.max?.[index] ?? value,
        history.count?.[index] ?? 1,
      );
    }
    this.version += 1;
  }

  /** Takes the newest readings of the past one by one: an update that brings one of them again is passed over. */
  loadNewest(times: readonly number[], values: readonly unknown[]): void {
    for (const [index, timeMs] of times.entries()) {
      const value = values[index];
      if (typeof value === "number") this.add(timeMs, value);
    }
    for (const timeMs of times) this.#known.add(timeMs);
  }

  /** Takes one live reading. One that was overwritten in its bucket counts there twice until the chart is opened anew. */
  add(timeMs: number, value: number): void {
    this.version += 1;
    if (this.#columns.length === mostRows) this.#fold();
    if (this.#everyMs !== null && this.#known.has(timeMs)) return;
    if (this.#everyMs === null) {
      const row = this.#columns.place(timeMs);
      if (row >= 0) this.#write(row, value, value, value, 1);
    } else this.#join(this.#columns.place(bucketStart(timeMs, this.#everyMs)), value, value, value, 1);
  }

  /** Forgets what lies before `timeMs`, but keeps one row there, so that the line enters from the edge of the chart. */
  dropBefore(timeMs: number): void {
    const first = this.#columns.indexAtOrAfter(timeMs) - 1;
    if (first > 0) this.#columns.dropBefore(this.#columns.time(first));
  }

  /** The rows are used up (a fast sensor in a long range, a page open for days): from now on they are wider buckets. */
  #fold(): void {
    const columns = this.#columns;
    const rows = Array.from({ length: columns.length }, (_, index) => ({
      time: columns.time(index),
      cells: [mean, low, high, count].map((column) => columns.get(column, index)) as [number, number, number, number],
    }));
    const first = rows[0]?.time ?? 0;
    const last = rows.at(-1)?.time ?? 0;
    columns.clear();
    const everyMs = widthForPoints(first, last, mostRows / 8);
    this.#everyMs = everyMs;
    for (const { time, cells } of rows) this.#join(columns.place(bucketStart(time, everyMs)), ...cells);
  }

  /** Adds `readings` readings of this mean, least and most to a row; -1 is no row. */
  #join(row: number, value: number, least: number, most: number, readings: number): void {
    if (row < 0) return;
    const columns = this.#columns;
    const before = columns.get(count, row);
    if (before === 0) {
      this.#write(row, value, least, most, readings);
      return;
    }
    const known = columns.get(mean, row);
    this.#write(
      row,
      known + ((value - known) * readings) / (before + readings),
      Math.min(columns.get(low, row), least),
      Math.max(columns.get(high, row), most),
      before + readings,
    );
  }

  #write(row: number, value: number, least: number, most: number, readings: number): void {
    this.#columns.set(mean, row, value);
    this.#columns.set(low, row, least);
    this.#columns.set(high, row, most);
    this.#columns.set(count, row, readings);
  }
}
