import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviceMeta } from "../../server/protocol/index.ts";
import { WeatherStation } from "../../simulator/devices/weather.ts";
import { column, correlation, hashOf, reportsUntil } from "./models.ts";

const hour = 3_600_000;
const day = 24 * hour;
const device = "weather/hill-1";
const from = Date.UTC(2026, 10, 10);

describe("weather station", () => {
  it("[S1] repeats itself for the same seed, and differs for another (seeds 7 and 8)", () => {
    const run = (seed: number) => hashOf(reportsUntil(new WeatherStation({ device, seed, from }), from + hour));
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });

  it("[S3] reports the same values at the same times, wherever it was begun, the counter of rain too", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 30 * hour }), (seed, later) => {
        const early = new WeatherStation({ device, seed, from });
        while (early.nextTime < from + later) early.report();
        const late = new WeatherStation({ device, seed, from: from + later });
        for (let report = 0; report < 30; report++) expect(late.report()).toEqual(early.report());
      }),
      { numRuns: 20, seed: 7 },
    );
  });

  it("[S12] stays within what weather can be, at any season and hour", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 4e12 }), (seed, start) => {
        const model = new WeatherStation({ device, seed, from: start });
        for (let report = 0; report < 20; report++) {
          const values = Object.fromEntries(model.report(500).readings) as Record<string, number>;
          const within = (metric: string, low: number, high: number) => {
            expect(values[metric], `${metric} with seed ${seed} from ${start}`).toBeGreaterThanOrEqual(low);
            expect(values[metric], `${metric} with seed ${seed} from ${start}`).toBeLessThanOrEqual(high);
          };
          within("temperature", -25, 42);
          within("humidity", 10, 100);
          within("pressure", 960, 1_050);
          within("wind-speed", 0, 30);
          within("wind-gust", values["wind-speed"] ?? 0, 45);
          within("wind-direction", 0, 359);
          within("rain", 0, 150);
        }
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it("[S12] sees a front: the pressure turns, the air cools, the wind veers and blows, and it rains (seed 7, 120 days)", () => {
    const model = new WeatherStation({ device, seed: 7, from });
    const hours = Array.from({ length: 120 * 24 }, (_, index) => from + index * hour);
    const pressure = hours.map((time) => model.pressureAt(time));
    const fronts: { cooled: number; veered: number; speed: number; rate: number }[] = [];
    hours.forEach((time, index) => {
      const around = pressure.slice(Math.max(0, index - 18), index + 19);
      const depth = Math.min(around[0] ?? 0, around.at(-1) ?? 0) - (pressure[index] ?? 0);
      if (around.length < 37 || pressure[index] !== Math.min(...around) || depth < 5) return;
      const [before, after] = [time - 3 * hour, time + 3 * hour].map((at) => model.windAt(at).direction);
      fronts.push({
        // At the same hour of the day before and the day after.
        cooled: model.temperatureAt(time - 12 * hour) - model.temperatureAt(time + 12 * hour),
        veered: (((after ?? 0) - (before ?? 0) + 540) % 360) - 180,
        speed: model.windAt(time).speed,
        rate: Math.max(...[-2, -1, 0, 1, 2, 3].map((hours) => model.rainRateAt(time + hours * hour))),
      });
    });
    expect(fronts.length).toBeGreaterThan(10);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const { rate } of fronts) expect(rate).toBeGreaterThan(0.5);
    expect(mean(fronts.map(({ cooled }) => cooled))).toBeGreaterThan(2);
    expect(mean(fronts.map(({ veered }) => veered))).toBeGreaterThan(30);
    expect(mean(fronts.map(({ speed }) => speed))).toBeGreaterThan(
      1.7 * mean(hours.map((time) => model.windAt(time).speed)),
    );
    const wind = hours.map((time) => model.windAt(time).speed);
    const rain = hours.map((time) => model.rainRateAt(time));
    expect(correlation(pressure, wind)).toBeLessThan(-0.3);
    expect(correlation(pressure, rain)).toBeLessThan(-0.2);
    expect(rain.filter((rate) => rate === 0).length / rain.length).toBeGreaterThan(0.6);
  });

  it("[S12] is damp in the cool of the night, and its wind goes through north (seed 7, 20 days)", () => {
    const reports = reportsUntil(new WeatherStation({ device, seed: 7, from }), from + 20 * day, 30);
    const values = (metric: string) => column(reports, metric).map(({ value }) => value);
    expect(correlation(values("temperature"), values("humidity"))).toBeLessThan(-0.1);
    const directions = values("wind-direction");
    const through = directions.slice(1).filter((value, index) => Math.abs(value - (directions[index] ?? 0)) > 300);
    expect(through.length).toBeGreaterThan(3);
  });

  it("[S12] counts rain in tips of 0.2 mm from midnight on, never backwards (seed 7, 20 days)", () => {
    const rain = column(reportsUntil(new WeatherStation({ device, seed: 7, from }), from + 20 * day, 6), "rain");
    let total = 0;
    rain.slice(1).forEach(({ time, value }, index) => {
      const before = rain[index] as { time: number; value: number };
      const newDay = Math.floor(time / day) !== Math.floor(before.time / day);
      if (newDay) expect(value).toBeLessThan(1);
      else expect(value).toBeGreaterThanOrEqual(before.value);
      expect(Math.abs(value / 0.2 - Math.round(value / 0.2))).toBeLessThan(1e-6);
      total += newDay ? value : value - before.value;
    });
    expect(total).toBeGreaterThan(5);
  });

  it("[S12] shares its fronts with the other stations of a seed, hours apart (seed 7)", () => {
    const pressureOf = (name: string) => {
      const model = new WeatherStation({ device: name, seed: 7, from });
      return Array.from({ length: 300 }, (_, index) => model.pressureAt(from + index * 2 * hour));
    };
    const here = pressureOf(device);
    expect(correlation(here, pressureOf("weather/coast-1"))).toBeGreaterThan(0.85);
    expect(here).not.toEqual(pressureOf("weather/coast-1"));
  });

  it("introduces itself in words of the contract and names every metric that it reports", () => {
    const model = new WeatherStation({ device, seed: 7, from });
    expect(deviceMeta.parse(model.meta)).toEqual(model.meta);
    expect(model.report().readings.map(([metric]) => metric)).toEqual(Object.keys(model.meta.metrics ?? {}));
  });
});
