import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { systemPorts } from "../../simulator/link/options.ts";
import { Link, type LinkOptions, type LinkState, type Refused } from "../../simulator/link.ts";
import { Random } from "../../simulator/random.ts";
import { startHub, type TestHub, type TestHubOptions } from "../support/start-hub.ts";
import { Cable } from "./cable.ts";
import { TestLink } from "./links.ts";
import { Queue } from "./queue.ts";

const from = Date.UTC(2026, 0, 1);

let hub: TestHub;
let links: Link[];
let cables: Cable[];

beforeEach(async () => {
  hub = await startHub();
  links = [];
  cables = [];
});

afterEach(async () => {
  for (const link of links) link.close();
  for (const cable of cables) cable.pull();
  await hub.stop();
});

async function replaceHub(options: TestHubOptions): Promise<void> {
  await hub.stop();
  hub = await startHub(options);
}

/** A link with a back-off of a few ms at most. */
function start(options: Partial<LinkOptions> = {}, url = `${hub.url.replace("http", "ws")}/ws`): Link {
  const ports = { ...systemPorts, random: () => 0.0004 };
  const link = new Link(url, { device: "oven-1", WebSocket, ports, batchDelayMs: 0, ...options });
  links.push(link);
  return link;
}

async function lay(lifeBytes?: () => number): Promise<Cable> {
  const cable = await Cable.lay(() => hub.url, lifeBytes);
  cables.push(cable);
  return cable;
}

/** Sends `count` readings, a ms apart, a few in each turn of the loop, so that frames are of many sizes. */
async function sendMany(link: Link, count: number, random: Random, meanwhile?: (index: number) => Promise<void>) {
  for (let index = 0; index < count; ) {
    const burst = 1 + Math.floor(random.between(0, 40));
    for (let end = Math.min(count, index + burst); index < end; index++) link.send("level", index, from + index);
    await new Promise((resolve) => setImmediate(resolve));
    await meanwhile?.(index);
  }
}

async function expectEachOnce(count: number, link: Link): Promise<void> {
  expect(await hub.readings("oven-1", "level")).toEqual(
    Array.from({ length: count }, (_, index) => [from + index, index]),
  );
  const { overwritten, rejected } = (await hub.http("GET", "status")).body.readings;
  expect({ overwritten, rejected }).toEqual({ overwritten: 0, rejected: 0 });
  expect(link.stats).toMatchObject({ sent: count, stored: count, rejected: 0, dropped: 0, pending: 0 });
}

