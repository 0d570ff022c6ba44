/** The times of a file. One without a zone is read as UTC. */
import { maxTimeMs } from "../../protocol/values.ts";

/** What numbers count that are times. */
export const timeUnits = ["s", "ms", "us", "ns"] as const;
export type TimeUnit = (typeof timeUnits)[number];

/** Said where a time cannot be read. */
export const timeRule = `a time (2000-01-31T13:45:00Z, 2000-01-31 13:45:00.5+01:00, or s, ms, us or ns since 1970)`;

const msOf: Readonly<Record<TimeUnit, number>> = { s: 1_000, ms: 1, us: 1e-3, ns: 1e-6 };
const number = /^[+-]?\d+(?:\.\d+)?$/;
const iso =
  /^([+-]\d{6}|\d{4})([-/])(\d{2})\2(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s?([Zz]|UTC|GMT|[+-]\d{2}:?\d{2})?$/;

/** ms since the epoch, or undefined where the text is no time. */
export function readTime(text: string, unit: TimeUnit): number | undefined {
  const timeMs = number.test(text) ? Math.round(Number(text) * msOf[unit]) + 0 : readIso(text);
  return timeMs !== undefined && Math.abs(timeMs) <= maxTimeMs ? timeMs : undefined;
}

/** What most files write, `2026-11-24T12:00:00.000Z`, is what `Date.parse` is made for. */
const plainIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function readIso(text: string): number | undefined {
  if (plainIso.test(text)) {
    const timeMs = Date.parse(text);
    // `Date.parse` takes the 31st of every month.
    if (Number(text.slice(8, 10)) <= 28) return Number.isNaN(timeMs) ? undefined : timeMs;
  }
  const found = iso.exec(text);
  if (!found) return undefined;
  const [, year, , month, day, hour = "0", minute = "0", second = "0", fraction = "0", zone = "Z"] = found;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  // 60: a leap second. 24:00 is the end of the day.
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  if (m > 59 || s > 60 || h > 24 || (h === 24 && m + s > 0)) return undefined;
  const ms = Math.round(Number(`0.${fraction}`) * 1_000);
  return date.getTime() + ((h * 60 + m) * 60 + s) * 1_000 + ms - offsetMs(zone);
}

function offsetMs(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  return sign ? (sign === "-" ? -60_000 : 60_000) * (Number(hours) * 60 + Number(minutes)) : 0;
}

/** What the numbers of a file count, by the largest of some: seconds reach 1e11 in the year 5138, and each other unit is a thousand times that. */
export function unitOf(times: Iterable<string>): TimeUnit {
  let largest = 0;
  for (const text of times) if (number.test(text)) largest = Math.max(largest, Math.abs(Number(text)));
  if (largest < 1e11) return "s";
  if (largest < 1e14) return "ms";
  return largest < 1e17 ? "us" : "ns";
}
