import { describe, expect, it } from "vitest";
import { describeMetric } from "../../../server/hub/catalog.ts";
import { saidAlone } from "../../../server/hub/described.ts";
import { type Selection, selectionKey, type Watcher } from "../../../server/hub/live/live-set.ts";
import { hubToViewer } from "../../../server/protocol/viewer.ts";
import { liveWorld } from "./live-world.ts";

const at = Date.UTC(2026, 10, 24);

/** A viewer that only looks. */
class Looker implements Watcher {
  readonly texts: (string | Buffer)[] = [];

  update(texts: readonly Buffer[]): void {
    this.texts.push(...texts);
  }

  announce(text: string): void {
    this.texts.push(text);
  }

  drop(): void {}

  leaveOut(): void {}

  get messages() {
    return this.texts.map((text) => hubToViewer.parse(JSON.parse(String(text))));
  }

  /** What came since the last call. */
  next() {
    const messages = this.messages;
    this.texts.length = 0;
    return messages;
  }
}

type World = Awaited<ReturnType<typeof liveWorld>>;

function look(world: World, selection: Selection = {}) {
  const looker = new Looker();
  return { looker, set: world.live.join(selection, looker) };
}

describe("live sets", () => {
  it("[P44] numbers a distinct selection for the whole hub and gives all its viewers the same bytes", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/temperature", at, 1], ["boiler-2/temperature", at, 1]);
    const one = look(world, { devices: ["boiler-1", "boiler-2"], metrics: ["*"] });
    const two = look(world, { devices: ["boiler-2", "boiler-1", "boiler-1"] });
    const other = look(world, { devices: ["boiler-1"] });
    expect(two.set).toBe(one.set);
    expect(other.set.number).not.toBe(one.set.number);
    await world.commit(["boiler-1/temperature", at + 1, 2], ["boiler-2/temperature", at + 1, 3]);
    expect(one.looker.texts).toHaveLength(1);
    expect(Object.is(one.looker.texts[0], two.looker.texts[0])).toBe(true);
    const number = world.numberOf("boiler-1/temperature");
    expect(other.looker.next()).toEqual([
      { type: "update", set: other.set.number, offset: 2, series: [number], times: [at + 1], values: [2] },
    ]);
  });

  it("[P44] tells selections apart by devices, metrics and interval alone", () => {
    expect(selectionKey({})).toBe(selectionKey({ devices: ["a", "*"], metrics: [], interval: 0 }));
    expect(selectionKey({ devices: ["a"] })).not.toBe(selectionKey({ metrics: ["a"] }));
    expect(selectionKey({ interval: 100 })).not.toBe(selectionKey({}));
  });

  it("shows numbers, booleans and strings as they were sent", async () => {
    const world = await liveWorld();
    const { looker } = look(world);
    await world.commit(["oven/door", at, true], ["oven/state", at, 'say "hot"\n'], ["oven/heat", at, -1.5e-7]);
    expect(looker.next().at(-1)).toMatchObject({ values: [true, 'say "hot"\n', -1.5e-7] });
    await world.commit(["oven/door", at + 1, false]);
    expect(looker.next().at(-1)).toMatchObject({ values: [false] });
  });

  it("announces a new device and a new series before their first update, once", async () => {
    const world = await liveWorld();
    const { looker, set } = look(world, { metrics: ["temperature"] });
    await world.commit(
      ["boiler-1/temperature", at + 5, 2],
      ["boiler-1/temperature", at, 1],
      ["boiler-1/temperature", at, 1.5],
      ["boiler-1/pressure", at, 4],
    );
    const [devices, series, update] = looker.next();
    expect(devices).toMatchObject({ type: "devices", set: set.number, devices: [{ device: "boiler-1" }] });
    expect(series).toMatchObject({
      type: "series",
      set: set.number,
      series: [
        {
          series: world.numberOf("boiler-1/temperature"),
          device: "boiler-1",
          metric: "temperature",
          type: "number",
          firstTime: at,
          lastTime: at + 5,
          count: 2,
          value: 2,
          time: at + 5,
        },
      ],
    });
    expect(update).toMatchObject({ type: "update", times: [at + 5, at, at], values: [2, 1, 1.5] });
    await world.commit(["boiler-1/temperature", at + 6, 3]);
    expect(looker.next().map((message) => message.type)).toEqual(["update"]);
  });

  it("announces what came to be while nobody watched to nobody, and belongs to sets made later", async () => {
    const world = await liveWorld();
    const first = look(world);
    world.live.leave(first.set, first.looker);
    expect(world.live.count).toBe(0);
    await world.commit(["boiler-1/temperature", at, 1]);
    const { looker, set } = look(world);
    expect(set.number).not.toBe(first.set.number);
    await world.commit(["boiler-1/temperature", at + 1, 2]);
    expect(looker.next().map((message) => message.type)).toEqual(["update"]);
    expect(first.looker.texts).toEqual([]);
  });

  it("keeps the sets of a series right as viewers come and go", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/temperature", at, 1]);
    const all = look(world);
    const one = look(world, { devices: ["boiler-*"] });
    world.live.leave(all.set, all.looker);
    await world.commit(["boiler-1/temperature", at + 1, 2], ["boiler-2/temperature", at + 1, 2]);
    expect(all.looker.texts).toEqual([]);
    expect(one.looker.next().at(-1)).toMatchObject({ values: [2, 2] });
    const again = look(world);
    await world.commit(["boiler-2/temperature", at + 2, 3]);
    expect(again.looker.next()).toMatchObject([{ type: "update", values: [3] }]);
    expect(one.looker.next()).toMatchObject([{ type: "update", values: [3] }]);
  });

  it("[P45] moves the offset with every commit of the hub, with or without points of the set", async () => {
    const world = await liveWorld();
    const { looker, set } = look(world, { devices: ["boiler-1"] });
    await world.commit(["boiler-1/temperature", at, 1]);
    await world.commit(["boiler-2/temperature", at, 1]);
    expect(set.offset).toBe(2);
    expect(looker.messages.filter((message) => message.type === "update")).toMatchObject([{ offset: 1 }]);
  });

  it("[P45] cuts a large commit into several frames, of which only the last bears its offset", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/temperature", at, 0]);
    const { looker } = look(world);
    await world.commit(
      ...Array.from({ length: 12_000 }, (_, index) => ["boiler-1/temperature", at + index, index] as const),
    );
    const updates = looker.next().flatMap((message) => (message.type === "update" ? [message] : []));
    expect(updates.map((update) => [update.offset, update.values.length])).toEqual([
      [1, 5_000],
      [1, 5_000],
      [2, 2_000],
    ]);
    expect(updates.flatMap((update) => update.values)).toEqual(Array.from({ length: 12_000 }, (_, index) => index));
  });

  it("[P46] sends an empty update each heartbeat, bearing the offset", async () => {
    const world = await liveWorld({ heartbeatMs: 1_000 });
    const { looker, set } = look(world, { devices: ["nobody"] });
    await world.commit(["boiler-1/temperature", at, 1]);
    world.clock.advance(999);
    expect(looker.texts).toEqual([]);
    world.clock.advance(1_001);
    const beat = { type: "update", set: set.number, offset: 1, series: [], times: [], values: [] };
    expect(looker.next()).toEqual([beat, beat]);
  });

  it("sends at most one update a series and interval: at once where it was quiet, else the newest at its end", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/temperature", at, 0], ["boiler-2/temperature", at, 0]);
    const { looker, set } = look(world, { interval: 100 });
    await world.commit(["boiler-1/temperature", at + 1, 1]);
    expect(looker.next()).toMatchObject([{ offset: 2, values: [1] }]);
    await world.commit(["boiler-1/temperature", at + 3, 3], ["boiler-2/temperature", at + 3, 30]);
    await world.commit(["boiler-1/temperature", at + 2, 2]);
    expect(set.offset).toBe(2);
    world.clock.advance(99);
    expect(looker.texts).toEqual([]);
    world.clock.advance(1);
    expect(looker.next()).toMatchObject([{ offset: 4, times: [at + 3, at + 3], values: [3, 30] }]);
    await world.commit(["boiler-1/temperature", at + 4, 4]);
    world.clock.advance(99);
    expect(looker.texts).toEqual([]);
    world.clock.advance(1);
    expect(looker.next()).toMatchObject([{ offset: 5, values: [4] }]);
    world.clock.advance(100);
    await world.commit(["boiler-1/temperature", at + 5, 5]);
    expect(looker.next()).toMatchObject([{ offset: 6, values: [5] }]);
  });

  it("tells changes of presence and metadata soon, several of a device at once", async () => {
    const world = await liveWorld({ announceMs: 250 });
    await world.commit(["boiler-1/temperature", at, 1], ["boiler-2/temperature", at, 1]);
    world.clock.advance(250);
    const { looker } = look(world, { devices: ["boiler-1"] });
    const device = world.catalog.findDevice("boiler-1");
    if (!device) throw new Error("boiler-1 is missing");
    world.presence.connected(device);
    device.meta = { name: "Boiler" };
    world.live.deviceChanged(device);
    world.clock.advance(249);
    expect(looker.texts).toEqual([]);
    world.clock.advance(1);
    expect(looker.next()).toMatchObject([
      { type: "devices", devices: [{ device: "boiler-1", name: "Boiler", state: "online", reason: "connected" }] },
    ]);
  });

  it("announces a series again whose metadata changed, with its present span", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/temperature", at, 1], ["boiler-1/temperature", at + 1, 2]);
    world.clock.advance(250);
    const { looker } = look(world);
    const device = world.catalog.findDevice("boiler-1");
    const series = device?.series.get("temperature");
    if (!device || !series) throw new Error("boiler-1 is missing");
    describeMetric(device, "temperature", saidAlone({ unit: "°C" }));
    world.live.seriesChanged(series);
    const announced = new Promise<void>((resolve) => {
      looker.announce = (text) => {
        looker.texts.push(text);
        resolve();
      };
    });
    world.clock.advance(250);
    await announced;
    expect(looker.next()).toMatchObject([
      { type: "series", series: [{ series: series.number, unit: "°C", count: 2, value: 2, time: at + 1 }] },
    ]);
  });

  it("tells removals, and shows a device that comes back as a new one with new series", async () => {
    const world = await liveWorld();
    const { looker } = look(world);
    await world.commit(["boiler-1/temperature", at, 1], ["boiler-2/temperature", at, 1]);
    const device = world.catalog.findDevice("boiler-1");
    if (!device) throw new Error("boiler-1 is missing");
    const number = world.numberOf("boiler-1/temperature");
    looker.next();
    await world.store.deleteDevice("boiler-1");
    world.catalog.removeDevice(device);
    world.live.deviceRemoved(device);
    expect(looker.next()).toEqual([
      expect.objectContaining({ type: "series", series: [{ series: number, removed: true }] }),
      expect.objectContaining({ type: "devices", devices: [{ device: "boiler-1", removed: true }] }),
    ]);
    await world.commit(["boiler-1/temperature", at + 1, "warm"]);
    const [devices, series, update] = looker.next();
    expect(devices).toMatchObject({ devices: [{ device: "boiler-1" }] });
    expect(series).toMatchObject({ series: [{ type: "string", value: "warm" }] });
    expect(update).toMatchObject({ series: [world.numberOf("boiler-1/temperature")], values: ["warm"] });
    expect(world.numberOf("boiler-1/temperature")).not.toBe(number);
  });

  it("stops its timers", async () => {
    const world = await liveWorld();
    look(world, { interval: 100 });
    await world.commit(["boiler-1/temperature", at, 1]);
    world.live.stop();
    world.presence.stop();
    expect(world.clock.pending).toBe(0);
  });
});
