/** What a link must bear: odd hubs, odd programs around it, and every moment to be closed at. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { LinkState, Refused, SocketConstructor } from "../../simulator/link.ts";
import { underTest } from "./links.ts";

const { hub, start, open } = underTest();

/** Collects what is thrown outside of any call, as a program would see it. */
async function uncaught(during: () => Promise<void>): Promise<unknown[]> {
  const thrown: unknown[] = [];
  const collect = (error: unknown) => thrown.push(error);
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", collect);
  try {
    await during();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("uncaughtException", collect);
    for (const other of others) process.on("uncaughtException", other);
  }
  return thrown;
}

describe("link: closed", () => {
  for (const state of ["connecting", "open", "waiting"] as const) {
    it(`[L8] from the listener that hears of "${state}", stays closed and leaves no timer`, async () => {
      let times = 0;
      const test = start({
        onState: (now: LinkState) => {
          if (now.state === state && (state !== "connecting" || ++times === 2)) test.link.close();
        },
      });
      const connection = await hub().connection();
      await connection.welcome();
      if (state !== "open") {
        await test.reaches("open");
        connection.cut();
        if (state === "connecting") await test.comesBack();
      }
      await test.reaches("stopped");
      expect(test.clock.pending).toBe(0);
      test.clock.advance(600_000);
      expect(test.link.state.state).toBe("stopped");
    });
  }

  it("[L8] while a batch waits and the hub has asked for patience, leaves no timer", async () => {
    const { test, link, connection } = await open({ onError: () => link.close() });
    test.sendApart(1);
    await connection.frame();
    link.send("temperature", 2);
    connection.refuse(1, "storage_full");
    await test.reaches("stopped");
    expect(test.clock.pending).toBe(0);
    expect(link.stats).toMatchObject({ sent: 2, pending: 2 });
  });
});

describe("link: a program around it that throws", () => {
  it("[L1] is told so, and the link goes on", async () => {
    const thrown = await uncaught(async () => {
      const fail = () => {
        throw new Error("from a listener");
      };
      const { test, link, connection } = await open({ onRejected: fail, onWarning: fail });
      test.sendApart(1);
      await connection.frame();
      const rejected = [{ seq: 1, index: 0, metric: "temperature", code: "type_mismatch", message: "text" }];
      const flushed = link.flush();
      connection.say({ type: "ack", seq: 1, stored: 0, rejected, warnings: ["odd"] });
      await flushed;
      expect(link.stats).toMatchObject({ sent: 1, rejected: 1, pending: 0 });
    });
    expect(thrown.map(String)).toEqual(["Error: from a listener", "Error: from a listener"]);
  });

  it("[L8] while it comes back, does not keep it away", async () => {
    let connecting = 0;
    const thrown = await uncaught(async () => {
      const test = start({
        onState: ({ state }) => {
          if (state === "connecting" && ++connecting === 2) throw new Error("from a listener");
        },
      });
      await (await hub().connection()).welcome();
      await test.reaches("open");
      hub().cutAll();
      await test.comesBack();
      await (await hub().connection()).welcome();
      await test.reaches("open");
    });
    expect(thrown.map(String)).toEqual(["Error: from a listener"]);
  });

  it("[L8] comes back although a WebSocket could not be made once", async () => {
    let made = 0;
    class Fragile extends WebSocket {
      constructor(url: string) {
        if (++made === 2) throw new Error("no sockets left");
        super(url);
      }
    }
    const { test, connection } = await open({ WebSocket: Fragile as SocketConstructor });
    connection.cut();
    await test.comesBack();
    expect(test.link.state).toMatchObject({ state: "waiting", reason: "no sockets left" });
    await test.comesBack();
    await (await hub().connection()).welcome();
    await test.reaches("open");
  });
});

