/** Gathers readings and whole chunks into buckets. */
import type { ChunkColumns } from "../codec/chunk.ts";
import { bucketStart } from "../pages.ts";
import type { BucketPage } from "../store.ts";
import type { WholeChunk } from "./segments.ts";

/** A page ends at the next bucket once it has taken this many readings one by one, so that no query holds up all others. */
const maxRowsPerPage = 2_000_000;

interface Bucket {
  readonly startMs: number;
  first: number;
  last: number;
  min: number;
  max: number;
  sum: number;
  count: number;
}

export class BucketPageBuilder {
  readonly #everyMs: number;
  readonly #originMs: number;
  readonly #limit: number;
  readonly #buckets: Bucket[] = [];
  #endMs = Number.NEGATIVE_INFINITY;
  #rows = 0;
  #nextFromMs: number | null = null;

  constructor(everyMs: number, originMs: number, limit: number) {
    this.#everyMs = everyMs;
    this.#originMs = originMs;
    this.#limit = limit;
  }

  /** Takes rows that follow what came before; false once the page is full and knows where the next one starts. */
  addRows({ times, values }: ChunkColumns): boolean {
    let bucket = this.#buckets.at(-1);
    for (let index = 0; index < times.length; index++) {
      const timeMs = times[index] as number;
      const value = values[index] as number;
      if (bucket === undefined || timeMs >= this.#endMs) {
        bucket = this.#open(timeMs, value);
        if (!bucket) return false;
      }
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

  page(): BucketPage {
    const column = (of: (bucket: Bucket) => number) => Float64Array.from(this.#buckets, of);
    return {
      times: column(({ startMs }) => startMs),
      first: column(({ first }) => first),
      last: column(({ last }) => last),
      min: column(({ min }) => min),
      max: column(({ max }) => max),
      sum: column(({ sum }) => sum),
      count: column(({ count }) => count),
      nextFromMs: this.#nextFromMs,
    };
  }

  /** The bucket that holds `timeMs`; undefined where the page is full. */
  #open(timeMs: number, first: number): Bucket | undefined {
    const startMs = bucketStart(timeMs, this.#everyMs, this.#originMs);
    if (this.#buckets.length >= this.#limit || this.#rows > maxRowsPerPage) {
      this.#nextFromMs = startMs;
      return undefined;
    }
    const bucket = { startMs, first, last: first, min: first, max: first, sum: 0, count: 0 };
    this.#buckets.push(bucket);
    this.#endMs = startMs + this.#everyMs;
    return bucket;
  }
}
