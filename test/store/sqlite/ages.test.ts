/** What a person lets go by its age: raw readings and tiers of each series by its policy, and never more than that. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Ages } from "../../../server/protocol/keep.ts";
import type { HoleCause } from "../../../server/store/ledger.ts";
import { agedRuns } from "../../../server/store/sqlite/aged.ts";
import { defaultTiers } from "../../../server/store/sqlite/plan.ts";
import type { SqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import { Random } from "../../../simulator/random.ts";
import { printedSeed } from "../../support/seed.ts";
import { everything, type Row, World } from "../world.ts";
import { buildWorker, inspect, type SqliteEngine, sqliteEngine } from "./engine.ts";

await buildWorker();

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** The end of the data of these tests. */
const nowMs = Date.UTC(2026, 10, 27);

let engine: SqliteEngine;
let world: World;

afterEach(() => world.end());

async function start(options: Parameters<typeof sqliteEngine>[0] = {}): Promise<void> {
  engine = sqliteEngine({ restMs: 0, ...options });
  world = new World(engine);
  await world.open();
}

const rows = (fromMs: number, toMs: number, everyMs: number): Row[] =>
  Array.from({ length: Math.floor((toMs - fromMs) / everyMs) }, (_, index) => [
    fromMs + index * everyMs,
    Math.round(1e4 * Math.sin(fromMs + index)) / 100,
  ]);

async function put(series: number, all: readonly Row[]): Promise<void> {
  for (let at = 0; at < all.length; at += 5_000) await world.put(series, all.slice(at, at + 5_000));
  await (world.store as SqliteStore).sealAll();
}

const tiersOf = (series: number) =>
  inspect(
    engine.folder,
    (db) =>
      db
        .prepare(
          "SELECT width_ms AS widthMs, min(frame_ms) AS fromMs, max(through_ms) AS toMs FROM tiers WHERE series = ? GROUP BY width_ms",
        )
        .all(series) as { widthMs: number; fromMs: number; toMs: number }[],
  );
const stateOf = async (series: number) => (await world.store.seriesState([series]))[0];

/** By these ages everything that is old goes; resolves once that is through. */
async function thin(ages: Ages): Promise<void> {
  const { retention } = world.store;
  await retention.setPolicies([{ device: "*", metric: "*", ages }]);
  // Frames and readings in the middle of a run go in the same walk as the last series: its end is awaited, whatever it takes.
  // What chunks that are put together meanwhile let go goes with the next walk, as it does in a hub. A store that is called more
  // often than once in 100 ms is not idle, and walks nowhere.
  await vi.waitFor(
    async () => {
      const [preview] = await retention.previewAges([{ device: "*", metric: "*", ages }], {}, nowMs);
      if (preview?.bytes !== 0) await retention.thinByAge(nowMs);
      expect(preview).toMatchObject({ readings: 0, bytes: 0 });
    },
    { timeout: 60_000, interval: 400 },
  );
}

const rolledTo = (ms: number, series = 1) =>
  vi.waitFor(() => expect(Math.max(0, ...tiersOf(series).map(({ toMs }) => toMs))).toBeGreaterThanOrEqual(ms), 60_000);

/** Times of the readings of these numbers that come each 10 s from five days ago on. */
const at = (from: number, to: number) => [from, to].map((number) => nowMs - 5 * dayMs + number * 10_000);

/** A gap from one of them to the next. */
const hole = (number: number, cause: HoleCause) => [...at(number, number + 1), cause] as [number, number, HoleCause];

const steps = (first: number, count: number, cause: HoleCause) =>
  Array.from({ length: count }, (_, index) => hole(first + index, cause));

/** Gaps of a series were found. */
async function note(series: number, holes: readonly (readonly [number, number, HoleCause])[]): Promise<void> {
  const columns = {
    fromMs: holes.map(([fromMs]) => fromMs),
    toMs: holes.map(([, toMs]) => toMs),
    cause: holes.map(([, , cause]) => cause),
  };
  const entry = { series, fromMs: 0, toMs: 0, isAtReading: false, holes: columns, rechecked: [] };
  await world.store.ledger.write([{ ...entry, looked: { throughMs: nowMs, graceMs: 25 } }], nowMs);
}

async function holesOf(series: number): Promise<unknown[]> {
  const { fromMs, toMs } = everything(series);
  const [holes] = await world.store.ledger.read([series], fromMs, toMs, 1_000);
  return holes?.fromMs.map((ms, index) => [ms, holes.toMs[index], holes.cause[index]]) ?? [];
}

