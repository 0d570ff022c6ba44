import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviceMeta } from "../../server/protocol/index.ts";
import { innerRace, outerRace } from "../../simulator/devices/factory/vibration.ts";
import { Factory } from "../../simulator/devices/factory.ts";
import type { Report } from "../../simulator/model.ts";
import { column, correlation, hashOf, reportsUntil } from "./models.ts";

const minute = 60_000;
const hour = 60 * minute;
const device = "factory/mill-1";
const monday = Date.UTC(2026, 10, 23, 8);

function machine(from: number, seed = 7, rate = 1): Factory {
  return new Factory({ device, seed, from, rate });
}

function wave({ samples }: Report): number[] {
  return (samples?.values.vibration ?? []) as number[];
}

/** Amplitude at a frequency in Hz, of what was sampled at 1 kHz (Hann window). */
function amplitude(values: readonly number[], hz: number): number {
  let [real, imaginary] = [0, 0];
  values.forEach((value, index) => {
    const windowed = value * (1 - Math.cos((2 * Math.PI * index) / values.length));
    real += windowed * Math.cos((2 * Math.PI * hz * index) / 1_000);
    imaginary += windowed * Math.sin((2 * Math.PI * hz * index) / 1_000);
  });
  return (2 * Math.hypot(real, imaginary)) / values.length;
}

/** The first report at or after `time` in which the machine has run for a while. */
function running(time: number, seed = 7): Report {
  let { run } = machine(time, seed).plan.shaftAt(time);
  let at = time;
  while (!run || at < run.start + minute || at >= run.end) {
    at += minute;
    ({ run } = machine(at, seed).plan.shaftAt(at));
  }
  return machine(at, seed).report();
}

