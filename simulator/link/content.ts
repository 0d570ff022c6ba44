/** What the two forms of a frame have in common. */
import type { Value } from "./messages.ts";

/** Most a frame may hold. */
export interface FrameLimits {
  /** Readings that the hub takes in one frame, whatever its form. */
  readonly readings: number;
  /** Readings of a frame in rows, where the link wants smaller ones than the hub. */
  readonly rows: number;
  readonly bytes: number;
}

/** A reading as it was given to the link. */
export interface Reading {
  readonly metric: string;
  readonly value: Value;
  /** ms since the epoch. */
  readonly time: number;
  readonly device?: string | undefined;
}

/** Readings of one frame. Does not change once it is made. */
export interface Content {
  /** Readings in it. */
  readonly count: number;
  /** The frame as JSON text. */
  text(seq: number): string;
  /** The reading that a rejection of the hub means. */
  find(index: number, metric: string): Reading | undefined;
  readings(): Iterable<Reading>;
  /** The same readings in as many parts as it takes to keep to the limits; a single reading cannot be divided. */
  divided(limits: FrameLimits): Content[];
}

/** No legal reading is longer as JSON text (names of 128 and a value of 256 code points, each as an escape). */
const longestReading = 4_096;

export interface Problem {
  /** As a hub would say. */
  readonly code: string;
  readonly message: string;
}

function invalid(message: string): Problem {
  return { code: "invalid_value", message };
}

/** Why no hub would take such a reading; undefined where one may. */
export function problemOf({ metric, value, time, device = "" }: Reading): Problem | undefined {
  if (typeof metric !== "string" || typeof device !== "string")
    return { code: "invalid_name", message: "the names of metrics and devices are texts" };
  const known = typeof value === "number" || typeof value === "boolean" || typeof value === "string";
  if (!known) return invalid("a value is a number, a boolean or a text");
  if (!Number.isFinite(time) || (typeof value === "number" && !Number.isFinite(value)))
    return invalid("value and time must be finite numbers");
  const texts = [metric, device, typeof value === "string" ? value : ""];
  // Escaping makes a character six at most: few texts need to be written out to know that they are short.
  if (texts.reduce((sum, text) => sum + text.length, 0) * 6 <= longestReading) return undefined;
  const long = texts.reduce((sum, text) => sum + JSON.stringify(text).length, 0) > longestReading;
  return long ? invalid("the reading is too long for any hub") : undefined;
}

/** UTF-8 bytes of a text, or somewhat more where it is not plain ASCII: never fewer. */
export function bytesAtMost(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
  return /^[\x00-\x7f]*$/.test(text) ? text.length : text.length * 3;
}

export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
