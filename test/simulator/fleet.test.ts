import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Greenhouse } from "../../simulator/devices/greenhouse.ts";
import { Fleet, type FleetOptions } from "../../simulator/fleet.ts";
import type { LinkState } from "../../simulator/link.ts";
import { Ticker } from "../../simulator/market/ticker.ts";
import { profiles, sharedOut } from "../../simulator/profiles.ts";
import { Random } from "../../simulator/random.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { linkPorts } from "../support/link-ports.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";
import { column, reportsUntil } from "./models.ts";
import { OddHub } from "./odd-hub.ts";
import { Queue } from "./queue.ts";

const minute = 60_000;
/** Midday, and both exchanges are open. */
const start = Date.UTC(2026, 5, 21, 12, 22);

let clock: FakeClock;
let fleets: Fleet[];

beforeEach(() => {
  clock = new FakeClock(start);
  fleets = [];
});

afterEach(() => {
  for (const fleet of fleets) fleet.close();
});

/** So many greenhouses and tickers. */
function sourcesOf(devices: number, tickers: number) {
  return sharedOut(devices, profiles.slice(0, 1), tickers);
}

function fleetDevices(devices: number, tickers: number): string[] {
  return sourcesOf(devices, tickers).map(({ device }) => device);
}

/** A fleet whose clock is turned by hand; the hub's runs on. */
function run(url: string, options: Partial<FleetOptions> = {}): Fleet {
  const fleet = new Fleet({
    ...{ url: `${url.replace("http", "ws")}/ws`, sources: sourcesOf(2, 2), seed: 7, WebSocket },
    ports: linkPorts(clock),
    ...options,
  });
  fleets.push(fleet);
  return fleet;
}