describe("factory", () => {
  it("[S1] repeats itself for the same seed, and differs for another (seeds 7 and 8)", () => {
    const run = (seed: number) => hashOf(reportsUntil(machine(monday, seed), monday + minute));
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });

  it("[S3] reports the same values at the same times, wherever it was begun, whatever was asked before", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 20_000 }), (seed, later) => {
        const model = machine(monday - 40 * hour, seed);
        while (model.nextTime < monday + later * 1_000) model.report(97);
        const { time, readings, samples } = model.report();
        const fresh = machine(time, seed).report();
        expect(fresh.readings.slice(0, 5)).toEqual(readings.slice(0, 5));
        expect({ time, samples }).toEqual({ time: fresh.time, samples: fresh.samples });
      }),
      { numRuns: 20, seed: 7 },
    );
  });

  it("[S21] samples its vibration at each ms once, in frames of a second, at any rate", () => {
    for (const rate of [0.1, 1, 3, 50]) {
      const model = machine(monday, 7, rate);
      const sampled = Array.from({ length: 20 }, () => model.report().samples?.times ?? []);
      for (const frame of sampled) expect(frame).toHaveLength(Math.min(1_000, model.intervalMs));
      const flat = sampled.flat();
      for (let index = 1; index < flat.length; index++) {
        const gap = (flat[index] as number) - (flat[index - 1] as number);
        if (rate >= 1) expect(gap).toBe(1);
        else expect(gap).toBeGreaterThan(0);
      }
    }
  });

  it("[S21] leaves the samples out of a thinned past", () => {
    expect(machine(monday).report(60)).not.toHaveProperty("samples");
    expect(machine(monday).report(60).readings).toEqual(machine(monday).report().readings);
  });

  it("[S8] tells every change of its states to the second, however a past is thinned (seed 7, two days of a failure)", () => {
    const { plan } = machine(monday);
    const begin = plan.lifeAt(monday).failure - 24 * hour;
    const reports = reportsUntil(machine(begin), begin + 48 * hour, 1_000);
    const states = reports.flatMap(({ time, readings }) =>
      readings.filter(([name]) => name === "state").map(([, value]) => [time, value]),
    );
    const first = machine(begin).nextTime;
    const seconds = Array.from({ length: 48 * 3_600 }, (_, index) => first + 1_000 * index);
    const changes = seconds
      .map((time) => [time, plan.stateAt(time)])
      .filter(([, state], index, all) => index === 0 || state !== all[index - 1]?.[1]);
    expect(states).toEqual(changes);
    expect(states.length).toBeGreaterThan(40);
    expect(reports.length).toBeLessThan(400);
  });

  it("[S21] stays within what a machine can be, at any time", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 4e12 }), (seed, from) => {
        const model = machine(from, seed);
        const reports = Array.from({ length: 20 }, () => model.report(777));
        const within = (metric: string, low: number, high: number) => {
          for (const { value } of column(reports, metric)) expect(value >= low && value <= high).toBe(true);
        };
        within("vibration-rms", 0.01, 4.5);
        within("speed", 0, 1_810);
        within("current", 0.2, 32);
        within("temperature", 14, 85);
        within("wear", 0, 100);
        const { plan } = model;
        const life = plan.lifeAt(from);
        expect(life.begin <= from && from < life.end).toBe(true);
        expect(plan.stateAt(life.failure - 1)).toBe("running");
        expect(plan.stateAt(life.failure)).toBe("failed");
        expect(plan.stateAt(life.repair)).toBe("maintenance");
        expect(plan.wearAt(life.end)).toBeLessThan(0.001);
        expect(plan.wearAt(life.failure - 1)).toBeGreaterThan(0.999);
        expect(life.failure - life.begin).toBeGreaterThan(2 * 24 * hour);
        expect(life.failure - life.begin).toBeLessThan(12 * 24 * hour);
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it("[S21] wears while it runs and only then, until it fails, and is new after the repair (seed 7)", () => {
    const { plan } = machine(monday);
    const life = plan.lifeAt(monday);
    let worn = 0;
    let stood = 0;
    for (let time = life.begin; time < life.failure - minute; time += minute) {
      const grown = plan.wearAt(time + minute) - plan.wearAt(time);
      const states = [plan.stateAt(time), plan.stateAt(time + minute)];
      if (states.every((state) => state === "running")) expect(grown).toBeGreaterThan(0);
      if (states.every((state) => state !== "running")) {
        expect(grown).toBe(0);
        stood++;
      }
      worn += grown;
    }
    expect(worn).toBeCloseTo(1, 2);
    expect(stood).toBeGreaterThan(300);
  });

  it("[S21] raises its alarm before it fails, holds it until the repair is done, and tells states when they change", () => {
    const { plan } = machine(monday);
    const life = plan.lifeAt(monday);
    const reports = reportsUntil(machine(life.begin), life.end + hour, 30);
    const told = (metric: string) =>
      reports.flatMap(({ time, readings }) =>
        readings.filter(([name]) => name === metric).map(([, value]) => ({ time, value })),
      );
    const alarms = told("alarm");
    expect(alarms.map(({ value }) => value)).toEqual([false, true, false]);
    expect(alarms[1]?.time).toBeLessThan(life.failure - hour);
    expect(Math.abs((alarms[2]?.time ?? 0) - life.end)).toBeLessThan(minute);
    const states = told("state").map(({ value }) => value);
    expect(new Set(states)).toEqual(new Set(["running", "idle", "maintenance", "failed"]));
    expect(states.slice(states.indexOf("failed"), states.indexOf("failed") + 2)).toEqual(["failed", "maintenance"]);
    const shifts = told("shift").map(({ time, value }) => [Math.floor(time / hour) % 24, value]);
    expect(new Set(shifts.slice(1).map(String))).toEqual(new Set(["6,early", "14,late", "22,night"]));
  });

  it("[S21] shakes at the shaft's frequency and its harmonics, and at the tones of the bearing once that is worn (seed 7)", () => {
    const { plan } = machine(monday);
    const life = plan.lifeAt(monday);
    const fresh = running(life.begin + 12 * hour);
    const worn = running(life.failure - 10 * minute);
    for (const report of [fresh, worn]) {
      const values = wave(report);
      const shaft = (column([report], "speed")[0]?.value ?? 0) / 60;
      expect(shaft).toBeGreaterThan(15);
      const floor = amplitude(values, 2.5 * shaft);
      expect(amplitude(values, shaft)).toBeGreaterThan(0.3);
      for (const harmonic of [1, 2, 3]) expect(amplitude(values, harmonic * shaft)).toBeGreaterThan(2 * floor);
    }
    for (const race of [outerRace, 2 * outerRace, innerRace]) {
      const at = (report: Report) => amplitude(wave(report), (race * (column([report], "speed")[0]?.value ?? 0)) / 60);
      expect(at(worn)).toBeGreaterThan(8 * at(fresh));
      expect(at(worn)).toBeGreaterThan(0.3);
    }
  });

  it("[S21] tells as its level what the samples come to", () => {
    const rms = (values: readonly number[]) =>
      Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    const { plan } = machine(monday);
    const life = plan.lifeAt(monday);
    for (const part of [0.1, 0.5, 0.9, 0.999]) {
      const report = running(life.begin + part * (life.failure - life.begin));
      const level = column([report], "vibration-rms")[0]?.value ?? Number.NaN;
      expect(rms(wave(report)) / level).toBeGreaterThan(0.8);
      expect(rms(wave(report)) / level).toBeLessThan(1.2);
    }
  });

  it("[S21] draws what the work needs and grows warm with it (seed 7, 12 hours)", () => {
    const reports = reportsUntil(machine(monday), monday + 12 * hour, 10);
    const values = (metric: string) => column(reports, metric).map(({ value }) => value);
    expect(correlation(values("speed"), values("current"))).toBeGreaterThan(0.5);
    expect(correlation(values("current"), values("vibration-rms"))).toBeGreaterThan(0.5);
    const { plan } = machine(monday);
    const runs = plan.runsBefore(monday + 12 * hour, 7).filter(({ end }) => end < monday + 12 * hour);
    expect(runs.length).toBeGreaterThan(4);
    const model = machine(monday);
    for (const { start, end } of runs) {
      expect(model.temperatureAt(end)).toBeGreaterThan(model.temperatureAt(start) + 1.5);
      expect(model.temperatureAt(end + 6 * minute)).toBeLessThan(model.temperatureAt(end) - 1);
    }
    const temperatures = values("temperature");
    for (let index = 1; index < temperatures.length; index++) {
      expect(Math.abs((temperatures[index] as number) - (temperatures[index - 1] as number))).toBeLessThan(0.5);
    }
  });

  it("[S21] turns as often as its speed says, through start, work and stop", () => {
    const { plan } = machine(monday);
    const [run] = plan.runsBefore(monday, 3).slice(-1);
    if (!run) throw new Error("no run");
    let turns = 0;
    for (let time = run.start; time < run.end + minute; time += 10) {
      turns += ((plan.shaftAt(time).speed + plan.shaftAt(time + 10).speed) / 2 / 60_000) * 10;
    }
    expect(plan.shaftAt(run.end + minute).turns / turns).toBeCloseTo(1, 4);
  });

  it("introduces itself in words of the contract and names every metric that it reports", () => {
    const { meta, plan } = machine(monday);
    expect(deviceMeta.parse(meta)).toEqual(meta);
    expect(plan.stateAt(monday)).toBe("running");
    const { readings, samples } = machine(monday).report();
    const reported = [...readings.map(([name]) => name), ...Object.keys(samples?.values ?? {})];
    expect(reported.sort()).toEqual(Object.keys(meta.metrics ?? {}).sort());
  });
});
