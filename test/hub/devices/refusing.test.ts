/** When the hub took no readings of anybody, as the recorder keeps it. */
import { describe, expect, it } from "vitest";
import { Refusing } from "../../../server/hub/devices/refusing.ts";
import { MemoryData } from "../../../server/store/memory/data.ts";
import type { PresenceChange } from "../../../server/store/store.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { minute, second } from "./presence-world.ts";
import { hubOn, pass, startMs } from "./recorder-world.ts";

describe("when the hub took no readings", () => {
  it("[P123] keeps when all readings were refused, once each time, also before it is on disk and after a kill", async () => {
    const clock = new FakeClock();
    const data = new MemoryData();
    const { store, recorder } = await hubOn(data, clock);
    const { refusals } = recorder;
    const spans = async (of = recorder) =>
      (await of.hubPast()).refusing.map(({ fromMs, toMs }) => [(fromMs - startMs) / second, (toMs - startMs) / second]);
    refusals.taken(clock.now());
    await pass(clock, second);
    store.failing = true;
    refusals.refused("storage_full", clock.now());
    await pass(clock, 10 * second);
    refusals.refused("storage_full", clock.now());
    expect(await spans()).toEqual([[1, Number.POSITIVE_INFINITY]]);
    store.failing = false;
    await pass(clock, 9 * second);
    // Room that comes and goes is no end.
    for (let times = 0; times < 10; times++) {
      refusals.taken(clock.now());
      await pass(clock, second);
      refusals.refused("storage_full", clock.now());
    }
    await pass(clock, second);
    refusals.taken(clock.now());
    await pass(clock, 10 * second);
    expect(await spans()).toEqual([[1, 31]]);
    refusals.taken(clock.now());
    await pass(clock, minute);
    refusals.taken(clock.now());
    expect(await spans()).toEqual([[1, 31]]);
    await pass(clock, 2 * second);
    expect(await store.readPresence(" ")).toHaveLength(2);
    refusals.refused("store_unavailable", clock.now());
    await pass(clock, 2 * second);
    recorder.halt();
    await pass(clock, minute);
    const next = await hubOn(data, clock);
    expect(await spans(next.recorder)).toEqual([
      [1, 31],
      [103, 104],
    ]);
    next.recorder.refusals.refused("storage_full", clock.now());
    next.recorder.refusals.taken(clock.now());
    next.recorder.changed(next.device("a"), next.now(), clock.now());
    await next.recorder.stop();
    expect(await store.readPresence(" ")).toHaveLength(5);
  });

  it("[P123] stores what is of the hub itself while there is no room for changes of devices, which wait", async () => {
    const clock = new FakeClock();
    const { store, recorder, device, now } = await hubOn(new MemoryData(), clock);
    await pass(clock, second);
    store.fullForDevices = true;
    for (const id of ["a", "b"]) recorder.changed(device(id), now(), clock.now());
    recorder.refusals.refused("storage_full", clock.now());
    await pass(clock, 3 * second);
    expect(await store.readPresence(" ")).toHaveLength(1);
    expect(await store.readPresence("a")).toEqual([]);
    store.fullForDevices = false;
    await pass(clock, 2 * second);
    for (const id of ["a", "b"]) expect(await store.readPresence(id)).toHaveLength(1);
  });

  it("[P65] tells the store that the hub runs, once a minute and at its stop, where there is no room for changes of devices", async () => {
    const clock = new FakeClock();
    const data = new MemoryData();
    const { store, recorder, device, now } = await hubOn(data, clock);
    await pass(clock, second);
    store.fullForDevices = true;
    recorder.changed(device("a"), now(), clock.now());
    await pass(clock, 3 * minute + 10 * second);
    expect(data.aliveMs).toBeGreaterThanOrEqual(startMs + 3 * minute);
    expect(store.writes.filter((count) => count === 0).length).toBeLessThanOrEqual(5);
    await recorder.stop();
    expect(data.aliveMs).toBe(clock.now());
  });

  it("[P123] is over a minute after there was room again, if nobody was refused since, but not what had another reason", async () => {
    const clock = new FakeClock();
    const { recorder } = await hubOn(new MemoryData(), clock);
    const { refusals } = recorder;
    const ends = async () => (await recorder.hubPast()).refusing.map(({ toMs }) => (toMs - startMs) / second);
    refusals.refused("storage_full", clock.now());
    await pass(clock, 10 * second);
    for (let seconds = 0; seconds < 70; seconds++) {
      refusals.hasRoom(clock.now());
      await pass(clock, second);
    }
    expect(await ends()).toEqual([10]);
    refusals.refused("store_unavailable", clock.now());
    for (let seconds = 0; seconds < 70; seconds++) {
      refusals.hasRoom(clock.now());
      await pass(clock, second);
    }
    expect(await ends()).toEqual([10, Number.POSITIVE_INFINITY]);
  });

  it("[P123] forgets a time of which the end is not known any more, since the hub's own ends are kept for a while only", () => {
    const change = (number: number, device: string, state: string): PresenceChange => {
      return { device, number, atMs: number, state, reason: "", sinceMs: number };
    };
    const refusals = new Refusing(new FakeClock(), () => {});
    const own = [change(9, "", "offline"), change(10, "", "online")];
    expect(refusals.spans([change(1, " ", "refusing"), ...own, change(12, " ", "refusing")])).toEqual([
      { fromMs: 12, toMs: Number.POSITIVE_INFINITY },
    ]);
  });

  it("[P121] knows of the time without a hub from the first moment on, before that is on disk", async () => {
    const clock = new FakeClock();
    const data = new MemoryData();
    const { recorder, device, now } = await hubOn(data, clock);
    recorder.changed(device("a"), now(), clock.now());
    await pass(clock, second);
    await recorder.stop();
    clock.advance(minute);
    const next = await hubOn(data, clock);
    const down = [{ fromMs: startMs + second, toMs: startMs + second + minute }];
    expect((await next.recorder.hubPast()).down).toEqual(down);
    await pass(clock, 2 * second);
    expect((await next.recorder.hubPast()).down).toEqual(down);
    next.recorder.halt();
  });
});
