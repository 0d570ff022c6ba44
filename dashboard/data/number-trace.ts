import { bucketStart, type HistoryMessage, widthForPoints } from "../../server/protocol/index.ts";
import { TimeColumns } from "./time-columns.ts";

/** Most rows kept of one series: enough for four readings a pixel on a wide screen. */
export const mostRows = 8_192;

const mean = 0;
const low = 1;
const high = 2;
const count = 3;

/**
 * The drawn past and present of one numeric series, as one line: what the history gave, and each live reading joined to
 * it: as a row of its own where the history is raw, folded into its bucket where it is not. So a chart that streams for a
 * day keeps as few rows, and the same shape, as one that was just opened.
 */
export class NumberTrace {
  readonly #columns = new TimeColumns(mostRows, 4);
  #everyMs: number | null = null;
  /** Changes with each reading, so that a chart knows whether to draw anew. */
  version = 0;

  get length(): number {
    return this.#columns.length;
  }

  /** Bucket width, ms; null where each row is one reading. */
  get everyMs(): number | null {
    return this.#everyMs;
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
    this.version += 1;
  }

  /** Takes one message of history: raw `values`, or `mean`, `min`, `max`, `count` of buckets. */
  load(history: Pick<HistoryMessage, "every" | "times" | "values" | "mean" | "min" | "max" | "count">): void {
    this.#everyMs = history.every;
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

  /** Takes one live reading. One that was overwritten in its bucket counts there twice until the chart is opened anew. */
  add(timeMs: number, value: number): void {
    this.version += 1;
    if (this.#everyMs === null) {
      if (this.#columns.length === mostRows) this.#fold();
      else {
        const row = this.#columns.place(timeMs);
        if (row >= 0) this.#write(row, value, value, value, 1);
        return;
      }
    }
    const row = this.#columns.place(bucketStart(timeMs, this.#everyMs as number));
    if (row >= 0) this.#join(row, value);
  }

  /** Forgets what lies before `timeMs`, but keeps one row there, so that the line enters from the edge of the chart. */
  dropBefore(timeMs: number): void {
    const first = this.#columns.indexAtOrAfter(timeMs) - 1;
    if (first > 0) this.#columns.dropBefore(this.#columns.time(first));
  }

  /** Raw readings outgrew the rows (a fast sensor in a long range): from now on they are kept in buckets. */
  #fold(): void {
    const columns = this.#columns;
    const rows = Array.from({ length: columns.length }, (_, index) => [columns.time(index), columns.get(mean, index)]);
    const first = rows[0]?.[0] ?? 0;
    const last = rows.at(-1)?.[0] ?? 0;
    columns.clear();
    this.#everyMs = widthForPoints(first, last, mostRows / 8);
    for (const [time = 0, value = 0] of rows) {
      const row = columns.place(bucketStart(time, this.#everyMs));
      if (row >= 0) this.#join(row, value);
    }
  }

  #join(row: number, value: number): void {
    const columns = this.#columns;
    const before = columns.get(count, row);
    if (before === 0) this.#write(row, value, value, value, 1);
    else {
      const known = columns.get(mean, row);
      const least = Math.min(columns.get(low, row), value);
      this.#write(
        row,
        known + (value - known) / (before + 1),
        least,
        Math.max(columns.get(high, row), value),
        before + 1,
      );
    }
  }

  #write(row: number, value: number, least: number, most: number, readings: number): void {
    this.#columns.set(mean, row, value);
    this.#columns.set(low, row, least);
    this.#columns.set(high, row, most);
    this.#columns.set(count, row, readings);
  }
}
