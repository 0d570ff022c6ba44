/** The ledger of gaps beside the readings themselves, over both engines. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MemoryData } from "../../../server/store/memory/data.ts";
import { MemoryStore } from "../../../server/store/memory/memory-store.ts";
import type { TelemetryStore } from "../../../server/store/store.ts";
import { Random } from "../../../simulator/random.ts";
import { buildWorker, inspect, sqliteEngine } from "../../store/sqlite/engine.ts";
import { printedSeed } from "../../support/seed.ts";
import { GapWorld } from "./gap-world.ts";

const start = Date.UTC(2026, 10, 24);
const second = 1_000;
const minute = 60 * second;
const at = (seconds: number) => start + seconds * second;

function memoryWorld(): GapWorld {
  const data = new MemoryData();
  return new GapWorld(() => new MemoryStore(data));
}

/** The gaps by the ledger are those that the readings tell. */
async function expectTold(world: GapWorld, metric: string): Promise<void> {
  expect((await world.kept(metric)).map(([from, to]) => [from, to])).toEqual(await world.told(metric));
}

/** Waits until what a turn of the clock began has come to rest. */
async function rested(world: GapWorld): Promise<void> {
  world.clock.advance(minute);
  await world.ledger.read([], 0, 1, 1);
  await world.kept("none");
}

/** A random life of three series; the ledger must tell at any moment what the readings tell. */
async function live(world: GapWorld, random: Random, steps: number): Promise<void> {
  const metrics = ["a", "b", "c"];
  let nowMs = start;
  await world.start();
  for (let step = 0; step < steps; step++) {
    const metric = random.choice(metrics);
    const what = random.between(0, 1);
    if (what < 0.4) {
      // In time, with a gap now and then.
      const times = Array.from({ length: 1 + Math.floor(random.between(0, 12)) }, () => {
        nowMs += random.chance(0.15)
          ? Math.ceil(random.between(26, 400)) * second
          : Math.ceil(random.between(1, 20)) * second;
        return nowMs;
      });
      await world.commit(metric, times);
    } else if (what < 0.45) {
      // On disk before a kill, and nobody heard of it; or heard of later than somebody asked.
      const fromMs = random.chance(0.5) ? nowMs : start;
      const times = [random.between(fromMs, nowMs + 60 * second), random.between(fromMs, nowMs + 60 * second)];
      const hear = await world.append(metric, times.map(Math.floor));
      nowMs += 60 * second;
      if (random.chance(0.5)) await world.sealAll();
      if (random.chance(0.5)) await world.restart(true);
      else {
        await world.kept(metric);
        hear();
      }
    } else if (what < 0.5) {
      if (random.chance(0.5)) await world.show(metric);
      else {
        const fromMs = Math.floor(random.between(start - 1_000 * second, nowMs));
        await world.hide(metric, fromMs, fromMs + Math.ceil(random.between(1, 900)) * second);
      }
    } else if (what < 0.68) {
      const fromMs = start - 1_000 * second;
      const late = Array.from({ length: 1 + Math.floor(random.between(0, 8)) }, () =>
        Math.floor(random.between(fromMs, nowMs)),
      );
      if (random.chance(0.5)) nowMs += 30 * second;
      await world.commit(metric, random.chance(0.5) ? late : [...late, nowMs]);
    } else if (what < 0.75) {
      const fromMs = random.chance(0.1)
        ? Number.NEGATIVE_INFINITY
        : Math.floor(random.between(start - 1_000 * second, nowMs));
      const toMs = random.chance(0.1) ? Number.POSITIVE_INFINITY : fromMs + Math.ceil(random.between(1, 600)) * second;
      await world.remove(metric, fromMs, Number.isFinite(toMs) ? toMs : nowMs + 1);
    } else if (what < 0.85) await world.restart(random.chance(0.5));
    else if (what < 0.92) await world.sealAll();
    else if (what < 0.94) world.intervalMs = world.intervalMs ? 0 : 10 * second;
    else world.clock.advance(random.chance(0.1) ? 61 * minute : minute);
    // Where no reading is expected nobody asks.
    if (random.chance(0.5) && world.intervalMs) await expectTold(world, random.choice(metrics));
  }
  world.intervalMs = 10 * second;
  for (const one of metrics) await expectTold(world, one);
}

