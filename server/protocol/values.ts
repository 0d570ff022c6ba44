/**
 * The smallest things on the wire: times, values, names, selectors, durations. Every schema of the contract is built from
 * these, so a rule about a name stands in one place.
 */
import { z } from "zod";

/** Furthest instants a `Date` can hold, ms from the epoch (ECMAScript 21.4.1.1). */
export const maxTimeMs = 8.64e15;

/** Longest string value, name, unit or label, in code points. */
export const maxTextLength = 256;

/** Longest device id or metric, in code points. */
export const maxNameLength = 128;

const deviceSegment = "[\\p{L}\\p{M}\\p{Nd}_.:\\-]+";
const metricPattern = new RegExp(`^${deviceSegment}$`, "u");
const devicePattern = new RegExp(`^${deviceSegment}(?:/${deviceSegment})*$`, "u");
const selectorPattern = /^[\p{L}\p{M}\p{Nd}_.:\-/*]+$/u;

/** Said with every refused name, so that nobody has to look the rule up. */
export const nameRule = {
  device: `1–${maxNameLength} letters, digits, _ . : - and / between non-empty parts that are not . or ..`,
  metric: `1–${maxNameLength} letters, digits, _ . : -`,
  selector: `a device or metric name in which * stands for any run of characters`,
} as const;

function isDeviceName(name: string): boolean {
  return (
    devicePattern.test(name) && !name.split("/").some((part) => part === "." || part === "..") && name !== "__proto__"
  );
}

function isMetricName(name: string): boolean {
  return metricPattern.test(name) && name !== "__proto__";
}

/** A device id: `boiler-1`, `greenhouse/north/3`. Normalised to NFC. */
export const deviceName = z
  .string()
  .normalize("NFC")
  .max(maxNameLength)
  .refine(isDeviceName, { error: `a device is ${nameRule.device}` });

/** A metric of a device: `temperature`, `motor.current`. Normalised to NFC. */
export const metricName = z
  .string()
  .normalize("NFC")
  .max(maxNameLength)
  .refine(isMetricName, { error: `a metric is ${nameRule.metric}` });

/** A device or metric selector: `*`, `greenhouse/*`, `temperature`. */
export const selector = z
  .string()
  .normalize("NFC")
  .max(maxNameLength)
  .regex(selectorPattern, { error: `a selector is ${nameRule.selector}` });

/** True where a text survives UTF-8 and every database: no lone surrogate, no NUL. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Free text: a name, a unit, a label. */
export const freeText = z.string().max(maxTextLength).refine(isStorableText, {
  error: "text must be well-formed Unicode without NUL",
});

/** A reading's value: a finite number, a boolean, or a short string. */
export const value = z.union([
  z.number(),
  z.boolean(),
  z.string().max(maxTextLength).refine(isStorableText, {
    error: "text must be well-formed Unicode without NUL",
  }),
]);

/** Integer ms since the epoch, UTC, negative allowed; a fraction is rounded. */
export const time = z.number().min(-maxTimeMs).max(maxTimeMs).overwrite(Math.round);

/** A request's number, chosen by its sender and borne by the answer. */
export const requestId = z.int().positive();

/** A sender's sequence number: rises within a session, gaps allowed. */
export const sequence = z.int().positive();

/** A duration on the wire, ms. */
export const durationMs = z.number().nonnegative();
