/** Who a connection is, whom it speaks for, and whose numbers it counts. */
import { describe, expect, it } from "vitest";
import { StoreError } from "../../server/store/store.ts";
import { hubsOfTest } from "../support/start-hub.ts";

const open = hubsOfTest();
const time = Date.UTC(2026, 10, 1);

function frame(seq: number, value: number = seq) {
  return { type: "readings", seq, readings: [{ metric: "m", value, time: time + seq }] };
}

describe("identity", () => {
  it("[P25] hello once per connection; what was said first stands", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { name: "First" });
    client.send({ type: "hello", device: "b", name: "Second" });
    expect(await client.next()).toMatchObject({ type: "error", code: "already_identified", retryable: false });
    client.send({ type: "readings", id: 2, readings: [{ metric: "m", value: 1 }] });
    await client.next("ack");
    expect((await hub.http("GET", "devices")).body.devices).toMatchObject([{ device: "a", name: "First" }]);
  });

  it("[P25] readings, samples and describe need a hello; a reading and a ping need none", async () => {
    const hub = await open();
    const client = await hub.connect();
    client.send({ type: "reading", id: 1, device: "a", metric: "m", value: 1 }, { ...frame(1), id: 2 });
    client.send({ type: "samples", times: [time], values: { m: [1] } }, { type: "describe", id: 3, device: "a" });
    client.send({ type: "ping", id: 4, time: 0 });
    const answers = [];
    for (let count = 0; count < 5; count++) answers.push(await client.next());
    expect(answers).toContainEqual({ type: "ack", id: 1, stored: 1 });
    expect(answers.filter((answer) => answer.code === "hello_required")).toMatchObject([
      { id: 2, seq: 1 },
      {},
      { id: 3 },
    ]);
    expect(answers).toContainEqual(expect.objectContaining({ type: "pong", id: 4 }));
  });

  it("[P25] what follows hello in the same breath is answered behind its welcome", async () => {
    const hub = await open();
    const client = await hub.connect();
    client.send({ type: "hello", device: "a", session: "s" }, frame(1), { type: "ping", id: 1, time: 0 }, frame(2));
    expect(await client.next()).toMatchObject({ type: "welcome", lastSeq: 0 });
    expect(await client.until((answer) => answer.seq === 2)).toMatchObject({ type: "ack" });
    expect(client.seen.filter((answer) => answer.type === "error")).toEqual([]);
  });

  it("[P25] several describe merge field by field, and survive a restart", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { kind: "boiler", metrics: { m: { unit: "C", min: 0 }, n: { unit: "V" } } });
    client.send({ type: "describe", device: "a", name: "Boiler", metrics: { m: { label: "Mid", unit: "°C" } } });
    client.send({ type: "describe", id: 2, device: "a", labels: { room: "cellar" } });
    await client.next("ack");
    const said = {
      ...{ device: "a", name: "Boiler", kind: "boiler", labels: { room: "cellar" } },
      metrics: { m: { unit: "°C", min: 0, label: "Mid" }, n: { unit: "V" } },
    };
    expect((await hub.http("GET", "devices/a")).body).toMatchObject(said);
    await hub.restart();
    expect((await hub.http("GET", "devices/a")).body).toMatchObject(said);
  });

  it("[P23] limits on metrics and series name the limit, its value and its setting; other rows are stored", async () => {
    const hub = await open({ limits: { metricsPerDevice: 2, series: 3 } });
    const client = await hub.welcomed("a");
    const rows = ["x", "y", "z"].map((metric) => ({ metric, value: 1, time }));
    client.send({ type: "readings", id: 2, readings: rows });
    const first = await client.next();
    expect(first).toMatchObject({ id: 2, stored: 2, rejected: [{ index: 2, metric: "z", code: "not_allowed" }] });
    expect(JSON.stringify(first)).toContain("metricsPerDevice is 2 (setting --limit-metrics-per-device)");
    client.send({ type: "readings", id: 3, device: "b", readings: rows });
    expect(await client.next()).toMatchObject({ id: 3, stored: 1, rejectedCount: 2 });
    client.send({ type: "describe", id: 4, device: "b", metrics: { x: {}, y: {}, z: {} } });
    expect(await client.next()).toMatchObject({ type: "error", id: 4 });
    expect(await hub.readings("b", "x")).toEqual([[time, 1]]);
  });

  it("[P23] a device that connects itself is not shown behind a gateway any more", async () => {
    const hub = await open();
    const gateway = await hub.welcomed("gateway");
    const row = { metric: "m", value: 1 };
    gateway.send({ type: "readings", id: 2, device: "mote", readings: [row] });
    await gateway.next("ack");
    expect((await hub.http("GET", "devices/mote")).body).toMatchObject({ via: "gateway" });
    const mote = await hub.welcomed("mote");
    expect((await hub.http("GET", "devices/mote")).body.via).toBeUndefined();
    gateway.send({ type: "readings", id: 3, device: "mote", readings: [row] });
    await gateway.next("ack");
    mote.send({ type: "readings", id: 2, readings: [row] });
    await mote.next("ack");
    expect((await hub.http("GET", "devices/mote")).body.via).toBeUndefined();
  });

  it("[P31] a hello that the store cannot answer is refused for now and may be said again", async () => {
    const hub = await open();
    hub.store.failNextLastSeq(new StoreError("store_unavailable", "The store rests."));
    const client = await hub.device("a", { session: "s" });
    expect(await client.next()).toMatchObject({ type: "error", code: "store_unavailable", retryable: true });
    client.send({ type: "hello", device: "a", session: "s" });
    expect(await client.next()).toMatchObject({ type: "welcome", lastSeq: 0 });
  });

  it("[P31] [P40] what was sent behind a hello that failed for now is refused for now, not for good", async () => {
    const hub = await open();
    hub.store.failNextLastSeq(new StoreError("store_unavailable", "The store rests."));
    const client = await hub.device("a", { session: "s" });
    const frame = { type: "readings", seq: 1, readings: [{ metric: "m", value: 1, time }] };
    client.send(frame, { type: "describe", id: 7, device: "b" });
    expect(await client.next()).toMatchObject({ type: "error", code: "store_unavailable", retryable: true });
    expect(await client.next()).toMatchObject({ type: "error", seq: 1, code: "store_unavailable", retryable: true });
    expect(await client.next()).toMatchObject({ type: "error", id: 7, code: "store_unavailable", retryable: true });
    client.send({ type: "hello", device: "a", session: "s" }, frame);
    expect(await client.next()).toMatchObject({ type: "welcome", lastSeq: 0 });
    expect(await client.next()).toEqual({ type: "ack", seq: 1, stored: 1 });
  });

  it("[P31] of three connections in a row the last one has the device", async () => {
    const hub = await open();
    const clients = [];
    for (let count = 0; count < 3; count++) clients.push(await hub.device("a", { session: "s" }));
    const [first, second, third] = clients as [(typeof clients)[0], (typeof clients)[0], (typeof clients)[0]];
    expect(await third.next()).toMatchObject({ type: "welcome" });
    expect([(await first.closed).code, (await second.closed).code]).toEqual([4409, 4409]);
    third.send(frame(1));
    expect(await third.next("ack")).toMatchObject({ seq: 1, stored: 1 });
    expect((await hub.http("GET", "status")).body.connections).toEqual({ devices: 1, viewers: 0 });
  });
});

