/** The check of one whole message against the schema of its type, with bounded work whatever was sent. */
import { hotMessages } from "./check.ts";
import { hasProtoKey, nestsDeeperThan } from "./depth.ts";
import { type About, Refusal } from "./errors.ts";
import { type Limits, limitText } from "./limits.ts";
import { describeProblems, judge, protoProblem, type Schema } from "./problems.ts";

/** The limits that decoding keeps. */
export type DecodeLimits = Pick<Limits, "depth" | "readingsPerFrame" | "metricsPerDevice">;

/** A JSON object whose type is known and whose other fields are not. */
export type Fields = Readonly<Record<string, unknown>>;

/** Most commands of a device, arguments of a command, and labels: refusing thousands of bad ones one by one takes too long. */
const maxCommands = 100;
const maxArguments = 32;
const maxLabels = 256;

function wholeNumber(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined;
}

/** The numbers that the sender gave a message, as far as they can be read. */
export function aboutOf(fields: Fields): About {
  return { id: wholeNumber(fields.id), seq: wholeNumber(fields.seq) };
}

/** Undefined where the text does not nest too deep for what recurses over it later. */
export function depthRefusal(text: string, { depth }: DecodeLimits, about?: About): Refusal | undefined {
  if (!nestsDeeperThan(text, depth)) return undefined;
  const message = `objects and lists nest deeper than allowed: ${limitText("depth", depth)}`;
  return new Refusal("too_deep", message, undefined, about);
}

export function tooManyReadings(count: number, { readingsPerFrame }: DecodeLimits, about?: About): Refusal {
  const message = `${count} readings are too many at once: ${limitText("readingsPerFrame", readingsPerFrame)}; send them in several parts`;
  return new Refusal("too_many_readings", message, undefined, about);
}

/** Entries of a record; 0 where it is none, which zod will say. */
function countEntries(record: unknown): number {
  return typeof record === "object" && record !== null && !Array.isArray(record) ? Object.keys(record).length : 0;
}

/** zod's work on a record grows with its bad keys: a record with more entries than can be right is not shown to it. */
function entriesRefusal(fields: Fields, limits: DecodeLimits): Refusal | undefined {
  const about = aboutOf(fields);
  const refuse = (what: string, count: number, allowed: string) =>
    new Refusal("invalid_message", `${what} has ${count} entries: ${allowed}`, undefined, about);
  const metrics = countEntries(fields.metrics);
  if (metrics > limits.metricsPerDevice)
    return refuse("metrics", metrics, limitText("metricsPerDevice", limits.metricsPerDevice));
  const labels = countEntries(fields.labels);
  if (labels > maxLabels) return refuse("labels", labels, `at most ${maxLabels} are allowed`);
  const commands = countEntries(fields.commands);
  if (commands > maxCommands) return refuse("commands", commands, `at most ${maxCommands} are allowed`);
  for (const [name, command] of commands > 0 ? Object.entries(fields.commands as Fields) : []) {
    const args = countEntries((command as Fields | null)?.args);
    if (args > maxArguments)
      return refuse(
        `the args of command ${name.slice(0, 40).toWellFormed()}`,
        args,
        `at most ${maxArguments} are allowed`,
      );
  }
  const columns = countEntries(fields.values);
  return columns > limits.readingsPerFrame ? tooManyReadings(columns, limits, about) : undefined;
}

/** What has to hold before zod's own parser may look. */
export function precheck(fields: Fields, text: string, limits: DecodeLimits): Refusal | undefined {
  const deep = depthRefusal(text, limits, aboutOf(fields));
  if (deep) return deep;
  if (hasProtoKey(fields)) return new Refusal(protoProblem.code, protoProblem.message, undefined, aboutOf(fields));
  return entriesRefusal(fields, limits);
}

/** Checks a message that carries no readings. */
function checkCold(fields: Fields, schema: Schema, text: string, limits: DecodeLimits): Fields | Refusal {
  const refusal = precheck(fields, text, limits);
  if (refusal) return refusal;
  const judged = judge(schema, fields);
  if (judged.ok) return judged.value as Fields;
  const { code, message } = describeProblems(judged.issues, fields.type as string, "invalid_message");
  return new Refusal(code, message, undefined, aboutOf(fields));
}

/** Cells of `samples` that hold a value, counted only where there may be too many. */
function countCells(times: readonly unknown[], columns: readonly (readonly unknown[])[], most: number): number {
  if (times.length * columns.length <= most) return 0;
  let count = 0;
  for (const column of columns) for (const cell of column) if (cell !== null) count++;
  return count;
}

/** What the schema of `samples` cannot say: columns as long as `times`, and not too many cells. */
function samplesRefusal(message: Fields, limits: DecodeLimits): Refusal | undefined {
  const times = message.times as readonly unknown[];
  const values = message.values as Readonly<Record<string, readonly unknown[]>>;
  for (const [metric, column] of Object.entries(values)) {
    if (column.length === times.length) continue;
    const problem = `values.${metric.slice(0, 128).toWellFormed()} has ${column.length} entries and times has ${times.length}: each column is as long as times, with null where there is no value`;
    return new Refusal("invalid_message", problem, undefined, aboutOf(message));
  }
  const count = countCells(times, Object.values(values), limits.readingsPerFrame);
  return count > limits.readingsPerFrame ? tooManyReadings(count, limits, aboutOf(message)) : undefined;
}

/**
 * Checks a message against the schema of its type. The compiled check of the messages that carry readings looks neither
 * into rows nor into cells, so that how deep those nest does not matter to it; each of them is checked by itself later.
 */
export function checkMessage(fields: Fields, schema: Schema, text: string, limits: DecodeLimits): Fields | Refusal {
  const type = fields.type as string;
  if (!(type in hotMessages)) return checkCold(fields, schema, text, limits);
  if (type === "samples" && countEntries(fields.values) > limits.readingsPerFrame)
    return tooManyReadings(countEntries(fields.values), limits, aboutOf(fields));
  const judged = judge(schema, fields);
  if (!judged.ok) return checkCold(fields, schema, text, limits);
  const message = judged.value as Fields;
  if (type === "readings") {
    const count = (message.readings as readonly unknown[]).length;
    return count > limits.readingsPerFrame ? tooManyReadings(count, limits, aboutOf(message)) : message;
  }
  if (type !== "samples") return message;
  if (Object.hasOwn(fields.values as object, "__proto__"))
    return new Refusal(protoProblem.code, protoProblem.message, undefined, aboutOf(fields));
  return samplesRefusal(message, limits) ?? message;
}
