import { hostname } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { deviceMeta } from "../../server/protocol/index.ts";
import { type Machine, thisMachine } from "../../simulator/devices/computer/machine.ts";
import { Rates } from "../../simulator/devices/computer/rates.ts";
import { answer, computerDevice, findComputer } from "../../simulator/devices/this-computer.ts";
import { Self } from "../../simulator/self.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { linkPorts } from "../support/link-ports.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";

const never = new Promise<never>(() => {});

/** A machine that knows everything; its counters grow by 1 kB (and by as many ms) with each question. */
function wellMachine(changes: Partial<Machine> = {}): Machine {
  let asked = 0;
  let ms = 0;
  return {
    hostname: () => "box",
    labels: { system: "Linux", processor: "x64" },
    monotonic: () => {
      ms += 1_000;
      return ms;
    },
    processors: () => ({ from: "processors", counts: [25 * ++asked, 75 * asked] }),
    load: () => 0.5,
    memory: async () => ({ total: 8 * 1024 ** 3, taken: 2 * 1024 ** 3 }),
    disk: async () => ({ used: 90e9, available: 10e9 }),
    diskTraffic: async () => ({ from: "disks", counts: [1_000 * ++asked, 2_000 * asked] }),
    networkTraffic: async () => ({ from: "eth0", counts: [1_000 * ++asked, 2_000 * asked] }),
    temperature: async () => 61.25,
    uptimeMs: () => 7_200_000,
    ...changes,
  };
}

async function secondAnswers(machine: Machine): Promise<Record<string, number>> {
  const { questions } = await findComputer(machine, never);
  return Object.assign({}, ...(await Promise.all(questions.map(answer))));
}

describe("this computer", () => {
  it("[S9] tells figures that can be, with what they mean, on the real machine", async () => {
    const { device, meta, figures } = await findComputer(thisMachine, never);
    expect(device).toBe(computerDevice(hostname()));
    expect(deviceMeta.safeParse(meta).error).toBeUndefined();
    const told = figures ?? {};
    // What every machine can tell that this runs on.
    expect(Object.keys(told)).toEqual(expect.arrayContaining(["memory", "disk", "disk-free", "uptime"]));
    for (const [name, value] of Object.entries(told)) {
      const { min = -60, max = Number.MAX_SAFE_INTEGER, label, reportInterval } = meta.metrics?.[name] ?? {};
      expect(label, name).toBeTruthy();
      expect(reportInterval, name).toBeGreaterThanOrEqual(2_000);
      expect(value, name).toBeGreaterThanOrEqual(min);
      expect(value, name).toBeLessThanOrEqual(max);
    }
    expect(told.memory).toBeGreaterThan(0);
    expect(told.uptime).toBeGreaterThan(0);
  });

  it("[S9] tells shares, rates and the rest as they are", async () => {
    expect(await secondAnswers(wellMachine())).toMatchObject({
      cpu: 25,
      load: 0.5,
      memory: 25,
      "memory-free": 6,
      disk: 90,
      "disk-free": 10,
      temperature: 61.3,
      uptime: 2,
    });
    const rates = new Rates(wellMachine().monotonic);
    expect(rates.since({ from: "a", counts: [1_000, 500] })).toEqual([]);
    expect(rates.since({ from: "a", counts: [3_000, 500] })).toEqual([2_000, 0]);
  });

  it("[S9] warns where a disk is nearly full and where the processor is hot", async () => {
    const { meta } = await findComputer(wellMachine(), never);
    const levels = (metric: string) => meta.metrics?.[metric]?.zones?.map(({ from, level }) => [from, level]);
    expect(levels("disk")).toEqual([
      [undefined, "ok"],
      [85, "warn"],
      [95, "alarm"],
    ]);
    expect(levels("temperature")).toEqual([
      [undefined, "ok"],
      [80, "warn"],
      [95, "alarm"],
    ]);
  });

  it.each<[string, Partial<Machine>, string[]]>([
    ["no processors", { processors: () => ({ from: "processors", counts: [0, 0] }) }, ["cpu"]],
    ["no load", { load: () => undefined }, ["load"]],
    ["memory of no size", { memory: async () => ({ total: 0, taken: 0 }) }, ["memory", "memory-free"]],
    ["more memory taken than is there", { memory: async () => ({ total: 1, taken: 2 }) }, ["memory", "memory-free"]],
    ["memory that is no number", { memory: async () => ({ total: Number.NaN, taken: 1 }) }, ["memory", "memory-free"]],
    ["a disk of no size", { disk: async () => ({ used: 0, available: 0 }) }, ["disk", "disk-free"]],
    ["a disk that refuses", { disk: async () => Promise.reject(new Error("EACCES")) }, ["disk", "disk-free"]],
    ["disks not counted", { diskTraffic: async () => undefined }, ["disk-read", "disk-write"]],
    ["disks all zero", { diskTraffic: async () => ({ from: "disks", counts: [0, 0] }) }, ["disk-read", "disk-write"]],
    [
      "a network that is no number",
      { networkTraffic: async () => ({ from: "eth0", counts: [Number.NaN, 1] }) },
      ["network-in", "network-out"],
    ],
    ["no sensor", { temperature: async () => undefined }, ["temperature"]],
    ["a sensor that cannot be read", { temperature: async () => 0 }, ["temperature"]],
    ["a sensor that answers nonsense", { temperature: async () => Number.NaN }, ["temperature"]],
  ])("[S10] leaves out what the machine cannot tell, never a wrong 0: %s", async (_, changes, missing) => {
    const all = Object.keys((await findComputer(wellMachine(), never)).meta.metrics ?? {});
    const { meta, figures } = await findComputer(wellMachine(changes), never);
    expect(all.filter((name) => !(name in (meta.metrics ?? {})))).toEqual(missing);
    for (const name of missing) expect(figures).not.toHaveProperty(name);
  });

  it("[S10] tells no rate across counters that were begun anew, failed, or are another network's", () => {
    let at = 0;
    const rates = new Rates(() => at);
    const since = (from: string, ...counts: number[]) => {
      at += 1_000;
      return rates.since({ from, counts });
    };
    expect(since("eth0", 5_000)).toEqual([]);
    expect(since("eth0", 1_000)).toEqual([]);
    expect(since("eth0", 3_000)).toEqual([2_000]);
    expect(since("eth0", 0)).toBeUndefined();
    expect(since("eth0", Number.NaN)).toBeUndefined();
    // Over the three seconds since the last good count.
    expect(since("eth0", 9_000)).toEqual([2_000]);
    expect(since("wlan0", 90_000)).toEqual([]);
    expect(since("wlan0", 91_000)).toEqual([1_000]);
  });

  it.each([
    ["box", "computer/box"],
    ["Ännes-Büro.local", "computer/Ännes-Büro.local"],
    ["a b/c\\d\u0000e", "computer/a-b-c-d-e"],
    ["", "computer/unnamed"],
    [".", "computer/unnamed"],
    ["..", "computer/unnamed"],
    ["💻", "computer/-"],
    ["__proto__", "computer/__proto__"],
    ["x".repeat(500), `computer/${"x".repeat(119)}`],
    ["𝒳".repeat(200), `computer/${"𝒳".repeat(119)}`],
  ])("[S9] has a name that the hub takes, whatever the host is called: %j", async (name, device) => {
    expect(computerDevice(name)).toBe(device);
    const hub = await startHub();
    try {
      const client = await hub.device(computerDevice(name));
      expect(await client.next("welcome")).toMatchObject({ type: "welcome" });
    } finally {
      await hub.stop();
    }
  });

  it("[S11] tells no user, address or serial number", async () => {
    const { meta } = await findComputer(wellMachine(), never);
    expect(Object.keys(meta).sort()).toEqual(["kind", "labels", "metrics", "name", "reportInterval"]);
    expect(meta.labels).toEqual({ system: "Linux", processor: "x64" });
  });
});

