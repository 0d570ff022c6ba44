/** Removing a device or a range while readings come in. */
import { describe, expect, it } from "vitest";
import { Catalog } from "../../server/hub/catalog.ts";
import { Committer } from "../../server/hub/ingest/committer.ts";
import { removeReadings } from "../../server/hub/removal.ts";
import { MemoryStore } from "../../server/store/memory/memory-store.ts";
import { type Range, StoreError } from "../../server/store/store.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { engines, hubsOfTest, type TestHub } from "../support/start-hub.ts";

const open = hubsOfTest();
const time = Date.UTC(2026, 10, 1);

function frame(seq: number, value: number | string = seq, device?: string) {
  return { type: "readings", seq, readings: [{ metric: "m", value, time: time + seq, ...(device ? { device } : {}) }] };
}

async function seriesNumbers(hub: TestHub): Promise<number[]> {
  return (await hub.http("GET", "series")).body.series.map((one: { series: number }) => one.series);
}

const everything = `device=a&metric=m&from=${time - 1}&to=${time + 1_000}`;

/** Removes from `count` series, each removal of the store taking `tookMs`; answers how many series each of them got. */
async function removedAtOnce(count: number, tookMs: (series: number) => number): Promise<number[]> {
  const clock = new FakeClock();
  const store = new MemoryStore();
  const catalog = new Catalog(await store.open());
  const sizes: number[] = [];
  const slow = {
    deleteDevice: store.deleteDevice.bind(store),
    latest: store.latest.bind(store),
    masks: store.masks.bind(store),
    seriesState: store.seriesState.bind(store),
    deleteReadings: (ranges: readonly Range[]) => {
      sizes.push(ranges.length);
      clock.advance(tookMs(ranges.length));
      return store.deleteReadings(ranges);
    },
  };
  const nothing = () => {};
  const heard = { onCommit: nothing, onTold: nothing, onRefused: nothing, onFatal: nothing };
  const committer = new Committer({ store, clock, delayMs: 0, ...heard });
  const live = { deviceRemoved: nothing, seriesRemoved: nothing, readingsDeleted: async () => {} };
  const presence = { removed: nothing, removedSeries: nothing };
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  await removeReadings(numbers, 0, 1, { store: slow, catalog, committer, live, presence, clock });
  return sizes;
}

describe("many series", () => {
  it("are removed sixteen in a transaction where that is quick, and one by one where each takes long", async () => {
    expect(await removedAtOnce(50, () => 1)).toEqual([1, 2, 4, 8, 16, 16, 3]);
    expect(await removedAtOnce(4, () => 3_000)).toEqual([1, 1, 1, 1]);
    expect(await removedAtOnce(30, (series) => 100 * series)).toEqual([1, 2, 4, 8, 4, 8, 3]);
  });
});

