/** Merging two series: killed at any step, in both orders of arrival, with tiers. */
import { cpSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Merge } from "../../../server/store/merges.ts";
import { SqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import { builtVerifier } from "../../support/built.ts";
import { printedSeed } from "../../support/seed.ts";
import { mergeWhole } from "../contract/merges.ts";
import { tinyTiers } from "../tiers/rolling.ts";
import { everything, type Row, rowsOf, World } from "../world.ts";
import { buildWorker, inspect, newFolder, sqliteEngine } from "./engine.ts";

const urls = { workerUrl: await buildWorker(), verifierUrl: builtVerifier() };

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
        { ...options, ...urls, folder, minFreeBytes: 0, onCorrupt: "refuse" },
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
    await expect.poll(rolled, { timeout: 60_000 }).toBe(2);
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

  it("[ST101] what tiers tell of thinned readings is under the other name, and buckets in which both told things in turn are refused", async () => {
    const [hourMs, dayMs] = [3_600_000, 86_400_000];
    const nowMs = Date.UTC(2026, 10, 27);
    const engine = sqliteEngine({ restMs: 0 });
    const world = new World(engine);
    await world.open();
    const rows = (fromDay: number, toDay: number): Row[] =>
      Array.from({ length: (toDay - fromDay) * 1_440 }, (_, at) => [
        nowMs + fromDay * dayMs + at * 60_000,
        Math.round(1e4 * Math.sin(at * at)),
      ]);
    const flows = [rows(-20, -10), rows(-10, 0), rows(-12, -11)];
    for (const [index, flow] of flows.entries()) {
      await world.make(index + 1, "number", ["old", "new", "odd"][index]);
      for (let at = 0; at < flow.length; at += 1_440) await world.put(index + 1, flow.slice(at, at + 1_440));
    }
    await (world.store as SqliteStore).sealAll();
    const rolled = () =>
      inspect(engine.folder, (db) =>
        db
          .prepare(
            "SELECT count(*) FROM rolled WHERE (series = 1 AND through_ms > ?) OR (series = 2 AND through_ms > ?)",
          )
          .pluck()
          .get(nowMs - 11 * dayMs, nowMs - dayMs),
      );
    await expect.poll(rolled, { timeout: 60_000 }).toBe(2);
    const { retention, merges } = world.store;
    const policies = [
      { device: "odd", metric: "*", ages: {} },
      { device: "*", metric: "*", ages: { raw: 2 * dayMs } },
    ];
    await retention.setPolicies(policies);
    // Again and again, as a hub does: what no hour holds yet does not go.
    const left = async () => {
      await retention.thinByAge(nowMs);
      return (await retention.previewAges(policies, {}, nowMs))[1]?.readings;
    };
    await expect.poll(left, { timeout: 60_000, interval: 500 }).toBe(0);
    const raw = async (series: number) => (await world.raw(everything(series))) as [number, number][];
    const kept = [...(await raw(1)), ...(await raw(2))];
    expect(kept.length).toBeLessThan(10 * 1_440);
    const bucketOf = { fromMs: nowMs - 12 * dayMs, toMs: expect.any(Number) };
    expect(await merges.check(3, 1)).toMatchObject({ obstacle: "thinned", at: bucketOf });
    expect(await merges.begin(3, 1)).toBe("thinned");
    expect(await merges.check(1, 2)).toBeNull();
    await merges.begin(1, 2);
    expect(await mergeWhole(world, 1)).toMatchObject({ dropped: 0, open: false });
    const check = async () => {
      expect(await raw(2)).toEqual(kept);
      const all = [...(flows[0] as Row[]), ...(flows[1] as Row[])] as [number, number][];
      for (const widthMs of [hourMs, dayMs]) {
        const buckets = await world.buckets(everything(2), widthMs);
        expect(buckets).toHaveLength((20 * dayMs) / widthMs);
        for (const { times, count, sum, first, last } of buckets) {
          const at = (times - nowMs + 20 * dayMs) / 60_000;
          const values = all.slice(at, at + widthMs / 60_000).map(([, value]) => value);
          const total = values.reduce((sofar, value) => sofar + value, 0);
          expect([count, sum, first, last]).toEqual([values.length, total, values[0], values.at(-1)]);
        }
      }
    };
    await check();
    await world.reopen();
    await check();
    await world.end();
  });
});
