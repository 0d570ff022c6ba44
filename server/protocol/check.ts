/**
 * The exact check of what comes many times a second: rows, cells and the envelopes around them. zod compiles it at start
 * from the schemas themselves; whatever the compiled form does not accept zod's ordinary parser judges, and alone refuses.
 */
import { z } from "zod";
import type { ErrorCode } from "./codes.ts";
import { type Row, reading, readings, row, rowFields, samples } from "./device.ts";
import { nearestName } from "./nearest.ts";
import { describeProblems, judge, protoProblem, type Schema, shown, type Wording } from "./problems.ts";

import { metricName, time, value } from "./values.ts";
import type { Warnings } from "./warnings.ts";

export { Warnings } from "./warnings.ts";

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

/** Rows without unknown fields, all but a few, and the others: passing unknown fields on costs more than the rest of the check. */
const plainRow = compiled(z.strictObject(row.shape));
const oddRow = compiled(row);
const compiledMetric = compiled(metricName);
const compiledTime = compiled(time);
const compiledValue = compiled(value);

/** A row, a column or a cell that is refused by name, while the others of its frame are stored. */
export class RowRefusal {
  /** The metric as far as it could be read; empty where it could not. */
  readonly metric: string;
  /** The device that the row names, where it names one. */
  readonly device: string | undefined;
  readonly #word: () => Wording;
  #worded: Wording | undefined;

  /** `word` is called when somebody asks: of thousands of bad rows only the first are told in words. */
  constructor(word: () => Wording, metric = "", device?: string) {
    this.#word = word;
    this.metric = metric;
    this.device = device;
  }

  get code(): ErrorCode {
    return this.#wording.code;
  }

  get message(): string {
    return this.#wording.message;
  }

  get #wording(): Wording {
    this.#worded ??= this.#word();
    return this.#worded;
  }
}

function hasUnknownField(input: unknown): boolean {
  for (const field in input as object) if (!rowFields.includes(field as (typeof rowFields)[number])) return true;
  return false;
}

/**
 * Checks one entry of `readings`. The row comes back as a new object, its time rounded and its names in NFC. Unknown fields
 * are warned of and otherwise ignored; an integer that JSON may have rounded is warned of. Does not throw.
 */
export function checkRow(input: unknown, warnings: Warnings): Row | RowRefusal {
  const odd = hasUnknownField(input);
  const checked = judge(odd ? oddRow : plainRow, input);
  if (!checked.ok) return refusedRow(input, () => describeProblems(checked.issues, "row", "invalid_message"));
  if (odd) {
    // zod passes such a key over; here it is refused by name like any other bad name.
    if (Object.hasOwn(input as object, "__proto__")) return refusedRow(input, () => protoProblem);
    warnOfUnknownFields(checked.value, warnings);
  }
  warnOfRounding(checked.value.value, checked.value.metric, warnings);
  return checked.value;
}

function refusedRow(input: unknown, word: () => Wording): RowRefusal {
  const fields = typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
  return new RowRefusal(word, readable(fields.metric), readable(fields.device));
}

/** A text of a refused row, short enough for an answer. */
function readable(part: unknown): string | undefined {
  return typeof part === "string" ? part.slice(0, 128).toWellFormed() : undefined;
}

/** Checks the name of a column of `samples`, and gives it in NFC. */
export function checkMetric(input: string): string | RowRefusal {
  const checked = judge(compiledMetric, input);
  if (checked.ok) return checked.value;
  return new RowRefusal(() => describeProblems(checked.issues, "metric", "invalid_name"), readable(input));
}

/** Checks a cell of `times`, and gives it in whole ms. */
export function checkTime(input: unknown): number | RowRefusal {
  const checked = judge(compiledTime, input);
  if (checked.ok) return checked.value;
  return new RowRefusal(() => describeProblems(checked.issues, "time", "invalid_value"));
}

/** Checks a cell of a column of `samples`; null, which means no value at that time, is the caller's to skip. */
export function checkValue(input: unknown, metric: string, warnings: Warnings): number | boolean | string | RowRefusal {
  const checked = judge(compiledValue, input);
  if (!checked.ok)
    return new RowRefusal(() => describeProblems(checked.issues, "value", "invalid_value"), readable(metric));
  warnOfRounding(checked.value, metric, warnings);
  return checked.value;
}

function warnOfUnknownFields(checked: Row, warnings: Warnings): void {
  for (const field in checked) {
    if (rowFields.includes(field as (typeof rowFields)[number])) continue;
    warnings.say(`field ${field}`, () => {
      const near = nearestName(field, rowFields);
      const hint = near ? `did you mean ${near}?` : `a row has ${rowFields.join(", ")}`;
      return `unknown field ${shown(field)} in a row was ignored: ${hint}`;
    });
  }
}

const largest64Bit = 2 ** 64;

/** True where a number looks like a 64-bit integer that JSON's doubles cannot hold exactly. */
export function mayBeRounded(input: unknown): boolean {
  if (typeof input !== "number" || (input <= Number.MAX_SAFE_INTEGER && input >= Number.MIN_SAFE_INTEGER)) return false;
  return Math.abs(input) <= largest64Bit;
}

function warnOfRounding(input: unknown, metric: string, warnings: Warnings): void {
  if (!mayBeRounded(input)) return;
  warnings.say(
    `rounded ${metric}`,
    () =>
      `${metric.slice(0, 128).toWellFormed()}: integers beyond 2^53 may have been rounded on their way into JSON; send them as text to keep every digit`,
  );
}
