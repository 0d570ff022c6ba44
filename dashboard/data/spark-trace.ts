/** The recent past of one numeric series, as small as a small curve needs it. */

/** How far curves reach back, and how wide their buckets are, ms: about one each two pixels. */
export const sparkSpans = {
  "15m": { windowMs: 900_000, everyMs: 10_000 },
  "1h": { windowMs: 3_600_000, everyMs: 30_000 },
  "6h": { windowMs: 21_600_000, everyMs: 300_000 },
  "24h": { windowMs: 86_400_000, everyMs: 900_000 },
} as const;

export type SparkSpanKey = keyof typeof sparkSpans;
export const sparkSpanKeys = Object.keys(sparkSpans) as SparkSpanKey[];

export interface SparkSpan {
  readonly windowMs: number;
  readonly everyMs: number;
}

/** Buckets as the hub tells them: their starts, and of each the newest reading, the least and the most. */
export interface SparkColumns {
  readonly times: readonly number[];
  readonly last: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
}

/** More than the window has: the one that it begins in, the one that it ends in, and one of a clock that is ahead. */
const spareBuckets = 3;

const empty = Number.NEGATIVE_INFINITY;

/**
 * A ring of buckets in typed arrays: bucket n of all time lies in slot n modulo their number, and pushes out what lay
 * there. Of each bucket the newest, the least and the greatest reading are kept: to count a reading twice changes none of
 * them, so that past and present need no seam.
 */
export class SparkTrace {
  readonly span: SparkSpan;
  /** The bucket that lies in each slot. */
  readonly #buckets: Float64Array;
  readonly #last: Float64Array;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  #newest = empty;
  /** Changes with each reading, so that a curve knows whether to draw anew. */
  version = 0;

  constructor(span: SparkSpan) {
    this.span = span;
    const slots = Math.ceil(span.windowMs / span.everyMs) + spareBuckets;
    this.#buckets = new Float64Array(slots).fill(empty);
    this.#last = new Float64Array(slots);
    this.#min = new Float64Array(slots);
    this.#max = new Float64Array(slots);
  }

  /** Takes a reading, newer than those before in its bucket. One older than the whole ring is passed over. */
  add(timeMs: number, value: number): void {
    const slot = this.#slotFor(this.#bucketOf(timeMs));
    if (slot < 0) return;
    this.#last[slot] = value;
    this.#min[slot] = Math.min(this.#min[slot] as number, value);
    this.#max[slot] = Math.max(this.#max[slot] as number, value);
    this.version += 1;
  }

  /**
   * Takes the past as the hub knows it until `toMs`: what was known of it before is forgotten, since some of it may be
   * removed. Of the bucket that holds `toMs` what came meanwhile stays.
   */
  load({ times, last, min, max }: SparkColumns, toMs: number): void {
    const present = this.#bucketOf(toMs);
    for (const [slot, bucket] of this.#buckets.entries()) if (bucket < present) this.#buckets[slot] = empty;
    for (const [index, timeMs] of times.entries()) {
      const bucket = this.#bucketOf(timeMs);
      const known = this.#buckets[slotOf(bucket, this.#buckets.length)] === bucket;
      const slot = this.#slotFor(bucket);
      if (slot < 0) continue;
      if (!known) this.#last[slot] = last[index] as number;
      this.#min[slot] = Math.min(this.#min[slot] as number, min[index] as number);
      this.#max[slot] = Math.max(this.#max[slot] as number, max[index] as number);
    }
    this.version += 1;
  }

  /** What lies between the two instants, oldest first. Valid until rows are next asked for, of any trace. */
  rows(fromMs: number, toMs: number): SparkRows {
    const rows = sharedRows;
    rows.length = 0;
    rows.everyMs = this.span.everyMs;
    const slots = this.#buckets.length;
    const end = Math.min(this.#bucketOf(toMs), this.#newest);
    for (let bucket = Math.max(this.#bucketOf(fromMs), end - slots + 1); bucket <= end; bucket++) {
      const slot = slotOf(bucket, slots);
      if (this.#buckets[slot] !== bucket) continue;
      rows.add(
        bucket * this.span.everyMs,
        this.#last[slot] as number,
        this.#min[slot] as number,
        this.#max[slot] as number,
      );
    }
    return rows;
  }

  #bucketOf(timeMs: number): number {
    return Math.floor(timeMs / this.span.everyMs);
  }

  /** The slot of a bucket, emptied of an older one; -1 where a newer one lies there. */
  #slotFor(bucket: number): number {
    const slot = slotOf(bucket, this.#buckets.length);
    const known = this.#buckets[slot] as number;
    if (known > bucket || bucket <= this.#newest - this.#buckets.length) return -1;
    if (known < bucket) {
      this.#buckets[slot] = bucket;
      this.#min[slot] = Number.POSITIVE_INFINITY;
      this.#max[slot] = Number.NEGATIVE_INFINITY;
      this.#newest = Math.max(this.#newest, bucket);
    }
    return slot;
  }
}

function slotOf(bucket: number, slots: number): number {
  return ((bucket % slots) + slots) % slots;
}

/** Rows of a trace in rising time, read one after the other by whoever draws. */
export class SparkRows {
  readonly #cells: Float64Array[];
  length = 0;
  everyMs = 0;

  constructor(rows: number) {
    this.#cells = Array.from({ length: 4 }, () => new Float64Array(rows));
  }

  add(...cells: readonly [timeMs: number, last: number, min: number, max: number]): void {
    for (const [column, cell] of cells.entries()) (this.#cells[column] as Float64Array)[this.length] = cell;
    this.length += 1;
  }

  /** Start of the bucket, ms. */
  time(index: number): number {
    return this.#cell(0, index);
  }

  /** The newest reading of the bucket. */
  last(index: number): number {
    return this.#cell(1, index);
  }

  min(index: number): number {
    return this.#cell(2, index);
  }

  max(index: number): number {
    return this.#cell(3, index);
  }

  #cell(column: number, index: number): number {
    return this.#cells[column]?.[index] as number;
  }
}

const mostBuckets = Math.max(...Object.values(sparkSpans).map(({ windowMs, everyMs }) => windowMs / everyMs));
const sharedRows = new SparkRows(mostBuckets + 2 * spareBuckets);
