import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviceMeta } from "../../server/protocol/index.ts";
import { BatterySensor, batteryPlaces } from "../../simulator/devices/battery-sensor.ts";
import { column, hashOf, reportsUntil } from "./models.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const device = "battery/garden-1";
const from = Date.UTC(2026, 10, 24, 12);

describe("battery sensor", () => {
  it("[S1] repeats itself for the same seed, and differs for another (seeds 7 and 8)", () => {
    const run = (seed: number) => hashOf(reportsUntil(new BatterySensor({ device, seed, from }), from + day));
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });

  it("[S3] reports the same values at the same times, wherever it was begun; its first report is the one before", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 3 * day }), (seed, later) => {
        const early = reportsUntil(new BatterySensor({ device, seed, from }), from + later + day);
        const late = reportsUntil(new BatterySensor({ device, seed, from: from + later }), from + later + day);
        const tail = early.slice(-late.length);
        for (const metric of ["temperature", "humidity", "battery", "signal"])
          expect(column(late, metric)).toEqual(column(tail, metric));
        expect(late[0]?.time).toBeLessThanOrEqual(from + later);
        expect(late[1]?.time).toBeGreaterThan(from + later);
      }),
      { numRuns: 30, seed: 7 },
    );
  });

  it("[S13] sleeps a quarter of an hour between reports, a little more or less", () => {
    const model = new BatterySensor({ device, seed: 7, from });
    expect(model.sleeps).toBe(true);
    expect(model.meta.reportInterval).toBe(15 * minute);
    const times = reportsUntil(model, from + 10 * day).map(({ time }) => time);
    const gaps = times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / minute);
    expect(Math.min(...gaps)).toBeGreaterThan(14);
    expect(Math.max(...gaps)).toBeLessThan(16);
    expect(new Set(gaps).size).toBeGreaterThan(900);
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeCloseTo(15, 1);
  });

  it("[S13] empties its cells over months, says that they are low, and gets new ones (seed 7, three years)", () => {
    const reports = reportsUntil(new BatterySensor({ device, seed: 7, from }), from + 1_100 * day, 96);
    const volts = column(reports, "battery");
    const renewed = volts.filter(({ value }, index) => value - (volts[index - 1]?.value ?? value) > 0.4);
    expect(renewed.length).toBeGreaterThan(1);
    const low = column(reports, "battery-low");
    low.slice(1).forEach(({ value }, index) => {
      expect(value).not.toBe(low[index]?.value);
    });
    // Each set is told to be low weeks before it is changed, and to be well with the first report afterwards.
    for (const { time } of renewed.slice(1)) {
      const told = low.findIndex((change) => change.time === time);
      expect(low[told]?.value).toBe(0);
      const warnedDays = (time - (low[told - 1]?.time ?? time)) / day;
      expect(warnedDays).toBeGreaterThan(5);
      expect(warnedDays).toBeLessThan(120);
    }
    for (const { value } of volts) expect(value > 1.9 && value < 3.2).toBe(true);
    for (const { value } of column(reports, "signal")) expect(value > -110 && value < -45).toBe(true);
  });

  it("[S13] measures what its place is like", () => {
    const mean = (place: string) => {
      const values = column(
        reportsUntil(new BatterySensor({ device: `battery/${place}-1`, seed: 7, from }), from + 5 * day),
        "temperature",
      ).map(({ value }) => value);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    expect(batteryPlaces).toEqual(["cellar", "attic", "freezer", "garden"]);
    expect(mean("freezer")).toBeLessThan(-15);
    expect(mean("cellar")).toBeGreaterThan(9);
    expect(mean("garden")).toBeLessThan(mean("attic"));
  });

  it("introduces itself in words of the contract and names every metric that it reports", () => {
    const model = new BatterySensor({ device, seed: 7, from });
    expect(deviceMeta.parse(model.meta)).toEqual(model.meta);
    expect(model.report().readings.map(([metric]) => metric)).toEqual(Object.keys(model.meta.metrics ?? {}));
  });
});
