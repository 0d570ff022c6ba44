/**
 * The smallest things on the wire: times, values, names, selectors, durations. Every schema of the contract is built from
 * these, so a rule about a name stands in one place.
 */
import { z } from "zod";
import { atMost } from "./lengths.ts";

/** Furthest instants a `Date` can hold, ms from the epoch (ECMAScript 21.4.1.1). */
export const maxTimeMs = 8.64e15;

/** Longest string value, name, unit or label, in code points. */
export const maxTextLength = 256;

/** Longest device id or metric, in code points. */
export const maxNameLength = 128;

const deviceSegment = "[\\p{L}\\p{M}\\p{Nd}_.:\\-]+";
/** What metrics and device ids are made of; beyond that no `__proto__`, and no part of a device id is `.` or `..`. */
export const metricPattern = new RegExp(`^${deviceSegment}$`, "u");
export const devicePattern = new RegExp(`^${deviceSegment}(?:/${deviceSegment})*$`, "u");
const selectorPattern = /^[\p{L}\p{M}\p{Nd}_.:\-/*]+$/u;

/** Said with every refused name, so that nobody has to look the rule up. */
export const nameRule = {
  device: `1–${maxNameLength} letters, digits, _ . : - and / between non-empty parts that are not . or ..`,
  metric: `1–${maxNameLength} letters, digits, _ . : -`,
  selector: `a device or metric name in which * stands for any run of characters`,
} as const;

/** Names that were right and in NFC already: the same few come with every reading, and the patterns cost as much as all else. */
class KnownNames {
  readonly #names = new Set<string>();

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Forgets all at once where there are too many: a sender that makes names up must not fill the hub's memory. */
  add(name: string): void {
    // Too long is found by another check, which comes too late for what is kept here.
    if (name.length > 2 * maxNameLength) return;
    if (this.#names.size >= 10_000) this.#names.clear();
    this.#names.add(name);
  }
}

const knownDevices = new KnownNames();
const knownMetrics = new KnownNames();

function isDeviceName(name: string): boolean {
  if (knownDevices.has(name)) return true;
  const right =
    devicePattern.test(name) && !name.split("/").some((part) => part === "." || part === "..") && name !== "__proto__";
  if (right) knownDevices.add(name);
  return right;
}

function isMetricName(name: string): boolean {
  if (knownMetrics.has(name)) return true;
  const right = metricPattern.test(name) && name !== "__proto__";
  if (right) knownMetrics.add(name);
  return right;
}

/** No name that is short enough in NFC is longer than this in any form, UTF-16 units: no code point there takes more than 6. */
const maxRawLength = 6 * maxNameLength;

/** Longer names stay as they are, and are refused for their length: putting marks in order takes a time that grows with the square of their number. */
function toNfc(name: string): string {
  return name.length > maxRawLength ? name : name.normalize("NFC");
}

/** A device id: `boiler-1`, `greenhouse/north/3`. Normalised to NFC. */
export const deviceName = z
  .string()
  .overwrite((name) => (knownDevices.has(name) ? name : toNfc(name)))
  .check(atMost(maxNameLength))
  .refine(isDeviceName)
  .describe(`a device id (${nameRule.device}; not __proto__)`);

/** A metric of a device: `temperature`, `motor.current`. Normalised to NFC. */
export const metricName = z
  .string()
  .overwrite((name) => (knownMetrics.has(name) ? name : toNfc(name)))
  .check(atMost(maxNameLength))
  .refine(isMetricName)
  .describe(`a metric name (${nameRule.metric}; not __proto__)`);

/** A device or metric selector: `*`, `greenhouse/*`, `temperature`. Normalised to NFC. */
export const selector = z
  .string()
  .overwrite(toNfc)
  .check(atMost(maxNameLength))
  .regex(selectorPattern)
  .describe(`a selector (${nameRule.selector})`);

/** True where a text survives UTF-8 and every database: no lone surrogate, no NUL. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

const storableText = z.string().check(atMost(maxTextLength)).refine(isStorableText);

/** Free text: a name, a unit, a label. */
export const freeText = storableText.describe(
  `text of at most ${maxTextLength} characters (well-formed Unicode without NUL)`,
);

const valueRule = `a value (a finite number, true, false, or text of at most ${maxTextLength} characters, well-formed and without NUL)`;

/** A value that is text. */
export const valueText = storableText.describe(valueRule);

/** A reading's value: a finite number, a boolean, or a short string. */
export const value = z.union([z.number(), z.boolean(), valueText]).describe(valueRule);

/** Whole ms; a fraction is rounded, and there is one zero. */
function wholeMs(ms: number): number {
  return Math.round(ms) + 0;
}

/** Integer ms since the epoch, UTC, negative allowed; a fraction is rounded. */
export const time = z
  .number()
  .min(-maxTimeMs)
  .max(maxTimeMs)
  .overwrite(wholeMs)
  .describe("a time (ms since the epoch, UTC, within ±8.64e15; a fraction is rounded)");

/** A request's number, chosen by its sender and borne by the answer. */
export const requestId = z.int().positive().describe("a positive integer below 2^53");

/** A sender's sequence number: rises within a session, gaps allowed. */
export const sequence = z.int().positive().describe("a positive integer below 2^53");

/** A duration on the wire, ms. */
export const durationMs = z.number().nonnegative().describe("a duration (ms, 0 or more)");
