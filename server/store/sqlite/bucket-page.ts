/** Gathers readings, whole chunks and buckets of tiers into buckets. */
import type { BucketPage, Tier } from "../answers.ts";
import type { Cells } from "../codec/cells.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import { bucketAt, type Cuts } from "../cuts.ts";
import { meanOf, riseOf } from "../steps.ts";
import type { WholeChunk } from "./segments.ts";

/** A page ends at the next bucket once it has taken this many readings one by one, so that no query holds up all others. */
const maxRowsPerPage = 500_000;
const firstCapacity = 64;
const columns = ["times", "first", "last", "min", "max", "sum", "count"] as const;
const stepColumns = ["firstMs", "lastMs", "rise", "area", "longestMs"] as const;

type Columns<Name extends string> = Record<Name, Float64Array<ArrayBuffer>>;

/** It fills columns, not objects: a bucket of eleven numbers that change would be eleven objects for V8. */
export class BucketPageBuilder {
  readonly #cuts: Cuts;
  readonly #limit: number;
  readonly #maxStepMs: number | undefined;
  readonly #maxRows: number;
  #capacity = firstCapacity;
  #columns = made(columns, firstCapacity);
  #steps: Columns<(typeof stepColumns)[number]> | undefined;
  /** The bucket that is being filled; -1 before the first. */
  #at = -1;
  #endMs = Number.NEGATIVE_INFINITY;
  #rows = 0;
  #nextFromMs: number | null = null;

  /** With `maxStepMs` its pages tell of the steps, too; then it takes rows, and cells without a longer step. */
  constructor(cuts: Cuts, limit: number, maxStepMs: number | undefined, maxRows = maxRowsPerPage) {
    this.#cuts = cuts;
    this.#limit = limit;
    this.#maxStepMs = maxStepMs;
    this.#maxRows = maxRows;
    if (maxStepMs !== undefined) this.#steps = made(stepColumns, firstCapacity);
  }