describe("the ledger", () => {
  let make: () => () => TelemetryStore;

  beforeAll(async () => {
    await buildWorker();
    make = () => {
      const engine = sqliteEngine({ chunkBytes: 64 });
      return () => engine.create();
    };
  });

  it("[P120] is what the readings and the grace give, whatever comes, late or not, goes, and is started again (memory)", async () => {
    const random = new Random(printedSeed("ledger in memory"));
    for (let life = 0; life < 12; life++) await live(memoryWorld(), random, 60);
  });

  it("[P120] is what the readings and the grace give, whatever comes, late or not, goes, and is started again (SQLite)", async () => {
    const random = new Random(printedSeed("ledger in SQLite"));
    for (let life = 0; life < 2; life++) {
      const world = new GapWorld(make());
      await live(world, random, 30);
      await world.ledger.stop();
      await world.store.close();
    }
  });

  describe.each(["memory", "SQLite"])("(%s)", (engine) => {
    let world: GapWorld;

    beforeEach(async () => {
      world = engine === "memory" ? memoryWorld() : new GapWorld(make());
      await world.start();
    });

    afterEach(async () => {
      await world.ledger.stop();
      await world.store.close();
    });

    it("[P120] looks again, after a kill, at a late reading that was committed while what a look had found was on its way", async () => {
      await world.commit("a", [0, 10, 100, 110].map(at));
      await world.sealAll();
      const { ledger } = world.store;
      const write = ledger.write.bind(ledger);
      ledger.write = async (...found) => {
        ledger.write = write;
        // On disk, and its answer is not heard.
        await world.append("a", [at(50)]);
        await world.sealAll();
        return write(...found);
      };
      expect((await world.kept("a")).length).toBe(1);
      await world.restart(true);
      await expectTold(world, "a");
    });

    it("[P120] looks again, after a kill, at a late reading that came while the cause of a gap was looked for", async () => {
      await world.commit("a", [0, 10].map(at));
      await world.sealAll();
      await world.kept("a");
      await world.commit("a", [100, 110].map(at));
      const { ledger } = world.store;
      const refusals = world.store.refusals.bind(world.store);
      const write = ledger.write.bind(ledger);
      world.store.refusals = async (device) => {
        world.store.refusals = refusals;
        await world.commit("a", [at(50)]);
        await world.sealAll();
        return refusals(device);
      };
      ledger.write = async (...found) => {
        await write(...found);
        world.ledger.halt();
      };
      await expect(world.kept("a")).rejects.toThrow("stopping");
      await world.restart(true);
      await expectTold(world, "a");
    });

    it("[P120] notes nothing when it stops before it knows how far each series was looked at", async () => {
      await world.commit("a", [0, 10, 100].map(at));
      await world.sealAll();
      await world.restart(true);
      world.store.ledger.looked = () => new Promise(() => {});
      world.clock.advance(second);
      await world.restart(false);
      await expectTold(world, "a");
    });

    it("[P120] finds the gap before a reading that comes before all that was deleted, where a start has not looked yet", async () => {
      await world.commit("a", [0, 10, 100, 110].map(at));
      await world.commit("b", [0, 10].map(at));
      await world.sealAll();
      for (const metric of ["a", "b"]) await expectTold(world, metric);
      await world.restart(true);
      for (const metric of ["a", "b"]) await world.commit(metric, [at(200)]);
      await world.remove("a", at(95), at(300));
      await expectTold(world, "b");
      await world.commit("a", [at(60)]);
      await expectTold(world, "a");
    });

    it("[P120] looks at what changed while no reading was expected, once one is again; after a start, too", async () => {
      await world.commit("a", [0, 10, 100, 110, 200, 210].map(at));
      await world.sealAll();
      expect((await world.kept("a")).length).toBe(2);
      for (const isStarted of [false, true]) {
        world.intervalMs = 0;
        await world.commit("a", [isStarted ? 50 : 150, isStarted ? 400 : 300].map(at));
        await world.sealAll();
        await world.remove("a", at(isStarted ? 0 : 205), at(isStarted ? 20 : 215));
        await rested(world);
        if (isStarted) await world.restart(true);
        world.intervalMs = 10 * second;
        await expectTold(world, "a");
      }
      // All that there was is hidden, and others come.
      await world.hide("a", at(0), at(1_000));
      world.intervalMs = 0;
      await world.commit("a", [-400, -300].map(at));
      await world.sealAll();
      await world.kept("a");
      await world.restart(true);
      world.intervalMs = 10 * second;
      await expectTold(world, "a");
    });

    it("[P120] tells of no gap whose end was deleted before it was written, where others followed its begin", async () => {
      await world.commit("a", [0, 10].map(at));
      await world.kept("a");
      await world.commit("a", [at(200)]);
      await world.remove("a", at(190), at(210));
      await world.commit("a", [at(20)]);
      await expectTold(world, "a");
      await world.commit("a", [at(400)]);
      await world.remove("a", at(390), at(410));
      // The one between is a gap itself.
      await world.commit("a", [30, 100, 110, 120].map(at));
      await expectTold(world, "a");
    });
  });

  it("[P120] leaves gaps as they were found where the readings are thinned away, whatever comes late among them", async () => {
    const engine = sqliteEngine();
    const world = new GapWorld(() => engine.create());
    await world.start();
    await world.commit("a", [0, 10, 100, 110, 200, 210].map(at));
    await world.sealAll();
    const found = [
      [at(10), at(100), "unknown"],
      [at(110), at(200), "unknown"],
    ];
    expect(await world.kept("a")).toEqual(found);
    const series = world.series("a")?.number ?? 0;
    inspect(engine.folder, (db) => db.prepare("INSERT INTO rolled VALUES (?, ?, ?)").run(series, at(150), at(150)));
    await world.remove("a", at(0), at(150));
    expect(await world.kept("a")).toEqual(found);
    await world.commit("a", [at(50)]);
    expect(await world.kept("a")).toEqual(found);
    // Sealed or not, as a start finds it.
    await world.restart(true);
    expect(await world.kept("a")).toEqual(found);
    await world.sealAll();
    await world.restart(true);
    expect(await world.kept("a")).toEqual(found);
    // What comes behind it ends the gap that begins there.
    await world.commit("a", [at(160)]);
    expect(await world.kept("a")).toEqual([
      ...found.slice(0, 1),
      [at(110), at(160), "unknown"],
      [at(160), at(200), "unknown"],
    ]);
    await world.ledger.stop();
    await world.store.close();
  });
});
