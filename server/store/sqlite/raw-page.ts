/** Fills a page of readings, or of changes only. */
import type { ChunkColumns } from "../codec/chunk.ts";
import type { ValueType } from "../columns.ts";
import type { RawPage } from "../store.ts";

export class RawPageBuilder {
  readonly #isText: boolean;
  readonly #limit: number;
  readonly #changesOnly: boolean;
  readonly #times: number[] = [];
  readonly #values: number[] = [];
  readonly #strings: string[] = [];
  readonly #numbers = new Map<string, number>();
  #nextFromMs: number | null = null;

  /** `changesOnly`: rows that repeat the value before them are left out. */
  constructor(type: ValueType, limit: number, changesOnly: boolean) {
    this.#isText = type === "string";
    this.#limit = limit;
    this.#changesOnly = changesOnly;
  }

  /** Takes rows that follow those before; false once the page is full and knows where the next one starts. */
  add({ times, values, strings }: ChunkColumns): boolean {
    for (let index = 0; index < times.length; index++) {
      const cell = values[index] as number;
      const value = this.#isText ? this.#numberOf(strings[cell] as string) : cell;
      if (this.#changesOnly && this.#values.length > 0 && Object.is(value, this.#values.at(-1))) continue;
      if (this.#times.length >= this.#limit) {
        this.#nextFromMs = times[index] as number;
        return false;
      }
      this.#times.push(times[index] as number);
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

  #numberOf(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#strings.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}
