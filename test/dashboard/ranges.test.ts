import { describe, expect, it } from "vitest";
import { openingRange, rangeMs, windowOf } from "../../dashboard/data/ranges.ts";
import { deviceHref, pageHref, parseRoute, rangeOf } from "../../dashboard/data/route.ts";

const now = Date.UTC(2026, 10, 24, 12);
const hour = 3_600_000;
const year = 365 * 24 * hour;
const old = { firstMs: Date.UTC(2012, 0, 1), lastMs: Date.UTC(2015, 11, 31) };

describe("the window that is drawn", () => {
  it("ends now and moves while the data reaches into it", () => {
    expect(windowOf("1h", { firstMs: 0, lastMs: now - 30 * 60_000 }, now)).toEqual({
      fromMs: now - hour,
      toMs: now,
      live: true,
    });
  });

  it("ends at the newest reading where all data is older than the range", () => {
    const window = windowOf("1h", old, now);
    expect(window.live).toBe(false);
    expect(window.toMs).toBeGreaterThan(old.lastMs);
    expect(window.fromMs).toBeLessThan(old.lastMs);
    expect(window.toMs - window.fromMs).toBe(rangeMs["1h"]);
  });

  it("is the data's own span for everything", () => {
    expect(windowOf("all", old, now)).toEqual({ fromMs: old.firstMs, toMs: old.lastMs, live: false });
    expect(windowOf("all", { firstMs: now - year, lastMs: now - 5_000 }, now)).toEqual({
      fromMs: now - year,
      toMs: now,
      live: true,
    });
  });

  it("stands still where a person chose a stretch", () => {
    expect(windowOf({ fromMs: 5, toMs: 9 }, old, now)).toEqual({ fromMs: 5, toMs: 9, live: false });
  });

  it("has a width even for one single reading, and without any", () => {
    for (const span of [
      { firstMs: 5, lastMs: 5 },
      { firstMs: undefined, lastMs: undefined },
    ]) {
      const window = windowOf("all", span, now);
      expect(window.toMs - window.fromMs).toBeGreaterThan(0);
    }
  });
});

describe("the range a device opens with", () => {
  it("is the data's own span where the data is old", () => {
    expect(openingRange(old, now)).toBe("all");
  });

  it("grows with what a live device has, up to one hour", () => {
    const opened = (ageMs: number) => openingRange({ firstMs: now - ageMs, lastMs: now }, now);
    expect([30_000, 4 * 60_000, 15 * 60_000, 45 * 60_000, year].map(opened)).toEqual(["1m", "5m", "15m", "1h", "1h"]);
  });
});

describe("the address of a view", () => {
  const read = (hash: string) => {
    const { params, ...route } = parseRoute(hash);
    return { ...route, range: rangeOf(params) };
  };

  it("keeps device and range, slashes readable", () => {
    expect(deviceHref("greenhouse/north/3", "1h")).toBe("#/device/greenhouse/north/3?range=1h");
    for (const device of ["a", "greenhouse/north/3", "Ärger:1.2_x-é", "温度/1"]) {
      expect(read(deviceHref(device, "7d"))).toEqual({ page: "device", device, range: "7d" });
      expect(read(deviceHref(device))).toEqual({ page: "device", device, range: undefined });
    }
  });

  it("keeps a stretch that was chosen in a chart", () => {
    const range = { fromMs: -5, toMs: 1_353_715_200_000 };
    expect(read(deviceHref("a", range))).toEqual({ page: "device", device: "a", range });
    expect(read("#/device/a?from=0&to=1e300")).toEqual({ page: "device", device: "a", range: undefined });
    expect(read("#/device/a?from=0&to=Infinity")).toEqual({ page: "device", device: "a", range: undefined });
    expect(read("#/device/a?from=7&to=7")).toEqual({ page: "device", device: "a", range: undefined });
  });

  it("keeps what a page was told to show, and leaves out what it was not", () => {
    expect(pageHref("fleet")).toBe("#/");
    const href = pageHref("fleet", { q: "north & south", state: undefined });
    expect([...parseRoute(href).params]).toEqual([["q", "north & south"]]);
  });

  it("reads hand-written addresses kindly", () => {
    expect(read("")).toEqual({ page: "fleet", range: undefined });
    expect(read("#/nowhere")).toEqual({ page: "fleet", range: undefined });
    expect(read("#/device/")).toEqual({ page: "fleet", range: undefined });
    expect(read("#/connect")).toEqual({ page: "connect", range: undefined });
    expect(read("#/device/a%2Fb?range=2h")).toEqual({ page: "device", device: "a/b", range: undefined });
    expect(read("#/device/100%")).toEqual({ page: "device", device: "100%", range: undefined });
  });
});
