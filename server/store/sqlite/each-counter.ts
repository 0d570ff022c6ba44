/** How many readings a question would look at one by one, told by the index of chunks: no reading is decoded for it. */
import type { BucketPage, Tier } from "../answers.ts";
import type { Cells } from "../codec/cells.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import { without } from "../intervals.ts";
import type { Range } from "../store.ts";
import type { Db } from "./driver.ts";
import { noBuckets } from "./pages.ts";
import { sliceRows } from "./rows.ts";
import type { SegmentReader } from "./segments.ts";

/** Buckets of tiers that one page looks at, some 30 ms. */
const bucketsPerPage = 100_000;
/** A look into the index takes as long as so many of them. */
const bucketsPerLook = 50;

export class EachCounter {
  readonly #longest;
  readonly #counts;

  constructor(db: Db) {
    this.#longest = db.prepare("SELECT max(last_ms - first_ms) FROM chunks WHERE series = ?").pluck();
    this.#counts = db
      .prepare("SELECT sum(count) FROM chunks WHERE series = ? AND last_ms >= ? AND last_ms < ? AND first_ms < ?")
      .pluck();
  }

  /** Counts for one page of a question about a series; takes what a page of buckets takes. `segments` knows what is hidden. */
  begin(series: number, head: ChunkColumns, segments: Pick<SegmentReader, "hidden">): EachCount {
    let longestMs: number | undefined;
    return new EachCount((range) => {
      longestMs ??= (this.#longest.get(series) as number | null) ?? 0;
      let each = 0;
      for (const { fromMs, toMs } of without(range, segments.hidden(range))) {
        // A chunk is decoded whole, however little of it is asked for.
        each += (this.#counts.get(series, fromMs, toMs + longestMs, toMs) as number | null) ?? 0;
        each += sliceRows(head, fromMs, toMs).times.length;
      }
      return each;
    });
  }
}

class EachCount {
  readonly #countOf: (range: Range) => number;
  #each = 0;
  #looked = 0;
  #nextFromMs: number | null = null;

  constructor(countOf: (range: Range) => number) {
    this.#countOf = countOf;
  }

  /** As that of a page of buckets. */
  addCells(cells: Cells, start: number, end: number): number {
    if (this.#isFull(cells.times[start] as number)) return start;
    this.#looked += end - start;
    return end;
  }

  /** False once the page is full. */
  addReadings(range: Range): boolean {
    if (this.#isFull(range.fromMs)) return false;
    this.#looked += bucketsPerLook;
    this.#each += this.#countOf(range);
    return true;
  }

  page(tier: Tier): BucketPage {
    return { ...noBuckets(), tier, each: this.#each, nextFromMs: this.#nextFromMs };
  }

  #isFull(nextMs: number): boolean {
    if (this.#looked < bucketsPerPage) return false;
    this.#nextFromMs = nextMs;
    return true;
  }
}
