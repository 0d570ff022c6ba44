import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import { everything, type Row, World } from "../world.ts";
import { buildWorker, inspect, type SqliteEngine, sqliteEngine } from "./engine.ts";

await buildWorker();

let engine: SqliteEngine;
let world: World;

async function start(options: Parameters<typeof sqliteEngine>[0] = {}): Promise<void> {
  engine = sqliteEngine(options);
  world = new World(engine);
  await world.open();
  await world.make(1);
}

beforeEach(() => start());
afterEach(() => world.end());

/** Values that deflate cannot shorten much. */
function noisy(count: number, firstMs: number, stepMs = 10): Row[] {
  return Array.from({ length: count }, (_, index) => {
    const timeMs = firstMs + index * stepMs;
    return [timeMs, (Math.imul(timeMs ^ (timeMs >>> 7), 0x2c1b3c6d) >>> 12) / 100];
  });
}

async function sealed(rows: Row[]): Promise<void> {
  await world.put(1, rows);
  await (world.store as SqliteStore).sealAll();
}

function chunkRows(): { first_ms: number; last_ms: number; count: number }[] {
  return inspect(engine.folder, (db) =>
    db.prepare("SELECT first_ms, last_ms, count FROM chunks ORDER BY id").all(),
  ) as never;
}

describe("chunks", () => {
  it("[SQ7] merges small ones, so that a slow series does not become a row a seal", async () => {
    const rows = noisy(400, 0);
    for (let start = 0; start < 400; start += 10) await sealed(rows.slice(start, start + 10));
    expect(chunkRows().length).toBeLessThan(12);
    expect(await world.raw(everything(1))).toEqual(rows);
    expect(await world.store.seriesState([1])).toMatchObject([{ count: 400 }]);
  });

  it("[SQ8] keeps late readings apart from what they overlap", async () => {
    await sealed(noisy(3_000, 0));
    await sealed(noisy(3_000, 40_000));
    await sealed([
      [15, 1],
      [60_000, 2],
      [90_000, 3],
    ]);
    expect(chunkRows().slice(-2)).toMatchObject([
      { first_ms: 15, last_ms: 60_000, count: 2 },
      { first_ms: 90_000, last_ms: 90_000, count: 1 },
    ]);
  });

  it("[SQ9] lets the later arrival win through any merge", async () => {
    const big = noisy(3_000, 0);
    await sealed(big);
    await sealed([[30_000, 1]]);
    const overwriting = noisy(2_500, 5_000).map(([timeMs]): Row => [timeMs, -7]);
    await sealed([...overwriting, [30_000, 2]]);
    for (let turn = 0; turn < 10; turn++) await sealed([[31_000 + turn, turn]]);
    const found = new Map(await world.raw(everything(1)));
    expect(found.get(5_000)).toBe(-7);
    expect(found.get(29_990)).toBe(-7);
    expect(found.get(30_000)).toBe(2);
    expect(found.get(4_990)).toBe(big[499]?.[1]);
    expect(found.size).toBe(3_011);
  });

  it("[SQ9] merges no chunk that a later one overwrote in part", async () => {
    await sealed(noisy(3_000, 0));
    await sealed(Array.from({ length: 11 }, (_, index): Row => [30_000 + index * 10, 1]));
    const late = noisy(10_001, 20_050, 1);
    await sealed(late);
    await sealed([
      [30_060, 2],
      [30_200, 2],
    ]);
    const found = new Map(await world.raw({ series: 1, fromMs: 20_050, toMs: 40_000 }, 5_000));
    for (const [timeMs, value] of late) expect(found.get(timeMs)).toBe(value);
    expect([30_050, 30_060, 30_070, 30_200].map((timeMs) => found.get(timeMs))).toEqual([late.at(-1)?.[1], 2, 1, 2]);
  });

  it("[SQ10] reads any number of chunks, also where a late one reaches back over all of them", async () => {
    await world.end();
    await start({ chunkBytes: 24 });
    const standing = new Map<number, number>();
    const put = async (rows: Row[]) => {
      for (const [timeMs, value] of rows) standing.set(timeMs, value as number);
      await sealed(rows);
    };
    for (let turn = 0; turn < 90; turn++) await put(noisy(20, turn * 1_000));
    await put([
      [5, -1],
      [500, -2],
      [40_000, -3],
      [88_190, -4],
    ]);
    await put([[88_200, -5]]);
    await put([
      [500, -6],
      [89_100, -7],
    ]);
    expect(chunkRows().length).toBeGreaterThan(80);
    const expected = [...standing].sort((a, b) => a[0] - b[0]);
    expect(await world.raw(everything(1))).toEqual(expected);
    expect(await world.raw(everything(1), 77)).toEqual(expected);
    const buckets = await world.buckets(everything(1), 5_000, 0, 4);
    expect(buckets.map(({ count }) => count).reduce((sum, count) => sum + count)).toBe(standing.size);
    expect(buckets[8]?.first).toBe(-3);
    expect(await world.store.seriesState([1])).toMatchObject([{ count: standing.size }]);
  });

  it("[SQ11] cuts a head that merges made too long", async () => {
    await sealed(Array.from({ length: 20_000 }, (_, index): Row => [index * 1_000, 20]));
    expect(Math.max(...chunkRows().map(({ count }) => count))).toBeLessThanOrEqual(16_384);
    expect((await world.raw(everything(1), 5_000)).length).toBe(20_000);
    expect(await world.changes(everything(1))).toEqual([[0, 20]]);
  });
});
