/** Viewers that come back after a cut, over a real catalog, store and fan-out; the socket's side is in `test/transport/`. */
import { describe, expect, it } from "vitest";
import { describeMetric } from "../../../server/hub/catalog.ts";
import { saidAlone } from "../../../server/hub/described.ts";
import { removeDevice, removeReadings } from "../../../server/hub/removal.ts";
import type { Subscribe } from "../../../server/protocol/viewer.ts";
import type { FakePeer } from "../../support/fake-peer.ts";
import { liveWorld } from "./live-world.ts";
import { at, types, type World, watching } from "./viewers.ts";

/** A viewer that comes back with what it knew. */
function back(world: World, offset: number, rest: Omit<Subscribe, "type" | "id"> = {}) {
  return watching(world, { ...rest, resume: { epoch: world.epoch, offset } });
}

function resumedOf(peer: FakePeer): unknown {
  return peer.of("subscribed")[0]?.resumed;
}

/** Settles what waits for a turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("resuming", () => {
  it("[P47] tells what was missed, commit by commit, and nothing that was known", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/temperature", at, 1], ["boiler-1/door", at, true], ["boiler-1/state", at, "on"]);
    await world.commit(["boiler-1/temperature", at + 1, 2], ["boiler-1/state", at + 1, "off"]);
    await world.commit(
      ["boiler-1/door", at + 2, false],
      ["boiler-1/state", at + 2, "on"],
      ["boiler-1/temperature", at, -0],
    );
    const { peer, set } = await back(world, 1, { history: { from: at } });
    const number = (metric: string) => world.numberOf(`boiler-1/${metric}`);
    expect(types(peer)).toEqual(["subscribed", "update", "ready"]);
    expect(peer.messages).toMatchObject([
      { resumed: true, offset: 3, epoch: world.epoch },
      {
        ...{ set, offset: 3, times: [at + 1, at + 1, at + 2, at + 2, at], values: [2, "off", false, "on", -0] },
        series: [number("temperature"), number("state"), number("door"), number("state"), number("temperature")],
      },
      { id: 1, offset: 3 },
    ]);
    await world.commit(["boiler-1/temperature", at + 3, 3]);
    expect(peer.messages.at(-1)).toMatchObject({ type: "update", offset: 4, values: [3] });
  });

  it("[P47] tells from a few offsets at a time; more begin anew, together, and nobody is told all for himself", async () => {
    const world = await liveWorld();
    for (let index = 0; index < 20; index++) await world.commit(["boiler-1/temperature", at + index, index]);
    const viewers = await Promise.all(Array.from({ length: 12 }, (_, index) => back(world, index + 1)));
    expect(viewers.filter(({ peer }) => resumedOf(peer) === true)).toHaveLength(8);
    const anew = viewers.filter(({ peer }) => resumedOf(peer) === false);
    expect(anew).toHaveLength(4);
    // Shared frames are one text.
    const [first, ...others] = anew.map(({ peer }) => peer.texts.filter((text) => text.includes('"devices"')));
    for (const other of others) expect(other).toEqual(first);
    world.clock.advance(60_000);
    expect(resumedOf((await back(world, 15)).peer)).toBe(true);
  });

  it("[P47] [T9] tells nothing where nothing was missed: the offset may be that of a heartbeat", async () => {
    const world = await liveWorld({ heartbeatMs: 1_000 });
    await world.commit(["boiler-1/temperature", at, 1], ["boiler-2/temperature", at, 1]);
    const quiet = await watching(world, { devices: ["boiler-1"] });
    for (let index = 1; index <= 5; index++) await world.commit(["boiler-2/temperature", at + index, index]);
    world.clock.advance(1_000);
    const beat = quiet.peer.of("update").at(-1);
    expect(beat).toMatchObject({ offset: 6, series: [] });
    quiet.session.closed();
    for (let index = 6; index <= 9; index++) await world.commit(["boiler-2/temperature", at + index, index]);
    const { peer } = await back(world, 6, { devices: ["boiler-1"] });
    expect(types(peer)).toEqual(["subscribed", "ready"]);
    expect(peer.messages).toMatchObject([{ resumed: true, offset: 10 }, { offset: 10 }]);
  });

  it.each([
    ["another epoch", (world: World) => ({ epoch: `${world.epoch}-`, offset: 1 })],
    ["an offset above the hub's own", (world: World) => ({ epoch: world.epoch, offset: 4 })],
    ["an offset older than what is kept", (world: World) => ({ epoch: world.epoch, offset: 0 })],
  ])("[P47] sends everything anew for %s", async (_, resume) => {
    const world = await liveWorld({ resumeBytes: 12_000, resumeMs: 1_000 });
    await world.commit(["boiler-1/temperature", at, 1]);
    world.clock.advance(2_000);
    await world.commit(["boiler-1/temperature", at + 1, 2]);
    await world.commit(["boiler-1/temperature", at + 2, 3]);
    const { peer } = await watching(world, { resume: resume(world), history: { from: at } });
    expect(types(peer)).toEqual(["subscribed", "devices", "series", "history", "ready"]);
    expect(resumedOf(peer)).toBe(false);
  });

  it("[P47] sends everything anew where more was missed than all of it is worth", async () => {
    const world = await liveWorld({ resumeReadings: 5 });
    await world.commit(["boiler-1/temperature", at, 0]);
    for (let index = 1; index <= 6; index++) await world.commit(["boiler-1/temperature", at + index, index]);
    expect(resumedOf((await back(world, 1)).peer)).toBe(false);
    expect(resumedOf((await back(world, 2)).peer)).toBe(true);
    // Of a set with an interval only the newest are sent.
    const { peer } = await back(world, 1, { interval: 100 });
    expect(resumedOf(peer)).toBe(true);
    expect(peer.of("update")).toMatchObject([{ offset: 7, times: [at + 6], values: [6] }]);
    expect(peer.of("update")[0]).not.toHaveProperty("merged");
  });

  it("[P67] tells devices and series that came, changed or went meanwhile, and no others, before their readings", async () => {
    const world = await liveWorld();
    await world.commit(["a/m", at, 1], ["b/m", at, 1], ["c/m", at, 1], ["d/m", at, 1], ["d/gone", at, 1]);
    world.clock.advance(1_000);
    await world.commit(["a/m", at + 1, 2]);
    const [b, c] = ["b", "c"].map((id) => world.catalog.findDevice(id));
    if (!b || !c) throw new Error("a device is missing");
    describeMetric(b, "m", saidAlone({ unit: "°C" }));
    world.live.seriesChanged(b.series.get("m") as never);
    world.live.deviceChanged(b);
    const gone = world.numberOf("c/m");
    const emptied = world.numberOf("d/gone");
    await removeDevice("c", world.removal);
    await removeReadings([emptied], at, at + 1, world.removal);
    await world.commit(["e/m", at + 2, "new"]);
    const { peer } = await back(world, 2);
    expect(resumedOf(peer)).toBe(true);
    const devices = peer.of("devices").flatMap((message) => message.devices as { device: string; removed?: true }[]);
    const series = peer.of("series").flatMap((message) => message.series as { series: number; unit?: string }[]);
    expect(devices.map(({ device, removed }) => [device, removed ?? false])).toEqual([
      ["c", true],
      ["b", false],
      ["d", false],
      ["e", false],
    ]);
    expect(series).toMatchObject([
      { series: gone, removed: true },
      { series: emptied, removed: true },
      { series: world.numberOf("b/m"), unit: "°C" },
      { series: world.numberOf("e/m"), value: "new" },
    ]);
    expect(types(peer)).toEqual(["subscribed", "series", "devices", "devices", "series", "update", "ready"]);
  });

  it("[P67] tells a change that was made before the offset and told after it", async () => {
    const world = await liveWorld({ announceMs: 250, heartbeatMs: 1e6 });
    await world.commit(["a/m", at, 1]);
    world.clock.advance(1_000);
    const { session } = await watching(world);
    const other = await watching(world, { devices: ["a"] });
    const a = world.catalog.findDevice("a");
    if (!a) throw new Error("a is missing");
    a.meta = { name: "Oven" };
    world.live.deviceChanged(a);
    await world.commit(["a/m", at + 1, 2]);
    // Cut with the offset of that commit, before the change is told.
    session.closed();
    world.clock.advance(250);
    expect(other.peer.of("devices").at(-1)).toMatchObject({ devices: [{ name: "Oven" }] });
    expect((await back(world, 2)).peer.of("devices")).toMatchObject([{ devices: [{ device: "a", name: "Oven" }] }]);
  });

  it("[P68] sends everything anew where a part of what was known was deleted, and goes on once that was told", async () => {
    const world = await liveWorld();
    await world.commit(["a/m", at, 1], ["a/m", at + 1, 2], ["b/m", at, 1]);
    const live = await watching(world, { devices: ["a"] });
    await removeReadings([world.numberOf("a/m")], at, at + 1, world.removal);
    // Told before any later commit can be.
    expect(live.peer.of("series").at(-1)).toMatchObject({ series: [{ count: 1, firstTime: at + 1 }] });
    expect(resumedOf((await back(world, 1, { devices: ["a"] })).peer)).toBe(false);
    expect(resumedOf((await back(world, 1, { devices: ["b"] })).peer)).toBe(true);
    await world.commit(["a/m", at + 2, 3]);
    expect(resumedOf((await back(world, 1)).peer)).toBe(false);
    expect(resumedOf((await back(world, 2)).peer)).toBe(true);
  });

  it("[P70] goes on after a restart of the hub: from the journal, with every device and series told again", async () => {
    const before = await liveWorld();
    await before.commit(["a/m", at, 1]);
    await before.commit(["a/m", at + 1, 2], ["b/m", at + 1, 1]);
    await before.store.close();
    const world = await liveWorld({}, {}, before.data, before.clock);
    await world.commit(["a/m", at + 2, 3]);
    const { peer } = await back(world, 1, { history: { from: at } });
    expect(types(peer)).toEqual(["subscribed", "devices", "series", "update", "ready"]);
    expect(peer.of("update")).toMatchObject([{ offset: 3, times: [at + 1, at + 1, at + 2], values: [2, 1, 3] }]);
    expect(types((await back(world, 3)).peer)).toEqual(["subscribed", "ready"]);
  });

  it("[P68] sends everything anew after a restart, where something was deleted before it", async () => {
    const before = await liveWorld();
    await before.commit(["a/m", at, 1], ["a/m", at + 1, 2], ["b/m", at, 1]);
    await removeReadings([before.numberOf("a/m")], at, at + 1, before.removal);
    await before.store.close();
    const world = await liveWorld({}, {}, before.data, before.clock);
    expect(resumedOf((await back(world, 1)).peer)).toBe(false);
    await world.commit(["a/m", at + 2, 3]);
    expect(resumedOf((await back(world, 1)).peer)).toBe(false);
    expect(resumedOf((await back(world, 2)).peer)).toBe(true);
  });

  it("[P69] makes what was missed once for all that come back together with one offset", async () => {
    const world = await liveWorld();
    await world.commit(["a/m", at, 1]);
    await world.commit(["a/m", at + 1, 2], ["b/m", at + 1, 2]);
    const together = await Promise.all([1, 2, 3].map(() => back(world, 1)));
    const [first, second, third] = together.map(({ peer }) => peer.texts.slice(1, -1));
    expect(first?.length).toBeGreaterThan(1);
    for (const [index, text] of (first ?? []).entries()) {
      expect(Object.is(text, second?.[index]) && Object.is(text, third?.[index])).toBe(true);
    }
    await world.commit(["a/m", at + 2, 3]);
    const later = await back(world, 1);
    expect(later.peer.of("update")).toMatchObject([{ offset: 2 }, { offset: 3, values: [3] }]);
    const other = await back(world, 2);
    expect(other.peer.of("update")).toMatchObject([{ offset: 3, values: [3] }]);
  });

  it("[P47] reaches the offset step by step, so that a viewer that is cut again goes on in between", async () => {
    const world = await liveWorld();
    await world.commit(["a/m", at, 0]);
    for (let commit = 0; commit < 5; commit++) {
      const rows = Array.from(
        { length: 1_500 },
        (_, index) => ["a/m", at + 1 + commit * 1_500 + index, index] as const,
      );
      await world.commit(...rows);
    }
    const { peer } = await back(world, 1);
    const updates = peer.of("update").map(({ offset, values }) => [offset, (values as unknown[]).length]);
    expect(updates).toEqual([
      [3, 3_000],
      [5, 3_000],
      [6, 1_500],
    ]);
  });

  it("[P47] misses nothing of what comes while it is told", async () => {
    const world = await liveWorld();
    await world.commit(["a/m", at, 1]);
    await world.commit(["b/m", at, 1]);
    const { store } = world;
    const state = store.seriesState.bind(store);
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    store.seriesState = (numbers) => opened.then(() => state(numbers));
    const { peer, session } = world.viewer();
    session.receive({ type: "subscribe", id: 1, resume: { epoch: world.epoch, offset: 1 } });
    await peer.untilOf("devices");
    await world.commit(["a/m", at + 1, 2]);
    await removeDevice("b", world.removal);
    open();
    await peer.untilOf("ready");
    await turn();
    // Of what was removed meanwhile nothing follows: this viewer never heard of it.
    expect(peer.of("update")).toMatchObject([{ offset: 3, values: [2] }]);
    expect(peer.of("devices").at(-1)).toMatchObject({ devices: [{ device: "b", removed: true }] });
  });

  it("[P47] begins anew on a socket that watches the set already: what was missed would come twice", async () => {
    const world = await liveWorld();
    await world.commit(["a/m", at, 1]);
    const { peer, session } = await watching(world);
    await world.commit(["a/m", at + 1, 2]);
    world.clock.advance(1_000);
    session.receive({ type: "subscribe", id: 2, resume: { epoch: world.epoch, offset: 1 } });
    await peer.untilOf("ready", 2);
    expect(peer.of("subscribed").map(({ resumed }) => resumed)).toEqual([false, false]);
    expect(peer.of("update")).toHaveLength(1);
  });

  it("[P69] goes on from readings that wait for the end of an interval", async () => {
    const world = await liveWorld({ heartbeatMs: 1_000 });
    await world.commit(["a/m", at, 0], ["b/m", at, 0]);
    world.clock.advance(500);
    const stays = await watching(world, { interval: 100 });
    await world.commit(["a/m", at + 1, 1]);
    await world.commit(["a/m", at + 2, 2]);
    await world.commit(["b/m", at + 2, 2]);
    // Two of them wait, so that the set has reached the second commit only.
    const { peer } = await back(world, 1, { interval: 100 });
    expect(peer.messages).toMatchObject([
      { resumed: true, offset: 2 },
      { type: "update", offset: 2, values: [1] },
      { type: "ready", offset: 2 },
    ]);
    world.clock.advance(100);
    expect(peer.of("update").at(-1)).toMatchObject({ offset: 4, values: [2, 2] });
    expect(stays.peer.of("update").at(-1)).toEqual(peer.of("update").at(-1));
  });
});
