/** Fills a page of readings. */
import type { RawPage } from "../answers.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import type { ValueType } from "../columns.ts";

export class RawPageBuilder {
  readonly #texts = new Texts();
  readonly #isText: boolean;
  readonly #limit: number;
  readonly #times: number[] = [];
  readonly #values: number[] = [];
  #nextFromMs: number | null = null;

  constructor(type: ValueType, limit: number) {
    this.#isText = type === "string";
    this.#limit = limit;
  }

  /** Takes rows that follow those before; false once the page is full and knows where the next one starts. */
  add({ times, values, strings }: ChunkColumns): boolean {
    for (let index = 0; index < times.length; index++) {
      const cell = values[index] as number;
      const timeMs = times[index] as number;
      if (this.#times.length >= this.#limit) {
        this.#nextFromMs = timeMs;
        return false;
      }
      this.#times.push(timeMs);
      this.#values.push(this.#isText ? this.#texts.numberOf(strings[cell] as string) : cell);
    }
    return true;
  }

  page(): RawPage {
    return {
      times: Float64Array.from(this.#times),
      values: Float64Array.from(this.#values),
      strings: this.#texts.all,
      nextFromMs: this.#nextFromMs,
    };
  }
}

/** Texts in the order of their first use. */
export class Texts {
  readonly all: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.all.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}
