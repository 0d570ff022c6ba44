/** Instants and wall clocks: there and back, in zones that jump. */
import { describe, expect, it } from "vitest";
import { instantOf, isMidnight, wallTime } from "../../dashboard/data/zoned-time.ts";
import { Random } from "../../simulator/random.ts";
import { printedSeed } from "../support/seed.ts";

const zones = ["UTC", "Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"];

describe("wall time", () => {
  it("is what a clock in that zone shows, before and after the clocks go forward", () => {
    expect(wallTime(Date.UTC(2026, 2, 8, 6, 59, 59, 250), "America/New_York")).toBe("2026-03-08T01:59:59.250");
    expect(wallTime(Date.UTC(2026, 2, 8, 7), "America/New_York")).toBe("2026-03-08T03:00:00.000");
    expect(wallTime(-1, "UTC")).toBe("1969-12-31T23:59:59.999");
    expect(wallTime(Number.POSITIVE_INFINITY, "Asia/Seoul")).toMatch(/^\+275760-09-12T/);
  });

  it("leads back to the instant, whichever zone and year: all but the second pass of an hour that stands twice", () => {
    const random = new Random(printedSeed("wall time"));
    const span = Date.UTC(2060, 0, 1) - Date.UTC(1950, 0, 1);
    for (let round = 0; round < 600; round++) {
      const zone = zones[round % zones.length] as string;
      const timeMs = Math.floor(Date.UTC(1950, 0, 1) + (random.word() / 2 ** 32) * span);
      const back = instantOf(wallTime(timeMs, zone), zone);
      if (back !== timeMs) expect(wallTime(back as number, zone)).toBe(wallTime(timeMs, zone));
      expect(back).toBeLessThanOrEqual(timeMs);
    }
  });

  it("of an hour that stands twice is the first, of one that is left out the next, and of no time none", () => {
    expect(instantOf("2026-11-01T01:30", "America/New_York")).toBe(Date.UTC(2026, 10, 1, 5, 30));
    expect(instantOf("2026-03-08T02:30", "America/New_York")).toBe(Date.UTC(2026, 2, 8, 7, 30));
    expect(instantOf("", "UTC")).toBeUndefined();
    expect(instantOf("2026-13-01T00:00", "UTC")).toBeUndefined();
  });

  it("is midnight where that zone's clock says so, whatever this machine's says", () => {
    expect(isMidnight(Date.UTC(2026, 6, 1, 15), "Asia/Seoul")).toBe(true);
    expect(isMidnight(Date.UTC(2026, 6, 1, 15), "UTC")).toBe(false);
    expect(isMidnight(Date.UTC(2026, 6, 1, 15, 0, 0, 1), "Asia/Seoul")).toBe(false);
  });
});
