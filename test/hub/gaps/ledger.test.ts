/** How the ledger of gaps finds them, and why it says they are. */
import { describe, expect, it } from "vitest";
import type { Series } from "../../../server/hub/catalog.ts";
import { Findings } from "../../../server/hub/gaps/findings.ts";
import { Reach } from "../../../server/hub/gaps/reach.ts";
import { MemoryData } from "../../../server/store/memory/data.ts";
import { MemoryStore } from "../../../server/store/memory/memory-store.ts";
import { StoreError } from "../../../server/store/store.ts";
import { GapWorld, type Past } from "./gap-world.ts";

const start = Date.UTC(2026, 10, 24);
const second = 1_000;
const minute = 60 * second;
const at = (seconds: number) => start + seconds * second;

/** Waits until what a turn of the clock began has come to rest. */
async function rested(world: GapWorld): Promise<void> {
  world.clock.advance(minute);
  await world.kept("none");
  await world.ledger.read([], 0, 1, 1);
}

function memoryWorld(past?: Past): GapWorld {
  const data = new MemoryData();
  return new GapWorld(() => new MemoryStore(data), past);
}

describe("the ledger", () => {
  it("[P120] finds gaps as their readings come, without looking at any reading, and looks at none of a series without an interval", async () => {
    const world = memoryWorld();
    await world.start();
    await world.commit("a", [at(0), at(10)]);
    await rested(world);
    expect(await world.kept("a")).toEqual([]);
    const asked: string[] = [];
    for (const name of ["readHoles", "readManyHoles", "readRaw", "timeBefore"] as const) {
      const inner = world.store[name].bind(world.store) as (...values: unknown[]) => unknown;
      Object.assign(world.store, {
        [name]: (...values: unknown[]) => {
          asked.push(name);
          return inner(...values);
        },
      });
    }
    await world.commit("a", [at(20), at(100), at(110)]);
    expect(await world.kept("a")).toEqual([[at(20), at(100), "unknown"]]);
    world.intervalMs = undefined;
    await world.commit("b", [at(0), at(5_000)]);
    await rested(world);
    expect(await world.kept("b")).toEqual([]);
    expect(asked).toEqual([]);
    // From now on one is expected, and what was before counts.
    world.intervalMs = 10 * second;
    expect(await world.kept("b")).toEqual([[at(0), at(5_000), "unknown"]]);
  });

  it("[P120] stops in the midst of a look at many readings, and the next start looks again", async () => {
    const data = new MemoryData();
    const world = new GapWorld(() => new MemoryStore(data));
    await world.start();
    await world.commit("a", [0, 10, 100, 110, 900].map(at));
    const { store } = world;
    const readManyHoles = store.readManyHoles.bind(store);
    const readHoles = store.readHoles.bind(store);
    let pages = 0;
    let onAsked = () => {};
    const asked = new Promise<void>((resolve) => {
      onAsked = resolve;
    });
    // As of a series of which there is always another page, and that no clock waits for.
    store.readManyHoles = async (many, limit) =>
      (await readManyHoles(many, limit)).map((page, index) => ({ ...page, nextFromMs: many[index]?.fromMs ?? 0 }));
    store.readHoles = async ({ fromMs, ...range }, ...rest) => {
      pages += 1;
      onAsked();
      const page = await readHoles({ ...range, fromMs }, ...rest);
      return { ...page, nextFromMs: fromMs };
    };
    const answer = world.kept("a").then(
      () => "told",
      (error: Error) => error.message,
    );
    await asked;
    await world.ledger.stop();
    expect(pages).toBeLessThan(1_000);
    expect(await answer).toContain("stopping");
    Object.assign(store, { readHoles, readManyHoles });
    await world.restart(false);
    expect((await world.kept("a")).map(([fromMs, toMs]) => [fromMs, toMs])).toEqual([
      [at(10), at(100)],
      [at(110), at(900)],
    ]);
  });

  it("[P120] waits no longer than a second, nor than a stop of the hub has left, for what a slow store has not written", async () => {
    for (const leftMs of [undefined, 5_000, 200, 0]) {
      const world = memoryWorld();
      await world.start();
      await world.commit("a", [0, 10].map(at));
      await rested(world);
      await world.commit("a", [at(100)]);
      world.store.ledger.write = () => new Promise(() => {});
      const stopped = world.ledger.stop(leftMs);
      world.clock.advance(Math.min(leftMs ?? 1_000, 1_000));
      await stopped;
    }
  });

  it("[P120] keeps nothing in memory of how far series were looked at that are gone", async () => {
    const looked = [1, 2].map((series) => ({ series, throughMs: at(0), graceMs: 25 }));
    const findSeries = (number: number) => (number === 2 ? ({ number } as Series) : undefined);
    const presence = { graceMs: () => 25, seriesInterval: () => 10 };
    const store = { ledger: { looked: async () => looked } };
    const reach = new Reach({ store, catalog: { findSeries, select: () => [] }, presence }, new Findings());
    await reach.load();
    reach.forgetGone();
    expect([...reach.noted.keys()]).toEqual([2]);
  });

  it("[P120] finds the gaps of all series beside one whose readings are damaged", async () => {
    const world = memoryWorld();
    await world.start();
    for (const metric of ["a", "b", "c", "d", "e"]) await world.commit(metric, [0, 10, 100].map(at));
    const { store } = world;
    const numberOf = (metric: string) => world.series(metric)?.number as number;
    const readManyHoles = store.readManyHoles.bind(store);
    // As SQLite: what cannot be read is refused where it is the first, and ends the answer elsewhere.
    store.readManyHoles = async (asked, limit) => {
      const damaged = asked.findIndex(({ series }) => series === numberOf("b"));
      if (damaged === 0) throw new StoreError("internal", "Readings are damaged on the disk.", false);
      return readManyHoles(damaged < 0 ? asked : asked.slice(0, damaged), limit);
    };
    const others = ["a", "c", "d", "e"].map(numberOf);
    const missing = new Set(others);
    const write = store.ledger.write.bind(store.ledger);
    const found = new Promise<void>((resolve) => {
      store.ledger.write = async (entries, ...heard) => {
        await write(entries, ...heard);
        for (const { series } of entries) missing.delete(series);
        if (missing.size === 0) resolve();
      };
    });
    await rested(world);
    await found;
    const holes = await store.ledger.read(others, at(0), at(1_000), 10);
    expect(holes.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual(others.map(() => [[at(10)], [at(100)]]));
    // Whoever asks for it hears of the damage.
    await expect(world.kept("b")).rejects.toThrow("damaged");
  });

  it("[P121] tells the cause that explains most of a gap, and keeps it when late readings make the gap shorter", async () => {
    const past: Past = {
      timeline: [
        { atMs: at(0), state: "online", reason: "connected" },
        { atMs: at(130), state: "offline", reason: "closed" },
        { atMs: at(300), state: "online", reason: "connected" },
        // The hub went, and the device was back soon after it.
        { atMs: at(405), state: "offline", reason: "hub_restart" },
        { atMs: at(455), state: "online", reason: "connected" },
        { atMs: at(1_405), state: "offline", reason: "hub_restart" },
        { atMs: at(1_800), state: "online", reason: "connected" },
      ],
      down: [
        [at(405), at(440)],
        [at(1_405), at(1_410)],
      ],
    };
    const data = new MemoryData();
    const world = new GapWorld(() => new MemoryStore(data), past);
    await world.start();
    await world.commit("a", [0, 10, 100, 120, 310, 320, 400, 460, 470, 600, 610, 1_400, 1_805].map(at));
    const refused = {
      device: "oven",
      atMs: at(550),
      code: "invalid_value",
      message: "",
      row: '{"metric":"a","value":{}}',
    };
    await world.commit("a", [at(1_810)], [refused]);
    expect(await world.kept("a")).toEqual([
      // It was there and told nothing of this.
      [at(10), at(100), "silent"],
      [at(120), at(310), "offline"],
      [at(320), at(400), "silent"],
      [at(400), at(460), "hub_down"],
      [at(470), at(600), "refused"],
      [at(610), at(1_400), "silent"],
      // Five seconds without a hub, and more than six minutes without the device.
      [at(1_400), at(1_805), "offline"],
    ]);
    // Nobody knows of that time any more.
    (past.timeline as unknown[]).splice(0);
    await world.commit("a", [at(200), at(210), at(500)]);
    expect((await world.kept("a")).slice(1, 6)).toEqual([
      [at(120), at(200), "offline"],
      [at(210), at(310), "offline"],
      [at(320), at(400), "silent"],
      [at(400), at(460), "hub_down"],
      [at(470), at(500), "refused"],
    ]);
  });

  it("[P121] keeps refused as the cause of what late readings leave of a gap, whose refusals are forgotten by then", async () => {
    const past: Past = { timeline: [{ atMs: at(0), state: "online", reason: "connected" }] };
    const data = new MemoryData();
    const world = new GapWorld(() => new MemoryStore(data), past);
    await world.start();
    await world.commit("a", [0, 10].map(at));
    const row = '{"metric":"a","value":{}}';
    await world.commit("a", [at(200)], [{ device: "oven", atMs: at(50), code: "invalid_value", message: "", row }]);
    expect(await world.kept("a")).toEqual([[at(10), at(200), "refused"]]);
    data.refusals.clear();
    await world.commit("a", [at(150)]);
    expect(await world.kept("a")).toEqual([
      [at(10), at(150), "refused"],
      [at(150), at(200), "refused"],
    ]);
  });

  it("[P121] tells of a gap in which readings of its series wait for a decision on their time as refused, before half of it is explained", async () => {
    const timeline: Past["timeline"] = [
      { atMs: at(0), state: "online", reason: "connected" },
      { atMs: at(30), state: "offline", reason: "closed" },
      { atMs: at(60), state: "online", reason: "connected" },
      { atMs: at(130), state: "offline", reason: "closed" },
      { atMs: at(180), state: "online", reason: "connected" },
    ];
    const world = memoryWorld({ timeline });
    await world.start();
    await world.commit("a", [0, 10].map(at));
    await world.commit("b", [0, 10].map(at));
    const ahead = { device: "oven", metric: "a", timeMs: at(9_000), value: 1, code: "time_ahead" };
    await world.setAside([
      { ...ahead, atMs: at(70) },
      { ...ahead, atMs: at(150) },
    ]);
    await world.commit("a", [100, 110, 200].map(at));
    await world.commit("b", [100, 110, 200].map(at));
    expect([await world.kept("a"), await world.kept("b")]).toEqual([
      [
        [at(10), at(100), "refused"],
        [at(110), at(200), "offline"],
      ],
      [
        [at(10), at(100), "offline"],
        [at(110), at(200), "offline"],
      ],
    ]);
  });

  it("[P122] tells of hidden readings as masked, and forgets it when they are shown again", async () => {
    const world = memoryWorld();
    await world.start();
    await world.commit(
      "a",
      Array.from({ length: 13 }, (_, index) => at(10 * index)),
    );
    const mask = { series: world.series("a")?.number ?? 0, fromMs: at(40), toMs: at(80), atMs: 0, note: "" };
    const made = await world.store.addMask(mask);
    expect(await world.kept("a")).toEqual([[at(30), at(80), "masked"]]);
    await world.store.removeMask(made?.id ?? 0);
    expect(await world.kept("a")).toEqual([]);
  });

  it("[P122] ends no gap with a reading that is hidden as it comes", async () => {
    const world = memoryWorld();
    await world.start();
    await world.commit("a", [0, 10].map(at));
    await world.hide("a", at(50), at(150));
    expect(await world.kept("a")).toEqual([]);
    await world.commit("a", [60, 100].map(at));
    expect(await world.kept("a")).toEqual([]);
    await world.commit("a", [at(200)]);
    expect(await world.kept("a")).toEqual([[at(10), at(200), "masked"]]);
    await world.show("a");
    expect((await world.kept("a")).map(([from, to]) => [from, to])).toEqual(await world.told("a"));
  });
});
