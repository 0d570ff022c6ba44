/** Gathers readings and whole chunks into buckets. */
import type { BucketPage, BucketSteps, Tier } from "../answers.ts";
import type { Cells } from "../codec/cells.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import { bucketAt, type Cuts } from "../cuts.ts";
import { meanOf, riseOf } from "../steps.ts";
import type { WholeChunk } from "./segments.ts";

/** A page ends at the next bucket once it has taken this many readings one by one, so that no query holds up all others. */
const maxRowsPerPage = 500_000;

interface Bucket {
  readonly startMs: number;
  first: number;
  last: number;
  min: number;
  max: number;
  sum: number;
  count: number;
  firstMs: number;
  lastMs: number;
  rise: number;
  area: number;
}

export class BucketPageBuilder {
  readonly #cuts: Cuts;
  readonly #limit: number;
  readonly #maxStepMs: number | undefined;
  readonly #maxRows: number;
  readonly #buckets: Bucket[] = [];
  #endMs = Number.NEGATIVE_INFINITY;
  #rows = 0;
  #nextFromMs: number | null = null;

  /** With `maxStepMs` its pages tell of the steps, too; then it takes rows alone. */
  constructor(cuts: Cuts, limit: number, maxStepMs: number | undefined, maxRows = maxRowsPerPage) {
    this.#cuts = cuts;
    this.#limit = limit;
    this.#maxStepMs = maxStepMs;
    this.#maxRows = maxRows;
  }

  /** Takes rows that follow what came before; false once the page is full and knows where the next one starts. */
  addRows({ times, values }: ChunkColumns): boolean {
    const maxStepMs = this.#maxStepMs;
    let bucket = this.#buckets.at(-1);
    for (let index = 0; index < times.length; index++) {
      const timeMs = times[index] as number;
      const value = values[index] as number;
      if (bucket === undefined || timeMs >= this.#endMs) {
        bucket = this.#open(timeMs, value);
        if (!bucket) return false;
      }
      if (maxStepMs !== undefined) step(bucket, timeMs, value, maxStepMs);
      bucket.last = value;
      bucket.min = Math.min(bucket.min, value);
      bucket.max = Math.max(bucket.max, value);
      bucket.sum += value;
      bucket.count += 1;
    }
    this.#rows += times.length;
    return true;
  }

  /** Takes a chunk that lies in one bucket; otherwise as `addRows`. */
  addWhole({ firstMs, count, summary }: WholeChunk): boolean {
    let bucket = this.#buckets.at(-1);
    if (bucket === undefined || firstMs >= this.#endMs) bucket = this.#open(firstMs, summary.first);
    if (!bucket) return false;
    bucket.last = summary.last;
    bucket.min = Math.min(bucket.min, summary.min);
    bucket.max = Math.max(bucket.max, summary.max);
    bucket.sum += summary.sum;
    bucket.count += count;
    return true;
  }

  /** Takes a bucket of a tier, which lies in one of these; otherwise as `addRows`. */
  addCell({ times, first, last, min, max, sum, count }: Cells, index: number): boolean {
    const startMs = times[index] as number;
    let bucket = this.#buckets.at(-1);
    if (bucket === undefined || startMs >= this.#endMs) bucket = this.#open(startMs, first[index] as number);
    if (!bucket) return false;
    bucket.last = last[index] as number;
    bucket.min = Math.min(bucket.min, min[index] as number);
    bucket.max = Math.max(bucket.max, max[index] as number);
    bucket.sum += sum[index] as number;
    bucket.count += count[index] as number;
    return true;
  }

  /** `tier`: the coarsest that it was given buckets of. */
  page(tier: Tier): BucketPage {
    const column = (of: (bucket: Bucket) => number) => Float64Array.from(this.#buckets, of);
    return {
      tier,
      times: column(({ startMs }) => startMs),
      first: column(({ first }) => first),
      last: column(({ last }) => last),
      min: column(({ min }) => min),
      max: column(({ max }) => max),
      sum: column(({ sum }) => sum),
      count: column(({ count }) => count),
      ...(this.#maxStepMs === undefined ? {} : { steps: this.#steps() }),
      nextFromMs: this.#nextFromMs,
    };
  }

  #steps(): BucketSteps {
    const column = (of: (bucket: Bucket) => number) => Float64Array.from(this.#buckets, of);
    return {
      firstMs: column(({ firstMs }) => firstMs),
      lastMs: column(({ lastMs }) => lastMs),
      rise: column(({ rise }) => rise),
      area: column(({ area }) => area),
    };
  }

  /** The bucket that holds `timeMs`; undefined where the page is full. */
  #open(timeMs: number, first: number): Bucket | undefined {
    const { startMs, endMs } = bucketAt(this.#cuts, timeMs);
    if (this.#buckets.length >= this.#limit || this.#rows > this.#maxRows) {
      this.#nextFromMs = startMs;
      return undefined;
    }
    const bucket = {
      ...{ startMs, first, last: first, min: first, max: first, sum: 0, count: 0 },
      ...{ firstMs: timeMs, lastMs: timeMs, rise: 0, area: 0 },
    };
    this.#buckets.push(bucket);
    this.#endMs = endMs;
    return bucket;
  }
}

function step(bucket: Bucket, timeMs: number, value: number, maxStepMs: number): void {
  const stepMs = timeMs - bucket.lastMs;
  bucket.lastMs = timeMs;
  if (bucket.count === 0) return;
  bucket.rise += riseOf(bucket.last, value);
  if (stepMs <= maxStepMs) bucket.area += stepMs * meanOf(bucket.last, value);
}
