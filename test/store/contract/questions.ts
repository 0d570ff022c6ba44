/** Wider questions: uneven buckets, many series at once, what happens between readings, what stood at a moment, holes. */
import { expect, it } from "vitest";
import { tierNames } from "../../../server/protocol/tiers.ts";
import type { BucketPage, HolesPage, HolesSincePage, Standing } from "../../../server/store/answers.ts";
import type { Cuts } from "../../../server/store/cuts.ts";
import type { BucketRange, Range, TelemetryStore } from "../../../server/store/store.ts";
import { Random } from "../../../simulator/random.ts";
import { printedSeed } from "../../support/seed.ts";
import { everything, type Row, type World } from "../world.ts";

type NumberRow = readonly [timeMs: number, value: number];

/** Scattered rows in the order of arrival, late and overwritten ones among them, and what stands of them in rising time. */
function scattered(random: Random, count: number): { arriving: NumberRow[]; standing: NumberRow[] } {
  const below = (most: number) => Math.floor(random.uniform() * most);
  let timeMs = -5_000;
  const arriving = Array.from({ length: count }, (_, index): NumberRow => {
    timeMs += 1 + below(below(9) === 0 ? 2_000 : 60);
    const late = index > 0 && below(7) === 0 ? below(3_000) : 0;
    return [timeMs - late, below(400) / 4 - 20];
  });
  return { arriving, standing: [...new Map(arriving)].sort((a, b) => a[0] - b[0]) };
}

async function putInParts(world: World, series: number, rows: readonly NumberRow[], parts = 5): Promise<void> {
  const size = Math.ceil(rows.length / parts);
  for (let start = 0; start < rows.length; start += size) await world.put(series, rows.slice(start, start + size));
}

/** Every page of many ranges, asked for as a caller has to. */
async function manyBuckets(store: TelemetryStore, ranges: readonly BucketRange[], cuts: Cuts, limit: number) {
  const gathered: BucketPage[][] = ranges.map(() => []);
  let waiting = ranges.map((range, index) => ({ range, index }));
  while (waiting.length > 0) {
    const asked = waiting.map(({ range }) => range);
    const pages = await store.readManyBuckets(asked, cuts, limit);
    expect(pages.length).toBeGreaterThan(0);
    expect(pages.length).toBeLessThanOrEqual(asked.length);
    const answered = waiting.splice(0, pages.length);
    const unfinished = answered.flatMap(({ range, index }, place) => {
      const page = pages[place] as BucketPage;
      gathered[index]?.push(page);
      return page.nextFromMs === null ? [] : [{ range: { ...range, fromMs: page.nextFromMs }, index }];
    });
    waiting = [...unfinished, ...waiting];
  }
  return gathered;
}

