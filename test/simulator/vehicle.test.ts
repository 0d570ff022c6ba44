import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviceMeta } from "../../server/protocol/index.ts";
import { Vehicle } from "../../simulator/devices/vehicle.ts";
import type { Report } from "../../simulator/model.ts";
import { column, correlation, hashOf, reportsUntil } from "./models.ts";

const minute = 60_000;
const hour = 60 * minute;
const device = "vehicle/bus-1";
const from = Date.UTC(2026, 10, 26);

function bus(begin: number, seed = 7, rate = 1): Vehicle {
  return new Vehicle({ device, seed, from: begin, rate });
}

/** All that was measured of a metric, the late values in their places, in the order of their times. */
function measured(reports: readonly Report[], metric: string): { time: number; value: number }[] {
  const late = reports.flatMap(({ samples }) =>
    (samples?.times ?? []).flatMap((time, index) => {
      const value = samples?.values[metric]?.[index] ?? null;
      return value === null ? [] : [{ time, value: Number(value) }];
    }),
  );
  return [...column(reports, metric), ...late].sort((a, b) => a.time - b.time);
}

describe("vehicle", () => {
  it("[S1] repeats itself for the same seed, and differs for another (seeds 7 and 8)", () => {
    const run = (seed: number) => hashOf(reportsUntil(bus(from, seed), from + hour));
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });

  it("[S3] reports the same values at the same times, wherever it was begun: also in a tunnel", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 9 * hour }), (seed, later) => {
        const numbers = (report: Report) => ({
          ...report,
          readings: report.readings.filter(([name]) => name !== "state"),
        });
        const model = bus(from, seed);
        while (model.nextTime < from + later) model.report(131);
        const report = model.report();
        expect(numbers(bus(report.time, seed).report())).toEqual(numbers(report));
        const next = bus(from + later, seed);
        let late = next.report();
        while (!late.samples) late = next.report();
        for (const time of late.samples.times) expect(numbers(bus(time, seed).report())).toEqual(numbers(late));
      }),
      { numRuns: 20, seed: 7 },
    );
  });

  it("[S23] sends nothing in the tunnel, and afterwards what it measured there, at its own times (seed 7, three hours)", () => {
    const model = bus(from);
    const reports = reportsUntil(model, from + 3 * hour);
    const late = reports.filter(({ samples }) => samples);
    expect(late.length).toBeGreaterThan(3);
    for (const { time, samples } of late) {
      const times = samples?.times ?? [];
      expect(times.length).toBeGreaterThan(20);
      expect(times.every((one) => model.silentAt(one) && one < time)).toBe(true);
      for (const values of Object.values(samples?.values ?? {})) expect(values).toHaveLength(times.length);
    }
    expect(reports.every(({ time }) => !model.silentAt(time))).toBe(true);
    // Once all is in, not a second is missing, and none is there twice.
    const times = measured(reports, "speed").map(({ time }) => time);
    expect(new Set(times).size).toBe(times.length);
    times.slice(1).forEach((time, index) => {
      expect(time - (times[index] as number)).toBe(1_000);
    });
  });

  it("[S23] leaves the tunnels of a thinned past out", () => {
    const reports = reportsUntil(bus(from), from + 9 * hour, 20);
    expect(reports.every((report) => !("samples" in report))).toBe(true);
    const model = bus(from);
    expect(reports.every(({ time }) => !model.silentAt(time))).toBe(true);
  });

  it("[S23] gets as far as its speed says, by its trip and by its positions (seeds 7 and 8)", () => {
    for (const seed of [7, 8]) {
      const reports = reportsUntil(bus(from, seed), from + 2 * hour);
      const speeds = measured(reports, "speed");
      const lats = measured(reports, "lat");
      const lons = measured(reports, "lon");
      const metres = (a: number, b: number): number => {
        const north = ((lats[b]?.value ?? 0) - (lats[a]?.value ?? 0)) * 111_320;
        const scale = 111_320 * Math.cos(((lats[a]?.value ?? 0) * Math.PI) / 180);
        return Math.hypot(north, ((lons[b]?.value ?? 0) - (lons[a]?.value ?? 0)) * scale);
      };
      let moved = 0;
      let driven = 0;
      for (let second = 1; second < speeds.length; second++) {
        const speed = ((speeds[second]?.value ?? 0) + (speeds[second - 1]?.value ?? 0)) / 2 / 3.6;
        driven += speed;
        // Standing still, positions wander a little, as satellites' do.
        if (speed > 0) moved += metres(second - 1, second);
        expect(Math.abs(metres(second - 1, second) - speed)).toBeLessThan(2);
      }
      expect(driven).toBeGreaterThan(20_000);
      expect(moved / driven).toBeGreaterThan(0.97);
      expect(moved / driven).toBeLessThan(1.03);
      const trips = measured(reports, "trip");
      let gone = 0;
      trips.slice(1).forEach(({ value }, index) => {
        const grown = value - (trips[index]?.value ?? 0);
        // It begins at 0 after each stay in the depot.
        gone += grown < 0 ? value : grown;
      });
      expect((1_000 * gone) / driven).toBeGreaterThan(0.99);
      expect((1_000 * gone) / driven).toBeLessThan(1.01);
    }
  });

  it("[S23] speeds up and brakes as people bear it, and goes where its heading points (seed 7, two hours)", () => {
    const reports = reportsUntil(bus(from), from + 2 * hour);
    const speeds = measured(reports, "speed");
    const headings = measured(reports, "heading");
    const lats = measured(reports, "lat");
    const lons = measured(reports, "lon");
    expect(Math.max(...speeds.map(({ value }) => value))).toBeLessThan(72);
    expect(Math.max(...speeds.map(({ value }) => value))).toBeGreaterThan(45);
    let turned = 0;
    for (let second = 1; second < speeds.length; second++) {
      const step = ((speeds[second]?.value ?? 0) - (speeds[second - 1]?.value ?? 0)) / 3.6;
      expect(step).toBeLessThan(1.2);
      expect(step).toBeGreaterThan(-1.4);
      const turn = Math.abs((((headings[second]?.value ?? 0) - (headings[second - 1]?.value ?? 0) + 540) % 360) - 180);
      // Sideways: speed times turn, m/s².
      expect(((speeds[second]?.value ?? 0) / 3.6) * ((Math.max(0, turn - 1) * Math.PI) / 180)).toBeLessThan(1.8);
      if ((speeds[second]?.value ?? 0) < 30 || turn > 0) continue;
      const north = (lats[second]?.value ?? 0) - (lats[second - 1]?.value ?? 0);
      const east = ((lons[second]?.value ?? 0) - (lons[second - 1]?.value ?? 0)) * Math.cos((48.1 * Math.PI) / 180);
      const bearing = (Math.atan2(east, north) * 180) / Math.PI;
      const off = Math.abs(((((bearing - (headings[second]?.value ?? 0)) % 360) + 540) % 360) - 180);
      expect(off).toBeLessThan(8);
      turned++;
    }
    expect(turned).toBeGreaterThan(500);
  });

  it("[S23] drains its battery on the road and charges it at the terminus and in the depot, without steps", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 4e12 }), (seed, begin) => {
        const { duties } = bus(begin, seed);
        let before = duties.at(begin);
        let [drained, charged] = [0, 0];
        const wrong: object[] = [];
        for (let time = begin + 5_000; time < begin + 5 * hour; time += 5_000) {
          const now = duties.at(time);
          const grown = now.battery - before.battery;
          const { state, speed, battery } = now;
          if (Math.abs(grown) > 0.9 || battery < 15 || battery > 95) wrong.push(now);
          if (state === "charging" && before.state === "charging" && grown < 0) wrong.push(now);
          if (state === "parked" && battery !== 95) wrong.push(now);
          if (state !== "driving" && speed !== 0) wrong.push(now);
          if (state === "driving") drained -= grown;
          if (state === "charging") charged += grown;
          before = now;
        }
        expect(wrong).toEqual([]);
        expect(drained).toBeGreaterThan(15);
        expect(charged).toBeGreaterThan(15);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it("[S23] has a route that closes, without corners and within a town", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const { route } = bus(from, seed);
        expect(route.length).toBeGreaterThan(5_000);
        expect(route.length).toBeLessThan(30_000);
        expect(route.pieces.every(({ length, limit }) => length > 0 && limit > 1)).toBe(true);
        expect(route.stops.every((stop) => stop < route.tunnel.from || stop > route.tunnel.until)).toBe(true);
        const wrong: object[] = [];
        for (let along = 0; along < route.length; along += 5) {
          const [here, there] = [route.at(along), route.at(along + 5)];
          const step = Math.hypot(there.east - here.east, there.north - here.north);
          const away = Math.hypot(here.east, here.north);
          if (step < 4.5 || step > 5.001 || away > 3_000) wrong.push({ along, step, away });
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 30, seed: 7 },
    );
  });

  it("[S23] has the less in its battery the farther it has come (seed 7, one duty)", () => {
    const reports = reportsUntil(bus(from), from + 4 * hour);
    const trips = measured(reports, "trip").map(({ value }) => value);
    const levels = measured(reports, "battery").map(({ value }) => value);
    const end = trips.findIndex((value, index) => index > 0 && value < (trips[index - 1] as number));
    const duty = trips.slice(end, end + 900);
    expect(correlation(duty, levels.slice(end, end + duty.length))).toBeLessThan(-0.8);
  });

  it("tells its state when it changes, and introduces itself in words of the contract", () => {
    const model = bus(from);
    expect(deviceMeta.parse(model.meta)).toEqual(model.meta);
    const reports = reportsUntil(model, from + 5 * hour);
    const reported = new Set(reports.flatMap(({ readings }) => readings.map(([name]) => name)));
    expect([...reported].sort()).toEqual(Object.keys(model.meta.metrics ?? {}).sort());
    const states = reports.flatMap(({ readings }) =>
      readings.filter(([name]) => name === "state").map(([, value]) => value),
    );
    expect(new Set(states)).toEqual(new Set(["driving", "stopped", "charging", "parked"]));
    states.slice(1).forEach((state, index) => {
      expect(state).not.toBe(states[index]);
    });
  });
});
