/** Readings that were refused for their time: kept until a person decides. */
import { describe, expect, it, vi } from "vitest";
import { quarantineAnswer, quarantineOutcome } from "../../server/protocol/quarantine.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { engines, hubsOfTest, type TestHub, type TestHubOptions } from "../support/start-hub.ts";

const open = hubsOfTest();
const now = Date.UTC(2026, 10, 24, 12);
const hour = 3_600_000;

async function start(options: TestHubOptions = {}) {
  const clock = new FakeClock(now);
  const hub = await open({ clock, ...options });
  const client = await hub.welcomed("oven");
  let id = 1;
  const send = (readings: readonly object[], of: object = {}) => {
    client.send({ type: "readings", id: ++id, ...of, readings });
    return client.next("ack");
  };
  return { clock, hub, client, send };
}

async function listOf(hub: TestHub, query = "") {
  const { status, body } = await hub.http("GET", `devices/oven/quarantine${query}`);
  expect(status).toBe(200);
  return quarantineAnswer.parse(body);
}

async function decide(hub: TestHub, decision: object) {
  const { status, body } = await hub.http("POST", "devices/oven/quarantine", decision);
  expect(status, JSON.stringify(body)).toBe(200);
  return quarantineOutcome.parse(body);
}

describe("quarantine", () => {
  it.each(engines)(
    "[P116] keeps what is refused for its time whole, tells it as before, and lists it in pages (%s)",
    async (engine) => {
      const { hub, client, send } = await start({ engine });
      const ack = await send([
        { metric: "t", value: 20.5, time: now + 3 * hour },
        { metric: "door", value: true, time: now + 3 * hour + 1 },
        { metric: "t", value: 21, time: now },
        { metric: "state", value: "hot", time: 1_764_000_000 },
        { metric: "t", value: "warm", time: now + 1 },
      ]);
      expect(ack).toMatchObject({ stored: 1, rejectedCount: 4 });
      client.send({ type: "samples", id: 9, times: [5, 6], values: { p: [1, null] } });
      await client.next("ack");
      expect((await hub.http("GET", "devices/oven/refused")).body.refused).toHaveLength(5);
      await hub.restart();
      const all = await listOf(hub);
      expect(all).toMatchObject({ count: 4, lost: 0, limits: { perDevice: 1_000, inAll: 100_000 }, next: null });
      expect(all.readings.map(({ id: _, ...reading }) => reading)).toEqual([
        { metric: "p", time: 5, value: 1, at: now, code: "time_suspicious" },
        { metric: "state", time: 1_764_000_000, value: "hot", at: now, code: "time_suspicious" },
        { metric: "door", time: now + 3 * hour + 1, value: true, at: now, code: "time_ahead" },
        { metric: "t", time: now + 3 * hour, value: 20.5, at: now, code: "time_ahead" },
      ]);
      const first = await listOf(hub, "?limit=3");
      expect(first.readings).toEqual(all.readings.slice(0, 3));
      const second = await listOf(hub, `?limit=3&cursor=${first.next}`);
      expect(second).toMatchObject({ readings: all.readings.slice(3), next: null });
      expect((await hub.http("GET", "devices/oven/quarantine?cursor=x")).body).toMatchObject({ code: "invalid_query" });
      expect((await hub.http("GET", "devices/stove/quarantine")).body).toMatchObject({ code: "unknown_device" });
    },
  );

  it.each(engines)(
    "[P116] stores what is accepted or shifted, drops what is discarded, and names what cannot be stored, which stays (%s)",
    async (engine) => {
      const { clock, hub, send } = await start({ engine });
      await send([
        ...Array.from({ length: 4 }, (_, index) => ({ metric: "t", value: index, time: now + 3 * hour + index })),
        { metric: "t", value: "broken", time: now + 3 * hour + 9 },
        { metric: "far", value: 1, time: now + 9 * hour },
        { metric: "old", value: 1, time: 1_000 },
        { metric: "old", value: 2, time: 2_000 },
      ]);
      const ids = (await listOf(hub)).readings.map(({ id }) => id).reverse();
      const accepted = await decide(hub, { action: "accept", ids: [...ids.slice(5), 1e9] });
      expect(accepted).toMatchObject({ stored: 2, discarded: 0, missing: 1, left: 6, rejectedCount: 1 });
      expect(accepted.rejected).toMatchObject([{ id: ids[5], metric: "far", code: "time_ahead" }]);
      expect(await hub.readings("oven", "old")).toEqual([
        [1_000, 1],
        [2_000, 2],
      ]);
      expect(await decide(hub, { action: "discard", ids: [ids[0]] })).toMatchObject({
        stored: 0,
        discarded: 1,
        left: 5,
      });
      clock.advance(1_000);
      const shifted = await decide(hub, { action: "shift", shift: -3 * hour });
      expect(shifted).toMatchObject({ stored: 3, left: 2, rejectedCount: 2 });
      expect(shifted.rejected.map(({ code }) => code)).toEqual(["type_mismatch", "time_ahead"]);
      // Twice is once.
      expect(await decide(hub, { action: "shift", ids: ids.slice(1, 4), shift: -hour })).toMatchObject({
        stored: 0,
        missing: 3,
      });
      await hub.restart();
      expect(await hub.readings("oven", "t")).toEqual([
        [now + 1, 1],
        [now + 2, 2],
        [now + 3, 3],
      ]);
      expect((await listOf(hub)).readings.map(({ metric }) => metric)).toEqual(["far", "t"]);
      expect(await decide(hub, { action: "discard" })).toMatchObject({ discarded: 2, left: 0 });
    },
  );

  it.each(engines)(
    "[P114] [P117] what is accepted while its series becomes a part of another one is of that one (%s)",
    async (engine) => {
      const { hub, send } = await start({ engine });
      await send([
        { metric: "t", value: 1, time: now },
        { metric: "into", value: 2, time: now + 1 },
        { metric: "t", value: 3, time: 5 },
      ]);
      const { merges } = hub.store;
      const step = merges.step.bind(merges);
      let go = () => {};
      const decided = new Promise<void>((resolve) => {
        go = resolve;
      });
      const begun = new Promise<void>((isBegun) => {
        // It has moved all that there was when what is accepted comes.
        vi.spyOn(merges, "step").mockImplementation(async (series) => {
          const done = await step(series);
          isBegun();
          await decided;
          return done;
        });
      });
      const merged = hub.http("POST", "series/1/merge", { into: 2 });
      await begun;
      expect(await decide(hub, { action: "accept" })).toMatchObject({ stored: 1, left: 0 });
      go();
      expect((await merged).body).toMatchObject({ moved: 1 });
      await hub.restart();
      expect(await hub.readings("oven", "into")).toEqual([
        [5, 3],
        [now, 1],
        [now + 1, 2],
      ]);
    },
  );

  it("[P116] refuses a decision that makes no sense, and says what is allowed", async () => {
    const { hub, send } = await start();
    await send([{ metric: "t", value: 1, time: 5 }]);
    const answers = [];
    for (const body of [
      { action: "shift" },
      { action: "accept", shift: 1 },
      { action: "keep" },
      { action: "discard", ids: [] },
      { action: "discard", ids: ["1"] },
      { action: "shift", shift: 0.5 },
    ]) {
      const { status, body: refusal } = await hub.http("POST", "devices/oven/quarantine", body);
      answers.push([status, refusal.code]);
      expect(refusal.message).toMatch(/shift|action|ids/);
    }
    expect(answers.map(([status]) => status)).toEqual([400, 400, 400, 400, 400, 400]);
    const beyond = await decide(hub, { action: "shift", shift: -(2 ** 53 - 1) });
    expect(beyond.rejected).toMatchObject([{ code: "invalid_value" }]);
    expect((await listOf(hub)).count).toBe(1);
  });

  it("[P117] is as it was where the decision does not reach the disk, and the same decision stores each reading once", async () => {
    const { hub, send } = await start();
    await send([
      { metric: "t", value: 1, time: 5 },
      { metric: "u", value: 2, time: 6 },
    ]);
    hub.store.failNextAppend();
    const refused = await hub.http("POST", "devices/oven/quarantine", { action: "accept" });
    expect(refused).toMatchObject({ status: 503, body: { code: "store_unavailable", retryable: true } });
    expect((await listOf(hub)).count).toBe(2);
    const both = await Promise.all([decide(hub, { action: "accept" }), decide(hub, { action: "shift", shift: 10 })]);
    expect(both.map(({ stored }) => stored)).toEqual([2, 0]);
    expect(await hub.readings("oven", "t")).toEqual([[5, 1]]);
    expect(await hub.readings("oven", "u")).toEqual([[6, 2]]);
  });

  it("[P116] readings of the past, decided on or imported, show no device online that is not there", async () => {
    const { clock, hub, client, send } = await start();
    await send([{ metric: "t", value: 1, time: 5 }]);
    const seen = (await hub.http("GET", "devices/oven")).body.lastSeen;
    client.wire.close();
    // It is offline once the hub has heard of the end, and was not back soon after.
    while ((await hub.http("GET", "devices/oven")).body.state !== "offline") clock.advance(1_000);
    clock.advance(10_000);
    await decide(hub, { action: "accept" });
    await hub.http("POST", "readings", {
      device: "oven",
      historic: true,
      readings: [{ metric: "t", value: 2, time: 9 }],
    });
    await hub.http("POST", "readings", {
      device: "attic",
      historic: true,
      readings: [{ metric: "t", value: 2, time: 9 }],
    });
    expect((await hub.http("GET", "devices/oven")).body).toMatchObject({ state: "offline", lastSeen: seen });
    expect((await hub.http("GET", "devices/attic")).body).toMatchObject({ state: "offline", lastSeen: null });
    await hub.http("POST", "readings", { device: "oven", readings: [{ metric: "t", value: 2 }] });
    expect((await hub.http("GET", "devices/oven")).body).toMatchObject({ state: "online", lastSeen: clock.now() });
  });

  it("[P118] costs a bounded number of writes, whatever a device sends: the rest is refused, told and counted as lost", async () => {
    const { clock, hub, send } = await start({ limits: { quarantine: 5, quarantineTotal: 200 } });
    const wrong = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ metric: "t", value: index, time: 100 + index }));
    // Of one frame the newest are kept.
    expect(await send(wrong(40))).toMatchObject({ rejectedCount: 40 });
    expect(await listOf(hub)).toMatchObject({ count: 5, lost: 35 });
    expect((await listOf(hub)).readings.map(({ value }) => value)).toEqual([39, 38, 37, 36, 35]);
    // Ten times its place in a minute, and no more.
    for (let sent = 0; sent < 12; sent++) await send(wrong(5));
    const before = await listOf(hub);
    expect(before).toMatchObject({ count: 5, lost: 95 });
    await send(wrong(5));
    expect(await listOf(hub)).toMatchObject({ count: 5, lost: 100, readings: before.readings });
    clock.advance(60_000);
    await hub.http("POST", "readings", { device: "oven", readings: [{ metric: "t", value: 7, time: 5 }] });
    expect((await listOf(hub)).readings[0]).toMatchObject({ value: 7 });
    await hub.http("DELETE", "devices/oven");
    await hub.http("POST", "readings", { device: "oven", readings: [{ metric: "t", value: 1 }] });
    expect(await listOf(hub)).toMatchObject({ count: 0, lost: 0 });
  });
});
