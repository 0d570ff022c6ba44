/** Readings out of rows, each looked at by itself: what is wrong is told with its line and column, and the rest goes on. */
import type { DeviceMeta } from "../../server/protocol/index.ts";
import type { Value } from "../link.ts";
import { deviceOf, type MetricOfColumn, metricOf, NameBook } from "./names.ts";
import { type Plan, textOf, timeText, typeKey } from "./plan.ts";
import type { Row, Trouble } from "./row.ts";
import { readTime, timeFormats } from "./times.ts";
import { readNumber, readValue, textTrouble, type ValueType } from "./values.ts";

/** What one row has to say. */
export interface Moment {
  readonly line: number;
  /** ms since the epoch. */
  readonly time: number;
  readonly device: string;
  readonly readings: readonly (readonly [metric: string, value: Value])[];
}

type NamedMetric = MetricOfColumn & { readonly name: string };

/** More devices than this are no devices: each has a connection of its own. */
export const maxDevices = 10_000;

/** The apostrophe that the hub's CSV puts before what a spreadsheet would run; one goes, others were in the text. */
const led = /^'(?='*[=+\-@\t\r\n\0])/;

/** Reads rows as a plan says. Keeps the names that it gave, so that a second reading gives the same ones. */
export class Reader {
  readonly #plan: Plan;
  readonly #wholeDevice: string;
  readonly #isUtf8: boolean;
  readonly #typed: boolean;
  readonly #devices = new NameBook((text) => {
    const name = deviceOf(text);
    return name === undefined ? undefined : { name };
  });
  readonly #metrics = new NameBook<NamedMetric>((text) => {
    const found = metricOf(text);
    return found && { ...found, name: found.metric };
  });

  /** `wholeDevice`: whose readings they are where no column says it. `typed` and `isUtf8`: of the file, see `Table`. */
  constructor(plan: Plan, wholeDevice: string, { typed, isUtf8 }: { typed: boolean; isUtf8: boolean }) {
    this.#plan = plan;
    this.#isUtf8 = isUtf8;
    this.#wholeDevice = wholeDevice;
    this.#typed = typed;
  }

  /** Metrics of which the file says more than a name may: units, and names as they stood there. */
  get metrics(): NonNullable<DeviceMeta["metrics"]> {
    const told = [...this.#metrics].filter(([, { label, unit }]) => label !== undefined || unit !== undefined);
    return Object.fromEntries(
      told.map(([, { name, label, unit }]) => [
        name,
        { ...(label === undefined ? {} : { label }), ...(unit === undefined ? {} : { unit }) },
      ]),
    );
  }

  /** What the file calls a device, where that is no name for a hub. */
  *devices(): IterableIterator<{ readonly device: string; readonly name?: string }> {
    if (this.#plan.layout.device === undefined) yield { device: this.#wholeDevice };
    for (const [text, { name }] of this.#devices)
      yield { device: name, ...(text === name ? {} : { name: text.slice(0, 128) }) };
  }

  /** What the row says, what is wrong with it, or undefined where it says nothing. */
  read(row: Row): Moment | Trouble | undefined {
    if (row.trouble) return row.trouble;
    const { layout, dateFormat, header } = this.#plan;
    const { cells, line } = row;
    const text = timeText(layout, cells);
    if (text === "" && cells.every((cell) => textOf(cell) === "")) return undefined;
    const time = readTime(text, dateFormat);
    if (time === undefined)
      return {
        column: header[layout.time] ?? "",
        expected: `a time like ${timeFormats[dateFormat]}`,
        found: `"${text}"`,
      };
    const device = this.#device(cells);
    if (typeof device !== "string") return device;
    const readings: (readonly [string, Value])[] = [];
    const { long } = layout;
    for (const place of long ? [long.value] : layout.values) {
      const name = long ? textOf(cells[long.metric]).replace(layout.exact ? led : "", "") : (header[place] ?? "");
      const metric = this.#metrics.find(name)?.name;
      const column = header[long && metric === undefined ? long.metric : place] ?? "";
      const unreadable = this.#notUtf8(name);
      if (unreadable) return { column: header[long ? long.metric : place] ?? "", ...unreadable };
      if (metric === undefined)
        return { column, expected: "the name of a metric, with a letter or digit", found: `"${name}"` };
      const value = this.#checked(this.#value(cells, place));
      if (typeof value === "object" && value !== null) return { column, ...value };
      if (value !== null) readings.push([metric, value]);
    }
    return { line, time, device, readings };
  }

  #device(cells: readonly unknown[]): string | Trouble {
    const { layout, header } = this.#plan;
    if (layout.device === undefined) return this.#wholeDevice;
    const text = textOf(cells[layout.device]);
    const device = this.#devices.find(layout.exact ? text.replace(led, "") : text)?.name;
    const column = header[layout.device] ?? "";
    const unreadable = this.#notUtf8(text);
    if (unreadable) return { column, ...unreadable };
    if (device === undefined)
      return { column, expected: "the name of a device, with a letter or digit", found: `"${text}"` };
    if (this.#devices.size <= maxDevices) return device;
    return {
      column,
      expected: `at most ${maxDevices} devices (--device NAME makes the file one device)`,
      found: `"${text}" as one more`,
    };
  }

  #checked(value: Value | null | Trouble): Value | null | Trouble {
    return typeof value === "string" ? (this.#notUtf8(value) ?? value) : value;
  }

  #notUtf8(text: string): Trouble | undefined {
    if (this.#isUtf8 || !text.includes("\uFFFD")) return undefined;
    const expected = "text in UTF-8 (iconv -f latin1 -t utf-8 FILE turns an older file into it)";
    return { expected, found: foundText(text) };
  }

  #value(cells: readonly unknown[], place: number): Value | null | Trouble {
    const { layout, decimal, types } = this.#plan;
    const { long } = layout;
    const cell = cells[place];
    if (this.#typed) return ownValue(cell);
    const said = long?.type === undefined ? undefined : textOf(cells[long.type]);
    if (said !== undefined) return exactValue(cell as string, said);
    const type = types.get(typeKey(layout, cells, place)) ?? "string";
    const text = layout.exact && type === "string" ? String(cell).replace(led, "") : textOf(cell);
    const value = readValue(text, type, decimal);
    if (value === undefined) return expected(type, text);
    return typeof value === "string" ? checkedText(value) : value;
  }
}

const typeWords: Readonly<Record<ValueType, string>> = {
  number: "a number, as in the rest of the column",
  boolean: "true or false, as in the rest of the column",
  string: "a text",
};

function expected(type: ValueType, text: string): Trouble {
  return { expected: typeWords[type], found: `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"` };
}

function checkedText(text: string): Value | Trouble {
  const trouble = textTrouble(text);
  return trouble === undefined ? text : { expected: trouble, found: foundText(text) };
}

function foundText(text: string): string {
  return `${[...text].length} characters ("${text.slice(0, 40)}…")`;
}

/** A cell of NDJSON, which is what it is. */
function ownValue(cell: unknown): Value | null | Trouble {
  if (cell === undefined || cell === null) return null;
  if (typeof cell === "string") return checkedText(cell);
  if (typeof cell === "boolean") return cell;
  if (typeof cell === "number" && Number.isFinite(cell)) return cell;
  return { expected: "a finite number, true, false, a text or null", found: JSON.stringify(cell).slice(0, 60) };
}

/** A cell of a recording, which tells its type. */
function exactValue(text: string, type: string): Value | Trouble {
  if (type === "string") return checkedText(text.replace(led, ""));
  if (type === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  const number = type === "number" ? readNumber(text, "point") : undefined;
  return (
    number ?? { expected: "number, boolean or string as type, and a value of that type", found: `"${text}", "${type}"` }
  );
}
