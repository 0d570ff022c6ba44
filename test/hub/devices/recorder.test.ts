import { describe, expect, it } from "vitest";
import { inRange } from "../../../server/hub/devices/timeline.ts";
import { silentLog } from "../../../server/ports.ts";
import { MemoryData } from "../../../server/store/memory/data.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { minute, second, world } from "./presence-world.ts";
import { hubOn, pass, startMs, told } from "./recorder-world.ts";

describe("the recorder of presence", () => {
  it("[P64] answers with every change, also with those that are not on disk yet", async () => {
    const clock = new FakeClock();
    const { store, recorder, device, asked, now } = await hubOn(new MemoryData(), clock);
    recorder.changed(device("a"), now(), clock.now());
    clock.advance(500);
    recorder.changed(device("a"), { ...now(), state: "silent", reason: "no_reading" }, clock.now());
    recorder.changed(device("b"), now(), clock.now());
    expect(store.writes).toEqual([]);
    const expected = ["0 online connected", "0.5 silent no_reading"];
    expect(await asked(device("a"))).toEqual(expected);
    await pass(clock, second);
    // The start of the hub went with them.
    expect(store.writes).toEqual([4]);
    expect(await asked(device("a"))).toEqual(expected);
    expect(await store.readPresence("b")).toHaveLength(1);
  });

  it("[P64] answers each change once while it is on its way to the disk", async () => {
    const clock = new FakeClock();
    const { store, recorder, device, asked, now } = await hubOn(new MemoryData(), clock);
    let letGo = () => {};
    store.held = new Promise((resolve) => {
      letGo = resolve;
    });
    recorder.changed(device("a"), now(), clock.now());
    await pass(clock, second);
    expect(store.writes).toEqual([2]);
    expect(await asked(device("a"))).toEqual(["0 online connected"]);
    letGo();
    await pass(clock, second);
    expect(await asked(device("a"))).toEqual(["0 online connected"]);
  });

  it("[P65] of a hub that stopped, and of one that started again, every device is offline from its end on", async () => {
    const clock = new FakeClock();
    const data = new MemoryData();
    const first = await hubOn(data, clock);
    const a = first.device("a");
    first.recorder.changed(a, first.now(), clock.now());
    await pass(clock, 10 * second);
    await first.recorder.stop();
    // Its devices are closed by the hub, and did not leave.
    first.recorder.changed(a, { ...first.now(), state: "offline", reason: "closed" }, clock.now());
    await first.store.close();
    await pass(clock, 20 * second);
    const next = await hubOn(data, clock);
    expect(await next.asked(a)).toEqual(["0 online connected", "10 offline hub_restart"]);
    next.recorder.changed(a, next.now(), clock.now());
    await next.recorder.stop();
    expect((await next.store.readPresence("")).map(({ reason }) => reason)).toEqual(["started", "stopped", "started"]);
    expect(await next.asked(a)).toEqual(["0 online connected", "10 offline hub_restart", "30 online connected"]);
  });

  it("[P65] a hub that was killed is over when it is last known to have run, at most a minute too early", async () => {
    const clock = new FakeClock();
    const data = new MemoryData();
    const killed = await hubOn(data, clock);
    const a = killed.device("a");
    killed.recorder.changed(a, killed.now(), clock.now());
    await pass(clock, 5 * minute + 50 * second);
    killed.recorder.halt();
    await pass(clock, 3 * minute);
    const next = await hubOn(data, clock);
    expect(await next.asked(a)).toEqual(["0 online connected", `${5 * 60} offline hub_restart`]);
    await pass(clock, second);
    expect((await next.store.readPresence("")).map(({ reason }) => reason)).toEqual(["started", "killed", "started"]);
  });

  it("[P64] a hub that ends before it served anybody, a thousand times, pushes no timeline out", async () => {
    const clock = new FakeClock();
    const data = new MemoryData();
    const first = await hubOn(data, clock);
    const a = first.device("a");
    first.recorder.changed(a, first.now(), clock.now());
    await first.recorder.stop();
    await first.store.close();
    for (let start = 0; start < 1_000; start++) {
      clock.advance(second);
      const { store, recorder } = await hubOn(data, clock);
      // Its port is taken.
      await recorder.stop();
      await store.close();
    }
    const next = await hubOn(data, clock);
    expect(await next.asked(a)).toEqual(["0 online connected", "0 offline hub_restart"]);
  });

  it("[P64] of a device that no change is known of, its state now is the whole timeline", async () => {
    const clock = new FakeClock();
    const { recorder, device } = await hubOn(new MemoryData(), clock);
    const shown = { state: "offline", reason: "hub_restart", since: startMs } as const;
    const ask = (fromMs: number, toMs: number) => recorder.timeline(device("old"), shown, fromMs, toMs);
    expect((await ask(startMs + minute, Number.POSITIVE_INFINITY)).map(told)).toEqual(["0 offline hub_restart"]);
    expect(await ask(0, startMs)).toEqual([]);
  });

  it("[P64] ten thousand devices that change at once are written in small parts, with pauses between them", async () => {
    const clock = new FakeClock();
    const { store, recorder, device, now } = await hubOn(new MemoryData(), clock);
    for (let index = 0; index < 10_000; index++) recorder.changed(device(`d${index}`), now(), clock.now());
    await pass(clock, second);
    expect(store.writes).toEqual([128]);
    while (store.writes.reduce((sum, count) => sum + count) < 10_001) {
      const before = store.writes.length;
      clock.advance(49);
      expect(store.writes.length).toBe(before);
      clock.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
      expect(store.writes.length).toBe(before + 1);
    }
    expect(Math.max(...store.writes)).toBe(128);
    expect(await store.readPresence("d9999")).toHaveLength(1);
  });

  it("[P64] changes wait while the store takes none, and a person is told once", async () => {
    const clock = new FakeClock();
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
    const { store, recorder, device, asked, now } = await hubOn(new MemoryData(), clock, log);
    store.failing = true;
    recorder.changed(device("a"), now(), clock.now());
    await pass(clock, 5 * second);
    expect(store.writes.length).toBeGreaterThan(2);
    expect(warnings).toHaveLength(1);
    expect(await asked(device("a"))).toEqual(["0 online connected"]);
    store.failing = false;
    await pass(clock, second);
    expect(await store.readPresence("a")).toHaveLength(1);
    // A stop does not wait for a store that takes nothing.
    store.failing = true;
    recorder.changed(device("b"), now(), clock.now());
    await recorder.stop();
    expect(await store.readPresence("b")).toEqual([]);
  });

  it("[P64] keeps a bounded number waiting, the newest, and of the hub's own all", async () => {
    const clock = new FakeClock();
    const { store, recorder, device, now } = await hubOn(new MemoryData(), clock);
    const a = device("a");
    recorder.changed(a, now(), clock.now());
    for (let index = 0; index < 50_000; index++) recorder.changed(device(`b${index % 1_000}`), now(), clock.now());
    await recorder.stop();
    expect(await store.readPresence("a")).toEqual([]);
    expect(await store.readPresence("b999")).toHaveLength(50);
    expect(await store.readPresence("")).toHaveLength(1);
    expect(Math.max(...store.writes)).toBe(1_000);
  });

  it("[P66] writes nothing beside the removal of a device, and nothing of a removed device", async () => {
    const clock = new FakeClock();
    const { store, recorder, device, now } = await hubOn(new MemoryData(), clock);
    const a = device("a");
    recorder.changed(a, now(), clock.now());
    await pass(clock, second);
    recorder.changed(a, { ...now(), reason: "asleep" }, clock.now());
    await recorder.duringRemoval("a", async () => {
      await store.deleteDevice("a");
      await pass(clock, 5 * second);
      a.removed = true;
    });
    expect(store.writes).toEqual([2]);
    recorder.changed(device("b"), now(), clock.now());
    await pass(clock, 5 * second);
    expect(await store.readPresence("a")).toEqual([]);
    expect(await store.readPresence("b")).toHaveLength(1);
  });

  it("[P65] a removal that begins while the hub stops holds up nothing", async () => {
    const clock = new FakeClock();
    const { store, recorder, device, now } = await hubOn(new MemoryData(), clock);
    let letGo = () => {};
    store.held = new Promise((resolve) => {
      letGo = resolve;
    });
    for (let index = 0; index < 1_500; index++) recorder.changed(device(`d${index}`), now(), clock.now());
    const stopped = recorder.stop();
    await new Promise((resolve) => setImmediate(resolve));
    void recorder.duringRemoval("d0", () => new Promise(() => {}));
    letGo();
    await stopped;
    expect(await store.readPresence("d1499")).toHaveLength(1);
  });

  it("[P66] a removal that failed loses nothing, and one that never ends holds up no stop", async () => {
    const clock = new FakeClock();
    const { store, recorder, device, now } = await hubOn(new MemoryData(), clock);
    recorder.changed(device("a"), now(), clock.now());
    await expect(recorder.duringRemoval("a", () => Promise.reject(new Error("full")))).rejects.toThrow("full");
    recorder.changed(device("b"), now(), clock.now());
    void recorder.duringRemoval("b", () => new Promise(() => {}));
    await recorder.stop();
    expect(await store.readPresence("a")).toHaveLength(1);
    expect(await store.readPresence("b")).toEqual([]);
  });
});