export function questionRules(world: () => World): void {
  it("[ST60] cuts at boundaries of any distance; what lies outside of them is in no bucket", async () => {
    await world().make(1);
    const rows = [-90, -61, -60, -1, 0, 10, 999, 1_000, 5_000].map((timeMs, index): Row => [timeMs, index]);
    await world().put(1, rows);
    const starts = async (range: Range, ...boundaries: number[]) => {
      const found = await world().bucketsOf(range, { boundaries: Float64Array.from(boundaries) });
      return found.map(({ times, first, last, count }) => [times, first, last, count]);
    };
    expect(await starts(everything(1), -60, 0, 7, 11, 1_000, 3_000, 5_000)).toEqual([
      [-60, 2, 3, 2],
      [0, 4, 4, 1],
      [7, 5, 5, 1],
      [11, 6, 6, 1],
      [1_000, 7, 7, 1],
    ]);
    expect(await starts({ series: 1, fromMs: -1, toMs: 1_000 }, -60, 0, 5_000)).toEqual([
      [-60, 3, 3, 1],
      [0, 4, 6, 3],
    ]);
    expect(await starts(everything(1), 2_000, 3_000)).toEqual([]);
    expect(await starts(everything(1), 0)).toEqual([]);
    expect(await starts(everything(1))).toEqual([]);
  });

  it("[ST60] cuts at even boundaries as at a width, page by page", async () => {
    const random = new Random(printedSeed("store questions"));
    const { arriving } = scattered(random, 300);
    await world().make(1);
    await putInParts(world(), 1, arriving);
    const boundaries = Float64Array.from({ length: 5_001 }, (_, index) => -100_000 + index * 250);
    const even = await world().buckets(everything(1), 250);
    for (const limit of [3, 1_000]) expect(await world().bucketsOf(everything(1), { boundaries }, limit)).toEqual(even);
  });

  it("[ST61] names the tier that buckets were made from", async () => {
    await world().make(1);
    await world().put(1, [[0, 1]]);
    const cuts = { everyMs: 1_000, originMs: 0 };
    for (const series of [1, 99]) {
      const { tier } = await world().store.readBuckets(everything(series), cuts, 10);
      expect(tierNames).toContain(tier);
    }
  });

  it("[ST62] answers many series as one by one, in their order, unknown ones with nothing", async () => {
    const random = new Random(printedSeed("store questions"));
    const numbers = [1, 2, 3, 4, 5, 6, 7];
    for (const series of numbers) {
      await world().make(series);
      await putInParts(world(), series, scattered(random, 20 * series).arriving, 2);
    }
    await world().store.deleteReadings([everything(4)]);
    const ranges = [...numbers, 99, 3].map((series): BucketRange => ({ ...everything(series), fromMs: -2_000 }));
    const cuts = { everyMs: 333, originMs: 5 };
    for (const limit of [2, 1_000]) {
      const expected = await Promise.all(
        ranges.map(async (range) => {
          const pages: BucketPage[] = [];
          for (let fromMs: number | null = range.fromMs; fromMs !== null; fromMs = pages.at(-1)?.nextFromMs ?? null) {
            pages.push(await world().store.readBuckets({ ...range, fromMs }, cuts, limit));
          }
          return pages;
        }),
      );
      expect(await manyBuckets(world().store, ranges, cuts, limit)).toEqual(expected);
    }
  });

  it("[ST63] tells times, rise and area from reading to reading of a bucket, silences without an area", async () => {
    await world().make(1);
    await world().put(1, [
      [0, 10],
      [10, 30],
      [20, 5],
      [70, 25],
      [100, 8],
      [105, 8],
      [190, 9],
    ]);
    const cuts = { everyMs: 100, originMs: 0 };
    const { steps } = await world().store.readBuckets({ ...everything(1), maxStepMs: 50 }, cuts, 10);
    // 20 up, a fall to 5 counts 5, 20 up; the fall to 8 lies between two buckets.
    expect(steps).toEqual({
      firstMs: Float64Array.of(0, 100),
      lastMs: Float64Array.of(70, 190),
      rise: Float64Array.of(45, 1),
      area: Float64Array.of(200 + 175 + 750, 40),
    });
    const { steps: without } = await world().store.readBuckets(everything(1), cuts, 10);
    expect(without).toBeUndefined();
  });

  it("[ST63] tells the steps of what stands: late readings in, overwritten values out", async () => {
    const random = new Random(printedSeed("store questions"));
    const { arriving, standing } = scattered(random, 250);
    await world().make(1);
    await putInParts(world(), 1, arriving);
    for (const [everyMs, maxStepMs] of [
      [100, 50],
      [5_000, 300],
      [1e9, Number.POSITIVE_INFINITY],
    ] as const) {
      const page = await world().store.readBuckets({ ...everything(1), maxStepMs }, { everyMs, originMs: 0 }, 1_000);
      for (const [place, startMs] of page.times.entries()) {
        const inside = standing.filter(([timeMs]) => timeMs >= startMs && timeMs < startMs + everyMs);
        let [rise, area] = [0, 0];
        inside.slice(1).forEach(([timeMs, value], index) => {
          const [beforeMs, before] = inside[index] as NumberRow;
          rise += value < before ? value : value - before;
          if (timeMs - beforeMs <= maxStepMs) area += ((timeMs - beforeMs) * (before + value)) / 2;
        });
        expect(page.steps?.firstMs[place]).toBe(inside[0]?.[0]);
        expect(page.steps?.lastMs[place]).toBe(inside.at(-1)?.[0]);
        expect(page.steps?.rise[place]).toBeCloseTo(rise, 6);
        expect(page.steps?.area[place]).toBeCloseTo(area, 3);
      }
    }
  });

  it("[ST64] tells what stood at a moment: the last reading at it or before, of every type", async () => {
    await world().make(1);
    await world().make(2, "boolean");
    await world().make(3, "string");
    await world().make(4);
    await world().put(1, [
      [-50, 1.5],
      [100, 2.5],
      [300, 3.5],
    ]);
    await world().put(2, [[100, true]]);
    await world().put(3, [
      [99, "warm"],
      [101, "hot"],
    ]);
    await world().put(1, [
      [200, 9],
      [100, -2.5],
    ]);
    const at = async (atMs: number, asked = [1, 2, 3, 4, 99, 1]) => {
      const found: (Standing | null)[] = [];
      while (found.length < asked.length) {
        const some = await world().store.readAt(asked.slice(found.length), atMs);
        expect(some.length).toBeGreaterThan(0);
        found.push(...some);
      }
      return found;
    };
    const standing = (timeMs: number, value: Row[1]) => ({ timeMs, value });
    const first = standing(-50, 1.5);
    expect(await at(-51)).toEqual([null, null, null, null, null, null]);
    expect(await at(99)).toEqual([first, null, standing(99, "warm"), null, null, first]);
    const hundred = standing(100, -2.5);
    expect(await at(100)).toEqual([hundred, standing(100, true), standing(99, "warm"), null, null, hundred]);
    const last = standing(300, 3.5);
    for (const atMs of [300, 8.64e15]) {
      expect(await at(atMs)).toEqual([last, standing(100, true), standing(101, "hot"), null, null, last]);
    }
    expect(await at(299, [1])).toEqual([standing(200, 9)]);
  });

  it("[ST65] tells where a series has no reading for longer than the grace, page by page", async () => {
    const random = new Random(printedSeed("store questions"));
    const { arriving, standing } = scattered(random, 300);
    await world().make(1);
    await putInParts(world(), 1, arriving);
    const times = standing.map(([timeMs]) => timeMs);
    for (const range of [everything(1), { series: 1, fromMs: -3_000, toMs: 4_000 }]) {
      const inside = times.filter((timeMs) => timeMs >= range.fromMs && timeMs < range.toMs);
      for (const graceMs of [40, 60, 500, 1e9]) {
        const expected = inside
          .map((timeMs, index) => [inside[index - 1] ?? timeMs, timeMs] as const)
          .filter(([fromMs, toMs]) => toMs - fromMs > graceMs);
        for (const limit of [1, 7, 1_000]) {
          const found: [number, number][] = [];
          for (let fromMs: number | null = range.fromMs; fromMs !== null; ) {
            const page: HolesPage = await world().store.readHoles({ ...range, fromMs }, graceMs, limit);
            expect(page.fromMs.length).toBeLessThanOrEqual(limit);
            for (const [index, one] of page.fromMs.entries()) found.push([one, page.toMs[index] as number]);
            fromMs = page.nextFromMs;
          }
          expect(found).toEqual(expected);
        }
      }
    }
    expect((await world().store.readHoles(everything(99), 1, 10)).fromMs).toHaveLength(0);
  });

  it("[ST98] tells silences of many series with one question, each from the last reading before on, and answers the first few", async () => {
    const random = new Random(printedSeed("store questions"));
    const { store } = world();
    for (const series of [1, 2, 3]) {
      await world().make(series);
      await putInParts(world(), series, scattered(random, 60).arriving);
    }
    await store.addMask({ series: 2, fromMs: -500, toMs: 900, atMs: 0, note: "" });
    const asked = [Number.NEGATIVE_INFINITY, -200, 850, 1e9].flatMap((fromMs) =>
      [1, 99, 2, 3].map((series) => ({ series, fromMs, graceMs: random.choice([30, 200, 1e9]) })),
    );
    const found: HolesSincePage[] = [];
    while (found.length < asked.length) {
      const pages = await store.readManyHoles(asked.slice(found.length), 4);
      expect(pages.length).toBeGreaterThan(0);
      found.push(...pages);
    }
    for (const [index, { series, fromMs, graceMs }] of asked.entries()) {
      const beforeMs = await store.timeBefore(series, fromMs);
      const range = { series, fromMs: beforeMs ?? fromMs, toMs: Number.POSITIVE_INFINITY };
      expect(found[index]).toEqual({ ...(await store.readHoles(range, graceMs, 4)), beforeMs });
    }
  });
}
