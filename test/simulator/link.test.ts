import { describe, expect, it } from "vitest";
import type { Refused } from "../../simulator/link.ts";
import { TestLink, underTest } from "./links.ts";
import { Queue } from "./queue.ts";

const { hub, start, open } = underTest();

describe("link", () => {
  it("[L1] says hello with a session of its own, and the same one after a cut", async () => {
    const { test, connection, hello } = await open({
      name: "Oven",
      metrics: { temperature: { unit: "°C" } },
      token: "t",
    });
    expect(hello).toMatchObject({
      device: "oven-1",
      name: "Oven",
      metrics: { temperature: { unit: "°C" } },
      token: "t",
    });
    connection.cut();
    await test.comesBack();
    const again = await (await hub().connection()).welcome();
    expect(again).toEqual(hello);
    const other = start();
    expect((await (await hub().connection()).welcome()).session).not.toBe(hello.session);
    expect(other.states.at(-1)?.state).toBe("connecting");
  });

  it("[L1] sends again what the hub has not decided, under the same numbers", async () => {
    const { test, link, connection } = await open();
    test.sendApart(1, 2, 3);
    const sent = [await connection.frame(), await connection.frame(), await connection.frame()];
    expect(sent).toEqual([1, 2, 3].map((value) => ({ seq: value, values: [value] })));
    connection.say({ type: "ack", seq: 1, stored: 1 });
    connection.cut();
    await test.comesBack();
    const second = await hub().connection();
    await second.welcome({ lastSeq: 1 });
    expect([await second.frame(), await second.frame()]).toEqual(sent.slice(1));
    second.say({ type: "ack", seq: 3, stored: 2 });
    await link.flush();
    expect(link.stats).toEqual({ sent: 3, stored: 3, rejected: 0, dropped: 0, pending: 0, resent: 2 });
  });

  it("[L2] sends nothing again that the hub has decided, where the ack was lost", async () => {
    const { test, link, connection } = await open();
    test.sendApart(1, 2);
    await connection.frame();
    await connection.frame();
    connection.cut();
    const flushed = link.flush();
    await test.comesBack();
    const second = await hub().connection();
    await second.welcome({ lastSeq: 2 });
    await flushed;
    test.sendApart(3);
    expect(await second.frame()).toEqual({ seq: 3, values: [3] });
    expect(link.stats).toMatchObject({ stored: 2, resent: 0, pending: 1 });
  });

  it("[L3] resolves flush once all that was taken before is decided, and sends at once for it", async () => {
    const { test, link, connection } = await open();
    link.send("temperature", 1);
    let flushed = false;
    const first = link.flush().then(() => {
      flushed = true;
    });
    expect(await connection.frame()).toEqual({ seq: 1, values: [1] });
    test.sendApart(2);
    expect(await connection.frame()).toEqual({ seq: 2, values: [2] });
    expect(flushed).toBe(false);
    connection.say({ type: "ack", seq: 1, stored: 1 });
    await first;
    expect(link.stats.pending).toBe(1);
    connection.say({ type: "ack", seq: 2, stored: 1 });
    await link.flush();
    await link.flush();
  });

  it("[L4] sends a batch when it is full or old enough, and what gathered while the window was full", async () => {
    const { test, link, clock, connection } = await open({ batchReadings: 3, window: 2 });
    for (const value of [1, 2, 3, 4]) link.send("temperature", value, value);
    expect((await connection.frame()).values).toEqual([1, 2, 3]);
    clock.advance(99);
    expect(await connection.untaken()).toBe(0);
    clock.advance(1);
    expect((await connection.frame()).values).toEqual([4]);
    test.sendApart(5, 6);
    connection.say({ type: "ack", seq: 1, stored: 3 });
    expect(await connection.frame()).toEqual({ seq: 3, values: [5, 6] });
  });

  it("[L4] keeps to the hub's limits, also to those it comes back with", async () => {
    const test = start();
    for (let value = 0; value < 8; value++) test.link.send("temperature", value);
    const connection = await hub().connection();
    await connection.welcome({ limits: { readingsPerFrame: 5 } });
    expect((await connection.frame()).values).toEqual([0, 1, 2, 3, 4]);
    connection.cut();
    await test.comesBack();
    const second = await hub().connection();
    await second.welcome({ limits: { readingsPerFrame: 3 } });
    const frames = [await second.frame(), await second.frame(), await second.frame()];
    expect(frames.flatMap(({ values }) => values)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(frames.every(({ values }) => values.length <= 3)).toBe(true);
    const numbers = frames.map(({ seq }) => seq ?? 0);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  it("[L4] comes back with smaller frames after 1009", async () => {
    const { test, connection, link } = await open();
    const text = "x".repeat(250);
    for (let index = 0; index < 500; index++) link.send("note", text, index + 1);
    const { values } = await connection.frame();
    expect(values.length).toBe(500);
    let current = connection;
    for (const most of [250, 125, 62]) {
      current.close(1009, "frame too large");
      await test.comesBack();
      current = await hub().connection();
      await current.welcome();
      const { length } = (await current.frame()).values;
      expect(length).toBeLessThanOrEqual(most);
      expect(length).toBeGreaterThan(most * 0.9);
    }
    expect(link.stats.pending).toBe(500);
  });

  it("[L5] sends the refused frame and those after it again when the hub asked for patience", async () => {
    const errors = new Queue<string>();
    const { test, link, clock, connection } = await open({ onError: ({ code }) => errors.put(code) });
    test.sendApart(1, 2, 3);
    for (let frame = 0; frame < 3; frame++) await connection.frame();
    connection.say({ type: "ack", seq: 1, stored: 1 });
    connection.refuse(2, "storage_full");
    connection.refuse(2, "resend_from");
    expect([await errors.take(), await errors.take()]).toEqual(["storage_full", "resend_from"]);
    test.sendApart(4);
    expect(await connection.untaken()).toBe(0);
    clock.advance(500);
    expect([await connection.frame(), await connection.frame(), await connection.frame()]).toEqual(
      [2, 3, 4].map((value) => ({ seq: value, values: [value] })),
    );
    connection.say({ type: "ack", seq: 4, stored: 3 });
    await link.flush();
    expect(link.stats).toMatchObject({ stored: 4, resent: 2, pending: 0 });
  });

  it("[L5] is more patient after each refusal in a row, and no longer after progress", async () => {
    const errors = new Queue<string>();
    const { test, clock, connection } = await open({ onError: ({ code }) => errors.put(code) });
    test.sendApart(1);
    for (const spanMs of [500, 1_000, 2_000, 4_000]) {
      await connection.frame();
      connection.refuse(1, "storage_full");
      expect(await errors.take()).toBe("storage_full");
      clock.advance(spanMs - 1);
      expect(await connection.untaken()).toBe(0);
      clock.advance(1);
    }
    await connection.frame();
    connection.say({ type: "ack", seq: 1, stored: 1 });
    await test.link.flush();
    test.sendApart(2);
    await connection.frame();
    connection.refuse(2, "storage_full");
    await errors.take();
    clock.advance(500);
    expect(await connection.frame()).toEqual({ seq: 2, values: [2] });
  });

  it("[L6] tells readings refused by name, with what they were", async () => {
    const refused: Refused[] = [];
    const { link, clock, connection } = await open({ onRejected: (one) => refused.push(one) });
    link.send("temperature", 1, 1_000_000_000_001);
    link.send("temperature", 99, 1_000_000_000_002, "oven-2");
    clock.advance(100);
    await connection.frame();
    const message = "is text, not a number";
    connection.say({
      type: "ack",
      seq: 1,
      stored: 1,
      rejected: [{ seq: 1, index: 1, metric: "temperature", device: "oven-2", code: "type_mismatch", message }],
    });
    await link.flush();
    expect(refused).toMatchObject([
      { metric: "temperature", device: "oven-2", value: 99, time: 1_000_000_000_002, message },
    ]);
    expect(link.stats).toMatchObject({ sent: 2, stored: 1, rejected: 1, pending: 0 });
  });

  it("[L6] counts all refusals where the ack spells out the first ones only", async () => {
    const { link, connection } = await open();
    for (let index = 0; index < 10; index++) link.send("temperature", index, index);
    const flushed = link.flush();
    await connection.frame();
    const first = { seq: 1, index: 0, metric: "temperature", code: "time_suspicious", message: "seconds?" };
    connection.say({ type: "ack", seq: 1, stored: 3, rejected: [first], rejectedCount: 7 });
    await flushed;
    expect(link.stats).toMatchObject({ sent: 10, stored: 3, rejected: 7, pending: 0 });
  });

  it("[L6] tells every reading of a frame that was refused whole, and goes on", async () => {
    const refused = new Queue<Refused>();
    const { test, link, connection } = await open({ onRejected: (one) => refused.put(one) });
    test.sendApart(1, 2, 3);
    for (let frame = 0; frame < 3; frame++) await connection.frame();
    connection.say({ type: "ack", seq: 1, stored: 1 });
    connection.refuse(2, "too_many_readings");
    expect(await refused.take()).toMatchObject({ seq: 2, value: 2, code: "too_many_readings" });
    expect(link.stats).toMatchObject({ stored: 1, rejected: 1, pending: 1 });
    connection.say({ type: "ack", seq: 3, stored: 1 });
    await link.flush();
    expect(link.stats).toMatchObject({ stored: 2, rejected: 1, pending: 0 });
  });

  it("[L6] refuses at once what no hub would take", async () => {
    const refused: Refused[] = [];
    const { link } = await open({ onRejected: (one) => refused.push(one) });
    expect(link.send("temperature", Number.NaN)).toBe(false);
    expect(link.send("temperature", 1, Number.POSITIVE_INFINITY)).toBe(false);
    expect(link.send("note", "x".repeat(5_000))).toBe(false);
    expect(refused.map(({ code }) => code)).toEqual(["invalid_value", "invalid_value", "invalid_value"]);
    expect(link.stats).toMatchObject({ sent: 3, rejected: 3, pending: 0 });
  });

  it("[L7] refuses the newest reading where the buffer is full, and tells", () => {
    const told: number[] = [];
    const { link } = start({ bufferReadings: 3, onDropped: (dropped) => told.push(dropped) });
    expect([1, 2, 3, 4, 5].map((value) => link.send("temperature", value))).toEqual([true, true, true, false, false]);
    expect(told).toEqual([1, 2]);
    expect(link.stats).toMatchObject({ sent: 5, dropped: 2, pending: 3 });
  });

  it("[L7] lets go of the oldest reading instead where asked to, but of none on its way", async () => {
    const { test, link, connection } = await open({ bufferReadings: 3, overflow: "drop-oldest" });
    test.sendApart(1);
    await connection.frame();
    connection.cut();
    await test.reaches("waiting");
    expect([2, 3, 4, 5].map((value) => link.send("temperature", value))).toEqual([true, true, true, true]);
    expect(link.stats).toMatchObject({ sent: 5, dropped: 2, pending: 3 });
    await test.comesBack();
    const second = await hub().connection();
    await second.welcome();
    expect([await second.frame(), await second.frame()]).toEqual([
      { seq: 1, values: [1] },
      { seq: 2, values: [4, 5] },
    ]);
    const flushed = link.flush();
    second.say({ type: "ack", seq: 2, stored: 3 });
    await flushed;
  });

  it("[L11] introduces the devices behind a gateway after each welcome", async () => {
    const { test, link, connection } = await open({ device: "gateway" });
    link.describe("field/1", { name: "Field", metrics: { moisture: { unit: "%" } } });
    const described = await connection.next("describe");
    expect(described).toMatchObject({ device: "field/1", name: "Field" });
    link.send("moisture", 31, undefined, "field/1");
    test.clock.advance(100);
    expect((await connection.next("readings")).readings).toMatchObject([
      { device: "field/1", metric: "moisture", value: 31 },
    ]);
    connection.cut();
    await test.comesBack();
    const second = await hub().connection();
    await second.welcome();
    expect(await second.next("describe")).toEqual(described);
    expect((await second.frame()).values).toEqual([31]);
  });

  it("keeps every bit of a number, the sign of zero included", async () => {
    const { test, connection } = await open();
    const values = [-0, 0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, -1 / 3];
    test.sendApart(...values);
    for (const value of values) expect(Object.is((await connection.frame()).values[0], value)).toBe(true);
  });

  it("passes on what the hub remarks, and minds nothing that it does not know", async () => {
    const warnings: string[] = [];
    const { test, link, connection } = await open({ onWarning: (warning) => warnings.push(warning) });
    test.sendApart(1);
    await connection.frame();
    connection.say({ type: "ack", seq: 1, stored: 1, warnings: ["unit is not known in a row"] });
    await link.flush();
    expect(warnings).toEqual(["unit is not known in a row"]);
  });

  it("refuses a URL that is none", () => {
    expect(() => new TestLink("nowhere")).toThrow(SyntaxError);
  });
});
