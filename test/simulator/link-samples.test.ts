import { describe, expect, it } from "vitest";
import type { Refused } from "../../simulator/link.ts";
import { underTest } from "./links.ts";

const { hub, start, open } = underTest();

describe("link: columns", () => {
  it("[L1] sends a batch as one frame, and again under its number after a cut", async () => {
    const { test, link, connection } = await open();
    expect(link.sendSamples([1, 2.4, 3], { x: [1, null, -0], on: [null, true, false] }, "press-1")).toBe(true);
    test.clock.advance(100);
    const sent = await connection.next("samples");
    expect(sent).toEqual({
      type: "samples",
      seq: 1,
      device: "press-1",
      times: [1, 2, 3],
      values: { x: [1, null, -0], on: [null, true, false] },
    });
    expect(link.stats).toMatchObject({ sent: 4, pending: 4 });
    connection.cut();
    await test.comesBack();
    const second = await hub().connection();
    await second.welcome();
    expect(await second.next("samples")).toEqual(sent);
    second.say({ type: "ack", seq: 1, stored: 4 });
    await link.flush();
    expect(link.stats).toEqual({ sent: 4, stored: 4, rejected: 0, dropped: 0, pending: 0, resent: 4 });
  });

  it("[L1] keeps the order of rows and columns", async () => {
    const { link, connection } = await open({ batchReadings: 8 });
    link.send("x", 1);
    link.send("x", 2);
    link.sendSamples([3, 4], { x: [3, 4] });
    link.sendSamples([5], { x: [5] });
    link.send("x", 6);
    link.send("x", 7);
    expect(await connection.untaken()).toBe(0);
    link.send("x", 8);
    expect((await connection.frame()).values).toEqual([1, 2]);
    expect((await connection.next("samples")).values).toEqual({ x: [3, 4] });
    expect((await connection.next("samples")).values).toEqual({ x: [5] });
    expect((await connection.frame()).values).toEqual([6, 7, 8]);
  });

  it("[L1] takes what the columns hold now: the caller may use his arrays again", async () => {
    const { link, connection } = await open();
    const times = new Float64Array([1, 2]);
    const level = new Float32Array([0.5, 1.5]);
    link.sendSamples(times, { level });
    times.fill(0);
    level.fill(0);
    const flushed = link.flush();
    expect(await connection.next("samples")).toMatchObject({ times: [1, 2], values: { level: [0.5, 1.5] } });
    connection.say({ type: "ack", seq: 1, stored: 2 });
    await flushed;
  });

  it("[L4] divides a batch by the hub's limits, not by the link's own batches, also when they shrink", async () => {
    const test = start({ batchReadings: 2 });
    const times = Array.from({ length: 12 }, (_, index) => index);
    test.link.sendSamples(times, { x: times, y: times.map(() => null) });
    const connection = await hub().connection();
    await connection.welcome({ limits: { readingsPerFrame: 6 } });
    const parts = [await connection.next("samples"), await connection.next("samples")];
    expect(parts.map(({ seq, values }) => [seq, values.x])).toEqual([
      [1, [0, 1, 2, 3, 4, 5]],
      [2, [6, 7, 8, 9, 10, 11]],
    ]);
    connection.cut();
    await test.comesBack();
    const second = await hub().connection();
    await second.welcome({ limits: { readingsPerFrame: 3 } });
    const smaller: unknown[] = [];
    for (let part = 0; part < 4; part++) smaller.push((await second.next("samples")).values.x);
    expect(smaller).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
      [9, 10, 11],
    ]);
  });

  it("[L4] divides one moment of many metrics by metric", async () => {
    const test = start();
    const values = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`m${index}`, [index]]));
    test.link.sendSamples([1], values);
    const connection = await hub().connection();
    await connection.welcome({ limits: { readingsPerFrame: 4 } });
    const parts = [await connection.next("samples"), await connection.next("samples")];
    expect(parts.map((part) => Object.keys(part.values))).toEqual([
      ["m0", "m1", "m2"],
      ["m3", "m4", "m5", "m6"],
    ]);
  });

  it("[L6] tells refused cells with metric, value and time", async () => {
    const refused: Refused[] = [];
    const { test, link, connection } = await open({ onRejected: (one) => refused.push(one) });
    link.sendSamples([10, 20], { x: [1, 2], note: ["a", "b"] });
    test.clock.advance(100);
    await connection.next("samples");
    const said = { seq: 1, index: 1, metric: "note", code: "type_mismatch", message: "is a number" };
    connection.say({ type: "ack", seq: 1, stored: 3, rejected: [said] });
    await link.flush();
    expect(refused).toEqual([{ ...said, value: "b", time: 20 }]);
    expect(link.stats).toMatchObject({ sent: 4, stored: 3, rejected: 1, pending: 0 });
  });

  it("[L6] tells every cell of a frame that was refused whole", async () => {
    const refused: Refused[] = [];
    const { test, link, connection } = await open({ onRejected: (one) => refused.push(one) });
    link.sendSamples([10, 20], { x: [1, null], y: [2, 3] }, "press-1");
    test.clock.advance(100);
    await connection.next("samples");
    const flushed = link.flush();
    connection.refuse(1, "too_many_readings");
    await flushed;
    expect(refused).toMatchObject([
      { metric: "x", value: 1, time: 10, device: "press-1", code: "too_many_readings" },
      { metric: "y", value: 2, time: 10 },
      { metric: "y", value: 3, time: 20 },
    ]);
    expect(link.stats).toMatchObject({ sent: 3, rejected: 3, pending: 0 });
  });

  it("[L6] refuses at once the cells that no hub would take, and sends the others", async () => {
    const refused: Refused[] = [];
    const { link, connection } = await open({ onRejected: (one) => refused.push(one) });
    const times = [1, Number.NaN, 3];
    const odd = [Number.NaN, null, { v: 1 } as unknown as number];
    expect(link.sendSamples(times, { x: [1, 2, 3], odd })).toBe(false);
    const flushed = link.flush();
    expect(await connection.next("samples")).toMatchObject({ times: [1, 3], values: { x: [1, 3] } });
    connection.say({ type: "ack", seq: 1, stored: 2 });
    await flushed;
    expect(refused.map(({ metric, code }) => [metric, code])).toEqual([
      ["x", "invalid_value"],
      ["odd", "invalid_value"],
      ["odd", "invalid_value"],
    ]);
    expect(link.stats).toMatchObject({ sent: 5, stored: 2, rejected: 3, pending: 0 });
  });

  it("[L6] throws where a column is not as long as the times, and takes nothing of it", async () => {
    const { link } = await open();
    expect(() => link.sendSamples([1, 2], { x: [1, 2], y: [1] })).toThrow("y has 1 values for 2 times");
    expect(link.stats).toMatchObject({ sent: 0, pending: 0 });
  });

  it("[L6] sends nothing for a batch without a value", async () => {
    const { test, link, connection } = await open();
    expect(link.sendSamples([1], { x: [null] })).toBe(true);
    expect(link.sendSamples([], {})).toBe(true);
    await link.flush();
    test.clock.advance(100);
    expect(await connection.untaken()).toBe(0);
    expect(link.stats).toMatchObject({ sent: 0, pending: 0 });
  });

  it("[L7] counts values, and takes a batch as a whole or not at all", async () => {
    const told: number[] = [];
    const { link } = start({ bufferReadings: 5, onDropped: (dropped) => told.push(dropped) });
    expect(link.sendSamples([1, 2], { x: [1, 2], y: [null, 3] })).toBe(true);
    expect(link.sendSamples([3, 4, 5], { x: [1, 2, 3] })).toBe(false);
    expect(link.sendSamples([3, 4], { x: [1, 2] })).toBe(true);
    expect(link.send("x", 6)).toBe(false);
    expect(told).toEqual([3, 4]);
    expect(link.stats).toMatchObject({ sent: 9, dropped: 4, pending: 5 });
  });

  it("[L7] lets the oldest times of a batch go where asked to, and nothing for a batch that can never fit", async () => {
    const { link } = start({ bufferReadings: 5, overflow: "drop-oldest" });
    link.sendSamples([1, 2, 3], { x: [1, 2, 3] });
    expect(link.sendSamples([4, 5, 6], { x: [4, 5, 6] })).toBe(true);
    expect(link.send("x", 7)).toBe(true);
    expect(link.sendSamples([1, 2, 3, 4, 5, 6], { x: [1, 2, 3, 4, 5, 6] })).toBe(false);
    expect(link.stats).toMatchObject({ sent: 13, dropped: 8, pending: 5 });
    const connection = await hub().connection();
    await connection.welcome();
    expect((await connection.next("samples")).values).toEqual({ x: [3] });
    expect((await connection.next("samples")).values).toEqual({ x: [4, 5, 6] });
    expect((await connection.frame()).values).toEqual([7]);
  });
});
