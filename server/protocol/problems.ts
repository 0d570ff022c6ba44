/** Turns what zod found into one code and one message: the first few problems in words, the rest counted. */
import { z } from "zod";
import type { ErrorCode } from "./codes.ts";
import { shortMessage } from "./errors.ts";
import { nearestName } from "./nearest.ts";
import { deviceName, metricName, selector, time, value, valueText } from "./values.ts";

export type Schema = z.core.$ZodType;
export type Issue = z.core.$ZodRawIssue;

/** A refusal in words. */
export interface Wording {
  readonly code: ErrorCode;
  readonly message: string;
}

/** zod passes a key called `__proto__` over in silence; the hub refuses it wherever it stands. */
export const protoProblem: Wording = { code: "invalid_name", message: "__proto__ is not allowed as a name" };

/** Problems of one message that are put into words. */
const maxWorded = 3;
/** Longest wording of one problem, UTF-16 units; three of them fit into 1 kB. */
const maxProblemLength = 300;

/** What a schema says of a value: the value it makes of it, or zod's issues before zod spends time on wording them. */
export type Judgement<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Runs a synchronous schema. */
export function judge<T extends Schema>(schema: T, input: unknown): Judgement<z.output<T>> {
  // The context is new each time: zod marks it where the compiled form gave up, and would not try that form again.
  const payload = schema._zod.run({ value: input, issues: [] }, { async: false });
  if (payload instanceof Promise) throw new TypeError("the schemas of the contract are synchronous");
  if (payload.issues.length > 0) return { ok: false, issues: payload.issues };
  return { ok: true, value: payload.value as z.output<T> };
}

const nameSchemas: ReadonlySet<unknown> = new Set([deviceName, metricName, selector]);
const valueSchemas: ReadonlySet<unknown> = new Set([value, valueText, time]);

/** The schema that an issue is about. */
function schemaOf(issue: Issue): Schema | undefined {
  if (issue.code === "invalid_key") {
    const def = issue.inst?._zod.def as { keyType?: Schema } | undefined;
    return def?.keyType;
  }
  return issue.schema ?? (issue.inst as Schema | undefined);
}

function codeOf(issue: Issue, otherwise: ErrorCode): ErrorCode {
  if (issue.code === "unrecognized_keys") return "unknown_field";
  const schema = schemaOf(issue);
  if (nameSchemas.has(schema)) return "invalid_name";
  if (valueSchemas.has(schema)) return "invalid_value";
  return otherwise;
}

/** A value as a refusal shows it: short, on one line, well-formed. */
export function shown(input: unknown): string {
  if (typeof input === "string") {
    const text = input.length > 40 ? `${input.slice(0, 40)}…` : input;
    return JSON.stringify(text.toWellFormed());
  }
  if (Array.isArray(input)) return "a list";
  if (typeof input === "object" && input !== null) return "an object";
  return String(input);
}

function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += `${text && "."}${String(part).slice(0, 40).toWellFormed()}`;
  }
  return text;
}

/** Unknown fields of one object, each with what it may have meant. */
function wordUnknownFields(issue: Issue & { code: "unrecognized_keys" }, noun: string): string[] {
  const def = issue.inst?._zod.def as { shape?: Record<string, unknown> } | undefined;
  const known = Object.keys(def?.shape ?? {});
  const where = issue.path && issue.path.length > 0 ? ` in ${pathText(issue.path)}` : "";
  return issue.keys.slice(0, maxWorded).map((key) => {
    const near = nearestName(key, known);
    const hint = near ? `did you mean ${near}?` : `allowed are ${known.join(", ")}`;
    return `unknown ${noun} ${shown(key)}${where}: ${hint}`;
  });
}

/** A number, a text or a list beyond a bound. The text itself is not shown: it may be a token. */
function wordBound(input: unknown, side: "at least" | "at most", bound: number): string {
  const least = side === "at least";
  const parts = Array.isArray(input) ? ["entry", "entries"] : ["character", "characters"];
  if (!Array.isArray(input) && typeof input !== "string")
    return `${shown(input)} is too ${least ? "small" : "large"}: ${side} ${bound} is allowed`;
  const count = `${input.length} ${parts[input.length === 1 ? 0 : 1]}`;
  return `has ${count}: ${side} ${bound} ${bound === 1 ? "is" : "are"} ${least ? "needed" : "allowed"}`;
}

function wordProblem(issue: Issue, whole: string): string {
  const at = issue.path && issue.path.length > 0 ? pathText(issue.path) : whole;
  const allowed = z.globalRegistry.get(schemaOf(issue) as z.ZodType)?.description;
  if (issue.input === undefined && issue.code !== "custom")
    return `${at} is missing${allowed ? `: it takes ${allowed}` : ""}`;
  if (issue.code === "invalid_key" && allowed) return `${at} is not ${allowed}`;
  if (allowed) return `${at} ${shown(issue.input)} is not ${allowed}`;
  if (issue.code === "invalid_type") {
    const expected = issue.expected === "record" ? "object" : issue.expected === "array" ? "list" : issue.expected;
    return `${at} must be ${/^[aeiou]/.test(expected) ? "an" : "a"} ${expected}, not ${shown(issue.input)}`;
  }
  if (issue.code === "invalid_value")
    return `${at} ${shown(issue.input)} must be ${issue.values.map((one) => JSON.stringify(one)).join(" or ")}`;
  if (issue.code === "too_small") return `${at} ${wordBound(issue.input, "at least", Number(issue.minimum))}`;
  if (issue.code === "too_big") return `${at} ${wordBound(issue.input, "at most", Number(issue.maximum))}`;
  // All else in zod's own words.
  const { message } = z.core.util.finalizeIssue(issue, undefined, z.core.config());
  return `${at}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

/**
 * One code and one message for all that is wrong. An unknown field is said first and gives its code to the whole: what
 * is missing beside it is usually the same field, misspelt. `whole` names what was checked, `noun` its parts.
 */
export function describeProblems(
  issues: readonly Issue[],
  whole: string,
  otherwise: ErrorCode,
  noun = "field",
): Wording {
  const unknown = issues.filter((issue) => issue.code === "unrecognized_keys");
  const others = issues.length === unknown.length ? [] : issues.filter((issue) => issue.code !== "unrecognized_keys");
  const worded: string[] = [];
  let count = others.length;
  for (const issue of unknown) {
    count += issue.keys.length;
    if (worded.length < maxWorded) worded.push(...wordUnknownFields(issue, noun).slice(0, maxWorded - worded.length));
  }
  for (const issue of others) {
    if (worded.length >= maxWorded) break;
    worded.push(wordProblem(issue, whole));
  }
  const first = unknown[0] ?? others[0];
  const rest = count - worded.length;
  const text = worded.map((problem) => shortMessage(problem).slice(0, maxProblemLength)).join("; ");
  return {
    code: first ? codeOf(first, otherwise) : otherwise,
    message: shortMessage(rest > 0 ? `${text}; and ${rest} more problem${rest === 1 ? "" : "s"}` : text),
  };
}