describe("sequence", () => {
  it("[P26] without a session the numbers end with the connection", async () => {
    const hub = await open();
    const first = await hub.welcomed("a");
    first.send(frame(1), frame(5));
    await first.until((answer) => answer.seq === 5);
    first.send(frame(3, 99));
    expect(await first.next()).toEqual({ type: "ack", seq: 5, stored: 0 });
    first.wire.close();
    await first.closed;
    const second = await hub.device("a");
    expect(await second.next()).toMatchObject({ type: "welcome", lastSeq: 0 });
    second.send(frame(1, 42));
    expect(await second.next("ack")).toEqual({ type: "ack", seq: 1, stored: 1 });
    expect(await hub.readings("a", "m")).toEqual([
      [time + 1, 42],
      [time + 5, 5],
    ]);
  });

  it("[P26] another session of the same device counts by itself", async () => {
    const hub = await open();
    const first = await hub.welcomed("a", { session: "s1" });
    first.send(frame(7));
    await first.next("ack");
    const second = await hub.device("a", { session: "s2" });
    expect(await second.next()).toMatchObject({ lastSeq: 0 });
    const third = await hub.device("a", { session: "s1" });
    expect(await third.next()).toMatchObject({ lastSeq: 7 });
  });

  it("[P28] a sender that comes anew while a frame is awaited goes on behind lastSeq, gaps allowed", async () => {
    const hub = await open();
    const first = await hub.welcomed("a", { session: "s" });
    const release = hub.store.holdAppends();
    hub.store.failNextAppend();
    first.send(frame(1));
    await hub.store.appends(1);
    const second = await hub.device("a", { session: "s" });
    await first.closed;
    release();
    expect(await second.next()).toMatchObject({ type: "welcome", lastSeq: 0 });
    second.send(frame(2));
    expect(await second.next()).toEqual({ type: "ack", seq: 2, stored: 1 });
  });

  it("[P26] a session is forgotten with its last connection and asked for again with the next", async () => {
    const hub = await open();
    for (let times = 1; times <= 3; times++) {
      const client = await hub.welcomed("a", { session: "s" });
      client.send(frame(times));
      await client.next("ack");
      client.wire.close();
      await client.closed;
      await expect.poll(async () => (await hub.http("GET", "status")).body.connections.devices).toBe(0);
      expect(hub.store.lastSeqAsked).toBe(times);
    }
  });

  it("[P27] a frame sent twice while the first copy is undecided is stored once and acknowledged", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { session: "s" });
    const release = hub.store.holdAppends();
    client.send(frame(1), frame(2));
    await hub.store.appends(1);
    client.send(frame(1, 98), { ...frame(2, 99), id: 7 }, frame(3));
    await client.settled();
    release();
    expect(await client.until((answer) => answer.id === 7)).toEqual({ type: "ack", seq: 2, id: 7, stored: 0 });
    expect(await client.until((answer) => answer.seq === 3)).toMatchObject({ stored: 1 });
    const told = client.seen.reduce((sum, answer) => sum + ((answer.stored as number) ?? 0), 0);
    expect(told).toBe(3);
    expect(await hub.readings("a", "m")).toEqual([1, 2, 3].map((seq) => [time + seq, seq]));
  });

  it("[P19] [P27] acknowledgements never go back, also where old frames come again between new ones", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { session: "s" });
    const release = hub.store.holdAppends();
    client.send(frame(1), frame(2));
    await hub.store.appends(1);
    client.send(frame(3), frame(1), frame(4), frame(2));
    await client.settled();
    release();
    await client.until((answer) => answer.seq === 4);
    await client.settled();
    const acks = client.seen.flatMap((answer) => (answer.type === "ack" && answer.seq ? [answer.seq] : []));
    expect(acks).toEqual([...acks].sort());
    expect(await hub.readings("a", "m")).toHaveLength(4);
  });

  it("[P29] frames that are refused together are refused by the first, and told once where to go on", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { session: "s" });
    const release = hub.store.holdAppends();
    client.send(frame(1));
    await hub.store.appends(1);
    client.send(frame(2), frame(3), frame(4));
    await client.settled();
    hub.store.failAppendAfterNext();
    release();
    expect(await client.next()).toMatchObject({ type: "ack", seq: 1 });
    expect(await client.next()).toMatchObject({ code: "store_unavailable", seq: 2 });
    expect(await client.next()).toMatchObject({ code: "resend_from", seq: 2 });
    client.send(frame(5));
    await client.settled();
    expect(client.waiting).toEqual([]);
    client.send(frame(2), frame(3), frame(4), frame(5));
    expect(await client.until((answer) => answer.seq === 5)).toMatchObject({ type: "ack" });
    expect(await hub.readings("a", "m")).toHaveLength(5);
  });

  it("[P27] a frame with an id that was decided before is answered with its own numbers", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { session: "s" });
    client.send(frame(1), { ...frame(2), id: 2 });
    await client.until((answer) => answer.id === 2);
    client.send({ ...frame(1), id: 3 });
    expect(await client.next()).toEqual({ type: "ack", seq: 1, id: 3, stored: 0 });
  });

  it("[P29] each frame with an id is refused by its id; those with neither id nor seq are refused too", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { session: "s" });
    hub.store.failNextAppend(new StoreError("storage_full", "The disk is full."));
    const row = { metric: "m", value: 1 };
    client.send({ ...frame(1), id: 5 }, { ...frame(2), id: 6 });
    client.send({ type: "readings", readings: [row] }, { type: "reading", device: "b", metric: "m", value: 1 });
    const answers = [];
    for (let count = 0; count < 4; count++) answers.push(await client.next());
    expect(answers).toMatchObject([
      { code: "storage_full", id: 5, seq: 1, retryable: true },
      { code: "storage_full", id: 6, seq: 2 },
      { code: "storage_full" },
      { code: "storage_full" },
    ]);
    client.send({ ...frame(2), id: 7 });
    expect(await client.next()).toMatchObject({ code: "resend_from", id: 7, seq: 1 });
  });

  it("[P29] series and metadata of a refused batch come with the next one", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { session: "s" });
    hub.store.failNextAppend();
    client.send(
      { type: "describe", device: "b", name: "Bee", metrics: { m: { unit: "V" } } },
      { ...frame(1), device: "b" },
    );
    expect(await client.next()).toMatchObject({ code: "store_unavailable", seq: 1 });
    client.send({ ...frame(1), device: "b" });
    expect(await client.next()).toMatchObject({ type: "ack", seq: 1, stored: 1 });
    await hub.restart();
    expect(await hub.readings("b", "m")).toEqual([[time + 1, 1]]);
    expect((await hub.http("GET", "devices/b")).body).toMatchObject({ name: "Bee", metrics: { m: { unit: "V" } } });
  });
});