describe("link and hub", () => {
  for (const seed of [1, 2, 3]) {
    it(`[L1] loses and doubles nothing while the cable is cut at any byte (seed ${seed})`, async () => {
      const random = new Random(seed);
      let lives = 120;
      const cable = await lay(() => (lives-- > 0 ? Math.floor(random.between(1, 6_000)) : Number.POSITIVE_INFINITY));
      const link = start({ batchReadings: 25, window: 8 }, cable.url);
      await sendMany(link, 5_000, random);
      await link.flush();
      expect(cable.cuts).toBeGreaterThan(40);
      expect(link.stats.resent).toBeGreaterThan(0);
      await expectEachOnce(5_000, link);
    });
  }

  it("[L1] loses and doubles nothing while the hub is restarted on its data (seed 4)", async () => {
    await replaceHub({ engine: "sqlite" });
    const random = new Random(4);
    const link = start({ batchReadings: 20 }, (await lay()).url);
    let restarts = 0;
    let undecided = 0;
    await sendMany(link, 6_000, random, async (index) => {
      if (index < (restarts + 1) * 1_600) return;
      restarts++;
      undecided += link.stats.pending;
      await hub.restart();
    });
    await link.flush();
    expect(restarts).toBe(3);
    expect(undecided).toBeGreaterThan(0);
    await expectEachOnce(6_000, link);
  });

  it("[L5] gives the hub again what its store could not take, on the same connection", async () => {
    const codes: string[] = [];
    const states: LinkState["state"][] = [];
    const link = start({
      batchReadings: 10,
      onError: ({ code }) => codes.push(code),
      onState: ({ state }) => states.push(state),
    });
    link.send("level", 0, from);
    await link.flush();
    for (let times = 0; times < 3; times++) hub.store.failNextAppend();
    for (let index = 1; index < 1_000; index++) link.send("level", index, from + index);
    await link.flush();
    expect(new Set(codes)).toEqual(new Set(["store_unavailable", "resend_from"]));
    expect(states).toEqual(["connecting", "open"]);
    await expectEachOnce(1_000, link);
  });

  it("[L6] tells which reading the hub refused, and why, and that the others are stored", async () => {
    const refused: Refused[] = [];
    const link = start({ onRejected: (one) => refused.push(one) });
    link.send("level", 1, from);
    await link.flush();
    link.send("level", "full", from + 1);
    link.send("level", 2, from + 2);
    link.send("level", 3, Date.now() + 3_600_000);
    link.send("level", 4, 12);
    await link.flush();
    expect(refused).toMatchObject([
      { metric: "level", value: "full", time: from + 1, code: "type_mismatch" },
      { metric: "level", value: 3, code: "time_ahead" },
      { metric: "level", value: 4, time: 12, code: "time_suspicious" },
    ]);
    expect(link.stats).toMatchObject({ sent: 5, stored: 2, rejected: 3, pending: 0 });
    expect((await hub.readings("oven-1", "level")).map(([, value]) => value)).toEqual([1, 2]);
  });

  it("[L8] gives way to a newer link of the same device instead of fighting it", async () => {
    const states = new Queue<LinkState>();
    const first = start({ onState: (state) => states.put(state) });
    first.send("level", 1, from);
    await first.flush();
    const second = start();
    second.send("level", 2, from + 1);
    await second.flush();
    expect((await states.take()).state).toBe("connecting");
    expect((await states.take()).state).toBe("open");
    expect((await states.take()).state).toBe("stopped");
    expect(second.state.state).toBe("open");
    expect((await hub.readings("oven-1", "level")).map(([, value]) => value)).toEqual([1, 2]);
  });

  it("[L2] goes on with a session of a fixed name in a new process", async () => {
    const before = start({ session: "boot-1" });
    for (let index = 0; index < 3; index++) {
      before.send("level", index, from + index);
      await before.flush();
    }
    before.close();
    const after = start({ session: "boot-1" });
    after.send("level", 3, from + 3);
    await after.flush();
    expect((await hub.readings("oven-1", "level")).map(([, value]) => value)).toEqual([0, 1, 2, 3]);
  });

  it("[L11] speaks for the devices behind a gateway, with their names and units", async () => {
    const link = start({ device: "gateway" });
    link.describe("field/1", { name: "Field one", metrics: { moisture: { unit: "%" } } });
    link.send("moisture", 31, from, "field/1");
    link.send("uptime", 5, from);
    await link.flush();
    const { devices } = (await hub.http("GET", "devices")).body;
    expect(devices).toMatchObject([{ device: "field/1", name: "Field one" }, { device: "gateway" }]);
    expect(await hub.readings("field/1", "moisture")).toEqual([[from, 31]]);
    expect((await hub.http("GET", "series?device=field/1")).body.series).toMatchObject([
      { metric: "moisture", unit: "%" },
    ]);
  });

  it("[L1] loses and doubles nothing of columns and rows while the cable is cut at any byte (seed 5)", async () => {
    const random = new Random(5);
    let lives = 60;
    const cable = await lay(() => (lives-- > 0 ? Math.floor(random.between(1, 6_000)) : Number.POSITIVE_INFINITY));
    const link = start({ batchReadings: 25, window: 8 }, cable.url);
    const count = 6_000;
    for (let index = 0; index < count; ) {
      const times = Array.from(
        { length: Math.min(count - index, 1 + Math.floor(random.between(0, 90))) },
        () => index++,
      );
      if (random.between(0, 1) < 0.3) for (const at of times) link.send("level", at, from + at);
      else
        link.sendSamples(
          times.map((at) => from + at),
          { level: times },
        );
      await new Promise((resolve) => setImmediate(resolve));
    }
    await link.flush();
    expect(cable.cuts).toBeGreaterThan(20);
    expect(link.stats.resent).toBeGreaterThan(0);
    await expectEachOnce(count, link);
  });

  it("[L2] learns from the welcome what was stored behind a proxy that buffered every ack", async () => {
    const cable = await lay();
    const test = new TestLink(cable.url, { batchDelayMs: 0 });
    links.push(test.link);
    await test.reaches("open");
    cable.muted = true;
    for (let index = 0; index < 600; index++) test.link.send("level", index, from + index);
    test.clock.advance(0);
    await expect.poll(async () => (await hub.readings("oven-1", "level")).length).toBe(600);
    expect(test.link.stats).toMatchObject({ stored: 0, pending: 600 });
    test.clock.advance(25_000);
    test.clock.advance(25_000);
    expect(test.link.state).toMatchObject({ state: "waiting", reason: "no answer to ping" });
    cable.muted = false;
    await test.comesBack();
    await test.link.flush();
    expect(test.link.stats).toMatchObject({ stored: 600, resent: 0, pending: 0 });
    await expectEachOnce(600, test.link);
  });

  it("[L6] tells which cell of a column the hub refused, and stores the others", async () => {
    const refused: Refused[] = [];
    const link = start({ onRejected: (one) => refused.push(one) });
    link.sendSamples([from, 12, from + 2], { level: [1, 2, 3], spin: [null, null, 5] }, "press-1");
    await link.flush();
    expect(refused).toMatchObject([
      { metric: "level", value: 2, time: 12, device: "press-1", code: "time_suspicious" },
    ]);
    expect(link.stats).toMatchObject({ sent: 4, stored: 3, rejected: 1, pending: 0 });
    expect(await hub.readings("press-1", "level")).toEqual([
      [from, 1],
      [from + 2, 3],
    ]);
    expect(await hub.readings("press-1", "spin")).toEqual([[from + 2, 5]]);
  });

  it("[L4] keeps to a hub with small limits", async () => {
    await replaceHub({ limits: { readingsPerFrame: 7, frameBytes: 1_024, undecidedFrames: 4 } });
    const link = start();
    for (let index = 0; index < 2_000; index++) link.send("level", index, from + index);
    const rest = Array.from({ length: 1_000 }, (_, index) => 2_000 + index);
    link.sendSamples(
      rest.map((index) => from + index),
      { level: rest },
    );
    await link.flush();
    await expectEachOnce(3_000, link);
  });
});
