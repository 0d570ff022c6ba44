import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Factory } from "../../simulator/devices/factory.ts";
import { Household } from "../../simulator/devices/household.ts";
import { Vehicle } from "../../simulator/devices/vehicle.ts";
import { Fleet } from "../../simulator/fleet.ts";
import type { Model, Report } from "../../simulator/model.ts";
import { type Profile, profiles, sharedOut } from "../../simulator/profiles.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { linkPorts } from "../support/link-ports.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";
import { reportsUntil } from "./models.ts";

const second = 1_000;
const minute = 60 * second;
const within = { timeout: 60_000, interval: 10 };
const from = Date.UTC(2026, 10, 26);

/** What the reports tell of a metric, in the order of its times. */
function told(reports: readonly Report[], metric: string): [number, unknown][] {
  const rows = reports.flatMap(({ time, readings, samples }) => [
    ...readings.filter(([name]) => name === metric).map(([, value]): [number, unknown] => [time, value]),
    ...(samples?.times ?? [])
      .map((at, index): [number, unknown] => [at, samples?.values[metric]?.[index] ?? null])
      .filter(([, value]) => value !== null),
  ]);
  return rows.sort(([a], [b]) => a - b);
}

describe("worlds in a hub", () => {
  let hub: TestHub;
  let clock: FakeClock;
  let fleet: Fleet;

  beforeEach(async () => {
    hub = await startHub({ engine: "sqlite" });
  });
  afterEach(async () => {
    fleet.close();
    await hub.stop();
  });

  function run(name: string, historyMs: number): void {
    const profile = profiles.find((one) => one.name === name) as Profile;
    fleet = new Fleet({
      ...{ url: `${hub.url.replace("http", "ws")}/ws`, sources: sharedOut(1, [profile], 0), seed: 7, WebSocket },
      historyMs,
      ports: linkPorts(clock),
    });
  }

  /** Every reading of the model, none twice, none refused. */
  async function expectStored(model: Model, reports: readonly Report[]): Promise<void> {
    const metrics = Object.keys(model.meta.metrics ?? {});
    const sent = metrics.reduce((sum, metric) => sum + told(reports, metric).length, 0);
    await expect.poll(() => fleet.totals.stored, within).toBe(sent);
    for (const metric of metrics) expect(await hub.readings(model.device, metric)).toEqual(told(reports, metric));
    const { overwritten, rejected } = (await hub.http("GET", "status")).body.readings;
    expect({ overwritten, rejected }).toEqual({ overwritten: 0, rejected: 0 });
  }

  it("[S21] has each of a machine's thousand samples a second (seed 7, twenty seconds)", async () => {
    const end = from + 8 * 60 * minute;
    clock = new FakeClock(end);
    run("factory", 20 * second);
    const model = new Factory({ device: "factory/mill-1", seed: 7, from: end - 20 * second });
    const reports = reportsUntil(model, end + 1);
    expect(told(reports, "vibration").length).toBeGreaterThanOrEqual(19_000);
    await expectStored(model, reports);
  });

  it("[S22] has a home's energy as the sum of its power (seed 7, half an hour)", async () => {
    const begin = from + 60 * minute;
    clock = new FakeClock(begin + 30 * minute);
    run("household", 30 * minute);
    const model = new Household({ device: "household/elm-1", seed: 7, from: begin });
    await expectStored(model, reportsUntil(model, clock.now() + 1));
    const powers = (await hub.readings("household/elm-1", "power")).map(([, value]) => Number(value));
    const counts = (await hub.readings("household/elm-1", "energy")).map(([, value]) => Number(value));
    const sum = powers.slice(1).reduce((all, power) => all + Math.max(0, power) / 360_000, 0);
    expect(Math.abs((counts.at(-1) ?? 0) - (counts[0] ?? 0) - sum)).toBeLessThan(0.001);
  });

  it("[S23] has nothing of a bus in its tunnel, and all of it afterwards, each second at its own time (seed 7)", async () => {
    const device = "vehicle/bus-1";
    const scout = new Vehicle({ device, seed: 7, from });
    let late = scout.report();
    while (!late.samples) late = scout.report();
    const entered = late.samples.times[0] as number;
    clock = new FakeClock(late.time - second);
    run("vehicle", clock.now() - entered + minute + second / 2);
    const model = new Vehicle({ device, seed: 7, from: entered - minute - second / 2 });
    const before = reportsUntil(model, late.time);
    expect(before).toHaveLength(60);
    await expectStored(model, before);
    clock.advance(second);
    await fleet.drain(minute);
    await expectStored(model, [...before, ...reportsUntil(model, clock.now() + 1)]);
    const times = (await hub.readings(device, "speed")).map(([time]) => time);
    expect(times.length).toBeGreaterThan(60 + late.samples.times.length);
    times.slice(1).forEach((time, index) => {
      expect(time - (times[index] as number)).toBe(second);
    });
  });
});
