/** Merging two series: killed at any step, in both orders of arrival, with tiers. */
import { cpSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Merge } from "../../../server/store/merges.ts";
import { SqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import { printedSeed } from "../../support/seed.ts";
import { mergeWhole } from "../contract/merges.ts";
import { tinyTiers } from "../tiers/rolling.ts";
import { everything, type Row, rowsOf, World } from "../world.ts";
import { buildWorker, inspect, newFolder, sqliteEngine } from "./engine.ts";

beforeAll(buildWorker);

const options = { chunkBytes: 400, sliceMs: 0, journalBudgetBytes: 4_000 };

describe("a merge in SQLite", () => {
  it("[ST84] killed at any step no reading is lost or seen twice, and it goes on", async () => {
    const engine = sqliteEngine(options, true);
    const world = new World(engine);
    await world.open();
    await world.make(1);
    await world.make(2);
    const expected = new Map<number, number>();
    const own = new Set<number>();
    const batches = fc.tuple(
      fc.constantFrom(1, 1, 2),
      fc.nat(1_000),
      fc.array(fc.nat(1e6), { minLength: 20, maxLength: 40 }),
    );
    for (const [series, startMs, values] of fc.sample(batches, { seed: printedSeed("merge"), numRuns: 20 })) {
      const rows = values.map((value, at): Row => [startMs + at * 3, value]);
      await world.put(series, rows);
      for (const [timeMs, value] of rows as [number, number][]) {
        if (series === 1 && own.has(timeMs)) continue;
        if (series === 2) own.add(timeMs);
        expected.set(timeMs, value);
      }
    }
    const sorted = [...expected].sort(([a], [b]) => a - b);
    const { count } = (await world.store.seriesState([1]))[0] as { count: number };
    await world.store.merges.begin(1, 2);
    let steps = 0;
    for (let merge: Merge | undefined; merge?.open !== false; steps++) {
      merge = (await world.store.merges.step(1)) as Merge;
      const ofOld = merge.open ? await world.raw(everything(1)) : [];
      const ofNew = await world.raw(everything(2));
      // What is not moved yet stands only where the other has nothing of that time.
      const both = new Map([...ofOld, ...ofNew]);
      expect([...both].sort(([a], [b]) => a - b)).toEqual(sorted);
      const states = await world.store.seriesState([1, 2]);
      expect(states.map((one) => one.count)).toEqual(merge.open ? [ofOld.length, ofNew.length] : [ofNew.length]);
      expect(merge.moved + merge.dropped + ofOld.length).toBe(count);
      if (steps % 6 > 0) continue;
      // As a kill leaves it.
      const folder = newFolder();
      for (const end of ["", "-wal"]) cpSync(`${engine.folder}/hub.db${end}`, `${folder}/hub.db${end}`);
      const store = new SqliteStore(
        { ...options, folder, minFreeBytes: 0, onCorrupt: "refuse" },
        { onFatal: () => {} },
      );
      const state = await store.open();
      expect(state.merges).toEqual(merge.open ? [{ series: 1, into: 2 }] : []);
      expect(await mergeWhole({ store }, 1)).toMatchObject({ open: false });
      expect(rowsOf(await store.readRaw(everything(2), 10_000), "number")).toEqual(sorted);
      await store.close();
    }
    expect(steps).toBeGreaterThan(5);
    await world.end();
  });

  it("[ST83] buckets are those of the readings, of series that were rolled up, too", async () => {
    const engine = sqliteEngine({ chunkBytes: 400, tiers: tinyTiers, restMs: 20 }, true);
    const world = new World(engine);
    await world.open();
    await world.make(1);
    await world.make(2);
    const rows = (offset: number) => Array.from({ length: 800 }, (_, at): Row => [at * 4 + offset, (at * 7) % 101]);
    await world.put(1, rows(0));
    await world.put(2, rows(2));
    const rolled = () => inspect(engine.folder, (db) => db.prepare("SELECT count(*) FROM rolled").pluck().get());
    await expect.poll(rolled, { timeout: 20_000 }).toBe(2);
    await world.store.merges.begin(1, 2);
    await mergeWhole(world, 1);
    const buckets = await world.buckets(everything(2), 100);
    expect(buckets).toHaveLength(32);
    const all = [...rows(0), ...rows(2)] as [number, number][];
    for (const { times, count, sum } of buckets) {
      const within = all.filter(([timeMs]) => timeMs >= times && timeMs < times + 100);
      expect([count, sum]).toEqual([within.length, within.reduce((total, [, value]) => total + value, 0)]);
    }
    await world.end();
  });
});