describe("a report of this computer", () => {
  let hub: TestHub;
  let self: Self | undefined;
  const clock = new FakeClock();

  beforeEach(async () => {
    hub = await startHub();
  });
  afterEach(async () => {
    self?.close();
    await hub.stop();
  });

  function report(machine: Machine): Self {
    self = new Self({
      url: `${hub.url.replace("http", "ws")}/ws`,
      WebSocket,
      machine,
      ports: linkPorts(clock),
    });
    return self;
  }

  const within = { timeout: 60_000, interval: 20 };

  it("[S9] goes on with all other figures where one is never answered, and asks for that no second time", async () => {
    let asked = 0;
    const stuck = () => {
      asked++;
      return asked === 1 ? Promise.resolve({ used: 1e9, available: 1e9 }) : never;
    };
    report(wellMachine({ disk: stuck }));
    const count = async (metric: string) => (await hub.readings("computer/box", metric)).length;
    await expect
      .poll(async () => {
        clock.advance(1_000);
        return count("cpu");
      }, within)
      .toBeGreaterThan(20);
    expect(await count("disk")).toBe(1);
    expect(asked).toBe(2);
    expect(await count("temperature")).toBeGreaterThan(2);
  });

  it("[S10] comes without what is not answered in five seconds at the start", async () => {
    report(wellMachine({ temperature: () => never }));
    await expect
      .poll(async () => {
        clock.advance(1_000);
        return (await hub.http("GET", "devices")).body.devices;
      }, within)
      .toMatchObject([{ device: "computer/box", state: "online", kind: "computer" }]);
    const { body } = await hub.http("GET", "series?device=computer/box");
    expect(body.series.map(({ metric }: { metric: string }) => metric)).not.toContain("temperature");
  });

  it("[S9] is drained: what was told is acknowledged, and no more is told", async () => {
    const running = report(wellMachine());
    await expect
      .poll(() => {
        clock.advance(1_000);
        return running.totals.stored;
      }, within)
      .toBeGreaterThan(8);
    await running.drain(5_000);
    const { sent, stored, pending, rejected } = running.totals;
    expect({ stored, pending, rejected }).toEqual({ stored: sent, pending: 0, rejected: 0 });
    clock.advance(60_000);
    expect(running.totals.sent).toBe(sent);
  });
});
