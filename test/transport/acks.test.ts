/** Each reading by itself, and what its sender is told. */
import { describe, expect, it } from "vitest";
import { engines, hubsOfTest } from "../support/start-hub.ts";

const open = hubsOfTest();
const time = Date.UTC(2026, 10, 1);
const good = { metric: "temperature", value: 20, time };
const bad = { metric: "temperature", value: null, time };

describe("acknowledgements", () => {
  it("[P7] an unknown field of a row is warned of once for the connection, and the reading is stored", async () => {
    const hub = await open();
    const client = await hub.welcomed("a");
    client.send({ type: "readings", seq: 1, readings: [{ ...good, unitt: "C" }] });
    const first = await client.next();
    expect(first).toMatchObject({ type: "ack", seq: 1, stored: 1, warnings: [expect.stringContaining("unitt")] });
    client.send({ type: "readings", seq: 2, readings: [{ ...good, unitt: "C" }] });
    expect(await client.next()).toEqual({ type: "ack", seq: 2, stored: 1 });
  });

  it("[P15] several values of one metric without times are refused, in all spellings of its name", async () => {
    const hub = await open();
    const client = await hub.welcomed("a");
    client.send({
      ...{ type: "readings", id: 1 },
      readings: [
        { metric: "é", value: 1 },
        { metric: "other", value: 2 },
        { metric: "e\u0301", value: 3 },
        { metric: "é", value: 4, time },
      ],
    });
    const ack = await client.next();
    expect(ack).toMatchObject({ type: "ack", id: 1, stored: 2, rejectedCount: 2 });
    expect(ack.rejected).toMatchObject([
      { index: 0, metric: "é", code: "invalid_value" },
      { index: 2, metric: "é", code: "invalid_value" },
    ]);
    expect(await hub.readings("a", "é")).toEqual([[time, 4]]);
    for (const id of [2, 3]) {
      client.send({ type: "readings", id, readings: ["é", "other"].map((metric) => ({ metric, value: id })) });
      expect(await client.next()).toEqual({ type: "ack", id, stored: 2 });
    }
  });

  it.each(engines)(
    "[P14] [P15] values that are refused for repeating themselves settle no type (%s)",
    async (engine) => {
      const hub = await open({ engine });
      const client = await hub.welcomed("a");
      const twice = [1, 2].map((value) => ({ metric: "x", value }));
      client.send({ type: "readings", id: 1, readings: [...twice, ...twice.map((row) => ({ ...row, device: "b" }))] });
      expect(await client.next()).toMatchObject({ id: 1, stored: 0, rejectedCount: 4 });
      expect((await hub.http("GET", "devices/b")).status).toBe(404);
      client.send({ type: "readings", id: 2, readings: [{ metric: "x", value: "text", time }] });
      expect(await client.next()).toEqual({ type: "ack", id: 2, stored: 1 });
      expect(await hub.readings("a", "x")).toEqual([[time, "text"]]);
    },
  );

  it.each(engines)("[P14] a value that is refused for now settles no type (%s)", async (engine) => {
    const hub = await open({ engine });
    const client = await hub.welcomed("a");
    const send = (id: number, value: unknown) =>
      client.send({ type: "readings", id, readings: [{ metric: "x", value, time: time + id }] });
    hub.store.failNextAppend();
    send(1, 1);
    expect(await client.next()).toMatchObject({ id: 1, code: "store_unavailable" });
    send(2, "text");
    expect(await client.next()).toEqual({ type: "ack", id: 2, stored: 1 });
    expect((await hub.http("GET", "status")).body.series).toBe(1);
    await hub.restart();
    expect(await hub.readings("a", "x")).toEqual([[time + 2, "text"]]);
    expect((await hub.http("GET", "series")).body.series).toHaveLength(1);
  });

  it("[P14] a series whose first values were refused for now is not on disk before it has one", async () => {
    const hub = await open({ engine: "sqlite" });
    const client = await hub.welcomed("a");
    hub.store.failNextAppend();
    client.send({ type: "readings", id: 1, readings: [{ metric: "x", value: 1, time }] });
    await client.next();
    client.send({ type: "readings", id: 2, readings: [{ metric: "y", value: 1, time }] });
    await client.next("ack");
    await hub.restart();
    expect((await hub.http("GET", "series")).body.series).toMatchObject([{ metric: "y" }]);
  });

  it.each(engines)(
    "[P19] a series that was refused for now comes behind one made since, and is stored (%s)",
    async (engine) => {
      const hub = await open({ engine });
      const client = await hub.welcomed("a");
      const send = (id: number, metric: string) =>
        client.send({ type: "readings", id, readings: [{ metric, value: id, time: time + id }] });
      hub.store.failNextAppend();
      send(1, "first");
      expect(await client.next()).toMatchObject({ id: 1, code: "store_unavailable" });
      send(2, "second");
      expect(await client.next()).toMatchObject({ id: 2, stored: 1 });
      send(1, "first");
      expect(await client.next()).toMatchObject({ id: 1, stored: 1 });
      expect(await hub.readings("a", "first")).toEqual([[time + 1, 1]]);
      await hub.restart();
      expect(await hub.readings("a", "first")).toEqual([[time + 1, 1]]);
    },
  );

  it("[P36] [P39] what many refused rows are told counts like what was sent: their sender is not read", async () => {
    const hub = await open();
    const client = await hub.welcomed("d".repeat(100));
    client.send({ type: "readings", id: 1, readings: [good] });
    await client.next();
    const release = hub.store.holdAppends();
    client.send({ type: "readings", id: 2, readings: [{ ...good, time: time + 2 }] });
    await hub.store.appends(2);
    const wrong = Array.from({ length: 80 }, () => ({ ...good, value: "" }));
    const last = 1_000;
    for (let id = 3; id <= last; id++)
      client.send({ type: "readings", id, readings: [{ ...good, time: time + id }, ...wrong] });
    const witness = await hub.connect();
    for (let round = 0; round < 50; round++) await witness.settled();
    release();
    await client.until((answer) => answer.id === last);
    // 4 MiB are more than a hundred answers of 80 refusals in 300 bytes or more, and one read brings 64 KiB more.
    expect(Math.max(...hub.store.appended)).toBeLessThan(250);
  });

  it("[P39] the message of a refused row has at most 1 kB, whatever the names in it", async () => {
    const hub = await open();
    const name = "\u{1d49c}".repeat(128);
    const client = await hub.welcomed(name);
    const values = [1, "text"];
    client.send({ type: "readings", id: 1, readings: values.map((value) => ({ metric: name, value, time })) });
    const [rejection] = (await client.next()).rejected as { code: string; message: string }[];
    expect(rejection?.code).toBe("type_mismatch");
    expect(Buffer.byteLength(rejection?.message ?? "")).toBeLessThanOrEqual(1_000);
  });

  it.each(engines)("[P15] a later arrival of a millisecond that is long sealed is counted (%s)", async (engine) => {
    const hub = await open({ engine });
    const client = await hub.welcomed("a");
    const send = async (id: number, offsets: readonly number[]) => {
      const values = { temperature: offsets.map(() => id) };
      client.send({ type: "samples", id, times: offsets.map((offset) => time + offset), values });
      await client.until((answer) => answer.id === id);
    };
    await send(2, [1, 2, 3, 4]);
    await hub.sealAll();
    await send(3, [2, 9, 3]);
    await send(4, [2]);
    await hub.sealAll();
    expect((await hub.readings("a", "temperature")).map(([, value]) => value)).toEqual([2, 4, 3, 2, 3]);
    const status = (await hub.http("GET", "status")).body;
    expect(status.readings).toMatchObject({ stored: 8, overwritten: 3 });
    expect(Object.keys(status.store)).not.toContain("overwritten");
  });

  it.each(engines)("[P15] the later arrival of one millisecond wins and is counted (%s)", async (engine) => {
    const hub = await open({ engine });
    const client = await hub.welcomed("a");
    client.send({ type: "readings", id: 1, readings: [good, { ...good, value: 21 }] });
    await client.next("ack");
    client.send({ type: "readings", id: 2, readings: [{ ...good, value: 22 }] });
    await client.next("ack");
    expect(await hub.readings("a", "temperature")).toEqual([[time, 22]]);
    expect((await hub.http("GET", "status")).body.readings).toMatchObject({ stored: 3, overwritten: 2 });
  });

  it("[P18] the first 100 rejections are told, all are counted, and the last 100 of the device stay readable", async () => {
    const hub = await open();
    const client = await hub.welcomed("a");
    client.send({ type: "readings", seq: 1, readings: [good, ...Array.from({ length: 250 }, () => bad)] });
    const ack = await client.next("ack");
    expect(ack).toMatchObject({ seq: 1, stored: 1, rejectedCount: 250 });
    expect(ack.rejected).toHaveLength(100);
    expect((ack.rejected as object[])[99]).toMatchObject({ seq: 1, index: 100, code: "invalid_value" });
    expect((await hub.http("GET", "devices/a/refused")).body.refused).toHaveLength(100);
    expect((await hub.http("GET", "status")).body.readings).toMatchObject({ stored: 1, rejected: 250 });
  });

  it("[P18] a refused row is kept as it came, also one that nests deeper than can be written", async () => {
    const hub = await open();
    const client = await hub.welcomed("a");
    const deep = `${"[".repeat(9_000)}${"]".repeat(9_000)}`;
    client.send(`{"type":"readings","id":1,"readings":[{"metric":"m","value":${deep}}]}`);
    expect(await client.next()).toMatchObject({ type: "ack", id: 1, stored: 0, rejectedCount: 1 });
    client.send({ type: "samples", id: 2, times: [time, time], values: { p: [1, {}] } });
    expect(await client.next()).toMatchObject({ type: "ack", id: 2, stored: 1, rejectedCount: 1 });
    const { refused } = (await hub.http("GET", "devices/a/refused")).body;
    expect(refused).toHaveLength(2);
    expect(JSON.parse(refused[0].row)).toEqual({ metric: "p", time, value: {} });
  });

  it("[P19] one acknowledgement answers all frames of a commit, and counts what is new since the last one", async () => {
    const hub = await open();
    const client = await hub.welcomed("a");
    const release = hub.store.holdAppends();
    client.send({ type: "readings", seq: 1, readings: [good] });
    await hub.store.appends(1);
    for (let seq = 2; seq <= 40; seq++)
      client.send({ type: "readings", seq, readings: [{ ...good, time: time + seq }, bad] });
    await client.settled();
    release();
    expect(await client.next()).toEqual({ type: "ack", seq: 1, stored: 1 });
    expect(await client.next()).toMatchObject({ type: "ack", seq: 40, stored: 39, rejectedCount: 39 });
    await client.settled();
    expect(client.waiting).toEqual([]);
  });

  it("[P20] a frame with an id has its own acknowledgement, in the order of the frames", async () => {
    const hub = await open();
    const client = await hub.welcomed("a");
    const release = hub.store.holdAppends();
    client.send({ type: "readings", seq: 1, readings: [good] });
    await hub.store.appends(1);
    client.send(
      { type: "readings", seq: 2, readings: [good] },
      { type: "readings", seq: 3, id: 9, readings: [good, bad] },
      { type: "readings", id: 10, readings: [] },
      { type: "readings", seq: 4, readings: [good] },
      { type: "readings", seq: 5, readings: [good] },
    );
    await client.settled();
    release();
    const acks = [];
    for (let count = 0; count < 5; count++) acks.push(await client.next("ack"));
    expect(acks).toMatchObject([
      { seq: 1, stored: 1 },
      { seq: 2, stored: 1 },
      { seq: 3, id: 9, stored: 1, rejectedCount: 1 },
      { id: 10, stored: 0 },
      { seq: 5, stored: 2 },
    ]);
  });

  it("[P21] a reading with neither id nor seq is answered, and so is each of several", async () => {
    const hub = await open();
    const client = await hub.connect();
    const reading = { type: "reading", device: "tiny", metric: "m", value: 1 };
    client.send(reading, { ...reading, id: 4 }, { ...reading, value: "text" }, { ...reading, id: 5, value: true });
    expect(await client.next()).toEqual({ type: "ack", stored: 1 });
    expect(await client.next()).toEqual({ type: "ack", id: 4, stored: 1 });
    expect(await client.next()).toMatchObject({ type: "error", code: "type_mismatch", retryable: false });
    expect(await client.next()).toMatchObject({ type: "error", id: 5, code: "type_mismatch" });
  });

  it("[P21] other frames with neither are answered only where rows were refused, by one error", async () => {
    const hub = await open();
    const client = await hub.welcomed("a");
    client.send({ type: "readings", readings: [good] });
    client.send({ type: "readings", readings: [good, bad, { ...bad, metric: "x y" }] });
    client.send({ type: "samples", times: [time], values: { temperature: [1] } });
    client.send({ type: "readings", id: 1, readings: [] });
    expect(await client.next()).toMatchObject({
      ...{ type: "error", code: "invalid_value", retryable: false },
      details: { rejectedCount: 2, rejected: [{ index: 1 }, { index: 2 }] },
    });
    expect(await client.next()).toMatchObject({ type: "ack", id: 1 });
  });

  it("[P22] nothing is acknowledged before it is committed", async () => {
    const hub = await open();
    const client = await hub.welcomed("a");
    const release = hub.store.holdAppends();
    client.send({ type: "readings", seq: 1, readings: [good] });
    await hub.store.appends(1);
    await client.settled();
    expect(client.waiting).toEqual([]);
    expect(await hub.readings("a", "temperature")).toEqual([]);
    release();
    expect(await client.next()).toMatchObject({ type: "ack", seq: 1 });
  });

  it("[P24] columns are stored cell by cell; null is no value, and a bad cell is refused at its place in times", async () => {
    const hub = await open();
    const client = await hub.welcomed("a");
    client.send({
      ...{ type: "samples", seq: 1 },
      times: [time, "noon", time + 2.4],
      values: { p: [1, 2, 3], on: [null, null, true], "no good": [1, null, null] },
    });
    const ack = await client.next();
    expect(ack).toMatchObject({ type: "ack", seq: 1, stored: 3, rejectedCount: 2 });
    expect(ack.rejected).toMatchObject([
      { index: 1, metric: "p", code: "invalid_value" },
      { index: 0, metric: "no good", code: "invalid_name" },
    ]);
    expect(await hub.readings("a", "p")).toEqual([
      [time, 1],
      [time + 2, 3],
    ]);
    client.send({ type: "samples", seq: 2, times: [time], values: { p: [] } });
    expect(await client.next()).toMatchObject({ type: "error", seq: 2, code: "invalid_message" });
  });
});
