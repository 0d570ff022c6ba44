/** Between instants and what a clock on the wall shows, in the chosen time zone: for fields that a person types into. */
import { timeZone } from "./time-zone.ts";

const minuteMs = 60_000;

/** The ends of the calendar, with a day of room for zones, ms. */
const mostMs = 8.64e15 - 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const whole = { year: "numeric", month: "numeric", day: "numeric" } as const;
  const clock = { hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" } as const;
  const made = new Intl.DateTimeFormat("en", { ...whole, ...clock, timeZone: zone, era: "short" });
  formats.set(zone, made);
  return made;
}

/** How far the wall clock is ahead of UTC at an instant, ms. */
function aheadMs(timeMs: number, zone: string): number {
  const parts = new Map<string, string>();
  for (const { type, value } of formatOf(zone).formatToParts(timeMs)) parts.set(type, value);
  const part = (type: string) => Number(parts.get(type));
  const year = parts.get("era") === "BC" ? 1 - part("year") : part("year");
  const wall = new Date(0);
  // `Date.UTC` takes the years 0 to 99 for those of the last century.
  wall.setUTCFullYear(year, part("month") - 1, part("day"));
  wall.setUTCHours(part("hour"), part("minute"), part("second"));
  return wall.getTime() - Math.floor(timeMs / 1_000) * 1_000;
}

/** As a field for date and time takes it, to the millisecond: `2026-11-26T16:34:11.250`. */
export function wallTime(timeMs: number, zone = timeZone.shown): string {
  const inside = Math.max(-mostMs, Math.min(mostMs, timeMs));
  return new Date(inside + aheadMs(inside, zone)).toISOString().slice(0, -1);
}

/** The instant of such a text, ms; undefined where it is none. Of an hour that stands twice the first, of one that is left out the next. */
export function instantOf(wall: string, zone = timeZone.shown): number | undefined {
  const asUtc = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  // No zone is further from UTC than this: one of the two offsets is the right one, or both are.
  const offsets = [asUtc - 26 * 60 * minuteMs, asUtc + 26 * 60 * minuteMs].map((timeMs) => aheadMs(timeMs, zone));
  const found = offsets.map((offset) => asUtc - offset).filter((timeMs) => timeMs + aheadMs(timeMs, zone) === asUtc);
  return found.length > 0 ? Math.min(...found) : asUtc - Math.min(...offsets);
}

/** Whether a wall clock shows 00:00:00.000 then. */
export function isMidnight(timeMs: number, zone = timeZone.shown): boolean {
  return wallTime(timeMs, zone).endsWith("T00:00:00.000");
}
