/** Rate, increase and integral beside plain loops over the readings. */
import { describe, expect, it } from "vitest";
import type { HistoryQuery } from "../../server/hub/history/query.ts";
import { stepNames } from "../../server/protocol/past.ts";
import { Random } from "../../simulator/random.ts";
import { printedSeed } from "../support/seed.ts";
import { liveWorld, type TestReading } from "./live/live-world.ts";

const start = Date.UTC(2026, 10, 24);
const second = 1_000;
const hour = 3_600_000;
const name = "meter/energy";

type Rows = readonly (readonly [timeMs: number, value: number])[];

/** A series that declares that it reports every `intervalMs`: two and a half of them, and 10 s at least, are no silence. */
async function worldOf(rows: Rows, intervalMs: number | undefined, pageReadings = 5_000) {
  const world = await liveWorld({}, { pageReadings });
  await world.commit(...rows.map(([timeMs, value]): TestReading => [name, timeMs, value]));
  const [series] = world.catalog.select(["meter"], ["energy"]);
  if (!series) throw new Error("no series");
  if (intervalMs !== undefined) series.device.meta = { ...series.device.meta, reportInterval: intervalMs };
  return async (query: Partial<HistoryQuery>) => {
    const told = { times: [] as number[], rate: [] as number[], increase: [] as number[], integral: [] as number[] };
    const full = { fromMs: start, toMs: start + hour, nowMs: start + hour, aggregates: stepNames, ...query };
    await world.history.check([series], full);
    for await (const { columns } of world.history.pages(series, full)) {
      for (const one of ["times", ...stepNames] as const) told[one].push(...(columns[one] ?? []));
    }
    return told;
  };
}

/** What should be told: each step counts where it ends; an area is cut at the edges of buckets that have a reading. */
function expected(rows: Rows, fromMs: number, toMs: number, everyMs: number, graceMs: number) {
  const bucket = (timeMs: number) => Math.floor(timeMs / everyMs) * everyMs;
  const times = [...new Set(rows.filter(([at]) => at >= fromMs && at < toMs).map(([at]) => bucket(at)))];
  const increase = new Map<number, number>();
  const area = new Map<number, number>();
  const add = (to: Map<number, number>, timeMs: number, by: number) => {
    // The bucket that holds it, or the next one with a reading, or the last.
    const place = times.find((startMs) => startMs + everyMs > timeMs) ?? (times.at(-1) as number);
    to.set(place, (to.get(place) ?? 0) + by);
  };
  rows.slice(1).forEach(([timeMs, value], index) => {
    const [beforeMs, before] = rows[index] as Rows[number];
    if (timeMs >= fromMs && timeMs < toMs) add(increase, timeMs, value < before ? value : value - before);
    if (timeMs - beforeMs > graceMs) return;
    const at = (ms: number) => before + ((value - before) * (ms - beforeMs)) / (timeMs - beforeMs);
    const edges = [beforeMs, timeMs, fromMs, toMs, ...times, ...times.map((startMs) => startMs + everyMs)];
    const within = edges.filter((ms) => ms >= Math.max(beforeMs, fromMs) && ms <= Math.min(timeMs, toMs));
    const cuts = [...new Set(within)].sort((a, b) => a - b);
    cuts.slice(1).forEach((endMs, part) => {
      const beginMs = cuts[part] as number;
      add(area, beginMs, ((endMs - beginMs) * (at(beginMs) + at(endMs))) / 2 / hour);
    });
  });
  const of = (map: Map<number, number>) => times.map((startMs) => map.get(startMs) ?? 0);
  return { times, increase: of(increase), integral: of(area) };
}

function near(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [index, one] of wanted.entries()) expect(found[index]).toBeCloseTo(one, 6);
}

describe("steps from reading to reading", () => {
  it("[P82] counts what a counter rose, its resets from 0, with what lies between buckets and before the range", async () => {
    const ask = await worldOf(
      [
        [start - 30 * second, 90],
        [start, 100],
        [start + 10 * second, 130],
        [start + 70 * second, 10],
        [start + 110 * second, 30],
        [start + 300 * second, 35],
      ],
      undefined,
    );
    expect(await ask({ everyMs: 60 * second, aggregates: ["increase", "rate"] })).toMatchObject({
      times: [0, 60, 300].map((seconds) => start + seconds * second),
      increase: [40, 30, 5],
      rate: [40 / 40, 30 / 100, 5 / 190],
    });
    const alone = await ask({ everyMs: 60 * second, fromMs: start - 30 * second, toMs: start });
    expect([alone.increase, alone.rate]).toEqual([[0], [0]]);
  });

  it("[P82] turns power into energy: 1 kW for an hour is 1 kWh, cut at the edges of buckets", async () => {
    const every15 = Array.from({ length: 9 }, (_, index) => [start + (index - 2) * 900 * second, 1_000] as const);
    const ask = await worldOf(every15, 900 * second);
    expect((await ask({ everyMs: hour })).integral).toEqual([1_000]);
    expect((await ask({ everyMs: hour / 2 })).integral).toEqual([500, 500]);
    // Buckets between two readings: the next one that has one counts them.
    expect((await ask({ everyMs: 300 * second })).integral.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1_000, 9);
  });

  it("[P82] draws no area over a silence, declared or learned", async () => {
    const rows: Rows = [0, 10, 20, 1_000, 1_010].map((seconds) => [start + seconds * second, 360]);
    const ask = await worldOf(rows, 10 * second);
    expect((await ask({ everyMs: hour })).integral).toEqual([3]);
    const onEvent = await worldOf(rows, 0);
    expect((await onEvent({ everyMs: hour })).integral).toEqual([101]);
  });

  it("[P82] adds up over buckets of any width and over ranges that follow each other, page by page", async () => {
    const random = new Random(printedSeed("steps"));
    let timeMs = start - 200 * second;
    const rows = Array.from({ length: 400 }, (): [number, number] => {
      timeMs += Math.ceil(random.exponential(12)) * second + Math.floor(random.uniform() * second);
      return [timeMs, Math.round(random.between(-50, 500))];
    });
    for (const pageReadings of [7, 5_000]) {
      const ask = await worldOf(rows, 10 * second, pageReadings);
      for (const everyMs of [second, 60 * second, 7 * 60 * second, hour]) {
        for (const [fromMs, toMs] of [
          [start, start + hour],
          [start + 123_456, start + 2_000 * second],
        ] as const) {
          const told = await ask({ everyMs, fromMs, toMs });
          const wanted = expected(rows, fromMs, toMs, everyMs, 25 * second);
          expect(told.times).toEqual(wanted.times);
          near(told.increase, wanted.increase);
          near(told.integral, wanted.integral);
        }
      }
      const sum = (of: readonly number[]) => of.reduce((total, one) => total + one, 0);
      const whole = await ask({ everyMs: hour });
      const middleMs = start + 1_234_567;
      const parts = [await ask({ everyMs: second, toMs: middleMs }), await ask({ everyMs: hour, fromMs: middleMs })];
      expect(parts.reduce((total, part) => total + sum(part.increase), 0)).toBeCloseTo(sum(whole.increase), 6);
      expect(parts.reduce((total, part) => total + sum(part.integral), 0)).toBeCloseTo(sum(whole.integral), 6);
    }
  });
});
