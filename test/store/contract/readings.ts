import { expect, it } from "vitest";
import type { ChangesPage } from "../../../server/store/answers.ts";
import { ColumnsBuilder } from "../../../server/store/columns.ts";
import { everything, type Row, type World } from "../world.ts";

const exactNumbers = [
  0,
  -0,
  1,
  -1,
  0.1,
  0.30000000000000004,
  Math.PI,
  21.5,
  -273.15,
  5e-324,
  -5e-324,
  2.2250738585072014e-308,
];
const hugeNumbers = [
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** 53,
  -(2 ** 53),
  2 ** 53 + 2,
  1e21,
  1e-7,
  123456789.12345679,
];

/** Rows from a time on, a second apart. */
function steady(count: number, firstMs = 0): Row[] {
  return Array.from({ length: count }, (_, index) => [firstMs + index * 1_000, index / 10]);
}

export function readingRules(world: () => World): void {
  it("[ST10] gives back every finite number exactly, -0 and subnormals too", async () => {
    await world().make(1);
    const rows = [...exactNumbers, ...hugeNumbers].map((value, index): Row => [index, value]);
    await world().put(1, rows);
    expect(await world().raw(everything(1))).toEqual(rows);
    await world().reopen();
    expect(await world().raw(everything(1))).toEqual(rows);
    expect(await world().store.latest([1])).toMatchObject([{ value: hugeNumbers.at(-1) }]);
  });

  it("[ST10] keeps -0 as the newest value across a restart", async () => {
    await world().make(1);
    await world().put(1, [[1, -0]]);
    expect((await world().reopen()).latest[0]?.value).toBe(-0);
  });

  it("[ST11] keeps booleans and texts", async () => {
    await world().make(1, "boolean");
    await world().make(2, "string");
    const switches: Row[] = [
      [1, true],
      [2, false],
      [3, false],
      [9, true],
    ];
    const texts: Row[] = [
      [1, ""],
      [2, "läuft"],
      [3, "läuft"],
      [4, "🌡️ \u0000 'quoted'"],
      [5, "x".repeat(256)],
    ];
    await world().put(1, switches);
    await world().put(2, texts);
    await world().put(2, [[6, "läuft"]]);
    await world().reopen();
    expect(await world().raw(everything(1))).toEqual(switches);
    expect(await world().raw(everything(2))).toEqual([...texts, [6, "läuft"]]);
    expect(await world().store.latest([1, 2])).toMatchObject([{ value: true }, { value: "läuft" }]);
  });

  it("[ST12] keeps any integer time, before 1970 and far away", async () => {
    await world().make(1);
    const rows = [-8.64e15, -(2 ** 51), -1_000, -1, 0, 1, 1.79e12, 8.64e15].map((timeMs): Row => [timeMs, 1]);
    await world().put(1, rows);
    expect(await world().raw(everything(1))).toEqual(rows);
    await world().reopen();
    expect(await world().raw(everything(1))).toEqual(rows);
    expect(await world().store.seriesState([1])).toMatchObject([
      { firstTimeMs: -8.64e15, lastTimeMs: 8.64e15, count: 8 },
    ]);
  });

  it("[ST13] includes the start of a range and excludes its end", async () => {
    await world().make(1);
    await world().put(1, steady(5));
    const times = async (fromMs: number, toMs: number) =>
      (await world().raw({ series: 1, fromMs, toMs })).map(([timeMs]) => timeMs);
    expect(await times(1_000, 3_000)).toEqual([1_000, 2_000]);
    expect(await times(999, 3_001)).toEqual([1_000, 2_000, 3_000]);
    expect(await times(2_000, 2_000)).toEqual([]);
    expect(await times(5_000, 9_000)).toEqual([]);
    expect(await times(Number.NEGATIVE_INFINITY, 1)).toEqual([0]);
  });

  it("[ST14] pages a range: never more than asked for, nothing twice, nothing left out", async () => {
    await world().make(1);
    const rows = steady(2_500);
    for (let start = 0; start < rows.length; start += 500) await world().put(1, rows.slice(start, start + 500));
    for (const limit of [1_000, 999, 2_500, 1]) {
      const range = { series: 1, fromMs: limit === 1 ? 2_490_000 : 0, toMs: Number.POSITIVE_INFINITY };
      expect(await world().raw(range, limit)).toEqual(limit === 1 ? rows.slice(2_490) : rows);
    }
    const first = await world().store.readRaw(everything(1), 10);
    expect(first.nextFromMs).toBe(10_000);
    expect((await world().store.readRaw(everything(1), 2_500)).nextFromMs).toBeNull();
  });

  it("[ST15] keeps one value a millisecond: the later arrival, in one batch, across batches, across a restart", async () => {
    await world().make(1);
    await world().put(1, [
      [1, 10],
      [1, 11],
      [2, 20],
    ]);
    await world().put(1, [[2, 21]]);
    await world().put(1, [[3, 30]]);
    await world().put(1, [[1, 12]]);
    const expected: Row[] = [
      [1, 12],
      [2, 21],
      [3, 30],
    ];
    expect(await world().raw(everything(1))).toEqual(expected);
    await world().reopen();
    await world().put(1, [[3, 31]]);
    expect(await world().raw(everything(1))).toEqual([...expected.slice(0, 2), [3, 31]]);
    expect(await world().store.seriesState([1])).toMatchObject([{ count: 3 }]);
  });

  it("[ST16] sorts what came late or out of order", async () => {
    await world().make(1);
    const rows = steady(60);
    const shuffled = rows.map((row, index) => [(index * 37) % 60, row] as const).sort((a, b) => a[0] - b[0]);
    for (let start = 0; start < 60; start += 7) {
      await world().put(
        1,
        shuffled.slice(start, start + 7).map(([, row]) => row),
      );
    }
    expect(await world().raw(everything(1))).toEqual(rows);
    expect(await world().raw(everything(1), 7)).toEqual(rows);
    await world().reopen();
    await world().put(1, [[500, 7]]);
    expect((await world().raw(everything(1))).slice(0, 3)).toEqual([rows[0], [500, 7], rows[1]]);
    expect(await world().store.seriesState([1])).toMatchObject([{ firstTimeMs: 0, lastTimeMs: 59_000, count: 61 }]);
  });

  it("[ST17] gives only changes where they are asked for, the first reading of the range always", async () => {
    await world().make(1, "boolean");
    await world().make(2, "string");
    await world().make(3);
    const on = (timeMs: number, value: boolean): Row => [timeMs, value];
    await world().put(1, [on(1, true), on(2, true), on(3, false)]);
    await world().put(1, [on(4, false), on(5, false), on(6, true), on(7, true)]);
    expect(await world().changes(everything(1))).toEqual([on(1, true), on(3, false), on(6, true)]);
    expect(await world().changes(everything(1), 1)).toEqual([on(1, true), on(3, false), on(6, true)]);
    expect(await world().changes({ series: 1, fromMs: 4, toMs: 7 })).toEqual([on(4, false), on(6, true)]);
    await world().put(2, [
      [1, "a"],
      [2, "a"],
      [3, "b"],
    ]);
    await world().put(2, [
      [4, "b"],
      [5, "a"],
    ]);
    const texts = [
      [1, "a"],
      [3, "b"],
      [5, "a"],
    ];
    expect(await world().changes(everything(2))).toEqual(texts);
    await world().put(3, [
      [1, 5],
      [2, 5],
      [3, 5],
      [4, 5.5],
    ]);
    expect(await world().changes(everything(3))).toEqual([
      [1, 5],
      [4, 5.5],
    ]);
  });

  it("[ST17] tells of each change until when it held, and begins anew after a silence", async () => {
    await world().make(1, "boolean");
    // A chunk of its own each, the first of one value all along: sealed, it is known by its ends alone.
    await world().put(
      1,
      [1, 2, 3, 40, 41].map((timeMs): Row => [timeMs, true]),
    );
    await world().put(1, [
      [42, false],
      [80, false],
      [81, true],
    ]);
    for (const again of [false, true]) {
      if (again) await world().reopen();
      const told = async (silenceMs: number, limit = 100) => {
        const found: unknown[] = [];
        let fromMs: number | null = 0;
        while (fromMs !== null) {
          const page: ChangesPage = await world().store.readChanges({ series: 1, fromMs, toMs: 100 }, limit, silenceMs);
          page.times.forEach((timeMs, index) => {
            found.push([timeMs, page.values[index], page.heldMs[index]]);
          });
          fromMs = page.nextFromMs;
        }
        return found;
      };
      const [steady, last] = [
        [42, 0, 80],
        [81, 1, 81],
      ];
      expect(await told(Infinity)).toEqual([[1, 1, 41], steady, last]);
      expect(await told(38)).toEqual([[1, 1, 41], steady, last]);
      for (const limit of [100, 2, 1]) {
        expect(await told(37, limit)).toEqual([[1, 1, 41], [42, 0, 42], [80, 0, 80], last]);
        expect(await told(10, limit)).toEqual([[1, 1, 3], [40, 1, 41], [42, 0, 42], [80, 0, 80], last]);
      }
    }
  });

  it("[ST17] sees a late reading as a change between two equal ones", async () => {
    await world().make(1, "boolean");
    await world().put(1, [
      [1, true],
      [9, true],
    ]);
    await world().put(1, [[5, false]]);
    expect(await world().changes(everything(1))).toEqual([
      [1, true],
      [5, false],
      [9, true],
    ]);
  });

  it("[ST48] tells the time of the last reading before a time, which is excluded", async () => {
    await world().make(1, "string");
    await world().make(2);
    const before = (beforeMs: number, series = 1) => world().store.timeBefore(series, beforeMs);
    expect(await before(5)).toBeNull();
    await world().put(1, [
      [-5, "a"],
      [10, "b"],
      [20, "b"],
    ]);
    await world().put(1, [
      [40, "c"],
      [15, "late"],
      [30, "b"],
    ]);
    await world().put(2, [[12, 1]]);
    const expected = { "-5": null, "-4": -5, "10": -5, "11": 10, "15": 10, "16": 15, "20": 15, "39": 30, "41": 40 };
    for (let turn = 0; turn < 2; turn++) {
      for (const [beforeMs, foundMs] of Object.entries(expected)) expect(await before(Number(beforeMs))).toBe(foundMs);
      expect(await before(Number.POSITIVE_INFINITY)).toBe(40);
      expect(await before(Number.NEGATIVE_INFINITY)).toBeNull();
      expect(await before(100, 2)).toBe(12);
      expect(await before(100, 9)).toBeNull();
      await world().reopen();
    }
    await world().store.deleteReadings([{ series: 1, fromMs: 15, toMs: 31 }]);
    expect(await before(40)).toBe(10);
    await world().put(1, [[12, "back"]]);
    expect(await before(40)).toBe(12);
  });

  it("[ST48] finds it among thousands of readings", async () => {
    await world().make(1, "boolean");
    for (let start = 0; start < 4_000; start += 500) {
      await world().put(
        1,
        Array.from({ length: 500 }, (_, index): Row => [(start + index) * 10, index % 7 === 0]),
      );
    }
    for (const beforeMs of [1, 5, 10, 11, 4_999, 5_000, 5_001, 20_005, 39_990, 39_991, 1e9]) {
      const foundMs = Math.min(39_990, Math.ceil(beforeMs / 10) * 10 - 10);
      expect(await world().store.timeBefore(1, beforeMs)).toBe(foundMs);
    }
  });

  it("[ST18] calls newest the greatest device time, and of one time the later arrival", async () => {
    await world().make(1);
    await world().put(1, [[100, 1]], 5_000);
    await world().put(1, [[50, 2]], 6_000);
    expect(await world().store.latest([1])).toEqual([{ series: 1, timeMs: 100, value: 1, receivedMs: 5_000 }]);
    await world().put(1, [[100, 3]], 7_000);
    const newest = [{ series: 1, timeMs: 100, value: 3, receivedMs: 7_000 }];
    expect(await world().store.latest([1])).toEqual(newest);
    expect((await world().reopen()).latest).toEqual(newest);
  });

  it("[ST19] answers state and newest in the order asked, and leaves out what it does not know", async () => {
    await world().make(1);
    await world().make(2);
    await world().make(3);
    await world().put(3, [[1, 1]]);
    await world().put(1, [[2, 2]]);
    const numbers = async () => (await world().store.seriesState([3, 9, 2, 1])).map(({ series }) => series);
    expect(await numbers()).toEqual([3, 2, 1]);
    expect((await world().store.latest([3, 9, 2, 1])).map(({ series }) => series)).toEqual([3, 1]);
    expect(await world().store.seriesState([2])).toMatchObject([{ firstTimeMs: null, lastTimeMs: null, count: 0 }]);
    await world().reopen();
    expect(await numbers()).toEqual([3, 2, 1]);
  });

  it("[ST20] answers an empty page for a series that is gone, and leaves its readings out of a batch", async () => {
    await world().make(1);
    await world().make(7, "number", "gone");
    await world().store.deleteDevice("gone");
    for (let turn = 0; turn < 2; turn++) {
      const builder = new ColumnsBuilder();
      for (const series of [7, 1]) builder.push(series, turn, turn);
      await world().append({ columns: builder.take() });
      expect(await world().raw(everything(7))).toEqual([]);
      expect(await world().changes(everything(7))).toEqual([]);
      expect(await world().buckets(everything(7), 10)).toEqual([]);
      await world().reopen();
    }
    expect(await world().raw(everything(7))).toEqual([]);
    expect(await world().raw(everything(1))).toHaveLength(2);
  });
}
