/** The viewer side over real sockets: transcripts 8 and 10, and viewers that stop reading. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { hubToViewer } from "../../server/protocol/viewer.ts";
import type { Answer, Client } from "../support/client.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { engines, startHub, type TestHub, type TestHubOptions } from "../support/start-hub.ts";

const at = Date.UTC(2026, 10, 24);

/** Bytes in use by this process, hub and clients together, without garbage. */
function memoryInUse(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

let hub: TestHub;

afterEach(() => hub.stop());

async function open(options: TestHubOptions = {}): Promise<TestHub> {
  hub = await startHub(options);
  return hub;
}

/** Subscribes, and gives what came up to and with `ready`. */
async function subscribe(viewer: Client, id: number, rest: object = {}): Promise<Answer[]> {
  viewer.send({ type: "subscribe", id, ...rest });
  const answers: Answer[] = [];
  do answers.push(await viewer.next());
  while (answers.at(-1)?.type !== "ready");
  return answers;
}

function ofType(answers: readonly Answer[], type: string): Answer[] {
  return answers.filter((answer) => answer.type === type);
}

/** The series that a subscription was told of first. */
function seriesOf(answers: readonly Answer[]): { series: number; unit?: string; value?: unknown }[] {
  return ofType(answers, "series").flatMap((answer) => answer.series as { series: number }[]);
}

/** Sends one frame and waits until it is on disk. */
async function store(device: Client, seq: number, ...rows: [metric: string, value: unknown, time: number][]) {
  device.send({ type: "readings", seq, readings: rows.map(([metric, value, time]) => ({ metric, value, time })) });
  await device.next("ack");
}

describe.each(engines)("watching over a real socket, %s store", (engine) => {
  it("[T8] [P43] [P44] one socket, two subscriptions, one shared set with another viewer", async () => {
    await open({ engine });
    const boiler = await hub.welcomed("boiler-1", { metrics: { temperature: { unit: "°C" } } });
    const oven = await hub.welcomed("oven-1");
    await store(boiler, 1, ["temperature", 20, at], ["temperature", 21, at + 1]);
    await store(oven, 1, ["door", true, at]);

    const one = await hub.viewer();
    one.send({ type: "hello", viewer: true });
    expect(await one.next()).toMatchObject({ type: "welcome", viewer: true, protocol: 1, durability: "fsync" });
    const boilers = await subscribe(one, 1, { devices: ["boiler-*"], history: { from: at, points: 10 } });
    expect(boilers.map((answer) => answer.type)).toEqual(["subscribed", "devices", "series", "history", "ready"]);
    const ovens = await subscribe(one, 2, { devices: ["oven-*"] });
    const other = await hub.viewer();
    const shared = await subscribe(other, 7, { devices: ["boiler-*"] });
    for (const answer of [...boilers, ...ovens, ...shared]) hubToViewer.parse(answer);

    expect(boilers[0]?.set).toBe(shared[0]?.set);
    expect(ovens[0]?.set).not.toBe(boilers[0]?.set);
    const [history] = ofType(boilers, "history");
    expect(history).toMatchObject({ id: 1, every: null, times: [at, at + 1], values: [20, 21], done: true });
    const [listed] = seriesOf(boilers);
    expect(listed).toMatchObject({ unit: "°C", value: 21, series: history?.series });

    await store(boiler, 2, ["temperature", 22, at + 2]);
    await store(oven, 2, ["door", false, at + 2]);
    const update = await one.next("update");
    expect(update).toMatchObject({ set: boilers[0]?.set, series: [listed?.series], times: [at + 2], values: [22] });
    expect(await other.next("update")).toEqual(update);
    expect(await one.next("update")).toMatchObject({ set: ovens[0]?.set, values: [false] });

    one.send({ type: "unsubscribe", id: 1 });
    expect(await one.until((answer) => answer.type === "result")).toMatchObject({ id: 1, ok: true });
    await store(boiler, 3, ["temperature", 23, at + 3]);
    await store(oven, 3, ["door", true, at + 3]);
    expect(await one.until((answer) => answer.type === "update")).toMatchObject({ set: ovens[0]?.set, values: [true] });
    expect(
      await other.until((answer) => answer.type === "update" && (answer.values as unknown[])[0] === 23),
    ).toBeTruthy();
  });

  it("[P73] tells of a state's past from the reading that held at its start", async () => {
    await open({ engine });
    const oven = await hub.welcomed("oven-1");
    await store(oven, 1, ["door", true, at], ["door", false, at + 100], ["n", 1, at]);
    const viewer = await hub.viewer();
    const ask = async (id: number, history: object) =>
      ofType(await subscribe(viewer, id, { metrics: ["door"], history }), "history").map(({ times }) => times);
    expect(await ask(1, { from: at + 50, points: 10 })).toEqual([[at, at + 100]]);
    expect(await ask(2, { from: at + 200, every: 3_600_000 })).toEqual([[at + 100]]);
    expect(await ask(3, { from: at + 200 })).toEqual([[]]);
  });

  it("[P43] shows each of a steady flow once and in order, whenever a viewer joins", async () => {
    await open({ engine });
    const device = await hub.welcomed("boiler-1", { session: "s" });
    const total = 400;
    let seq = 0;
    const flow = (async () => {
      while (seq < total) {
        seq += 1;
        device.send({ type: "readings", seq, readings: [{ metric: "n", value: seq, time: at + seq }] });
        if (seq % 4 === 0) await device.next("ack");
      }
    })();
    const viewers = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const viewer = await hub.viewer();
        const past = await subscribe(viewer, 1, { history: { from: at } });
        const values = ofType(past, "history").flatMap((answer) => answer.values as number[]);
        return { viewer, values };
      }),
    );
    await flow;
    for (const { viewer, values } of viewers) {
      const live: number[] = [];
      while (live.at(-1) !== total && values.at(-1) !== total) {
        const update = await viewer.next("update");
        live.push(...(update.values as number[]));
      }
      // What was committed while its history was read may come in both; time tells.
      const joined = [...values, ...live.filter((value) => value > (values.at(-1) ?? 0))];
      expect(joined).toEqual(Array.from({ length: total }, (_, index) => index + 1));
      expect(live).toEqual([...live].sort((a, b) => a - b));
    }
  });

  it("[P22] shows viewers nothing of a batch the store refused", async () => {
    await open({ engine });
    const device = await hub.welcomed("boiler-1");
    await store(device, 1, ["temperature", 20, at]);
    const viewer = await hub.viewer();
    await subscribe(viewer, 1);
    hub.store.failNextAppend();
    device.send({ type: "readings", seq: 2, readings: [{ metric: "temperature", value: 99, time: at + 1 }] });
    await device.next("error");
    await store(device, 2, ["temperature", 21, at + 1]);
    expect(await viewer.until((answer) => answer.type === "update")).toMatchObject({ times: [at + 1], values: [21] });
  });

  it("tells a removed device, and its series, to whoever watches it", async () => {
    await open({ engine });
    const device = await hub.welcomed("boiler-1");
    await store(device, 1, ["temperature", 20, at]);
    const viewer = await hub.viewer();
    const answers = await subscribe(viewer, 1);
    const [listed] = seriesOf(answers);
    await hub.http("DELETE", "devices/boiler-1");
    expect(await viewer.next("series")).toMatchObject({ series: [{ series: listed?.series, removed: true }] });
    expect(await viewer.next("devices")).toMatchObject({ devices: [{ device: "boiler-1", removed: true }] });
  });

  it("refuses a subscription that is none, with its id, and keeps the socket", async () => {
    await open({ engine });
    const viewer = await hub.viewer();
    viewer.send({ type: "subscribe", id: 4, device: ["a"] });
    const refused = await viewer.next();
    expect(refused).toMatchObject({ type: "error", id: 4, code: "unknown_field" });
    expect(refused.message).toContain("devices");
    await subscribe(viewer, 5);
  });
});

