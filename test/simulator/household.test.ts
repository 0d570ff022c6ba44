import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviceMeta } from "../../server/protocol/index.ts";
import { cellsADay } from "../../simulator/devices/household/appliances.ts";
import { Home, totalOf, unitsAKwh } from "../../simulator/devices/household/day.ts";
import { Household, wrapsAfterWh } from "../../simulator/devices/household.ts";
import { Random } from "../../simulator/random.ts";
import { column, correlation, hashOf, reportsUntil } from "./models.ts";

const hour = 3_600_000;
const device = "household/elm-1";
const summer = Date.UTC(2026, 5, 21);
const winter = Date.UTC(2026, 0, 20);

function home(from: number, seed = 7, rate = 1): Household {
  return new Household({ device, seed, from, rate });
}

/** Wh between two readings of the counter, kWh, that is not read so seldom that it wraps twice. */
function used(before: number, after: number): number {
  const wattHours = Math.round(1_000 * (after - before));
  return wattHours < 0 ? wattHours + wrapsAfterWh : wattHours;
}

describe("household", () => {
  it("[S1] repeats itself for the same seed, and differs for another (seeds 7 and 8)", () => {
    const run = (seed: number) => hashOf(reportsUntil(home(winter, seed), winter + 2 * hour));
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });

  it("[S3] reports the same values at the same times, wherever it was begun, also where it is thinned", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 40 * hour }), (seed, later) => {
        const early = home(winter, seed);
        while (early.nextTime < winter + later) early.report(26);
        const report = early.report();
        const fresh = home(report.time, seed).report();
        expect(fresh.time).toBe(report.time);
        expect(fresh.readings.slice(0, 6)).toEqual(report.readings.slice(0, 6));
      }),
      { numRuns: 20, seed: 7 },
    );
  });

  it("[S8] tells when the car begins and ends to charge, however a past is thinned (seed 7, five days)", () => {
    const changes = (stride: number) =>
      reportsUntil(home(winter), winter + 5 * 24 * hour, stride).flatMap(({ time, readings }) =>
        readings.filter(([name]) => name === "charging").map(([, value]) => [time, value]),
      );
    expect(changes(1)).toHaveLength(11);
    for (const stride of [26, 1_000]) expect(changes(stride)).toEqual(changes(1));
  });

  it("[S22] counts exactly what its power adds up to, across midnights and wraps (seed 7, six days)", () => {
    const model = home(winter);
    const first = column([model.report()], "energy")[0]?.value ?? Number.NaN;
    const reports = reportsUntil(model, winter + 6 * 24 * hour);
    const powers = column(reports, "power");
    let units = 0;
    let wraps = 0;
    let before = first;
    let counted = 0;
    column(reports, "energy").forEach(({ value }, index) => {
      units += Math.max(0, powers[index]?.value ?? Number.NaN);
      counted += used(before, value);
      if (value < before) wraps++;
      // The display cuts off what is less than a Wh, here and at the first reading.
      expect(Math.abs(counted - (1_000 * units) / unitsAKwh)).toBeLessThan(1 + 1e-6);
      before = value;
    });
    expect(counted).toBeGreaterThan(100_000);
    expect(wraps).toBe(Math.floor((1_000 * first + counted) / wrapsAfterWh));
    expect(wraps).toBeGreaterThan(1);
  });

  it("[S22] never counts backwards but where the counter wraps, at any rate and season", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: -1e12, max: 4e12 }),
        fc.constantFrom(0.05, 0.3, 1, 7),
        (seed, from, rate) => {
          const energies = column(
            Array.from(
              { length: 300 },
              (
                (model) => () =>
                  model.report()
              )(home(from, seed, rate)),
            ),
            "energy",
          );
          energies.slice(1).forEach(({ value, time }, index) => {
            const before = energies[index] as { time: number; value: number };
            expect(value >= 0 && value < wrapsAfterWh / 1_000).toBe(true);
            // 20 kW is more than the house can take: a step back that is no wrap would be far more.
            expect(used(before.value, value)).toBeLessThanOrEqual((20_000 * (time - before.time)) / hour + 1);
          });
        },
      ),
      { numRuns: 40, seed: 7 },
    );
  });

  it("[S22] ends each day with the count that the next one begins with, and charges the car before the sun is up", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: -10_000, max: 60_000 }), (seed, number) => {
        const house = new Home(new Random(seed).derive(device), seed, seed % 10_000);
        const { taken, phases, charging } = house.day(number);
        expect(taken[cellsADay]).toBe(house.day(number + 1).taken[0]);
        const wrong = Array.from({ length: cellsADay }, (_, cell) => cell).find(
          (cell) => (taken[cell + 1] as number) - (taken[cell] as number) !== Math.max(0, totalOf(phases, cell)),
        );
        expect(wrong).toBeUndefined();
        expect(charging.until).toBeGreaterThan(charging.from + 20);
        expect(charging.until).toBeLessThan(cellsADay / 6);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it("[S22] takes through its phases what it takes in all, and no more than a house can", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 4e12 }), (seed, from) => {
        const model = home(from, seed);
        for (let report = 0; report < 100; report++) {
          const values = Object.fromEntries(model.report(40).readings) as Record<string, number>;
          expect((values["power-l1"] ?? 0) + (values["power-l2"] ?? 0) + (values["power-l3"] ?? 0)).toBe(values.power);
          expect(values.power).toBeGreaterThan(-8_000);
          expect(values.power).toBeLessThan(20_000);
          expect(values.solar).toBeGreaterThanOrEqual(0);
          expect(values.solar).toBeLessThan(7_000);
        }
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it("[S22] gives its surplus away under the sun, and counts nothing meanwhile (seed 7, a summer day)", () => {
    const reports = reportsUntil(home(summer + 4 * hour), summer + 20 * hour);
    const powers = column(reports, "power").map(({ value }) => value);
    const solar = column(reports, "solar").map(({ value }) => value);
    const energies = column(reports, "energy").map(({ value }) => value);
    expect(Math.min(...powers)).toBeLessThan(-1_500);
    expect(correlation(powers, solar)).toBeLessThan(-0.5);
    powers.forEach((power, index) => {
      if (index > 0 && power <= 0) expect(energies[index]).toBe(energies[index - 1]);
    });
    const night = reportsUntil(home(summer - 2 * hour), summer + 3 * hour);
    expect(Math.max(...column(night, "solar").map(({ value }) => value))).toBe(0);
  });

  it("[S22] heats the more the colder it is, and boils water in minutes at 2 kW (seed 7)", () => {
    const heat = (from: number) => {
      const night = column(reportsUntil(home(from + 20.5 * hour), from + 24 * hour), "power-l3");
      return night.reduce((sum, { value }) => sum + value, 0) / night.length;
    };
    expect(heat(winter)).toBeGreaterThan(heat(summer) + 500);
    // Jumps of the first phase by 2 kW: up and down, two to three and a half minutes apart.
    const line = column(reportsUntil(home(winter + 5.5 * hour), winter + 5 * 24 * hour), "power-l1");
    let on: number | undefined;
    let kettles = 0;
    line.slice(1).forEach(({ time, value }, index) => {
      const step = value - (line[index]?.value ?? 0);
      if (step > 1_900 && step < 2_300) on = time;
      if (step < -1_900 && step > -2_300 && on !== undefined) {
        if (time - on >= 110_000 && time - on <= 220_000) kettles++;
        on = undefined;
      }
    });
    expect(kettles).toBeGreaterThan(6);
  });

  it("[S22] has a fridge that runs a third of the time (seed 7, a night without sun, car and kettle)", () => {
    const night = column(reportsUntil(home(winter + 3 * hour), winter + 6 * hour), "power-l1").map(
      ({ value }) => value,
    );
    const [least, most] = [Math.min(...night), Math.max(...night)];
    const on = night.filter((value) => value > least + 45).length / night.length;
    expect(most - least).toBeLessThan(220);
    expect(on).toBeGreaterThan(0.2);
    expect(on).toBeLessThan(0.45);
  });

  it("reports each metric at a ms of its own, and introduces itself in words of the contract", () => {
    const model = home(winter);
    expect(deviceMeta.parse(model.meta)).toEqual(model.meta);
    const reports = reportsUntil(model, winter + 5 * hour);
    const reported = new Set(reports.flatMap(({ readings }) => readings.map(([name]) => name)));
    expect([...reported].sort()).toEqual(Object.keys(model.meta.metrics ?? {}).sort());
    reports.slice(1).forEach(({ time }, index) => {
      expect(time - (reports[index]?.time ?? 0)).toBe(10_000);
    });
    const charges = reports.flatMap(({ readings }) => readings.filter(([name]) => name === "charging"));
    expect(charges.map(([, value]) => value)).toEqual([false, true, false]);
  });
});