  /** Takes rows that follow what came before; false once the page is full and knows where the next one starts. */
  addRows({ times, values }: ChunkColumns): boolean {
    for (let start = 0; start < times.length; ) {
      if (!this.#enter(times[start] as number)) return false;
      let end = start + 1;
      while (end < times.length && (times[end] as number) < this.#endMs) end++;
      if (this.#maxStepMs !== undefined) this.#addSteps(times, values, start, end, this.#maxStepMs);
      let min = values[start] as number;
      let max = min;
      let sum = 0;
      for (let index = start; index < end; index++) {
        const value = values[index] as number;
        min = Math.min(min, value);
        max = Math.max(max, value);
        sum += value;
      }
      this.#add(values[start] as number, values[end - 1] as number, min, max, sum, end - start);
      start = end;
    }
    this.#rows += times.length;
    return true;
  }

  /** Takes a chunk that lies in one bucket; otherwise as `addRows`. */
  addWhole({ firstMs, count, summary: { first, last, min, max, sum } }: WholeChunk): boolean {
    if (!this.#enter(firstMs)) return false;
    this.#add(first, last, min, max, sum, count);
    return true;
  }

  /** Takes buckets of a tier from `start` to `end` (excluded), none of which lies in two of these; answers where it stopped, before `end` once the page is full. */
  addCells(cells: Cells, start: number, end: number): number {
    const { times, first, last, min, max, sum, count } = cells;
    let from = start;
    if (this.#maxStepMs !== undefined) {
      for (; from < end && this.#enter(times[from] as number); from++) {
        this.#addCellSteps(cells, from, this.#maxStepMs);
        const ends = [first[from], last[from], min[from], max[from], sum[from], count[from]];
        this.#add(...(ends as [number, number, number, number, number, number]));
      }
      return from;
    }
    while (from < end && this.#enter(times[from] as number)) {
      let least = min[from] as number;
      let most = max[from] as number;
      let total = sum[from] as number;
      let readings = count[from] as number;
      let index = from + 1;
      for (; index < end && (times[index] as number) < this.#endMs; index++) {
        least = Math.min(least, min[index] as number);
        most = Math.max(most, max[index] as number);
        total += sum[index] as number;
        readings += count[index] as number;
      }
      this.#add(first[from] as number, last[index - 1] as number, least, most, total, readings);
      from = index;
    }
    return from;
  }

  /** `tier`: the coarsest that it was given buckets of. */
  page(tier: Tier): BucketPage {
    const length = this.#at + 1;
    const steps = this.#steps && sliced(this.#steps, ["firstMs", "lastMs", "rise", "area"], length);
    return {
      ...{ tier, nextFromMs: this.#nextFromMs, ...sliced(this.#columns, columns, length) },
      ...(steps && { steps }),
    };
  }

  /** What it was given as cells of a tier, made with a `maxStepMs` of Infinity. */
  cells(): Cells & Pick<BucketPage, "nextFromMs"> {
    const length = this.#at + 1;
    const steps = sliced(this.#steps as Columns<(typeof stepColumns)[number]>, stepColumns, length);
    return { nextFromMs: this.#nextFromMs, ...sliced(this.#columns, columns, length), ...steps };
  }

  /** Goes on to the bucket that holds `timeMs`; false where the page is full. */
  #enter(timeMs: number): boolean {
    if (this.#at >= 0 && timeMs < this.#endMs) return true;
    const { startMs, endMs } = bucketAt(this.#cuts, timeMs);
    if (this.#at + 1 >= this.#limit || this.#rows > this.#maxRows) {
      this.#nextFromMs = startMs;
      return false;
    }
    this.#at += 1;
    if (this.#at === this.#capacity) this.#grow();
    this.#columns.times[this.#at] = startMs;
    this.#endMs = endMs;
    return true;
  }

  /** Adds what lies in the present bucket, behind all that is in it. */
  #add(begin: number, end: number, least: number, most: number, total: number, readings: number): void {
    const at = this.#at;
    const { first, last, min, max, sum, count } = this.#columns;
    const isFirst = count[at] === 0;
    if (isFirst) first[at] = begin;
    last[at] = end;
    min[at] = isFirst ? least : Math.min(min[at] as number, least);
    max[at] = isFirst ? most : Math.max(max[at] as number, most);
    sum[at] = (sum[at] as number) + total;
    count[at] = (count[at] as number) + readings;
  }

  /** What happens from row to row of the present bucket; before `#add` takes the same rows. */
  #addSteps(times: Float64Array, values: Float64Array, start: number, end: number, maxStepMs: number): void {
    const at = this.#at;
    const { firstMs, lastMs, rise, area, longestMs } = this.#steps as Columns<(typeof stepColumns)[number]>;
    const isFirst = this.#columns.count[at] === 0;
    if (isFirst) firstMs[at] = times[start] as number;
    let longest = longestMs[at] as number;
    let risen = rise[at] as number;
    let under = area[at] as number;
    let beforeMs = isFirst ? (times[start] as number) : (lastMs[at] as number);
    let before = isFirst ? (values[start] as number) : (this.#columns.last[at] as number);
    for (let index = isFirst ? start + 1 : start; index < end; index++) {
      const timeMs = times[index] as number;
      const value = values[index] as number;
      const stepMs = timeMs - beforeMs;
      risen += riseOf(before, value);
      if (stepMs <= maxStepMs) under += stepMs * meanOf(before, value);
      if (stepMs > longest) longest = stepMs;
      beforeMs = timeMs;
      before = value;
    }
    lastMs[at] = beforeMs;
    longestMs[at] = longest;
    rise[at] = risen;
    area[at] = under;
  }

  /** The same for a bucket of a tier; what is not known of it is NaN from there on. */
  #addCellSteps(cells: Cells, index: number, maxStepMs: number): void {
    const at = this.#at;
    const { firstMs, lastMs, rise, area, longestMs } = this.#steps as Columns<(typeof stepColumns)[number]>;
    const beginMs = cells.firstMs[index] as number;
    if (this.#columns.count[at] === 0) firstMs[at] = beginMs;
    else {
      const [before, value] = [this.#columns.last[at] as number, cells.first[index] as number];
      const stepMs = beginMs - (lastMs[at] as number);
      rise[at] = (rise[at] as number) + riseOf(before, value);
      if (stepMs <= maxStepMs) area[at] = (area[at] as number) + stepMs * meanOf(before, value);
      longestMs[at] = Math.max(longestMs[at] as number, stepMs);
    }
    rise[at] = (rise[at] as number) + (cells.rise[index] as number);
    area[at] = (area[at] as number) + (cells.area[index] as number);
    longestMs[at] = Math.max(longestMs[at] as number, cells.longestMs[index] as number);
    lastMs[at] = cells.lastMs[index] as number;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#columns = grown(this.#columns, columns, this.#capacity);
    if (this.#steps) this.#steps = grown(this.#steps, stepColumns, this.#capacity);
  }
}

function made<Name extends string>(names: readonly Name[], capacity: number): Columns<Name> {
  return Object.fromEntries(names.map((name) => [name, new Float64Array(capacity)])) as Columns<Name>;
}

function grown<Name extends string>(from: Columns<Name>, names: readonly Name[], capacity: number): Columns<Name> {
  const larger = made(names, capacity);
  for (const name of names) larger[name].set(from[name]);
  return larger;
}

function sliced<Name extends string>(from: Columns<Name>, names: readonly Name[], length: number): Columns<Name> {
  return Object.fromEntries(names.map((name) => [name, from[name].slice(0, length)])) as Columns<Name>;
}
