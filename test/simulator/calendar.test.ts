import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allMarketHours, Calendar, type TradingDay } from "../../simulator/market/calendar.ts";

const minute = 60_000;
const hour = 60 * minute;
const [short, real] = allMarketHours;
const places = fc.record({
  hours: fc.constantFrom(...allMarketHours),
  number: fc.integer({ min: 0, max: 3 }),
  time: fc.integer({ min: -1e12, max: 4e12 }),
});
const isTrading = ({ openAt, closingAt }: TradingDay, time: number) => time >= openAt && time < closingAt;

describe("market hours", () => {
  it("[S17] give each time the day whose auction was the last to begin, and the days come one after the other", () => {
    fc.assert(
      fc.property(places, ({ hours, number, time }) => {
        const calendar = new Calendar(hours, number);
        const day = calendar.dayAt(time);
        const next = calendar.after(day);
        expect(day.auctionAt).toBeLessThanOrEqual(time);
        expect(next.auctionAt).toBeGreaterThan(time);
        expect(next.auctionAt).toBeGreaterThan(day.closeAt);
        expect(next.index).toBeGreaterThan(day.index);
        expect(calendar.dayAt(next.auctionAt - 1)).toEqual(day);
        expect(calendar.dayAt(next.auctionAt)).toEqual(next);
        for (const times of [day, next])
          expect([times.auctionAt, times.openAt, times.closingAt, times.closeAt].every(Number.isInteger)).toBe(true);
        expect(day.auctionAt < day.openAt && day.openAt < day.closingAt && day.closingAt < day.closeAt).toBe(true);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  it("[S17] short: one of the two exchanges trades in every minute, and each has a weekend in six hours", () => {
    const from = Date.UTC(2026, 10, 28);
    const calendars = [0, 1].map((number) => new Calendar(short, number));
    for (let time = from; time < from + 24 * hour; time += minute) {
      const trading = calendars.filter((calendar) => isTrading(calendar.dayAt(time), time));
      expect(trading.length, new Date(time).toISOString()).toBeGreaterThan(0);
    }
    for (const calendar of calendars) {
      let day = calendar.dayAt(from);
      const rests = Array.from({ length: 20 }, () => {
        const before = day;
        day = calendar.after(day);
        return (day.auctionAt - before.closeAt) / minute;
      });
      expect(rests.filter((rest) => rest === 37)).toHaveLength(4);
      expect(rests.filter((rest) => rest === 7)).toHaveLength(16);
    }
    expect(new Set(calendars.map(({ exchange }) => exchange)).size).toBe(2);
  });

  it("[S17] real: half past two to nine in the evening, UTC, Monday to Friday", () => {
    const calendar = new Calendar(real, 0);
    let day = calendar.dayAt(Date.UTC(2026, 10, 29));
    expect(new Date(day.closeAt).toISOString()).toBe("2026-11-27T21:00:00.000Z");
    const opens = Array.from({ length: 7 }, () => {
      day = calendar.after(day);
      return new Date(day.openAt).toUTCString().replace(/ \d{4} /, " ");
    });
    expect(opens).toEqual([
      "Mon, 30 Nov 14:30:00 GMT",
      "Tue, 01 Dec 14:30:00 GMT",
      "Wed, 02 Dec 14:30:00 GMT",
      "Thu, 03 Dec 14:30:00 GMT",
      "Fri, 04 Dec 14:30:00 GMT",
      "Mon, 07 Dec 14:30:00 GMT",
      "Tue, 08 Dec 14:30:00 GMT",
    ]);
  });
});
