/** The hub's clock beside the devices'. */
import { describe, expect, it } from "vitest";
import { FakeClock } from "../support/fake-clock.ts";
import { hubsOfTest } from "../support/start-hub.ts";

const open = hubsOfTest();
const now = Date.UTC(2026, 10, 24, 12);

async function withClock(hello: object = {}) {
  const clock = new FakeClock(now);
  const hub = await open({ clock });
  const client = await hub.welcomed("a", hello);
  let id = 1;
  /** Sends one value at each of these times; resolves with the acknowledgement. */
  const send = (...times: (number | undefined)[]) => {
    const readings = times.map((time, index) => ({
      metric: `m${index}`,
      value: 1,
      ...(time === undefined ? {} : { time }),
    }));
    client.send({ type: "readings", id: ++id, readings });
    return client.next("ack");
  };
  return { clock, hub, client, send };
}

describe("clock", () => {
  it("[P32] a reading without a time has the time of its arrival", async () => {
    const { clock, hub, send } = await withClock();
    clock.advance(1_234);
    expect(await send(undefined)).toMatchObject({ stored: 1 });
    expect(await hub.readings("a", "m0")).toEqual([[now + 1_234, 1]]);
  });

  it("[P33] five minutes ahead is taken, one ms more is refused with the hub's own time", async () => {
    const { send } = await withClock();
    expect(await send(now + 300_000)).toMatchObject({ stored: 1 });
    const refused = await send(now + 300_001);
    expect(refused).toMatchObject({ stored: 0, rejected: [{ code: "time_ahead" }] });
    expect(JSON.stringify(refused)).toContain(String(now));
  });

  it("[P34] from 0 to 1e10 is suspicious; before 1970 and after 1e10 is not", async () => {
    const { send } = await withClock();
    const ack = await send(0, 1e10, 1_764_000_000, -1, 1e10 + 1);
    expect(ack).toMatchObject({ stored: 2, rejectedCount: 3 });
    expect((ack.rejected as { index: number; code: string }[]).map(({ index, code }) => [index, code])).toEqual([
      [0, "time_suspicious"],
      [1, "time_suspicious"],
      [2, "time_suspicious"],
    ]);
  });

  it("[P34] a historic device may lie anywhere in the past, and not ahead", async () => {
    const { hub, send } = await withClock({ historic: true });
    expect(await send(0, -378_691_200_000, 1e10, now + 300_001)).toMatchObject({
      ...{ stored: 3, rejectedCount: 1 },
      rejected: [{ index: 3, code: "time_ahead" }],
    });
    expect(await hub.readings("a", "m1")).toEqual([[-378_691_200_000, 1]]);
  });

  it("[P34] a gateway's word that a device behind it is historic counts for that device alone", async () => {
    const { client, send } = await withClock();
    client.send({ type: "describe", device: "b", historic: true });
    const row = { metric: "m", value: 1, time: 5 };
    client.send({ type: "readings", id: 50, readings: [row, { ...row, device: "b" }] });
    expect(await client.next("ack")).toMatchObject({ stored: 1, rejected: [{ index: 0, code: "time_suspicious" }] });
    expect(await send(5)).toMatchObject({ stored: 0 });
  });

  it("[P32] a reading has one arrival, while the hub runs and after a restart, however long its commit took", async () => {
    const { clock, hub, client } = await withClock();
    const arrival = async () => (await hub.http("GET", "latest")).body.latest[0].received;
    const release = hub.store.holdAppends();
    client.send({ type: "readings", seq: 1, readings: [{ metric: "m", value: 1 }] });
    await hub.store.appends(1);
    clock.advance(500);
    release();
    await client.next("ack");
    expect(await arrival()).toBe(now);
    await hub.restart();
    expect(await arrival()).toBe(now);
  });

  it("[P35] ping is answered at once with the hub's time, commits or not", async () => {
    const { clock, hub, client } = await withClock();
    hub.store.holdAppends();
    client.send({ type: "readings", seq: 1, readings: [{ metric: "m", value: 1 }] });
    await hub.store.appends(1);
    clock.advance(500);
    client.send({ type: "ping", id: 77, time: 0.25 });
    expect(await client.next()).toEqual({ type: "pong", id: 77, time: 0.25, hubTime: now + 500 });
  });
});