describe("viewers that stop reading", () => {
  /** How often a hub looks at a viewer that is slow. */
  const lookMs = 50;

  /** A socket that subscribed, waited for the seam, and then takes nothing any more. */
  async function stall(): Promise<WebSocket> {
    const socket = new WebSocket(`${hub.url.replace(/^http/, "ws")}/ws`);
    await new Promise((resolve, reject) => {
      socket.on("error", reject);
      socket.on("open", () =>
        socket.send(JSON.stringify({ type: "subscribe", id: 1, devices: ["boiler-1"], metrics: ["text"] })),
      );
      socket.on("message", (data) => {
        if (String(data).startsWith('{"type":"ready"')) resolve(undefined);
      });
    });
    socket.pause();
    return socket;
  }

  /** A frame of 250 long strings, some 75 kB for each viewer, and 250 numbers. */
  function largeFrame(seq: number) {
    const text = "x".repeat(250);
    const times = Array.from({ length: 250 }, (_, index) => at + seq * 1_000 + index);
    const values = { text: times.map((time) => `${text}${time % 1_000}`), n: times.map((time) => time % 1_000) };
    return { type: "samples", seq, times, values };
  }

  it("[T10] [P48] a slow viewer: merged, then lastDrop", async () => {
    // Time passes for the hub only where the test says so: a busy machine may take longer than a viewer may be slow.
    const clock = new FakeClock();
    const slowViewerMs = 5_000;
    await open({ clock, viewing: { slowViewerBytes: 256 * 1024, slowViewerMs } });
    const device = await hub.welcomed("boiler-1");
    await store(device, 1, ["text", "first", at]);
    const slow = await stall();
    let seq = 1;
    const status = async () => (await hub.http("GET", "status")).body;
    const send = async (frames: number) => {
      for (let frame = 0; frame < frames; frame++) device.send(largeFrame(++seq));
      while ((await device.next("ack")).seq !== seq);
    };
    const merged = new Promise<Answer>((resolve) => {
      slow.on("message", (data) => {
        const text = String(data);
        if (text.includes('"merged":')) resolve(JSON.parse(text));
      });
    });
    // It must be slow after a frame as before it: the system's own buffers may grow and take what waited.
    for (let before = 0, now = 0; before === 0 || now === 0; before = now, now = (await status()).slowViewers) {
      await send(now === 0 ? 10 : 1);
      clock.advance(lookMs);
    }
    slow.resume();
    let isMerged = false;
    void merged.then(() => {
      isMerged = true;
    });
    while (!isMerged) {
      clock.advance(lookMs);
      await status();
    }
    const update = hubToViewer.parse(await merged);
    if (update.type !== "update") throw new Error(`an update was expected, not ${update.type}`);
    expect(update.times).toEqual([at + seq * 1_000 + 249]);
    expect(update.merged).toBeGreaterThan(0);

    slow.pause();
    const cut = new Promise((resolve) => slow.on("close", resolve));
    for (let now = await status(); now.connections.viewers > 0; now = await status()) {
      await send(1);
      // Until it is slow what it does not take goes into the system's own buffers.
      clock.advance(now.slowViewers > 0 ? slowViewerMs / 10 : 0);
    }
    slow.resume();
    await cut;
    const back = await hub.viewer();
    const [subscribed] = await subscribe(back, 1, { devices: ["boiler-1"], metrics: ["text"] });
    expect(subscribed?.lastDrop).toMatchObject({ code: "4429", reason: expect.stringContaining("took nothing") });
  });

  it("[P48] 20 of 200 that stop reading cost the hub a bounded memory and the others nothing", async () => {
    const limitBytes = 256 * 1024;
    await open({ viewing: { slowViewerBytes: limitBytes, slowViewerMs: 60_000 } });
    const device = await hub.welcomed("boiler-1");
    await store(device, 1, ["text", "first", at]);
    const healthy = await Promise.all(
      Array.from({ length: 180 }, async () => {
        const viewer = new WebSocket(`${hub.url.replace(/^http/, "ws")}/ws`);
        const seen = { viewer, count: 0, last: 0, late: () => {} };
        await new Promise((resolve, reject) => {
          viewer.on("error", reject);
          viewer.on("open", () => viewer.send(JSON.stringify({ type: "subscribe", id: 1, metrics: ["n"] })));
          viewer.on("message", (data) => {
            const text = String(data);
            if (text.startsWith('{"type":"ready"')) resolve(undefined);
            if (!text.startsWith('{"type":"update"')) return;
            expect(text).not.toContain('"merged"');
            const { times } = JSON.parse(text) as { times: number[] };
            seen.count += times.length;
            seen.last = Math.max(seen.last, ...times);
            seen.late();
          });
        });
        return seen;
      }),
    );
    const stalled = await Promise.all(Array.from({ length: 20 }, () => stall()));
    let seq = 1;
    const slowViewers = async () => (await hub.http("GET", "status")).body.slowViewers as number;
    const one = async () => {
      device.send(largeFrame(++seq));
      while ((await device.next("ack")).seq !== seq);
    };
    while ((await slowViewers()) < stalled.length) await one();
    const caughtUp = () => {
      const last = at + seq * 1_000 + 249;
      const each = healthy.map((seen) => {
        if (seen.last === last) return undefined;
        return new Promise<void>((resolve) => {
          seen.late = () => {
            if (seen.last === last) resolve();
          };
        });
      });
      return Promise.all(each);
    };
    await caughtUp();
    const before = memoryInUse();
    for (let frame = 0; frame < 100; frame++) await one();
    await caughtUp();
    // 100 frames of 75 kB for 20 viewers would be 150 MB; what is held instead is one reading each.
    expect(memoryInUse() - before).toBeLessThan(30 * 1024 * 1024);
    expect(await slowViewers()).toBe(stalled.length);
    expect(healthy.map((seen) => seen.count)).toEqual(healthy.map(() => (seq - 1) * 250));
    for (const socket of stalled) socket.terminate();
    for (const { viewer } of healthy) viewer.terminate();
  });
});
