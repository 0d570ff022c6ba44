/** Fills a page of holes: pairs of neighbouring times that lie further apart than was asked for. */
import type { HolesPage, HolesSince, HolesSincePage } from "../answers.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import type { Range } from "../store.ts";
import { noHoles } from "./pages.ts";
import { lowerBound } from "./rows.ts";
import { lastShown, type SegmentReader, type WholeChunk } from "./segments.ts";

/** A page ends once it has looked at this many times one by one, so that no question holds up all others. */
const maxRowsPerPage = 500_000;

class HolesPageBuilder {
  readonly #graceMs: number;
  readonly #limit: number;
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  #lastMs = Number.NaN;
  #rows = 0;
  #nextFromMs: number | null = null;

  constructor(graceMs: number, limit: number) {
    this.#graceMs = graceMs;
    this.#limit = limit;
  }

  /** Takes times that follow those before; false once the page is full and knows where the next one starts. */
  addRows(times: Float64Array): boolean {
    for (const timeMs of times) if (!this.#add(timeMs)) return false;
    this.#rows += times.length;
    return true;
  }

  /** Takes a chunk that is shorter than any hole; otherwise as `addRows`. */
  addWhole({ firstMs, lastMs }: WholeChunk): boolean {
    if (!this.#add(firstMs)) return false;
    this.#lastMs = lastMs;
    return true;
  }

  page(): HolesPage {
    return {
      fromMs: Float64Array.from(this.#from),
      toMs: Float64Array.from(this.#to),
      nextFromMs: this.#nextFromMs,
    };
  }

  #add(timeMs: number): boolean {
    if (this.#rows > maxRowsPerPage) return this.#endAt(this.#lastMs);
    if (timeMs - this.#lastMs > this.#graceMs) {
      if (this.#from.length >= this.#limit) return this.#endAt(this.#lastMs);
      this.#from.push(this.#lastMs);
      this.#to.push(timeMs);
    }
    this.#lastMs = timeMs;
    return true;
  }

  /** The next page begins with the reading that this one ended with: a hole may follow it. */
  #endAt(lastMs: number): false {
    this.#nextFromMs = lastMs;
    return false;
  }
}

/** Holes of a range; `head` holds its rows that are not sealed. */
export function holesPage(
  segments: SegmentReader,
  range: Range,
  graceMs: number,
  limit: number,
  head: ChunkColumns,
): HolesPage {
  const builder = new HolesPageBuilder(graceMs, limit);
  const hasNone = (_: unknown, firstMs: number, lastMs: number) => lastMs - firstMs <= graceMs;
  for (const segment of segments.read(range, head, hasNone)) {
    const goOn = "rows" in segment ? builder.addRows(segment.rows.times) : builder.addWhole(segment);
    if (!goOn) break;
  }
  return builder.page();
}

/** The same from the last reading before on; `head` holds all rows that are not sealed, null where the series is not known. */
export function holesSince(
  segments: SegmentReader,
  { series, fromMs, graceMs }: HolesSince,
  limit: number,
  head: ChunkColumns | null,
): HolesSincePage {
  if (!head) return { ...noHoles(), beforeMs: null };
  const { times } = head;
  const hidden = segments.hidden({ series, fromMs: Number.NEGATIVE_INFINITY, toMs: fromMs });
  const openMs = (endMs: number) => times[lowerBound(times, endMs) - 1] ?? Number.NEGATIVE_INFINITY;
  const lastMs = Math.max(lastShown(hidden, fromMs, openMs), segments.timeBefore(series, fromMs));
  const beforeMs = lastMs === Number.NEGATIVE_INFINITY ? null : lastMs;
  const range = { series, fromMs: beforeMs ?? fromMs, toMs: Number.POSITIVE_INFINITY };
  return { ...holesPage(segments, range, graceMs, limit, head), beforeMs };
}
