/** What the cells of a column are: numbers in the one or the other spelling, booleans, texts, or nothing. */
import { isStorableText, maxTextLength } from "../../server/protocol/index.ts";
import type { Value } from "../link.ts";

/** Which character parts the decimals: `1.5` or `1,5`. */
export type Decimal = "point" | "comma";

/** What the values of a column are. */
export type ValueType = "number" | "boolean" | "string";

/** Between thousands everywhere, besides the sign that the decimals do not have: blanks, also such as do not break, and apostrophes. */
const thousands = "[ \\u00A0\\u202F\u2019']";

function numberPattern(point: string, comma: string): RegExp {
  const grouped = `[1-9]\\d{0,2}(?:(?:${comma}\\d{3})+|(?:${thousands}\\d{3})+)`;
  return new RegExp(`^[+\u2212-]?(?:(?:\\d+|${grouped})(?:${point}\\d*)?|${point}\\d+)(?:[eE][+-]?\\d+)?$`);
}

const numberIn: Readonly<Record<Decimal, RegExp>> = {
  point: numberPattern("\\.", ","),
  comma: numberPattern(",", "\\."),
};
/** What programs write for a number that is none, or that no double holds; not a word that a person would choose. */
const failed = /^(?:n\/?a|<na>|nan|null|#(?:n\/a|div\/0!|value!|ref!|num!|name\?|null!))$/i;
const infinite = /^[+-]?inf(?:inity)?$/i;
/** `1,234` is 1234 for one and 1.234 for another. */
const eitherComma = /^[+-]?[1-9]\d{0,2},\d{3}$/;
const boolean = /^(?:true|false)$/i;
/** What stands for "no reading" in a column of numbers or booleans. */
const nothing = /^(?:-+|none|nil|missing|\?)?$/i;

/** The number that `text` is, or undefined. Numbers beyond the range of a double are none. */
export function readNumber(text: string, decimal: Decimal): number | undefined {
  if (!numberIn[decimal].test(text)) return undefined;
  const number = Number(plainNumber(text, decimal));
  return Number.isFinite(number) ? number : undefined;
}

const odd = new RegExp(`\u2212|${thousands}`);
const allThousands = new RegExp(thousands, "g");

function plainNumber(spelled: string, decimal: Decimal): string {
  const text = odd.test(spelled) ? spelled.replaceAll(allThousands, "").replace("\u2212", "-") : spelled;
  if (decimal === "comma") return text.replaceAll(".", "").replace(",", ".");
  return text.includes(",") ? text.replaceAll(",", "") : text;
}

/** A value, `null` for no reading, or undefined where the text is nothing of that type. */
export function readValue(text: string, type: ValueType, decimal: Decimal): Value | null | undefined {
  if (text === "") return null;
  if (type === "string") return text;
  if (nothing.test(text) || failed.test(text)) return null;
  if (type === "number") return readNumber(text, decimal);
  return boolean.test(text) ? text.toLowerCase() === "true" : undefined;
}

/** Why the hub would not take this text, or undefined. */
export function textTrouble(text: string): string | undefined {
  if (!isStorableText(text)) return "text without NUL";
  if (text.length <= maxTextLength || [...text].length <= maxTextLength) return undefined;
  return `text of at most ${maxTextLength} characters`;
}

/** What was found in one column so far; what it is can be said once all of it was seen. */
export class ColumnTally {
  readonly #numbers: Record<Decimal, number> = { point: 0, comma: 0 };
  #booleans = 0;
  #nothing = 0;
  #failed = 0;
  #filled = 0;

  add(text: string): void {
    if (text === "") return;
    this.#filled++;
    const first = text.charCodeAt(0);
    // Most cells of most files are numbers, and most texts begin with a letter: neither needs all the patterns.
    if (first < 0x40 || first === 0x2212) {
      const point = numberIn.point.test(text);
      const comma = numberIn.comma.test(text);
      if (point) this.#numbers.point++;
      if (comma) this.#numbers.comma++;
      if (point || comma) return;
    }
    if (boolean.test(text)) this.#booleans++;
    else if (failed.test(text)) this.#failed++;
    else if (infinite.test(text)) {
      this.#numbers.point++;
      this.#numbers.comma++;
    } else if (nothing.test(text)) this.#nothing++;
  }

  /** Numbers where nine of ten cells are such, or none could be had; the others are mistakes then. Otherwise text, as it stands. `exact`: by a hub, which writes no NaN. */
  type(decimal: Decimal, exact = false): ValueType {
    const said = this.#filled - this.#nothing - this.#failed;
    if (!exact && this.#filled > 0 && this.#failed === this.#filled) return "number";
    const numbers = this.#numbers[decimal];
    if (numbers > 0 && numbers >= 0.9 * said) return "number";
    return said > 0 && this.#booleans === said ? "boolean" : "string";
  }
}

/** Finds out from all cells of a file how it writes decimals. */
export class DecimalTally {
  #point = 0;
  #comma = 0;
  #either: { readonly line: number; readonly text: string } | undefined;

  add(text: string, line: number): void {
    const hasComma = text.includes(",");
    if (!hasComma && !text.includes(".")) return;
    const point = numberIn.point.test(text);
    const comma = numberIn.comma.test(text);
    if (hasComma && eitherComma.test(text)) this.#either ??= { line, text };
    // A lone `1.234` is a decimal point in nearly every file; with thousands so written, some other cell has a comma.
    else if (point && (!comma || !hasComma)) this.#point++;
    else if (comma) this.#comma++;
  }

  /** Or the first cell that can be read in two ways, where no other cell decides. */
  decide(): Decimal | { readonly line: number; readonly text: string } {
    if (this.#comma > this.#point) return "comma";
    if (this.#point > 0 || !this.#either) return "point";
    return this.#either;
  }
}
