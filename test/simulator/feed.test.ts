import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { BatterySensor } from "../../simulator/devices/battery-sensor.ts";
import { Fleet, type FleetOptions } from "../../simulator/fleet.ts";
import type { LinkState } from "../../simulator/link.ts";
import type { Model, ModelOptions } from "../../simulator/model.ts";
import { type Profile, profiles, sharedOut } from "../../simulator/profiles.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { linkPorts } from "../support/link-ports.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";
import { column } from "./models.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const within = { timeout: 60_000, interval: 10 };

/** A thousand values a second, in columns, besides one that comes by itself. */
class Shaking implements Model {
  readonly device: string;
  readonly meta = { metrics: { vibration: { unit: "g" }, level: {} } };
  readonly intervalMs = 1_000;
  readonly samplesPerReport = 1_000;
  nextTime: number;

  constructor({ device, from }: ModelOptions) {
    this.device = device;
    this.nextTime = Math.ceil(from / 1_000) * 1_000;
  }

  report(stride = 1) {
    const time = this.nextTime;
    this.nextTime += stride * this.intervalMs;
    const times = Array.from({ length: 1_000 }, (_, index) => time - 999 + index);
    const vibration = times.map((at) => Math.sin(at / 7));
    return { time, readings: [["level", 3] as const], samples: { times, values: { vibration } } };
  }
}

describe("a device of the fleet", () => {
  let hub: TestHub;
  let clock: FakeClock;
  let fleet: Fleet;
  let states: string[];
  let pasts: number;

  beforeEach(async () => {
    hub = await startHub();
    // An hour behind the hub's, which would refuse times that are ahead of its own.
    clock = new FakeClock(Date.now() - 60 * minute);
    states = [];
    pasts = 0;
  });
  afterEach(async () => {
    fleet.close();
    await hub.stop();
  });

  /** Its clock is turned by hand; the hub's runs on. */
  function run(profile: Profile, count: number, options: Partial<FleetOptions> = {}): Fleet {
    fleet = new Fleet({
      ...{ url: `${hub.url.replace("http", "ws")}/ws`, sources: sharedOut(count, [profile], 0), seed: 7, WebSocket },
      ports: linkPorts(clock),
      onState: (device: string, { state }: LinkState) => states.push(`${device} ${state}`),
      onPast: () => pasts++,
      ...options,
    });
    return fleet;
  }

  const battery = profiles.find(({ name }) => name === "battery") as Profile;
  const shaking: Profile = {
    ...{ name: "shaking", Model: Shaking, noun: "shaker", device: (index) => `shaker-${index}`, demo: 0 },
  };
  const presence = async (device: string) => (await hub.http("GET", `device?id=${device}`)).body;

  it("[S13] is cut off once its report is acknowledged, and shown as asleep; it comes back for each report", async () => {
    run(battery, 1);
    const device = "battery/cellar-1";
    await expect.poll(() => fleet.totals.asleep, within).toBe(1);
    const first = fleet.totals;
    expect(first).toMatchObject({ links: 1, open: 0, stopped: 0, pending: 0, rejected: 0 });
    expect(first.stored).toBe(5);
    await expect.poll(() => presence(device), within).toMatchObject({ state: "online", reason: "asleep" });
    const model = new BatterySensor({ device, seed: 7, from: clock.now() });
    const told = [model.report()];
    clock.advance(model.nextTime - clock.now());
    told.push(model.report());
    await expect.poll(() => fleet.totals, within).toMatchObject({ sent: first.sent + 4, asleep: 1, rejected: 0 });
    expect(await hub.readings(device, "battery")).toEqual(
      column(told, "battery").map(({ time, value }) => [time, value]),
    );
    expect(states).toEqual(["connecting", "open", "connecting", "open"].map((state) => `${device} ${state}`));
  });

  it("[S15] sends columns of a high rate as such, each value with its time", async () => {
    run(shaking, 1, { historyMs: 5_000 });
    await expect.poll(() => pasts, within).toBe(1);
    const readings = await hub.readings("shaker-0", "vibration");
    expect(readings.length).toBeGreaterThanOrEqual(5_000);
    for (const [time, value] of readings) expect(value).toBe(Math.sin(time / 7));
    expect(fleet.totals.stored).toBe(fleet.totals.sent);
  });

  it("[S16] tells how much of the past is in, and once when all of it is acknowledged", async () => {
    const seen: number[] = [];
    run(battery, 3, { historyMs: 100 * day });
    clock.advance(10);
    await expect
      .poll(() => {
        seen.push(fleet.totals.past);
        return pasts;
      }, within)
      .toBe(1);
    expect(seen[0]).toBeLessThan(1);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect(fleet.totals).toMatchObject({ past: 1, pending: 0, rejected: 0, asleep: 3 });
    expect(fleet.totals.stored).toBeGreaterThan(3 * 100 * 96 * 4 - 20);
    await fleet.drain(minute);
    expect(pasts).toBe(1);
  });

  it("[S16] tells of the past by its readings, not by its time: a machine at 1 kHz has most of them in the last hour", async () => {
    const sources = [...sharedOut(4, [battery], 0), ...sharedOut(1, [shaking], 0)];
    const seen: { past: number; sent: number }[] = [];
    run(battery, 0, { sources, historyMs: 2 * minute });
    clock.advance(20);
    await expect
      .poll(() => {
        const { past, sent } = fleet.totals;
        seen.push({ past, sent });
        return pasts;
      }, within)
      .toBe(1);
    const all = fleet.totals.sent;
    expect(all).toBeGreaterThan(120_000);
    const open = seen.filter(({ past }) => past < 0.99);
    expect(open.length).toBeGreaterThan(1);
    for (const { past, sent } of open) expect(Math.abs(past - sent / all)).toBeLessThan(0.05);
  });
});
