/**
 * The exact check of what comes many times a second: rows, cells and the envelopes around them. zod compiles it at start
 * from the schemas themselves; whatever the compiled form does not accept zod's ordinary parser judges, and alone refuses.
 */
import { z } from "zod";
import type { ErrorCode } from "./codes.ts";
import { type Row, reading, readings, row, rowFields, samples } from "./device.ts";
import { nearestName } from "./nearest.ts";
import { describeProblems, judge, type Schema, shown } from "./problems.ts";
import { metricName, time, value } from "./values.ts";

/** `strict`: a schema that zod cannot compile fails at start instead of being slow in silence. */
function compiled<T extends Schema>(schema: T): T {
  return z.compile(schema, { strict: true });
}

/** The messages that carry readings, compiled. */
export const hotMessages = {
  readings: compiled(readings),
  samples: compiled(samples),
  reading: compiled(reading),
} as const;

const compiledRow = compiled(row);
const compiledMetric = compiled(metricName);
const compiledTime = compiled(time);
const compiledValue = compiled(value);

/** A row, a column or a cell that is refused by name, while the others of its frame are stored. */
export class RowRefusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** The metric as far as it could be read; empty where it could not. */
  readonly metric: string;
  /** The device that the row names, where it names one. */
  readonly device: string | undefined;
  constructor(code: ErrorCode, message: string, metric = "", device?: string) {
    this.code = code;
    this.message = message;
    this.metric = metric;
    this.device = device;
  }
}

/** What is told once in `ack.warnings`: nothing was refused, but the sender should know. One for each connection. */
export class Warnings {
  readonly #said = new Set<string>();
  #fresh: string[] = [];

  /** Keeps a text that was not said before; at most 100 in the life of a connection. */
  say(text: string): void {
    if (this.#said.size >= 100 || this.#said.has(text)) return;
    this.#said.add(text);
    this.#fresh.push(text);
  }

  /** What was not told yet, or undefined; told afterwards. */
  take(): string[] | undefined {
    if (this.#fresh.length === 0) return undefined;
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}

const knownRowFields: ReadonlySet<string> = new Set(rowFields);

function warnOfUnknownFields(checked: Row, warnings: Warnings): void {
  for (const field in checked) {
    if (knownRowFields.has(field)) continue;
    const near = nearestName(field, rowFields);
    const hint = near ? `did you mean ${near}?` : `a row has ${rowFields.join(", ")}`;
    warnings.say(`unknown field ${shown(field)} in a row was ignored: ${hint}`);
  }
}

/** A text of a refused row, short enough for an answer. */
function readable(part: unknown): string | undefined {
  return typeof part === "string" ? part.slice(0, 128).toWellFormed() : undefined;
}

/**
 * Checks one entry of `readings`. The row comes back with its time rounded and its names in NFC. Unknown fields are
 * warned of and otherwise ignored; so is an integer that JSON may have rounded. Does not throw.
 */
export function checkRow(input: unknown, warnings: Warnings): Row | RowRefusal {
  if (typeof input === "object" && input !== null && Object.hasOwn(input, "__proto__"))
    return new RowRefusal("invalid_name", "__proto__ is not allowed as a name");
  const checked = judge(compiledRow, input);
  if (checked.ok) {
    warnOfUnknownFields(checked.value, warnings);
    warnOfRounding(checked.value.value, checked.value.metric, warnings);
    return checked.value;
  }
  const { code, message } = describeProblems(checked.issues, "row", "invalid_message");
  const parts = typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
  return new RowRefusal(code, message, readable(parts.metric), readable(parts.device));
}

/** Checks the name of a column of `samples`, and gives it in NFC. */
export function checkMetric(input: string): string | RowRefusal {
  const checked = judge(compiledMetric, input);
  if (checked.ok) return checked.value;
  const { code, message } = describeProblems(checked.issues, "metric", "invalid_name");
  return new RowRefusal(code, message, readable(input));
}

/** Checks a cell of `times`, and gives it in whole ms. `metric` is the column it is read for. */
export function checkTime(input: unknown, metric = ""): number | RowRefusal {
  const checked = judge(compiledTime, input);
  if (checked.ok) return checked.value;
  const { code, message } = describeProblems(checked.issues, "time", "invalid_value");
  return new RowRefusal(code, message, metric);
}

/** Checks a cell of a column of `samples`; null, which means no value at that time, is the caller's to skip. */
export function checkValue(input: unknown, metric: string, warnings: Warnings): number | boolean | string | RowRefusal {
  const checked = judge(compiledValue, input);
  if (checked.ok) {
    warnOfRounding(checked.value, metric, warnings);
    return checked.value;
  }
  const { code, message } = describeProblems(checked.issues, "value", "invalid_value");
  return new RowRefusal(code, message, metric);
}

const largest64Bit = 2 ** 64;

/** True where a number looks like a 64-bit integer that JSON's doubles cannot hold exactly. */
export function mayBeRounded(input: unknown): boolean {
  if (typeof input !== "number") return false;
  const size = Math.abs(input);
  return size > Number.MAX_SAFE_INTEGER && size <= largest64Bit;
}

function warnOfRounding(input: unknown, metric: string, warnings: Warnings): void {
  if (!mayBeRounded(input)) return;
  warnings.say(
    `${metric}: integers beyond 2^53 may have been rounded on their way into JSON; send them as text to keep every digit`,
  );
}
