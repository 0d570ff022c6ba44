/** Which of the formats of times a whole column has. */
import { readTime, shapeOf, type TimeFormat, type TimeShape } from "./times.ts";

/** Finds the format of a column out of all its cells. */
export class TimeTally {
  readonly #shapes: Record<TimeShape, number> = { iso: 0, slash: 0, named: 0, compact: 0, number: 0 };
  #onlyMonthFirst = 0;
  #onlyDayFirst = 0;
  #ambiguous: { readonly line: number; readonly text: string } | undefined;
  /** Of those with a day or month first, how many could as well have the year there, as `20/01/31`. */
  #yearFirst = 0;
  #firstOfThese: { readonly line: number; readonly text: string } | undefined;
  #compact = 0;
  #largest = 0;
  #smallest = Number.POSITIVE_INFINITY;

  add(text: string, line: number): void {
    const shape = shapeOf(text);
    if (shape === undefined) return;
    this.#shapes[shape]++;
    if (shape === "slash") {
      const monthFirst = readTime(text, "mdy");
      const dayFirst = readTime(text, "dmy");
      if (readTime(text, "ymd") !== undefined) {
        this.#yearFirst++;
        this.#firstOfThese ??= { line, text };
      }
      if (dayFirst === undefined && monthFirst === undefined) return;
      if (dayFirst === undefined) this.#onlyMonthFirst++;
      else if (monthFirst === undefined) this.#onlyDayFirst++;
      else if (monthFirst !== dayFirst) this.#ambiguous ??= { line, text };
    } else if (shape === "number") {
      if (readTime(text, "compact") !== undefined) this.#compact++;
      const size = Math.abs(Number(text.replace(",", ".")));
      this.#largest = Math.max(this.#largest, size);
      this.#smallest = Math.min(this.#smallest, size);
    }
  }

  /**
   * The format most cells have; the first cell that two formats read differently; or undefined where nothing is a time.
   * `isDate`: the column is called so.
   */
  decide(isDate = false): TimeFormat | { readonly line: number; readonly text: string } | undefined {
    const [shape, count] = Object.entries(this.#shapes).reduce((most, one) => (one[1] > most[1] ? one : most));
    if (count === 0) return undefined;
    if (shape === "number") return this.#unit(isDate);
    if (shape !== "slash") return shape as "iso" | "named" | "compact";
    if (this.#yearFirst === count) {
      const readable = this.#onlyMonthFirst + this.#onlyDayFirst > 0 || this.#ambiguous !== undefined;
      return readable ? this.#firstOfThese : "ymd";
    }
    if (this.#onlyMonthFirst !== this.#onlyDayFirst) return this.#onlyMonthFirst > this.#onlyDayFirst ? "mdy" : "dmy";
    return this.#ambiguous ?? "dmy";
  }

  /** By size: seconds reach 1e11 in the year 5138, and the other units are a thousand times that. */
  #unit(isDate: boolean): TimeFormat {
    if (this.#compact === this.#shapes.number) return "compact";
    if (this.#smallest >= 1_000 && this.#largest < 3_000) return "year";
    // From 1927 to 2173 in the days of spreadsheets, or within a day and a bit of 1970.
    if (isDate && this.#smallest >= 10_000 && this.#largest < 100_000) return "excel";
    if (this.#largest < 1e11) return "s";
    if (this.#largest < 1e14) return "ms";
    return this.#largest < 1e17 ? "us" : "ns";
  }
}
