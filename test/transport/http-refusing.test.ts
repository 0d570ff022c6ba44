/** A hub whose store takes nothing for a while, over HTTP and sockets: what is told of its devices then, and of their gaps afterwards. */
import { describe, expect, it } from "vitest";
import { StoreError } from "../../server/store/store.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { engines, hubsOfTest, type TestHub } from "../support/start-hub.ts";

const start = hubsOfTest();
const second = 1_000;
const minute = 60 * second;

describe.each(engines)("a hub that refuses all readings, over the %s store", (engine) => {
  async function world() {
    const clock = new FakeClock();
    const hub = await start({ engine, clock });
    return { clock, hub, startMs: clock.now() };
  }

  const post = (hub: TestHub, device: string, time: number, historic = false) =>
    hub.http("POST", "readings", { device, historic, readings: [{ metric: "m", value: 1, time }] });

  async function timeline(hub: TestHub, startMs: number, device: string) {
    const { times, states, reasons } = (await hub.http("GET", `devices/${device}/presence`)).body;
    return times.map((time: number, index: number) => [(time - startMs) / second, states[index], reasons[index]]);
  }

  async function gaps(hub: TestHub, startMs: number, device: string) {
    const { body } = await hub.http("GET", `gaps?device=${device}&metric=m&from=-1h`);
    const { from, to, cause } = body.series[0].gaps;
    return from.map((fromMs: number, row: number) => [
      (fromMs - startMs) / second,
      (to[row] - startMs) / second,
      cause[row],
    ]);
  }

  it("[P123] says of a device that posts all the while that it is there, of one that stops that it is not, and of the gap that it was refused", async () => {
    const { clock, hub, startMs } = await world();
    for (const id of ["posts", "stops"]) {
      await hub.http("PATCH", `devices/${id}`, { reportInterval: 10 * second });
      expect((await post(hub, id, clock.now())).status).toBe(200);
      await hub.http("PATCH", `devices/${id}`, { reportInterval: 10 * second });
    }
    for (let round = 0; round < 12; round++) {
      clock.advance(10 * second);
      for (const id of round === 0 ? ["posts", "stops"] : ["posts"]) {
        hub.store.failNextAppend(new StoreError("storage_full", "no room"));
        expect((await post(hub, id, clock.now())).body.code).toBe("storage_full");
      }
    }
    clock.advance(10 * second);
    expect((await post(hub, "posts", clock.now())).status).toBe(200);
    expect(await timeline(hub, startMs, "posts")).toEqual([[0, "online", "reporting"]]);
    expect(await gaps(hub, startMs, "posts")).toEqual([[0, 130, "refused"]]);
    expect(await timeline(hub, startMs, "stops")).toEqual([
      [0, "online", "reporting"],
      [70, "offline", "timeout"],
    ]);
    clock.advance(3 * minute);
    expect((await post(hub, "stops", clock.now())).status).toBe(200);
    expect(await gaps(hub, startMs, "stops")).toEqual([[0, 310, "offline"]]);
  });

  it("[P123] tells when it heard of a device last, and that its store took nothing until the next commit, whatever room there is", async () => {
    const { clock, hub, startMs } = await world();
    await hub.http("PATCH", "devices/a", { reportInterval: minute });
    await post(hub, "a", clock.now());
    await hub.http("PATCH", "devices/a", { reportInterval: minute });
    for (let round = 1; round <= 5; round++) {
      for (let passed = 0; passed < 60; passed++) {
        clock.advance(second);
        await new Promise((resolve) => setImmediate(resolve));
      }
      hub.store.failNextAppend(new StoreError("store_unavailable", "locked"));
      await post(hub, "a", clock.now());
      expect((await hub.http("GET", "devices/a")).body.lastSeen).toBe(clock.now());
    }
    clock.advance(minute);
    await post(hub, "a", clock.now());
    expect(await gaps(hub, startMs, "a")).toEqual([[0, 360, "refused"]]);
  });

  it("[P123] brings back no device that was removed while what it sent waited", async () => {
    const { clock, hub } = await world();
    await post(hub, "a", clock.now());
    const letGo = hub.store.holdRemovals();
    const removed = hub.http("DELETE", "devices/a");
    await hub.store.removalWaits();
    hub.store.failNextAppend(new StoreError("storage_full", "no room"));
    const posted = post(hub, "a", clock.now() + 1);
    await expect.poll(async () => (await hub.http("GET", "status")).body.queue.bytes).toBeGreaterThan(0);
    letGo();
    expect((await removed).body.removed).toBe(true);
    expect((await posted).body.code).toBe("storage_full");
    expect((await hub.http("GET", "status")).body.devices.online).toBe(0);
  });

  it("[P123] brings nobody back by what is loaded of the past, nor by a fault of the hub's own", async () => {
    const { clock, hub, startMs } = await world();
    await post(hub, "a", clock.now());
    await hub.http("PATCH", "devices/a", { reportInterval: 10 * second });
    clock.advance(minute);
    expect((await timeline(hub, startMs, "a")).at(-1)).toEqual([25, "offline", "timeout"]);
    hub.store.failNextAppend(new StoreError("storage_full", "no room"));
    await post(hub, "a", clock.now() - 1e9, true);
    hub.store.failNextAppend(new StoreError("internal", "a fault"));
    await post(hub, "a", clock.now());
    expect((await timeline(hub, startMs, "a")).at(-1)).toEqual([25, "offline", "timeout"]);
  });
});

it("[P123] [F4] knows on a full disk who sends, though its store takes the readings with it", async () => {
  const hub = await start({ engine: "sqlite", config: { minFreeBytes: 1e15 } });
  const refused = await hub.http("POST", "readings", [
    { device: "a", readings: [{ metric: "m", value: 1 }] },
    { device: "b", readings: [{ metric: "m", value: 1, device: "c" }] },
    { device: "d", historic: true, readings: [{ metric: "m", value: 1, time: 1e12 }] },
  ]);
  expect(refused.body.code).toBe("storage_full");
  const { devices } = (await hub.http("GET", "devices")).body;
  const told = devices.map(({ device, state, reason }: Record<string, string>) => `${device} ${state} ${reason}`);
  expect(told).toEqual(["a online reporting", "c online reporting", "d offline hub_restart"]);
});
