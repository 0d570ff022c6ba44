/** The cells of a file as values of JSON. */
import { isStorableText, maxTextLength } from "../../protocol/values.ts";

export type ValueType = "number" | "boolean" | "string";

/** Said where a cell is not of the type that its series has. */
export const valueRules: Readonly<Record<ValueType, string>> = {
  number: "a number",
  boolean: "true or false",
  string: `text of at most ${maxTextLength} characters without NUL`,
};

/** What the hub would be sent as it stands. */
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const looseNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const boolean = /^(?:true|false)$/i;
/** What programs write for no reading at all. */
const nothing = /^(?:|-|n\/?a|nan|null|none|nil|missing|\?|#n\/a)$/i;

/** The JSON of a cell; null for no reading; undefined where it is nothing of that type. */
export function jsonOf(text: string, type: ValueType): string | null | undefined {
  if (type === "number") {
    // A number beyond the range of a double is none.
    if (jsonNumber.test(text)) return text.length < 300 && Number.isFinite(Number(text)) ? text : undefined;
    if (looseNumber.test(text)) return Number.isFinite(Number(text)) ? String(Number(text)) : undefined;
    return nothing.test(text) ? null : undefined;
  }
  if (type === "boolean") {
    if (boolean.test(text)) return text.toLowerCase();
    return nothing.test(text) ? null : undefined;
  }
  return isText(text) ? JSON.stringify(text) : undefined;
}

function isText(text: string): boolean {
  return isStorableText(text) && (text.length <= maxTextLength || [...text].length <= maxTextLength);
}

/** The same for what JSON says itself: the text is JSON of a number, true, false or a text. */
export function typedJsonOf(text: string, type: ValueType): string | undefined {
  if (typeOfJson(text) !== type) return undefined;
  return type !== "string" || isText(JSON.parse(text) as string) ? text : undefined;
}

/** JSON has no number beyond the range of a double: one that is written so was read as infinite, and written as null. */
export function typeOfJson(text: string): ValueType | undefined {
  if (text === "null") return undefined;
  if (text.startsWith('"')) return "string";
  return text === "true" || text === "false" ? "boolean" : "number";
}

/** Finds the type of a new series out of its first cells. */
export class TypeTally {
  #numbers = 0;
  #booleans = 0;
  #others = 0;

  /** `typed`: the text is JSON of a number, true, false or a text. */
  add(text: string, typed: boolean): void {
    const type = typed ? typeOfJson(text) : undefined;
    if (type) {
      if (type === "number") this.#numbers++;
      else if (type === "boolean") this.#booleans++;
      else this.#others++;
    } else if (looseNumber.test(text)) this.#numbers++;
    else if (boolean.test(text)) this.#booleans++;
    else if (!nothing.test(text)) this.#others++;
  }

  /** Numbers where nine of ten are such: the others are mistakes then. Undefined where nothing was met that tells. */
  get type(): ValueType | undefined {
    const said = this.#numbers + this.#booleans + this.#others;
    if (said === 0) return undefined;
    if (this.#numbers >= 0.9 * said) return "number";
    return this.#booleans >= 0.9 * said ? "boolean" : "string";
  }
}
