import { expect, it } from "vitest";
import type { BucketRange } from "../../../server/store/store.ts";
import { everything, type Row, type World } from "../world.ts";

export function bucketRules(world: () => World): void {
  it("[ST21] gives first, last, min, max, sum and count of each bucket that holds a reading", async () => {
    await world().make(1);
    await world().put(1, [
      [0, 3],
      [4, 1],
      [9, 2],
      [30, -5],
      [31, -7],
    ]);
    const expected = [
      { times: 0, first: 3, last: 2, min: 1, max: 3, sum: 6, count: 3 },
      { times: 30, first: -5, last: -7, min: -7, max: -5, sum: -12, count: 2 },
    ];
    expect(await world().buckets(everything(1), 10)).toEqual(expected);
    await world().reopen();
    expect(await world().buckets(everything(1), 10)).toEqual(expected);
  });

  it("[ST22] aligns buckets to the origin, before it too", async () => {
    await world().make(1);
    await world().put(1, [
      [-11, 1],
      [-10, 2],
      [-1, 3],
      [0, 4],
      [9, 5],
    ]);
    const starts = async (everyMs: number, originMs: number) =>
      (await world().buckets(everything(1), everyMs, originMs)).map(({ times, count }) => [times, count]);
    expect(await starts(10, 0)).toEqual([
      [-20, 1],
      [-10, 2],
      [0, 2],
    ]);
    expect(await starts(10, 3)).toEqual(
      [
        [-17, 1],
        [-7, 2],
        [3, 1],
      ].map(([start, count]) => [start, start === -17 ? 2 : start === -7 ? 2 : count]),
    );
    expect(await starts(1_000_000, -500_000)).toEqual([[-500_000, 5]]);
  });

  it("[ST23] counts only readings within the range, also where it cuts a bucket", async () => {
    await world().make(1);
    await world().put(
      1,
      Array.from({ length: 100 }, (_, index): Row => [index, index]),
    );
    expect(await world().buckets({ series: 1, fromMs: 5, toMs: 25 }, 10)).toEqual([
      { times: 0, first: 5, last: 9, min: 5, max: 9, sum: 35, count: 5 },
      { times: 10, first: 10, last: 19, min: 10, max: 19, sum: 145, count: 10 },
      { times: 20, first: 20, last: 24, min: 20, max: 24, sum: 110, count: 5 },
    ]);
  });

  it("[ST24] pages buckets: never more than asked for, none twice, none left out", async () => {
    await world().make(1);
    for (let start = 0; start < 1_000; start += 250) {
      await world().put(
        1,
        Array.from({ length: 250 }, (_, index): Row => [(start + index) * 7, (start + index) % 13]),
      );
    }
    const whole = await world().buckets(everything(1), 50);
    expect(whole).toHaveLength(140);
    for (const limit of [1, 7, 139, 140]) expect(await world().buckets(everything(1), 50, 0, limit)).toEqual(whole);
    const page = await world().store.readBuckets(everything(1), { everyMs: 50, originMs: 0 }, 10);
    expect(page.nextFromMs).toBe(500);
  });

  it("[ST25] aggregates what stands: late readings in, overwritten values out, at any width", async () => {
    await world().make(1);
    const standing = new Map<number, number>();
    const put = async (rows: Row[]) => {
      await world().put(1, rows);
      for (const [timeMs, value] of rows) standing.set(timeMs, value as number);
    };
    await put(Array.from({ length: 200 }, (_, index) => [index * 10, index]));
    await put(Array.from({ length: 200 }, (_, index) => [2_000 + index * 10, -index]));
    await put([
      [505, 1e6],
      [510, -1e6],
      [3_000, 7],
    ]);
    await put([[1_995, 0.5]]);
    for (const everyMs of [1, 10, 64, 1_000, 100_000]) {
      const found = await world().buckets(everything(1), everyMs);
      const sum = [...standing.values()].reduce((total, value) => total + value, 0);
      expect(found.reduce((total, bucket) => total + bucket.count, 0)).toBe(standing.size);
      expect(found.reduce((total, bucket) => total + bucket.sum, 0)).toBeCloseTo(sum, 6);
      for (const bucket of found) {
        const inside = [...standing]
          .filter(([timeMs]) => timeMs >= bucket.times && timeMs < bucket.times + everyMs)
          .sort((a, b) => a[0] - b[0])
          .map(([, value]) => value);
        const { first, last, min, max, count } = bucket;
        const expected = { first: inside[0], last: inside.at(-1), count: inside.length };
        expect({ first, last, count }).toEqual(expected);
        expect([min, max]).toEqual([Math.min(...inside), Math.max(...inside)]);
      }
    }
  });

  it("[ST99] tells how many readings a question would look at one by one, and then no buckets", async () => {
    await world().make(1);
    await world().put(1, [
      [0, 3],
      [4, 1],
      [9, 2],
    ]);
    const each = async (range: Partial<BucketRange>) => {
      const { store } = world();
      const page = await store.readBuckets({ ...everything(1), counting: true, ...range }, cuts, 1);
      expect([page.times.length, page.nextFromMs]).toEqual([0, null]);
      return page.each ?? 0;
    };
    const cuts = { everyMs: 7, originMs: 0 };
    expect(await each({ maxStepMs: 10 })).toBe(3);
    const part = await each({ maxStepMs: 10, fromMs: 4, toMs: 9 });
    // What has to be decoded for it counts, too.
    expect([1, 3]).toContain(part);
    expect(await each({ fromMs: 10 })).toBe(0);
    expect(await each({ series: 99 })).toBe(0);
  });
}
