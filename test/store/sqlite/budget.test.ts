/** What the hub does before its data fills the disk: a budget, and the oldest raw readings that go where it is reached. */
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Budget } from "../../../server/store/sqlite/budget.ts";
import { Meta } from "../../../server/store/sqlite/schema.ts";
import { SqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import type { SeriesState } from "../../../server/store/store.ts";
import { amount } from "../../support/amount.ts";
import { printedSeed } from "../../support/seed.ts";
import { everything, type Row, World } from "../world.ts";
import { buildWorker, inspect, type SqliteEngine, sqliteEngine } from "./engine.ts";

const builtWorker = await buildWorker();

let engine: SqliteEngine;
let world: World;

afterEach(() => world.end());

async function start(options: Parameters<typeof sqliteEngine>[0]): Promise<void> {
  engine = sqliteEngine(options);
  world = new World(engine);
  await world.open();
}

/** Full precision: each takes about its 8 bytes. */
const noisy = (firstMs: number, count: number): Row[] =>
  Array.from({ length: count }, (_, index) => [firstMs + index, Math.sin(firstMs + index)]);

/** A store with another budget on the data of an engine. */
const sqliteStoreOf = ({ folder }: SqliteEngine, budget: number) =>
  new SqliteStore({ folder, workerUrl: builtWorker, minFreeBytes: 0, budget }, { onFatal: () => {} });

/** Seals everything, and commits something: at rest nobody looks whether there is too much. */
async function sealAll(receivedMs = 1_000): Promise<void> {
  await (world.store as SqliteStore).sealAll();
  await world.append({ receivedMs });
}

const budgetInFile = () =>
  Number(inspect(engine.folder, (db) => db.prepare("SELECT value FROM meta WHERE key = 'budget_bytes'").pluck().get()));
const thinned = async () => (await world.store.stats()).thinned;

/** What went once no more does: a budget that is kept to is made emptier than that. */
async function thinnedAtLast() {
  let before = -1;
  await vi.waitFor(
    async () => {
      const readings = (await thinned())?.readings ?? 0;
      const isSame = readings === before;
      before = readings;
      expect(isSame).toBe(true);
    },
    { timeout: 60_000, interval: 500 },
  );
  return thinned();
}

/** A store whose raw readings begin to go soon after its tables. */
const startFull = (budget: number) => start({ budget, journalBudgetBytes: 64 * 1_024 });

describe("the budget", () => {
  it("[SQ60] is half of the disk's free space at the first start, 20 GB at most, and stays what it was", async () => {
    await start({ budget: "auto" });
    const { budgetBytes, usedBytes, diskFreeBytes } = await world.store.stats();
    expect(budgetBytes).toBe(budgetInFile());
    expect(budgetBytes).toBeGreaterThan(0);
    expect(budgetBytes).toBeLessThanOrEqual(20e9 + usedBytes + 1e6);
    if (diskFreeBytes < 39e9) expect(budgetBytes).toBeLessThan(diskFreeBytes);
    await world.reopen();
    expect((await world.store.stats()).budgetBytes).toBe(budgetBytes);
  });

  it("[SQ60] leaves a database that has readings already as much room as a new one", async () => {
    await start({});
    await world.make(1);
    await world.put(1, noisy(0, 20_000));
    await sealAll();
    await world.store.close();
    inspect(engine.folder, (db) => {
      const meta = new Meta(db);
      expect(meta.get("budget_bytes")).toBe("");
      const budget = new Budget(db, meta, "auto", () => 10_000_000);
      expect(budget.stats.usedBytes).toBeGreaterThan(100_000);
      expect(budget.stats.budgetBytes).toBe(Math.round((budget.stats.usedBytes + 5_000_000) / 1e6) * 1e6);
      expect(budget.surplus(0)).toBeUndefined();
      // Chosen once: what the disk has later changes nothing.
      expect(new Budget(db, meta, "auto", () => 9).stats.budgetBytes).toBe(budget.stats.budgetBytes);
      expect(new Budget(db, meta, "off", () => 9).stats.budgetBytes).toBeNull();
      expect(new Budget(db, meta, 123, () => 9).stats.budgetBytes).toBe(123);
      expect(Number(meta.get("budget_bytes"))).toBe(budget.stats.budgetBytes);
      // What a person says is kept; an eighth of it is the journal's, which needs room for what it is compressed into.
      budget.set(80e6);
      expect(budget.stats).toMatchObject({ budget: 80e6, budgetBytes: 80e6, journalMostBytes: 10e6 });
      expect(new Budget(db, meta, "said", () => 9).stats.budgetBytes).toBe(80e6);
      expect(new Budget(db, meta, 1e6, () => 9).stats.journalMostBytes).toBe(125_000);
      expect(new Budget(db, meta, "off", () => 9).journalBytes).toBe(Number.POSITIVE_INFINITY);
      budget.set("auto");
      expect(new Budget(db, meta, "said", () => 9).stats).toEqual(budget.stats);
    });
    world = new World(engine);
    await world.open();
  });

  it("[SQ61] nothing goes as long as there is room, nor without a budget", async () => {
    await start({ budget: 50e6 });
    await world.make(1);
    await world.put(1, noisy(0, 30_000));
    await sealAll();
    await world.put(1, noisy(40_000, 1_000));
    await sealAll();
    expect(await thinned()).toBeNull();
    expect(await world.raw(everything(1))).toHaveLength(31_000);
  });

  it("[SQ61] the oldest raw readings of all series go first, no more than has to, and the file gets no larger than it", async () => {
    const budget = 700_000;
    await startFull(budget);
    await world.make(1);
    await world.make(2);
    const block = 8_000;
    for (let turn = 0; turn < 20; turn++) {
      await world.put(1, noisy(turn * block, block));
      // Half as many, so that its chunks end elsewhere.
      await world.put(2, noisy(turn * block, block / 2));
      await sealAll();
    }
    await vi.waitFor(async () => expect((await world.store.stats()).usedBytes).toBeLessThanOrEqual(budget), 60_000);
    const gone = await thinnedAtLast();
    expect(gone?.readings).toBeGreaterThan(0);
    const [one, two] = await world.store.seriesState([1, 2]);
    const rowsOne = await world.raw(everything(1), 10_000);
    const rowsTwo = await world.raw(everything(2), 10_000);
    expect(rowsOne.at(-1)).toEqual(noisy(20 * block - 1, 1)[0]);
    expect(one).toMatchObject({ count: rowsOne.length, firstTimeMs: rowsOne[0]?.[0] });
    expect(two).toMatchObject({ count: rowsTwo.length, firstTimeMs: rowsTwo[0]?.[0] });
    expect(20 * block * 1.5 - rowsOne.length - rowsTwo.length).toBe(gone?.readings);
    // What is left of the one begins about where what is left of the other does: within a few chunks.
    expect(Math.abs((one?.firstTimeMs ?? 0) - (two?.firstTimeMs ?? 0))).toBeLessThan(3 * block);
    // Not emptier than it was made: 97 % of the budget, less a slice.
    expect((await world.store.stats()).usedBytes).toBeGreaterThan(budget * 0.7);
    const before = [rowsOne, rowsTwo];
    await world.reopen();
    expect([await world.raw(everything(1), 10_000), await world.raw(everything(2), 10_000)]).toEqual(before);
    expect(await world.store.seriesState([1, 2])).toEqual([one, two] as SeriesState[]);
  });

  it("[SQ61] raw readings whose hours stay in a tier go before any other, and those hours stay as they were", async () => {
    await start({});
    for (const series of [1, 2]) await world.make(series);
    const stepMs = 5_000;
    const perDay = 86_400_000 / stepMs;
    const days = noisy(0, 4 * perDay).map(([index, value]): Row => [index * stepMs, value]);
    await world.put(1, days);
    // Older, and too few an hour for a tier: all that there is of it.
    await world.put(
      2,
      noisy(-9e10, 3_000).map(([timeMs, value], index): Row => [timeMs + index * 3_600_000, value]),
    );
    await world.put(2, [[0, 1]]);
    await sealAll();
    const hourMs = 3_600_000;
    const rolled = () =>
      inspect(engine.folder, (db) =>
        db
          .prepare("SELECT coalesce(max(through_ms), 0) FROM tiers WHERE series = 1 AND width_ms = ?")
          .pluck()
          .get(hourMs),
      );
    await vi.waitFor(() => expect(rolled()).toBeGreaterThanOrEqual(3 * 24 * hourMs), 60_000);
    const hours = await world.buckets({ series: 1, fromMs: 0, toMs: 48 * hourMs }, hourMs);
    expect(hours).toHaveLength(48);
    const older = await world.raw(everything(2), 10_000);
    const { usedBytes } = await world.store.stats();
    await world.store.close();
    world = new World({ ...engine, create: () => sqliteStoreOf(engine, Math.ceil(usedBytes / 0.98)) });
    await world.open();
    await world.append({});
    await vi.waitFor(async () => expect((await thinned())?.readings).toBeGreaterThan(0), 60_000);
    await vi.waitFor(async () => expect((await world.store.stats()).usedBytes).toBeLessThan(usedBytes * 0.975), 60_000);
    expect(await thinned()).toMatchObject({ lost: 0 });
    const left = await world.raw(everything(1), 10_000);
    expect(left.length).toBeLessThan(days.length);
    expect(left).toEqual(days.slice(days.length - left.length));
    expect(await world.buckets({ series: 1, fromMs: 0, toMs: 48 * hourMs }, hourMs)).toEqual(hours);
    expect(await world.raw(everything(2), 10_000)).toEqual(older);
  });

  it("[SQ61] a series that a tier holds in part is not held: what was too sparse for it does not go with what is in it", async () => {
    await start({ restMs: 0 });
    await world.make(1);
    const hourMs = 3_600_000;
    const sparse = noisy(0, 6_000).map(([index, value]): Row => [index * hourMs, value]);
    const dense = noisy(0, 60_000).map(([index, value]): Row => [6_000 * hourMs + index * 5_000, value]);
    for (let from = 0; from < sparse.length; from += 3_000) await world.put(1, sparse.slice(from, from + 3_000));
    await sealAll();
    for (let from = 0; from < dense.length; from += 6_000) await world.put(1, dense.slice(from, from + 6_000));
    await sealAll();
    const rolled = () =>
      inspect(engine.folder, (db) => db.prepare("SELECT coalesce(max(through_ms), 0) FROM tiers").pluck().get());
    await vi.waitFor(() => expect(rolled()).toBeGreaterThan(6_048 * hourMs), 60_000);
    const { usedBytes } = await world.store.stats();
    await world.store.close();
    world = new World({ ...engine, create: () => sqliteStoreOf(engine, Math.ceil(usedBytes / 0.98)) });
    await world.open();
    for (let commit = 0; commit < 20; commit++) await world.append({});
    expect((await thinned())?.readings ?? 0).toBe((await thinned())?.lost ?? 0);
    expect(await world.buckets({ series: 1, fromMs: 0, toMs: 6_000 * hourMs }, 24 * hourMs)).toHaveLength(250);
  });

  it("[SQ61] nothing goes for what the journal holds beyond its share: a trim gives that back", async () => {
    await start({ budget: 500_000 });
    await world.make(1);
    for (const turn of [0, 1, 2]) {
      await world.put(1, noisy(turn * 5_000, 5_000));
      await sealAll();
    }
    // Each is 8 bytes in the journal, and few differ.
    await world.put(
      1,
      noisy(20_000, 60_000).map(([timeMs]): Row => [timeMs, Math.sin(timeMs % 40)]),
    );
    for (let commit = 0; commit < 20; commit++) await world.append({});
    expect(await thinned()).toBeNull();
    expect(await world.raw(everything(1), 10_000)).toHaveLength(75_000);
  });

  it("[SQ62] of each series the chunk that ends last stays, with its newest reading, however old it is", async () => {
    const budget = 400_000;
    await startFull(budget);
    await world.make(1);
    await world.put(1, [
      [-4e11, 1],
      [-3e11, 2],
    ]);
    await sealAll();
    await world.make(2);
    for (let turn = 0; turn < 12; turn++) {
      await world.put(2, noisy(turn * 8_000, 8_000));
      await sealAll();
    }
    await vi.waitFor(async () => expect((await thinned())?.readings).toBeGreaterThan(0), 60_000);
    expect(await world.store.latest([1])).toMatchObject([{ timeMs: -3e11, value: 2 }]);
    expect(await world.raw(everything(1))).toHaveLength(2);
    expect(await world.store.seriesState([1])).toMatchObject([{ count: 2, firstTimeMs: -4e11 }]);
  });

  it("[SQ63] what is left after any life is what was there and is counted right, the newest of each series in it", async () => {
    const seed = printedSeed("budget");
    const steps = fc.array(
      fc.record({ series: fc.integer({ min: 1, max: 4 }), at: fc.integer({ min: 0, max: 40 }), seal: fc.boolean() }),
      { minLength: 20, maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (life) => {
        await startFull(300_000);
        const model = new Map<number, Map<number, Row>>();
        for (let series = 1; series <= 4; series++) {
          await world.make(series);
          model.set(series, new Map());
        }
        for (const [turn, { series, at, seal }] of life.entries()) {
          // Late and repeated readings among them: chunks overlap.
          const rows = noisy(at * 1_000, 2_000).map(([timeMs, value]): Row => [timeMs, Number(value) + turn]);
          for (const row of rows) model.get(series)?.set(row[0], row);
          await world.put(series, rows);
          if (seal) await sealAll();
        }
        await sealAll();
        const { budgetBytes, usedBytes } = await world.store.stats();
        if (usedBytes > (budgetBytes ?? 0))
          await vi.waitFor(async () => expect((await world.store.stats()).usedBytes).toBeLessThan(300_000), 60_000);
        for (const [series, all] of model) {
          const expected = [...all.values()].sort((a, b) => a[0] - b[0]);
          // Room is made until there is more than needed: what goes between the two answers is in one of them alone.
          await vi.waitFor(async () => {
            const left = await world.raw(everything(series), 10_000);
            // Late readings may come behind what went before; the newest one stays, and no value that was overwritten is back.
            expect(left.at(-1)).toEqual(expected.at(-1));
            expect(left).toEqual(left.map(([timeMs]) => all.get(timeMs)));
            const [state] = await world.store.seriesState([series]);
            expect(state?.count ?? 0).toBe(left.length);
            expect(state?.firstTimeMs ?? undefined).toBe(left[0]?.[0]);
          }, 30_000);
        }
        await world.end();
      }),
      { numRuns: amount(4, 2), seed },
    );
    await start({});
  });

  it("[SQ64] what a day adds is known a day after the first row, and is the median of the last week", async () => {
    await start({});
    await world.make(1);
    const dayMs = 86_400_000;
    const added = [10_000, 10_000, 10_000, 45_000, 10_000];
    const known: (number | null)[] = [];
    for (const [day, count] of added.entries()) {
      // Arrivals need not be whole.
      const arrivedMs = 1_000.5 + day * dayMs;
      await world.put(1, noisy(day * dayMs, count), arrivedMs);
      await sealAll(arrivedMs);
      await vi.waitFor(
        () =>
          expect(inspect(engine.folder, (db) => db.prepare("SELECT count(*) FROM usage").pluck().get())).toBe(day + 1),
        60_000,
      );
      known.push((await world.store.stats()).bytesPerDay);
    }
    expect(known[0]).toBeNull();
    expect(known[1]).toBeGreaterThan(10_000 * 2);
    // A day of an import changes little.
    expect(known[4]).toBeLessThan(10_000 * 12);
    expect(known[4]).toBeGreaterThan(10_000 * 2);
    await world.reopen();
    expect((await world.store.stats()).bytesPerDay).toBe(known[4]);
  });
});
