import { afterEach, describe, expect, it, vi } from "vitest";
import { ColumnsBuilder } from "../../../server/store/columns.ts";
import { jittered } from "../../../server/store/sqlite/head.ts";
import type { SqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import { batchOf, columnsOf, everything, type Row, World } from "../world.ts";
import { buildWorker, inspect, type SqliteEngine, sqliteEngine } from "./engine.ts";

await buildWorker();

const seriesCount = 200;
let engine: SqliteEngine;
let world: World;

afterEach(() => world.end());

async function start(options: Parameters<typeof sqliteEngine>[0]): Promise<void> {
  engine = sqliteEngine(options);
  world = new World(engine);
  await world.open();
  const newSeries = Array.from({ length: seriesCount }, (_, index) => ({
    ...{ series: index + 1, device: `d${index}`, metric: "m", type: "number" as const },
  }));
  await world.append({ newSeries });
}

/** One reading of every series, with a mark of the first device. */
async function round(turn: number): Promise<void> {
  const builder = new ColumnsBuilder();
  for (let series = 1; series <= seriesCount; series++) builder.push(series, turn * 1_000, (series * 7 + turn) / 10);
  const marks = [{ device: `d${turn % seriesCount}`, session: "s", seq: turn }];
  await world.append({ columns: builder.take(), marks });
}

describe("budgets", () => {
  it("[S35] [SQ15] what was deleted goes from a hub that is never idle, too", async () => {
    await start({});
    await round(1);
    const { store } = world;
    await (store as SqliteStore).sealAll();
    await store.deleteDevice("d0");
    const doomed = () => inspect(engine.folder, (db) => db.prepare("SELECT count(*) FROM doomed").pluck().get());
    expect(doomed()).toBe(1);
    const rows = Array.from({ length: 5_000 }, (_, index) => [index, Math.sqrt(index)] as const);
    // Back to back, and more than one checkpoint's worth.
    for (let batch = 0; batch < 150; batch++) await store.append(batchOf({ columns: columnsOf(2, rows) }));
    expect(doomed()).toBe(0);
  });

  it("[SQ12] keep the journal short by sealing early, and nothing of it is lost: readings, marks, commit numbers", async () => {
    const journalBudgetBytes = 64 * 1_024;
    await start({ journalBudgetBytes, headsPerSlice: 8 });
    let longest = 0;
    for (let turn = 1; turn <= 400; turn++) {
      await round(turn);
      longest = Math.max(longest, (await world.store.stats()).journalBytes);
    }
    expect(longest).toBeGreaterThan(journalBudgetBytes / 3);
    expect(longest).toBeLessThan(journalBudgetBytes * 1.5);
    const inFile = inspect(engine.folder, (db) => db.prepare("SELECT sum(length(entry)) FROM journal").pluck().get());
    expect(inFile).toBeLessThan(journalBudgetBytes * 1.5);
    const state = await world.reopen();
    expect(state.commit).toBe(401);
    expect(state.series.map(({ count }) => count)).toEqual(Array.from({ length: seriesCount }, () => 400));
    const rows = Array.from({ length: 400 }, (_, index): Row => [(index + 1) * 1_000, (5 * 7 + index + 1) / 10]);
    expect(await world.raw(everything(5))).toEqual(rows);
    expect(await world.store.lastSeq("d7", "s")).toBe(207);
    expect(await world.store.lastSeq("d150", "s")).toBe(350);
  });

  it("[SQ13] keep all heads together within their memory", async () => {
    const headBudgetBytes = 512 * 1_024;
    await start({ headBudgetBytes, headsPerSlice: 8 });
    let most = 0;
    for (let turn = 1; turn <= 400; turn++) {
      await round(turn);
      most = Math.max(most, (await world.store.stats()).headBytes);
    }
    expect(most).toBeGreaterThan(headBudgetBytes / 3);
    expect(most).toBeLessThan(headBudgetBytes * 1.5);
  });

  it("[SQ14] have a fleet that started together sealed at different sizes, no two rounds alike", () => {
    const sizes = Array.from({ length: 1_000 }, (_, series) => [0, 1].map((turn) => jittered(1_000, series, turn)));
    for (const turn of [0, 1]) {
      const tenths = new Map<number, number>();
      for (const size of sizes) {
        const tenth = Math.floor(((size[turn] as number) - 1_020) / 30);
        tenths.set(tenth, (tenths.get(tenth) ?? 0) + 1);
      }
      for (let tenth = 0; tenth < 10; tenth++) expect(tenths.get(tenth)).toBeGreaterThan(60);
    }
    expect(sizes.filter(([first, second]) => first === second).length).toBeLessThan(20);
  });
});

describe("what was deleted", () => {
  it("[S35] [SQ15] leaves the file in the background", async () => {
    await start({ chunkBytes: 100, headsPerSlice: 1 });
    for (let turn = 1; turn <= 50; turn++) await round(turn);
    await world.reopen();
    await world.store.deleteDevice("d3");
    const left = () =>
      inspect(engine.folder, (db) =>
        db
          .prepare("SELECT (SELECT count(*) FROM chunks WHERE series = 4) + (SELECT count(*) FROM doomed)")
          .pluck()
          .get(),
      );
    await vi.waitFor(() => expect(left()).toBe(0), { timeout: 60_000 });
    expect((await world.raw(everything(5))).length).toBe(50);
    // The hub has come to rest, and nothing arrives any more.
    for (const device of ["d5", "d6", "d7"]) {
      await world.store.deleteDevice(device);
      await vi.waitFor(() => expect(left()).toBe(0), { timeout: 60_000 });
    }
  });
});
