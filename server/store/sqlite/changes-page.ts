/** A page of changes of one series. */
import type { ChangesPage } from "../answers.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import type { Range } from "../store.ts";
import { Texts } from "./raw-page.ts";
import type { SegmentReader, WholeChunk, WholeIsEnough } from "./segments.ts";

/** `head`: as a `SegmentReader` takes it. */
export function changesPage(
  segments: SegmentReader,
  range: Range,
  limit: number,
  silenceMs: number,
  head: ChunkColumns,
): ChangesPage {
  const builder = new ChangesPageBuilder(limit, silenceMs);
  // A chunk whose outline tells all silences, or that never changes and has none, is not decoded.
  const isTold: WholeIsEnough = ({ min, max, outline }, firstMs, lastMs, longestMs) =>
    outline
      ? outline.longestMs <= silenceMs
      : Object.is(min, max) && (lastMs - firstMs <= silenceMs || longestMs() <= silenceMs);
  for (const segment of segments.read(range, head, isTold)) {
    if (!("rows" in segment ? builder.addRows(segment.rows) : builder.addWhole(segment))) break;
  }
  return builder.page();
}

/** Rows that repeat the value before them are left out, unless a silence lies between. */
class ChangesPageBuilder {
  readonly #limit: number;
  readonly #silenceMs: number;
  readonly #texts = new Texts();
  readonly #times: number[] = [];
  readonly #values: number[] = [];
  /** Of all entries but the last, which goes on. */
  readonly #heldMs: number[] = [];
  #value = Number.NaN;
  #lastMs = Number.NaN;
  #nextFromMs: number | null = null;

  constructor(limit: number, silenceMs: number) {
    this.#limit = limit;
    this.#silenceMs = silenceMs;
  }

  /** Takes rows that follow those before; false once the page is full and knows where the next one starts. */
  addRows({ type, times, values, strings }: ChunkColumns): boolean {
    const silenceMs = this.#silenceMs;
    const [isText, isNumber] = [type === "string", type === "number"];
    let cell = Number.NaN;
    let beforeMs = Number.NaN;
    for (let index = 0; index < times.length; index++) {
      const timeMs = times[index] as number;
      const next = values[index] as number;
      // Most often it is the same again, and has no other number among the texts of these rows either.
      if (next === cell && timeMs - beforeMs <= silenceMs && (!isNumber || Object.is(next, cell))) {
        beforeMs = timeMs;
        continue;
      }
      if (index > 0) this.#lastMs = beforeMs;
      if (!this.#add(timeMs, isText ? this.#texts.numberOf(strings[next] as string) : next)) return false;
      cell = next;
      beforeMs = timeMs;
    }
    if (times.length > 0) this.#lastMs = beforeMs;
    return true;
  }

  /** Takes a chunk of which all is told without decoding it; false as `addRows`. */
  addWhole({ firstMs, lastMs, summary: { first, outline } }: WholeChunk): boolean {
    const texts = outline?.strings ?? [];
    const numberOf = (value: number) => (texts.length > 0 ? this.#texts.numberOf(texts[value] as string) : value);
    if (!this.#add(firstMs, numberOf(first))) return false;
    const take = (timeMs: number, value: number, beforeMs: number) => {
      this.#lastMs = beforeMs;
      return this.#add(timeMs, numberOf(value));
    };
    if (outline && !outline.each(firstMs, first, take)) return false;
    this.#lastMs = lastMs;
    return true;
  }

  page(): ChangesPage {
    const isBegun = this.#times.length > 0;
    return {
      times: Float64Array.from(this.#times),
      values: Float64Array.from(this.#values),
      strings: this.#texts.all,
      heldMs: Float64Array.from(isBegun ? [...this.#heldMs, this.#lastMs] : []),
      nextFromMs: this.#nextFromMs,
    };
  }

  /** Takes one row; what was before it held up to `#lastMs`. */
  #add(timeMs: number, value: number): boolean {
    if (Object.is(value, this.#value) && timeMs - this.#lastMs <= this.#silenceMs) {
      this.#lastMs = timeMs;
      return true;
    }
    if (this.#times.length >= this.#limit) {
      this.#nextFromMs = timeMs;
      return false;
    }
    if (this.#times.length > 0) this.#heldMs.push(this.#lastMs);
    this.#times.push(timeMs);
    this.#values.push(value);
    this.#value = value;
    this.#lastMs = timeMs;
    return true;
  }
}