describe("ages", () => {
  it("[SQ65] [TR8] raw readings go once they are old and their hours stay, and their gaps become few; those of no hour stay as they are", async () => {
    await start();
    await world.make(1);
    await world.make(2);
    const dense = rows(nowMs - 5 * dayMs, nowMs, 10_000);
    const sparse = rows(nowMs - 50 * dayMs, nowMs, 6 * hourMs);
    await put(1, dense);
    await put(2, sparse);
    await rolledTo(nowMs - dayMs);
    const range = { series: 1, fromMs: nowMs - 5 * dayMs, toMs: nowMs };
    const hours = await world.buckets(range, hourMs);
    expect(hours).toHaveLength(5 * 24);
    const [preview] = await world.store.retention.previewAges(
      [{ device: "*", metric: "*", ages: { raw: 2 * dayMs } }],
      {},
      nowMs,
    );
    expect(preview).toMatchObject({ series: 1, lost: 0, firstMs: nowMs - 5 * dayMs });
    const noted = [...steps(1, 3, "silent"), ...steps(4, 2, "offline"), hole(10, "silent"), hole(12, "silent")];
    const young = steps(4 * 8_640, 3, "silent");
    await note(1, [...noted, ...young]);
    await thin({ raw: 2 * dayMs });
    // Where the readings between them are gone, gaps that follow each other are one.
    expect(await holesOf(1)).toEqual([
      [...at(1, 4), "silent"],
      [...at(4, 6), "offline"],
      hole(10, "silent"),
      hole(12, "silent"),
      ...young,
    ]);
    const left = await world.raw(everything(1), 10_000);
    expect(dense.length - left.length).toBe(preview?.readings);
    expect(left).toEqual(dense.slice(dense.length - left.length));
    // By whole chunks: what is younger stays, and of what is older less than one.
    expect(left[0]?.[0]).toBeLessThanOrEqual(nowMs - 2 * dayMs);
    expect(left[0]?.[0]).toBeGreaterThan(nowMs - 3.5 * dayMs);
    expect(await stateOf(1)).toMatchObject({ count: left.length, firstTimeMs: left[0]?.[0] });
    expect(await world.buckets(range, hourMs)).toEqual(hours);
    expect(await world.raw(everything(2))).toEqual(sparse);
    await world.reopen();
    expect(await world.raw(everything(1), 10_000)).toEqual(left);
  });

  it("[SQ65] of booleans and texts no raw readings go for hours that are kept: no tier tells when they changed", async () => {
    await start();
    const random = new Random(printedSeed("a clock that is late"));
    const values = {
      1: (at: number) => at,
      2: (at: number) => at % 97 < 40,
      3: (at: number) => `state ${Math.floor(at / 50) % 7}`,
    };
    const told = (of: (at: number) => Row[1], from: number): Row[] =>
      Array.from({ length: 3_600 }, (_, at) => [
        nowMs - 5 * dayMs + (from + at) * 60_000 + (random.word() % 20_000),
        of(from + at),
      ]);
    for (const [series, type] of [
      [1, "number"],
      [2, "boolean"],
      [3, "string"],
    ] as const) {
      await world.make(series, type);
      // A clock that is as late as this one fills a chunk before the age.
      for (const from of [0, 3_600]) await put(series, told(values[series], from));
    }
    await rolledTo(nowMs - dayMs);
    expect([tiersOf(2), tiersOf(3)]).toEqual([[], []]);
    await thin({ raw: dayMs, hour: null });
    const counts = await world.store.seriesState([1, 2, 3]);
    expect(counts.map(({ count }) => count < 7_200)).toEqual([true, false, false]);
    // What no tier is kept of either goes as ever.
    const all = { raw: dayMs, minute: dayMs, hour: dayMs, day: dayMs };
    await thin(all);
    const left = await world.store.seriesState([2, 3]);
    expect(left.map(({ count }) => count < 7_200)).toEqual([true, true]);
  });

  it("[SQ66] [TR8] a sparse past before a dense one keeps its readings, and the dense one loses its own", async () => {
    await start();
    await world.make(1);
    // A value a month since 1958, imported.
    const past = rows(Date.UTC(1958, 0), Date.UTC(1999, 0), 30 * dayMs);
    const dense = rows(nowMs - 4 * dayMs, nowMs, 10_000);
    await put(1, past);
    // What begins beside the last of the past is rolled up by the day at first.
    await put(1, dense.slice(0, dense.length / 4));
    await rolledTo(nowMs - 3.5 * dayMs);
    await put(1, dense.slice(dense.length / 4));
    await rolledTo(nowMs - dayMs);
    await thin({ raw: dayMs });
    const left = await world.raw(everything(1), 10_000);
    expect(left.slice(0, past.length)).toEqual(past);
    expect(left.length - past.length).toBeLessThan(dense.length * 0.8);
    expect(left.at(-1)).toEqual(dense.at(-1));
    expect(await stateOf(1)).toMatchObject({ count: left.length, firstTimeMs: past[0]?.[0] });
  });

  it("[SQ67] tiers go by their own ages, whole frames at a time, and what no tier is kept of goes whether it has hours or not", async () => {
    // A frame of 15 minutes is a day long.
    await start({ tiers: { ...defaultTiers, frameBuckets: 96, leastReadings: 10 }, chunkBytes: 200 });
    await world.make(1);
    await world.make(2);
    await put(1, rows(nowMs - 20 * dayMs, nowMs, 60_000));
    await put(2, rows(nowMs - 80 * dayMs, nowMs, 6 * hourMs));
    await rolledTo(nowMs - dayMs);
    const before = tiersOf(1);
    await thin({ raw: dayMs, "15m": 10 * dayMs });
    const quarter = (all: ReturnType<typeof tiersOf>) => all.find(({ widthMs }) => widthMs === 900_000);
    expect(quarter(tiersOf(1))?.fromMs).toBeGreaterThan(nowMs - 11 * dayMs);
    expect(quarter(tiersOf(1))?.fromMs).toBeLessThanOrEqual(nowMs - 10 * dayMs);
    expect(tiersOf(1).filter(({ widthMs }) => widthMs > 900_000)).toEqual(
      before.filter(({ widthMs }) => widthMs > 900_000),
    );
    expect((await stateOf(2))?.count).toBe(320);
    await thin({ all: 40 * dayMs });
    const sparse = await world.raw(everything(2));
    expect(sparse.length).toBeLessThan(320);
    expect(sparse.length).toBeGreaterThanOrEqual(160);
    expect((await stateOf(2))?.count).toBe(sparse.length);
  });

  it("[SQ68] goes on after it was cut, and leaves what came late to a tier that is not made anew yet", async () => {
    await start({ restMs: 600_000 });
    await world.make(1);
    const dense = rows(nowMs - 4 * dayMs, nowMs, 10_000);
    await put(1, dense);
    await rolledTo(nowMs - dayMs);
    const late: Row = [nowMs - 3 * dayMs + 1, 12_345];
    await world.put(1, [late]);
    await world.store.retention.setPolicies([{ device: "*", metric: "*", ages: { raw: dayMs } }]);
    await world.store.retention.thinByAge(nowMs);
    await world.reopen();
    // What it was asked for is forgotten with the hub; the policy is not.
    await world.store.retention.thinByAge(nowMs);
    // Seldom enough that the store is idle meanwhile.
    await vi.waitFor(async () => expect((await stateOf(1))?.count).toBeLessThan(dense.length / 2), {
      ...{ timeout: 60_000, interval: 400 },
    });
    const [day] = await world.buckets(
      { series: 1, fromMs: nowMs - 3 * dayMs, toMs: nowMs - 3 * dayMs + 10_000 },
      hourMs,
    );
    expect(day?.max ?? 12_345).toBe(12_345);
    const hours = await world.buckets({ series: 1, fromMs: nowMs - 4 * dayMs, toMs: nowMs }, hourMs);
    expect(hours).toHaveLength(96);
    expect(Math.max(...hours.map(({ max }) => max))).toBe(12_345);
  });

  it("[SQ69] a run never reaches over what stays", () => {
    const chunk = (firstMs: number, lastMs: number) => ({ firstMs, lastMs, count: 10, bytes: 100 });
    const spans = (runs: ReturnType<typeof agedRuns>) => runs.map(({ fromMs, toMs, lost }) => [fromMs, toMs, lost]);
    const held = [
      { fromMs: 0, toMs: 100 },
      { fromMs: 200, toMs: 300 },
    ];
    const never = Number.NEGATIVE_INFINITY;
    expect(spans(agedRuns([chunk(0, 40), chunk(41, 99)], held, never))).toEqual([[0, 100, false]]);
    // One that goes on behind what is held, one between, one across.
    expect(spans(agedRuns([chunk(0, 40), chunk(90, 120), chunk(130, 150), chunk(190, 210)], held, never))).toEqual([
      [0, 41, false],
    ]);
    expect(spans(agedRuns([chunk(0, 40), chunk(200, 220), chunk(221, 299)], held, never))).toEqual([
      [0, 41, false],
      [200, 300, false],
    ]);
    expect(spans(agedRuns([chunk(-50, -20), chunk(0, 40), chunk(41, 60)], held, -10))).toEqual([
      [never, -19, true],
      [0, 61, false],
    ]);
  });
});
