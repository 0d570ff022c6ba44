import { describe, expect, it } from "vitest";
import { isLocalWidth, localBoundaries, type Zone, zoneNamed } from "../../server/protocol/zones.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const week = 7 * day;

function zone(name: string): Zone {
  const found = zoneNamed(name);
  if (!found) throw new Error(`no zone ${name}`);
  return found;
}

/** What clocks of a zone show, as the platform tells it: `2026-03-29 01:00:00`. */
function shown(name: string): (timeMs: number) => string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: name, dateStyle: "short", timeStyle: "medium" });
  return (timeMs) => format.format(timeMs);
}

function boundaries(name: string, everyMs: number, from: string, to: string): string[] {
  const found = localBoundaries(zone(name), everyMs, Date.parse(from), Date.parse(to));
  return Array.from(found, (timeMs) => new Date(timeMs).toISOString().replace(":00.000Z", "Z"));
}

describe("local time", () => {
  it.each([
    ["UTC", 2026],
    ["Europe/Berlin", 2026],
    ["America/New_York", 2026],
    ["Asia/Kathmandu", 2026],
    ["Asia/Kathmandu", 1985], // from +5:30 to +5:45 at the start of 1986
    ["Australia/Lord_Howe", 2026], // half an hour of summer time
    ["Africa/Casablanca", 2026], // summer time but for Ramadan
    ["America/Sao_Paulo", 2017], // clocks changed at midnight: a day began at 01:00
    ["America/Havana", 2026], // midnight came twice
    ["America/Boa_Vista", 2000], // a week of summer time
    ["Pacific/Apia", 2011], // 30 December never came
    ["Africa/Monrovia", 1971], // -0:44:30 until 1972
  ])("[P79] begins days and weeks of %s in %i where its clocks do", (name, year) => {
    const at = shown(name);
    const dates = (timeMs: number) => at(timeMs).slice(0, 10);
    const [from, to] = [Date.UTC(year, 0, 1, 12), Date.UTC(year + 1, 0, 2, 12)];
    const days = localBoundaries(zone(name), day, from, to);
    expect(days[0]).toBeLessThanOrEqual(from);
    expect(days.at(-1)).toBeGreaterThanOrEqual(to);
    for (const [index, startMs] of days.slice(0, -1).entries()) {
      const endMs = days[index + 1] as number;
      expect(endMs).toBeGreaterThan(startMs);
      expect(dates(startMs - 1)).not.toBe(dates(startMs));
      for (let timeMs = startMs; timeMs < endMs; timeMs += 3 * hour) expect(dates(timeMs)).toBe(dates(startMs));
      expect(dates(endMs - 1)).toBe(dates(startMs));
    }
    const weeks = localBoundaries(zone(name), week, from, to);
    for (const startMs of weeks) expect(new Date(`${dates(startMs)}T00:00:00Z`).getUTCDay()).toBe(1);
    expect(weeks.every((startMs) => dates(startMs - 1) !== dates(startMs))).toBe(true);
    expect(weeks[0]).toBeGreaterThan(from - week - day);
  });

  it("[P79] makes the day shorter or longer on which clocks change", () => {
    const lengths = (name: string, from: string, to: string) => {
      const found = localBoundaries(zone(name), day, Date.parse(from), Date.parse(to));
      return Array.from(found.slice(1), (end, index) => (end - (found[index] as number)) / hour);
    };
    expect(lengths("Europe/Berlin", "2026-03-28T12:00Z", "2026-03-30T12:00Z")).toEqual([24, 23, 24]);
    expect(lengths("Europe/Berlin", "2026-10-24T12:00Z", "2026-10-26T12:00Z")).toEqual([24, 25, 24]);
    expect(lengths("Australia/Lord_Howe", "2026-10-02T12:00Z", "2026-10-04T12:00Z")).toEqual([24, 24, 23.5]);
    expect(lengths("Pacific/Apia", "2011-12-29T12:00Z", "2011-12-31T12:00Z")).toEqual([24, 24, 24]);
  });

  it("[P79] counts hours from local midnight: the bucket with the change is shorter or longer, and an hour that comes twice is two", () => {
    expect(boundaries("Asia/Kathmandu", 6 * hour, "2026-06-01T00:00Z", "2026-06-01T10:00Z")).toEqual([
      "2026-05-31T18:15Z",
      "2026-06-01T00:15Z",
      "2026-06-01T06:15Z",
      "2026-06-01T12:15Z",
    ]);
    expect(boundaries("Europe/Berlin", 2 * hour, "2026-03-28T23:00Z", "2026-03-29T04:00Z")).toEqual([
      "2026-03-28T23:00Z",
      "2026-03-29T01:00Z",
      "2026-03-29T02:00Z",
      "2026-03-29T04:00Z",
    ]);
    expect(boundaries("Europe/Berlin", hour, "2026-10-24T23:00Z", "2026-10-25T03:00Z")).toEqual([
      "2026-10-24T23:00Z",
      "2026-10-25T00:00Z",
      "2026-10-25T01:00Z",
      "2026-10-25T02:00Z",
      "2026-10-25T03:00Z",
    ]);
    expect(boundaries("Europe/Berlin", 2 * hour, "2026-10-24T22:00Z", "2026-10-25T03:00Z")).toEqual([
      "2026-10-24T22:00Z",
      "2026-10-25T00:00Z",
      "2026-10-25T03:00Z",
    ]);
  });

  it("[P79] knows local time before 1970, at the ends of time, and in the year 2500", () => {
    expect(boundaries("America/New_York", day, "1958-07-04T12:00Z", "1958-07-05T00:00Z")).toEqual([
      "1958-07-04T04:00Z",
      "1958-07-05T04:00Z",
    ]);
    expect(boundaries("Europe/Berlin", day, "2500-07-01T12:00Z", "2500-07-01T13:00Z")[0]).toBe("2500-06-30T22:00Z");
    for (const at of [-8.64e15, 8.64e15]) {
      const [first, last] = localBoundaries(zone("Asia/Tokyo"), day, at, at + 1);
      expect(first).toBeLessThanOrEqual(at);
      expect(last).toBeGreaterThan(at);
    }
  });

  it("[P79] leaves widths up to a quarter of an hour as they are: their buckets begin at the same moments everywhere", () => {
    const widths = [1_000, minute, 5 * minute, 15 * minute, 7 * minute, 30 * minute, hour, day];
    expect(widths.map(isLocalWidth)).toEqual([false, false, false, false, true, true, true, true]);
  });

  it("[P79] knows a zone by its name in any case, and nothing else", () => {
    expect(zoneNamed("europe/berlin")?.offsetMs(Date.UTC(2026, 6, 1))).toBe(2 * hour);
    expect(zoneNamed("Etc/GMT+3")?.offsetMs(0)).toBe(-3 * hour);
    for (const name of ["", "Mars/Olympus", "+05:45", "Europe/Berlin ", "a".repeat(100), "../etc", "__proto__"])
      expect(zoneNamed(name)).toBeUndefined();
  });
});