describe("fleet", () => {
  it("names its devices alike each time, and gives each a name of its own", () => {
    expect(fleetDevices(5, 2)).toEqual([
      ...["greenhouse/north-1", "greenhouse/south-1", "greenhouse/east-1", "greenhouse/west-1", "greenhouse/north-2"],
      ...["market/ACME", "market/BORU"],
    ]);
    expect(new Set(fleetDevices(300, 300)).size).toBe(600);
  });

  describe("with a hub", () => {
    let hub: TestHub;
    beforeEach(async () => {
      hub = await startHub();
    });
    afterEach(() => hub.stop());

    /**
     * Lets time pass in uneven steps, as a busy machine's timers do. The clock stands while the hub is asked something and
     * answers: links that wait for its word hear it before their time is over, however long it takes.
     */
    async function pass(ms: number, random: Random): Promise<void> {
      for (const end = clock.now() + ms; clock.now() < end; ) {
        clock.advance(Math.min(end - clock.now(), Math.ceil(random.between(1, 5_000))));
        await hub.http("GET", "status");
      }
    }

    /** What the fleet has to have told, by the models themselves. */
    async function expectTold(device: string, metric: string, from: number, to: number): Promise<void> {
      const Model = device.startsWith("market/") ? Ticker : Greenhouse;
      const told = column(reportsUntil(new Model({ device, seed: 7, from }), to), metric).filter(
        ({ time }) => time >= from,
      );
      expect(told.length).toBeGreaterThan(50);
      const stored = (await hub.readings(device, metric)).filter(([time]) => time >= from && time < to);
      expect(stored).toEqual(told.map(({ time, value }) => [time, value]));
    }

    it("[S7] reports everything that falls due, however late its timers come (seed 7)", async () => {
      const fleet = run(hub.url);
      clock.advance(10);
      await expect.poll(() => fleet.totals.open).toBe(4);
      await pass(5 * minute, new Random(7));
      await expect.poll(() => fleet.totals.open).toBe(4);
      const end = clock.now();
      await fleet.drain(minute);
      for (const device of fleetDevices(2, 0)) await expectTold(device, "temperature", start + 10, end);
      for (const device of fleetDevices(0, 2)) await expectTold(device, "price", start + 10, end);
      const { links, open, pending, sent, stored } = fleet.totals;
      expect({ links, open, pending }).toEqual({ links: 4, open: 4, pending: 0 });
      expect(stored).toBe(sent);
    });

    it("[S3] repeats its readings when it is started again, and changes none", async () => {
      const names = [
        ...fleetDevices(2, 0).map((name) => [name, "light"]),
        ...fleetDevices(0, 2).map((name) => [name, "bid"]),
      ];
      const all = () => Promise.all(names.map(([device = "", metric = ""]) => hub.readings(device, metric)));
      const past = { historyMs: 10 * minute };
      const random = new Random(7);
      const first = run(hub.url, past);
      await pass(20, random);
      await first.drain(minute);
      first.close();
      const before = await all();
      expect(before.every((readings) => readings.length > 100)).toBe(true);
      const second = run(hub.url, past);
      await pass(20, random);
      await second.drain(minute);
      const after = await all();
      after.forEach((readings, index) => {
        const old = before[index] ?? [];
        expect(readings.slice(0, old.length)).toEqual(old);
        expect(readings.length - old.length).toBeLessThan(3);
      });
    });

    it("[S8] fills in a long past: the last hour whole, what is before it thinned", async () => {
      const day = 24 * 60 * minute;
      const fleet = run(hub.url, { sources: sourcesOf(1, 0), historyMs: 10 * day });
      const now = clock.now();
      // The past comes in chunks, each with a turn of the hub between.
      while (((await hub.readings("greenhouse/north-1", "light")).at(-1)?.[0] ?? 0) < now - 6_000) {
        await pass(200, new Random(7));
      }
      await fleet.drain(minute);
      const light = await hub.readings("greenhouse/north-1", "light");
      expect(light[0]?.[0]).toBeLessThan(now - 10 * day + 10 * minute);
      const recent = light.filter(([time]) => time > now - 59 * minute && time <= now).length;
      const older = light.filter(([time]) => time < now - 60 * minute).length;
      expect(recent).toBeGreaterThan(59 * 12 - 2);
      expect(older).toBeGreaterThan(5_000);
      expect(older).toBeLessThan(10_500);
    });
  });

  describe("without an answer", () => {
    let hub: OddHub;
    beforeEach(async () => {
      hub = await OddHub.start();
    });
    afterEach(() => hub.stop());

    it("[S8] holds no more than a chunk of a long past while the hub decides nothing", async () => {
      const fleet = run(hub.url.replace("/ws", ""), { sources: sourcesOf(1, 0), historyMs: 30 * 24 * 60 * minute });
      const connection = await hub.connection();
      await connection.welcome({ heartbeat: 10 * minute });
      await connection.frame();
      const { pending } = fleet.totals;
      expect(pending).toBeGreaterThan(500);
      expect(pending).toBeLessThan(5_010);
      clock.advance(5 * minute);
      expect(await connection.untaken()).toBeGreaterThan(0);
      expect(fleet.totals.pending).toBe(pending);
    });

    it("[S8] keeps 20,000 readings of a device where no hub answers, and counts what it let go", async () => {
      const fleet = run("http://127.0.0.1:1", { sources: sourcesOf(0, 1), rate: 100 });
      for (let step = 0; step < 300; step++) clock.advance(1_000);
      const { sent, pending, dropped } = fleet.totals;
      expect(sent).toBeGreaterThan(40_000);
      expect(pending).toBe(20_000);
      expect(dropped).toBe(sent - pending);
    });

    it("drains no longer than it is told, and says which links gave way to others", async () => {
      const states = new Queue<LinkState>();
      const fleet = run(hub.url.replace("/ws", ""), {
        sources: sourcesOf(1, 0),
        onState: (_, state) => states.put(state),
      });
      const connection = await hub.connection();
      await connection.welcome();
      clock.advance(6_000);
      await connection.frame();
      const drained = fleet.drain(3_000);
      clock.advance(3_000);
      await drained;
      expect(fleet.totals.pending).toBeGreaterThan(0);
      connection.close(4409, "replaced by a newer connection");
      while ((await states.take()).state !== "stopped");
      expect(fleet.totals).toMatchObject({ links: 1, open: 0, stopped: 1 });
    });
  });
});
