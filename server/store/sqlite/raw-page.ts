/** Fills a page of readings. */
import type { ChangesPage, RawPage } from "../answers.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import type { ValueType } from "../columns.ts";

export class RawPageBuilder {
  protected readonly type: ValueType;
  readonly #isText: boolean;
  readonly #limit: number;
  readonly #times: number[] = [];
  readonly #values: number[] = [];
  readonly #strings: string[] = [];
  readonly #numbers = new Map<string, number>();
  #nextFromMs: number | null = null;

  constructor(type: ValueType, limit: number) {
    this.type = type;
    this.#isText = type === "string";
    this.#limit = limit;
  }

  /** Takes rows that follow those before; false once the page is full and knows where the next one starts. */
  add({ times, values, strings }: ChunkColumns): boolean {
    for (let index = 0; index < times.length; index++) {
      const cell = values[index] as number;
      const value = this.#isText ? this.#numberOf(strings[cell] as string) : cell;
      const timeMs = times[index] as number;
      if (this.repeats(timeMs, value)) continue;
      if (this.#times.length >= this.#limit) {
        this.#nextFromMs = timeMs;
        return false;
      }
      this.#times.push(timeMs);
      this.#values.push(value);
    }
    return true;
  }

  page(): RawPage {
    return {
      times: Float64Array.from(this.#times),
      values: Float64Array.from(this.#values),
      strings: this.#strings,
      nextFromMs: this.#nextFromMs,
    };
  }

  /** Whether a row says no more than those before it. */
  protected repeats(_timeMs: number, _value: number): boolean {
    return false;
  }

  #numberOf(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#strings.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}

/** Fills a page of changes: rows that repeat the value before them are left out, unless a silence lies between. */
export class ChangesPageBuilder extends RawPageBuilder {
  readonly #silenceMs: number;
  readonly #heldMs: number[] = [];
  #value = Number.NaN;
  #lastMs = Number.NaN;

  constructor(type: ValueType, limit: number, silenceMs: number) {
    super(type, limit);
    this.#silenceMs = silenceMs;
  }

  override page(): ChangesPage {
    const page = super.page();
    // The row that found the page full began the next one.
    const heldMs = Float64Array.from(this.#heldMs).subarray(0, page.times.length);
    return { ...page, heldMs: heldMs.slice() };
  }

  /** Takes rows that are all alike, none of which comes after a silence; false as `add`. */
  addSteady(firstMs: number, lastMs: number, value: number): boolean {
    const first = { type: this.type, times: Float64Array.of(firstMs), values: Float64Array.of(value), strings: [] };
    if (!this.add(first)) return false;
    this.#lastMs = lastMs;
    this.#heldMs[this.#heldMs.length - 1] = lastMs;
    return true;
  }

  protected override repeats(timeMs: number, value: number): boolean {
    const follows =
      this.#heldMs.length > 0 && Object.is(value, this.#value) && timeMs - this.#lastMs <= this.#silenceMs;
    this.#value = value;
    this.#lastMs = timeMs;
    if (follows) this.#heldMs[this.#heldMs.length - 1] = timeMs;
    else this.#heldMs.push(timeMs);
    return follows;
  }
}