describe("link: a hub that is odd", () => {
  it("[L1] acknowledges what it was not sent: nothing of that is given up", async () => {
    const { test, link, connection } = await open({ window: 2 });
    test.sendApart(1, 2, 3);
    await connection.frame();
    await connection.frame();
    connection.say({ type: "ack", seq: 99, stored: 99 });
    expect(await connection.frame()).toEqual({ seq: 3, values: [3] });
    expect(link.stats).toMatchObject({ sent: 3, stored: 2, pending: 1 });
    connection.cut();
    await test.comesBack();
    const second = await hub().connection();
    await second.welcome({ lastSeq: 2 });
    second.say({ type: "ack", seq: 3 });
    expect(await second.frame()).toEqual({ seq: 3, values: [3] });
  });

  it("[L1] acknowledges before it was sent anything again, and less than before", async () => {
    const { test, link, connection } = await open();
    test.sendApart(1, 2);
    await connection.frame();
    await connection.frame();
    connection.refuse(1, "storage_full");
    connection.say({ type: "ack", seq: 2, stored: 2 });
    connection.say({ type: "ack", seq: 0 });
    connection.say({ type: "ack", seq: -5 });
    expect(await connection.untaken()).toBe(0);
    expect(link.stats).toMatchObject({ stored: 0, pending: 2 });
    test.clock.advance(500);
    expect([await connection.frame(), await connection.frame()].map(({ seq }) => seq)).toEqual([1, 2]);
    const flushed = link.flush();
    connection.say({ type: "ack", seq: 2, stored: 2 });
    await flushed;
    expect(link.stats).toMatchObject({ sent: 2, stored: 2, rejected: 0, pending: 0 });
  });

  it("[L6] counts no more refusals than there were readings", async () => {
    const { test, link, connection } = await open();
    test.sendApart(1);
    await connection.frame();
    const flushed = link.flush();
    connection.say({ type: "ack", seq: 1, rejected: [], rejectedCount: 1_000 });
    await flushed;
    expect(link.stats).toMatchObject({ sent: 1, stored: 0, rejected: 1, pending: 0 });
  });

  it("[L1] sends what is no message: nothing comes of it", async () => {
    const { test, connection } = await open();
    for (const text of ["null", "5", '"ack"', "[]", "{}", '{"type":"later"}', "{"]) connection.sayText(text);
    test.sendApart(1);
    expect((await connection.frame()).seq).toBe(1);
    expect(test.link.state.state).toBe("open");
  });

  it("[L8] is no hub at all: nothing that it says ends the program", async () => {
    const test = start();
    const connection = await hub().connection();
    await connection.next("hello");
    const limits = { readingsPerFrame: 1, frameBytes: 1 };
    const thrown = await uncaught(async () => {
      for (const message of [
        null,
        [],
        "welcome",
        { type: "toString" },
        { type: ["ack"] },
        { type: "welcome" },
        { type: "welcome", lastSeq: 0, epoch: "e", heartbeat: 0, limits },
        { type: "welcome", lastSeq: 0, epoch: 1, heartbeat: 1, limits },
        { type: "welcome", lastSeq: 0, epoch: "e", heartbeat: 1, limits: null },
        { type: "welcome", lastSeq: 0, epoch: "e", heartbeat: 1, limits: { ...limits, readingsPerFrame: 0 } },
        { type: "ack", seq: "1" },
        { type: "ack", seq: 1, rejected: 5 },
        { type: "ack", seq: 1, rejected: [null] },
        { type: "ack", seq: 1, rejectedCount: "all" },
        { type: "ack", seq: 1, warnings: "none" },
        { type: "error" },
        { type: "error", code: 1, message: "no", seq: 1 },
      ])
        connection.sayText(JSON.stringify(message));
      await connection.untaken();
    });
    expect(thrown).toEqual([]);
    expect(test.link.state.state).toBe("connecting");
    test.clock.advance(10_000);
    expect(test.link.state).toMatchObject({ state: "waiting", reason: "no welcome in time" });
  });

  it("[L2] welcomes twice: the second time is not listened to", async () => {
    const { test, link, connection, hello } = await open();
    test.sendApart(1);
    await connection.frame();
    connection.letIn(hello, { lastSeq: 50, epoch: "other" });
    connection.say({ type: "ack", seq: 1, stored: 1 });
    await link.flush();
    test.sendApart(2);
    expect((await connection.frame()).seq).toBe(2);
    expect(link.state).toEqual({ state: "open", epoch: "first" });
  });

  it("[L5] asks for a number that never was: nothing is sent for it", async () => {
    const { test, connection } = await open();
    test.sendApart(1);
    await connection.frame();
    for (const seq of [0, -1, 77]) connection.refuse(seq, "resend_from");
    expect(await connection.untaken()).toBe(0);
    test.clock.advance(60_000);
    expect((await connection.next("ping")).id).toBe(1);
    expect(await connection.untaken()).toBe(0);
  });

  it("[L4] closes with 1009 what was no frame of readings: none is refused for that", async () => {
    const refused: Refused[] = [];
    const { test, link, connection } = await open({ onRejected: (one) => refused.push(one) });
    let current = connection;
    for (let cut = 0; cut < 30; cut++) {
      current.close(1009, "too big");
      await test.comesBack();
      current = await hub().connection();
      await current.welcome();
      await test.reaches("open");
    }
    test.sendApart(1);
    expect((await current.frame()).values).toEqual([1]);
    expect(refused).toEqual([]);
    expect(link.stats.pending).toBe(1);
  });

  it("[L4] closes with 1009 for one reading: that one is refused, the others go on", async () => {
    const refused: Refused[] = [];
    const { test, link, connection } = await open({ onRejected: (one) => refused.push(one) });
    for (let index = 0; index < 4; index++) link.send("note", index === 2 ? "x".repeat(200) : "", index + 1);
    test.clock.advance(100);
    let current = connection;
    while (refused.length === 0) {
      const { readings } = await current.next("readings");
      if (!JSON.stringify(readings).includes("xxx")) continue;
      current.close(1009, "too big");
      await test.comesBack();
      current = await hub().connection();
      await current.welcome();
    }
    expect(refused).toMatchObject([{ metric: "note", time: 3, code: "frame_too_large" }]);
    expect(link.stats).toMatchObject({ sent: 4, rejected: 1, pending: 3 });
  });
});

