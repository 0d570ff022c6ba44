/** Names that a hub takes, made of what stands in a file. */
import { devicePattern, maxNameLength, metricPattern } from "../../server/protocol/index.ts";

/** A column's name as a metric: `Temp. outside (°C)` is `Temp._outside` in °C. */
export interface MetricOfColumn {
  readonly metric: string;
  /** What stood there, where the name says less. */
  readonly label?: string;
  readonly unit?: string;
}

function shortened(name: string): string {
  return [...name].slice(0, maxNameLength).join("");
}

/** What is a name as it stands stays as it is. */
function isName(text: string, pattern: RegExp): boolean {
  return (
    pattern.test(text) && [...text].length <= maxNameLength && text.normalize("NFC") === text && text !== "__proto__"
  );
}

/** Letters, digits and `_ . : -` stay, what stands between becomes one `_`. */
function cleaned(text: string): string {
  return text
    .normalize("NFC")
    .replaceAll(/[^\p{L}\p{M}\p{Nd}_.:-]+/gu, "_")
    .replaceAll(/^_+|_+$/g, "");
}

/** A metric's name, or undefined where nothing of the text may stand in one. */
export function metricOf(text: string): MetricOfColumn | undefined {
  if (isName(text, metricPattern)) return { metric: text };
  const [, before = text, unit] = /^(.*\S)\s*[([]([^()[\]]{1,20})[)\]]$/u.exec(text) ?? [];
  const metric = shortened(cleaned(before));
  if (metric === "" || metric === "__proto__") return undefined;
  return { metric, ...(metric === text ? {} : { label: shortened(before) }), ...(unit === undefined ? {} : { unit }) };
}

/** A device's id; `/` parts it as in the file. Undefined where nothing of the text may stand in one. */
export function deviceOf(text: string): string | undefined {
  if (isName(text, devicePattern) && !/(^|\/)\.\.?(\/|$)/.test(text)) return text;
  const parts = text.split("/").map(cleaned);
  const device = shortened(parts.filter((part) => part !== "" && part !== "." && part !== "..").join("/"));
  return device === "" || device === "__proto__" ? undefined : device.replace(/\/+$/, "");
}

/** Gives each of many texts a name of its own: two that look alike once cleaned get `_2`, `_3`, … in order of appearance. */
export class NameBook<Named extends { readonly name: string }> {
  readonly #named = new Map<string, Named | undefined>();
  readonly #taken = new Set<string>();
  readonly #make: (text: string) => Named | undefined;

  constructor(make: (text: string) => Named | undefined) {
    this.#make = make;
  }

  get size(): number {
    return this.#taken.size;
  }

  /** Undefined where the text gives no name. */
  find(text: string): Named | undefined {
    const known = this.#named.get(text);
    if (known || this.#named.has(text)) return known;
    const made = this.#make(text);
    const named = made && { ...made, name: this.#free(made.name) };
    this.#named.set(text, named);
    return named;
  }

  *[Symbol.iterator](): IterableIterator<readonly [text: string, named: Named]> {
    for (const [text, named] of this.#named) if (named) yield [text, named];
  }

  #free(name: string): string {
    let free = name;
    for (let number = 2; this.#taken.has(free); number++) {
      const ending = `_${number}`;
      free = `${[...name].slice(0, maxNameLength - ending.length).join("")}${ending}`;
    }
    this.#taken.add(free);
    return free;
  }
}
