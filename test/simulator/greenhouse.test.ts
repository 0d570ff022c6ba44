import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviceMeta } from "../../server/protocol/index.ts";
import { Greenhouse } from "../../simulator/devices/greenhouse.ts";
import { column, correlation, hashOf, reportsUntil } from "./models.ts";

const hour = 3_600_000;
const device = "greenhouse/north-1";
const noon = Date.UTC(2026, 5, 21, 12);

describe("greenhouse", () => {
  it("[S1] repeats itself for the same seed, and differs for another (seeds 7 and 8)", () => {
    const run = (seed: number) => hashOf(reportsUntil(new Greenhouse({ device, seed, from: noon }), noon + hour));
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });

  it("[S3] reports the same values at the same times, wherever it was begun", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 3 * hour }), (seed, later) => {
        const early = reportsUntil(new Greenhouse({ device, seed, from: noon }), noon + later + 60_000);
        const late = reportsUntil(new Greenhouse({ device, seed, from: noon + later }), noon + later + 60_000);
        const tail = early.slice(-late.length);
        for (const metric of ["temperature", "humidity", "light", "soil-moisture"]) {
          expect(column(late, metric)).toEqual(column(tail, metric));
        }
      }),
      { numRuns: 20, seed: 7 },
    );
  });

  it("[S4] stays within what a greenhouse can be, at any season and hour", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 4e12 }), (seed, from) => {
        const model = new Greenhouse({ device, seed, from });
        const reports = Array.from({ length: 20 }, () => model.report(50));
        for (const { value } of column(reports, "temperature")) expect(value > 8 && value < 42).toBe(true);
        for (const { value } of column(reports, "humidity")) expect(value >= 19 && value <= 100).toBe(true);
        for (const { value } of column(reports, "light")) expect(value >= 0 && value < 80_000).toBe(true);
        for (const { value } of column(reports, "soil-moisture")) expect(value >= 5 && value <= 70).toBe(true);
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it("[S4] is dark at night, and warm and dry where the sun shines (seed 7, one day)", () => {
    const from = Date.UTC(2026, 5, 21);
    const reports = reportsUntil(new Greenhouse({ device, seed: 7, from }), from + 24 * hour, 60);
    const values = (metric: string) => column(reports, metric).map(({ value }) => value);
    for (const { time, value } of column(reports, "light")) {
      const hours = (time - from) / hour;
      if (hours < 3.5 || hours > 20.5) expect(value).toBe(0);
      if (hours > 6 && hours < 18) expect(value).toBeGreaterThan(0);
    }
    expect(correlation(values("temperature"), values("light"))).toBeGreaterThan(0.7);
    expect(correlation(values("temperature"), values("humidity"))).toBeLessThan(-0.7);
  });

  it("[S4] changes by small steps from one report to the next (seed 7, one day)", () => {
    const from = Date.UTC(2026, 2, 20);
    const reports = reportsUntil(new Greenhouse({ device, seed: 7, from }), from + 24 * hour);
    for (const [metric, most] of [
      ["temperature", 0.4],
      ["humidity", 2],
      ["light", 2_500],
      ["soil-moisture", 1],
    ] as const) {
      const values = column(reports, metric);
      for (let index = 1; index < values.length; index++) {
        expect(Math.abs((values[index]?.value ?? 0) - (values[index - 1]?.value ?? 0))).toBeLessThan(most);
      }
    }
  });

  it("[S4] wets its soil while the valve is open, and only then (seed 7)", () => {
    const model = new Greenhouse({ device, seed: 7, from: noon });
    let opened = 0;
    for (let time = noon; time < noon + 6 * hour; time += 60_000) {
      const grew = model.soilAt(time + 60_000) - model.soilAt(time);
      const open = model.valveAt(time) && model.valveAt(time + 60_000);
      const shut = !model.valveAt(time) && !model.valveAt(time + 60_000);
      if (open) expect(grew).toBeGreaterThan(0.2);
      if (shut) expect(grew).toBeLessThan(0.4);
      if (open) opened++;
    }
    expect(opened).toBeGreaterThan(12);
  });

  it("reports valve and state when they change, once at first, and times that rise", () => {
    const reports = reportsUntil(new Greenhouse({ device, seed: 7, from: noon }), noon + 6 * hour);
    for (const metric of ["valve", "state"]) {
      const values = reports.flatMap(({ readings }) =>
        readings.filter(([name]) => name === metric).map(([, value]) => value),
      );
      expect(reports[0]?.readings.map(([name]) => name)).toContain(metric);
      expect(values.length).toBeGreaterThan(4);
      values.slice(1).forEach((value, index) => {
        expect(value).not.toBe(values[index]);
      });
    }
    reports.slice(1).forEach((report, index) => {
      expect(report.time).toBeGreaterThan(reports[index]?.time ?? Number.NaN);
    });
  });

  it("introduces itself in words of the contract and names every metric that it reports", () => {
    const model = new Greenhouse({ device, seed: 7, from: noon });
    expect(deviceMeta.parse(model.meta)).toEqual(model.meta);
    const reported = new Set(
      reportsUntil(model, noon + hour).flatMap(({ readings }) => readings.map(([name]) => name)),
    );
    expect([...reported].sort()).toEqual(Object.keys(model.meta.metrics ?? {}).sort());
  });
});