describe("removal", () => {
  it("[P14] [P51] readings that come while a series is emptied are kept, under a new number", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { session: "s" });
    client.send(frame(1), frame(2));
    await client.until((answer) => answer.seq === 2);
    const [before] = await seriesNumbers(hub);
    const release = hub.store.holdRemovals();
    const removal = hub.http("DELETE", `readings?${everything}`);
    await hub.store.removalWaits();
    client.send(frame(3), frame(4));
    await client.settled();
    release();
    expect(await removal).toMatchObject({ status: 200, body: { removed: 2, seriesRemoved: 1 } });
    expect(await client.until((answer) => answer.seq === 4)).toMatchObject({ type: "ack", stored: 2 });
    expect(await hub.readings("a", "m")).toEqual([3, 4].map((seq) => [time + seq, seq]));
    const after = await seriesNumbers(hub);
    expect(after).toHaveLength(1);
    expect(after[0]).toBeGreaterThan(before as number);
    await hub.restart();
    expect(await hub.readings("a", "m")).toHaveLength(2);
  });

  it.each(engines)(
    "[P19] [P51] new series that come while one is emptied are stored in any order (%s)",
    async (engine) => {
      const hub = await open({ engine });
      const client = await hub.welcomed("a", { session: "s" });
      const other = await hub.welcomed("b");
      client.send(frame(1));
      await client.until((answer) => answer.seq === 1);
      const release = hub.store.holdRemovals();
      const removal = hub.http("DELETE", `readings?${everything}`);
      await hub.store.removalWaits();
      client.send(frame(2));
      await client.settled();
      // A take-over closes the batch that fills, so that two wait behind the removal.
      const replaced = await hub.device("c");
      await replaced.next("welcome");
      await hub.device("c");
      await replaced.closed;
      other.send({ type: "readings", id: 9, readings: [{ metric: "fresh", value: 5, time }] });
      await other.settled();
      release();
      expect(await removal).toMatchObject({ status: 200 });
      expect(await other.until((answer) => answer.id === 9)).toMatchObject({ type: "ack", stored: 1 });
      expect(await client.until((answer) => answer.seq === 2)).toMatchObject({ type: "ack", stored: 1 });
      expect(await hub.readings("b", "fresh")).toEqual([[time, 5]]);
      expect(await hub.readings("a", "m")).toEqual([[time + 2, 2]]);
    },
  );

  it("[P14] a removal takes what was sent before it, also what is not committed yet", async () => {
    const hub = await open({ config: { commitDelayMs: 5_000 } });
    const client = await hub.device("a", { session: "s" });
    await client.next("welcome");
    client.send(frame(1));
    await client.settled();
    expect((await hub.http("DELETE", "devices/a")).status).toBe(200);
    expect(await client.next("ack")).toMatchObject({ seq: 1, stored: 1 });
    expect((await hub.http("GET", "devices")).body.devices).toEqual([]);
  });

  it("a device that is removed while it is connected is there again with its next frame, and as it described itself", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { session: "s", name: "Boiler", metrics: { m: { unit: "°C" } } });
    client.send(frame(1));
    await client.next("ack");
    expect((await hub.http("DELETE", "devices/a")).status).toBe(200);
    expect((await hub.http("GET", "devices/a")).status).toBe(404);
    client.send(frame(2));
    expect(await client.next("ack")).toMatchObject({ seq: 2, stored: 1 });
    const { body } = await hub.http("GET", "devices/a");
    expect(body).toMatchObject({
      name: "Boiler",
      state: "online",
      reason: "connected",
      metrics: { m: { unit: "°C" } },
    });
    expect(await hub.readings("a", "m")).toEqual([[time + 2, 2]]);
    await hub.restart();
    expect((await hub.http("GET", "devices/a")).body).toMatchObject({ name: "Boiler" });
  });

  it("readings of a device that is being removed belong to the device that comes after it", async () => {
    const hub = await open();
    const gateway = await hub.welcomed("gateway", { session: "s" });
    gateway.send(frame(1, 1, "a"));
    await gateway.next("ack");
    const release = hub.store.holdRemovals();
    const removal = hub.http("DELETE", "devices/a");
    await hub.store.removalWaits();
    gateway.send(frame(2, 2, "a"), frame(3, 3, "b"));
    await gateway.settled();
    release();
    expect((await removal).status).toBe(200);
    expect(await gateway.until((answer) => answer.seq === 3)).toMatchObject({ type: "ack", stored: 2 });
    expect(await hub.readings("a", "m")).toEqual([[time + 2, 2]]);
    await hub.restart();
    expect(await hub.readings("a", "m")).toEqual([[time + 2, 2]]);
    expect(await hub.readings("b", "m")).toEqual([[time + 3, 3]]);
  });

  it("a removal that the store refuses changes nothing", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { session: "s" });
    client.send(frame(1));
    await client.next("ack");
    hub.store.failNextRemoval(new StoreError("store_unavailable", "The store rests."));
    expect(await hub.http("DELETE", "devices/a")).toMatchObject({ status: 503, body: { code: "store_unavailable" } });
    client.send(frame(2));
    expect(await client.next("ack")).toMatchObject({ seq: 2, stored: 1 });
    expect(await hub.readings("a", "m")).toHaveLength(2);
  });

  const lost = new StoreError("store_unavailable", "The store's worker was lost: send it once more.");

  it("[P19] a removal whose answer is lost loses no reading that comes after it", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { session: "s" });
    client.send(frame(1));
    await client.next("ack");
    hub.store.loseNextRemoval(lost);
    const release = hub.store.holdRemovals();
    const removal = hub.http("DELETE", `readings?${everything}`);
    await hub.store.removalWaits();
    client.send(frame(2));
    await client.settled();
    release();
    expect((await removal).status).toBe(503);
    expect(await client.next("ack")).toMatchObject({ seq: 2, stored: 1 });
    client.send(frame(3));
    expect(await client.next("ack")).toMatchObject({ seq: 3, stored: 1 });
    expect(await hub.readings("a", "m")).toEqual([2, 3].map((seq) => [time + seq, seq]));
  });

  it("[P19] a device whose removal was done is removed, also where the answer of the store is lost", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { session: "s" });
    client.send(frame(1));
    await client.next("ack");
    hub.store.loseNextRemoval(lost);
    expect((await hub.http("DELETE", "devices/a")).status).toBe(200);
    expect((await hub.http("GET", "devices/a")).status).toBe(404);
    client.send(frame(2));
    expect(await client.next("ack")).toMatchObject({ seq: 2, stored: 1 });
    expect(await hub.readings("a", "m")).toEqual([[time + 2, 2]]);
  });

  it("[P19] of series that are removed together one whose newest reading cannot be told costs no reading of another", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { session: "s" });
    const reading = (metric: string, offset: number) => ({ metric, value: offset, time: time + offset });
    const first = [reading("k", 5), reading("k", 1), reading("l", 5), reading("l", 1), reading("m", 5)];
    client.send({ type: "readings", seq: 1, readings: first });
    await client.next("ack");
    hub.store.failNextLatest(undefined);
    hub.store.failNextLatest(lost);
    const remove = () => hub.http("DELETE", `readings?device=a&metric=*&from=${time + 2}&to=${time + 10}`);
    expect((await remove()).status).toBe(503);
    client.send({ type: "readings", seq: 2, readings: [reading("m", 20)] });
    expect(await client.next("ack")).toMatchObject({ seq: 2, stored: 1 });
    expect(await hub.readings("a", "m")).toEqual([[time + 20, 20]]);
    // Nothing is left to remove, and what is shown as newest must not be what went.
    expect((await remove()).body).toMatchObject({ removed: 0 });
    const { latest } = (await hub.http("GET", "latest")).body;
    expect(latest.map(({ value }: { value: number }) => value)).toEqual([1, 1, 20]);
  });

  it("a range in the middle leaves the series and its newest reading as they were; its end moves the newest", async () => {
    const hub = await open();
    const client = await hub.welcomed("a", { session: "s" });
    for (let seq = 1; seq <= 5; seq++) client.send(frame(seq));
    await client.until((answer) => answer.seq === 5);
    const newest = async () => (await hub.http("GET", "latest")).body.latest[0].value;
    await hub.http("DELETE", `readings?device=a&metric=m&from=${time + 2}&to=${time + 4}`);
    expect(await newest()).toBe(5);
    await hub.http("DELETE", `readings?device=a&metric=m&from=${time + 4}&to=${time + 9}`);
    expect(await newest()).toBe(1);
    expect(await hub.readings("a", "m")).toEqual([[time + 1, 1]]);
  });

  it("[P54] [P55] a device that is removed while it is connected is counted no more, also when its connection ends", async () => {
    const hub = await open();
    const client = await hub.welcomed("a");
    client.send({ type: "readings", id: 2, readings: [{ metric: "m", value: 1 }] });
    await client.until((answer) => answer.id === 2);
    expect((await hub.http("DELETE", "devices/a")).status).toBe(200);
    client.wire.cut();
    await expect.poll(async () => (await hub.http("GET", "status")).body.connections.devices).toBe(0);
    expect((await hub.http("GET", "status")).body.devices).toEqual({ online: 0, silent: 0, offline: 0 });
  });

  it.each([
    { type: "describe", id: 3, device: "a", name: "Boiler" },
    { type: "reading", id: 3, device: "a", metric: "m", value: 1 },
  ])("[P53] a device that was removed while it is connected is connected again with a $type", async (message) => {
    const hub = await open();
    const client = await hub.welcomed("a");
    expect((await hub.http("DELETE", "devices/a")).status).toBe(200);
    client.send({ type: "ping", id: 2, time: 0 });
    await client.next("pong");
    expect((await hub.http("GET", "devices/a")).status).toBe(404);
    client.send(message);
    await client.until((answer) => answer.id === 3);
    expect((await hub.http("GET", "devices/a")).body).toMatchObject({ state: "online", reason: "connected" });
    client.wire.cut();
    await expect.poll(async () => (await hub.http("GET", "devices/a")).body.state).toBe("offline");
  });

  it("[P55] devices behind a gateway that is removed go with it until it speaks for them again", async () => {
    const hub = await open();
    const gateway = await hub.welcomed("gateway");
    gateway.send({ type: "describe", id: 2, device: "mote", reportInterval: 0 });
    await gateway.until((answer) => answer.id === 2);
    expect((await hub.http("GET", "devices/mote")).body.state).toBe("online");
    expect((await hub.http("DELETE", "devices/gateway")).status).toBe(200);
    expect((await hub.http("GET", "devices/mote")).body).toMatchObject({ state: "offline", reason: "gateway_offline" });
    gateway.send({ type: "readings", id: 3, device: "mote", readings: [{ metric: "m", value: 1 }] });
    await gateway.until((answer) => answer.id === 3);
    expect((await hub.http("GET", "devices/mote")).body).toMatchObject({ state: "online", reason: "connected" });
  });
});