describe("what the recorder never says of a device", () => {
  it("[P66] what was of a removed one and still waited, where it came again", async () => {
    const clock = new FakeClock();
    const { store, recorder, device, asked, now } = await hubOn(new MemoryData(), clock);
    const removed = device("a");
    recorder.changed(removed, now(), clock.now());
    await recorder.duringRemoval("a", async () => {
      await store.deleteDevice("a");
      removed.removed = true;
    });
    clock.advance(10);
    const again = world().device("a");
    recorder.changed(again, { ...now(), reason: "reporting" }, clock.now());
    expect(await asked(again)).toEqual(["0.01 online reporting"]);
  });

  it("[P64] that it still is what it was before a change that was let go", async () => {
    const clock = new FakeClock();
    const { recorder, device, asked, now } = await hubOn(new MemoryData(), clock);
    recorder.changed(device("a"), now(), clock.now());
    await pass(clock, second);
    recorder.changed(device("a"), { ...now(), state: "offline", reason: "closed" }, clock.now());
    for (let index = 0; index < 50_000; index++) recorder.changed(device("b"), now(), clock.now());
    expect(await asked(device("a"))).toEqual(["0 online connected", "1 offline closed"]);
  });
});

describe("a range of a timeline", () => {
  const online = (atMs: number) => ({ atMs, state: "online", reason: "connected" }) as const;
  const offline = (atMs: number) => ({ atMs, state: "offline", reason: "closed" }) as const;
  const entries = [online(10), offline(20), online(30)];
  it.each([
    ["everything", Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, [10, 20, 30]],
    ["what held at from, with its own time", 15, 25, [10, 20]],
    ["from is included and to is not", 20, 30, [20]],
    ["in the middle of a state", 22, 23, [20]],
    ["after the last change", 99, 100, [30]],
    ["before the first", 1, 10, []],
  ])("[P64] %s", (_, fromMs, toMs, expected) => {
    expect(inRange(entries, fromMs, toMs).map(({ atMs }) => atMs)).toEqual(expected);
  });

  it("[P64] changes about which the clock was set back stay in the order of what happened", () => {
    const back = [online(100), offline(40), online(50)];
    expect(inRange(back, 45, 200)).toEqual(back);
    expect(inRange(back, 0, 60)).toEqual([offline(40), online(50)]);
    expect(inRange(back, 55, 60)).toEqual([online(50)]);
  });

  it("[P64] begins with what held at from also where the clock once was far ahead", () => {
    const ahead = [online(10), offline(9_000), online(20), offline(30), online(40)];
    expect(inRange(ahead, 35, 60)).toEqual([offline(30), online(40)]);
    expect(inRange(ahead, 50, 60)).toEqual([online(40)]);
    expect(inRange(ahead, 5, 15)).toEqual([online(10)]);
  });
});