describe("link: details", () => {
  it("[L7] keeps 100,000 readings in less than 20 MB, and as many in columns in less than 5 MB", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const megabytes = (take: () => void): number => {
      collect();
      const before = process.memoryUsage().heapUsed;
      take();
      collect();
      return (process.memoryUsage().heapUsed - before) / 1e6;
    };
    const { link } = start({ bufferReadings: 200_000 });
    const count = 100_000;
    const from = Date.UTC(2026, 0, 1);
    const rows = megabytes(() => {
      for (let index = 0; index < count; index++) link.send("temperature", 20 + index / 7, from + index);
    });
    const columns = megabytes(() => {
      for (let start = 0; start < count; start += 1_000) {
        const times = Float64Array.from({ length: 1_000 }, (_, index) => from + start + index);
        link.sendSamples(times, { vibration: times.map((time) => (time % 97) / 7) });
      }
    });
    expect(link.stats.pending).toBe(2 * count);
    expect(rows).toBeLessThan(20);
    expect(columns).toBeLessThan(5);
  });

  it("[L4] sends a batch whose time is over with the next reading where the timer is late, as in a hidden page", async () => {
    const { link, clock, connection } = await open();
    link.send("temperature", 1);
    clock.jump(101);
    link.send("temperature", 2);
    expect((await connection.frame()).values).toEqual([1, 2]);
    link.send("temperature", 3);
    expect(await connection.untaken()).toBe(0);
    clock.advance(100);
    expect((await connection.frame()).values).toEqual([3]);
  });

  it("[L8] takes it for progress where a welcome tells that something was decided: acks may be held up on the way", async () => {
    const { test, connection } = await open();
    test.sendApart(1);
    await connection.frame();
    connection.cut();
    expect(await test.comesBack()).toBe(500);
    const second = await hub().connection();
    await second.welcome();
    await second.frame();
    second.cut();
    expect(await test.comesBack()).toBe(1_000);
    const third = await hub().connection();
    await third.welcome({ lastSeq: 1 });
    await test.link.flush();
    third.cut();
    expect(await test.comesBack()).toBe(500);
  });

  it("[L7] ends the wait for readings that were let go", async () => {
    const { link } = start({ bufferReadings: 2, overflow: "drop-oldest" });
    link.send("temperature", 1);
    const flushed = link.flush();
    for (const value of [2, 3]) link.send("temperature", value);
    await flushed;
    expect(link.stats).toMatchObject({ sent: 3, dropped: 1, pending: 2 });
  });

  it("[L11] says after a cut all that was said of a device, one after the other", async () => {
    const { test, link, connection } = await open({ device: "gateway" });
    link.describe("field/1", { name: "Field", metrics: { moisture: { unit: "%" } } });
    link.describe("field/1", { kind: "probe", metrics: { moisture: { decimals: 1 }, ph: {} } });
    await connection.next("describe");
    await connection.next("describe");
    connection.cut();
    await test.comesBack();
    const second = await hub().connection();
    await second.welcome();
    expect(await second.next("describe")).toEqual({
      type: "describe",
      device: "field/1",
      name: "Field",
      kind: "probe",
      metrics: { moisture: { unit: "%", decimals: 1 }, ph: {} },
    });
    expect(await second.untaken()).toBe(0);
  });
});
