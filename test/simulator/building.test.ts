import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviceMeta } from "../../server/protocol/index.ts";
import { BuildingPart, buildingParts } from "../../simulator/devices/building.ts";
import type { Report } from "../../simulator/model.ts";
import { hashOf, reportsUntil } from "./models.ts";

const hour = 3_600_000;
const day = 24 * hour;
/** A Monday. */
const from = Date.UTC(2026, 10, 23);
const devices = buildingParts.map((part) => `building/${part}-1`);

function run(device: string, days: number, start = from): Report[] {
  return reportsUntil(new BuildingPart({ device, seed: 7, from: start }), start + days * day);
}

/** Values of one metric in the order of their reports. */
function told(reports: readonly Report[], metric: string): unknown[] {
  return reports.flatMap(({ readings }) => readings.filter(([name]) => name === metric).map(([, value]) => value));
}

describe("parts of a building", () => {
  it("[S1] repeat themselves for the same seed, and differ for another", () => {
    for (const device of devices) {
      const of = (seed: number) => hashOf(reportsUntil(new BuildingPart({ device, seed, from }), from + day));
      expect(of(7)).toBe(of(7));
      expect(of(7)).not.toBe(of(8));
    }
  });

  it("[S3] tell the same changes at the same times, wherever they were begun; first the change that holds by then", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...devices),
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 1, max: 3 * day }),
        fc.constantFrom(0.5, 1, 60),
        (device, seed, later, rate) => {
          const begin = (start: number) => new BuildingPart({ device, seed, from: start, rate });
          const early = reportsUntil(begin(from), from + later + day / rate);
          const late = reportsUntil(begin(from + later), from + later + day / rate);
          expect(late).toEqual(early.slice(-late.length));
          expect(late[0]?.time).toBeLessThanOrEqual(from + later);
          if (late[1]) expect(late[1].time).toBeGreaterThan(from + later);
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });

  it("[S8] tell every change, however a past is thinned", () => {
    for (const device of devices) {
      const thinned = reportsUntil(new BuildingPart({ device, seed: 7, from }), from + day, 1_000);
      expect(thinned).toEqual(run(device, 1));
    }
  });

  it("[S14] give each report a ms of its own, rising, at any rate", () => {
    for (const device of devices) {
      for (const rate of [0.1, 1, 1_000]) {
        const model = new BuildingPart({ device, seed: 7, from, rate });
        const start = model.nextTime;
        let last = start - 1;
        for (let report = 0; report < 3_000; report++) {
          const { time } = model.report();
          expect(Number.isInteger(time) && time > last).toBe(true);
          last = time;
        }
        expect((last - start) / 3_000 / model.intervalMs).toBeGreaterThan(0.6);
        expect((last - start) / 3_000 / model.intervalMs).toBeLessThan(1.6);
      }
    }
  });

  it("[S14] open and shut a door in turn, on working days more than at the weekend", () => {
    const week = run("building/door-1", 7);
    const open = told(week, "open");
    open.slice(1).forEach((value, index) => {
      expect(value).not.toBe(open[index]);
    });
    const weekend = week.filter(({ time }) => time >= from + 5 * day).length;
    expect(weekend / 2).toBeLessThan((week.length - weekend) / 5 / 2);
  });

  it("[S14] move a lift between floors, a boiler through its modes, an alarm panel through its states", () => {
    const lift = run("building/lift-1", 7);
    expect([...new Set(told(lift, "mode"))].sort()).toEqual(["doors open", "down", "idle", "up"]);
    for (const floor of told(lift, "floor")) expect(Number.isInteger(floor)).toBe(true);
    const boiler = run("building/boiler-1", 60);
    expect([...new Set(told(boiler, "mode"))].sort()).toEqual(["fault", "heating", "ignition", "standby"]);
    expect(told(boiler, "message")).toContain("E04: no flame after ignition");
    const states = told(run("building/alarm-1", 60), "state");
    for (const state of ["armed", "disarmed", "partly armed", "entry delay", "exit delay", "alarm", "acknowledged"])
      expect(states).toContain(state);
    states.forEach((state, index) => {
      if (state === "alarm") expect(states[index - 1]).toBe("armed");
    });
  });

  it("introduce themselves in words of the contract, report on event, and name every metric that they report", () => {
    for (const device of devices) {
      const { meta } = new BuildingPart({ device, seed: 7, from });
      expect(deviceMeta.parse(meta)).toEqual(meta);
      expect(meta.reportInterval).toBe(0);
      const reported = new Set(run(device, 60).flatMap(({ readings }) => readings.map(([metric]) => metric)));
      expect([...reported].sort()).toEqual(Object.keys(meta.metrics ?? {}).sort());
    }
  });
});
