/** A fleet over time beside plain loops over its readings. */
import { describe, expect, it } from "vitest";
import type { HistoryQuery } from "../../server/hub/history/query.ts";
import type { Aggregate } from "../../server/protocol/past.ts";
import { zoneNamed } from "../../server/protocol/zones.ts";
import { Random } from "../../simulator/random.ts";
import { printedSeed } from "../support/seed.ts";
import { liveWorld, type TestReading } from "./live/live-world.ts";

const start = Date.UTC(2026, 10, 24);
const second = 1_000;
const all: readonly Aggregate[] = ["min", "max", "mean", "sum", "count", "p5", "p50", "p95", "p99"];

async function fleetOf(rows: readonly TestReading[], pageReadings = 5_000) {
  const world = await liveWorld({}, { pageReadings });
  await world.commit(...rows);
  return async (query: Partial<HistoryQuery>) => {
    const full = { fromMs: start, toMs: start + 3_600_000, nowMs: start, aggregates: all, ...query };
    const series = world.catalog.select(undefined, ["heat"]);
    await world.history.check(series, full);
    const told = new Map<number, Record<string, number>>();
    let pages = 0;
    for await (const { columns, done } of world.history.across(series, full)) {
      pages += 1;
      for (const [index, startMs] of columns.times.entries()) {
        expect(told.has(startMs)).toBe(false);
        told.set(startMs, Object.fromEntries(all.map((name) => [name, columns[name]?.[index] as number])));
      }
      if (done) break;
    }
    return { told, pages };
  };
}

describe("a fleet over time", () => {
  it("[P81] has the least and the most of all readings, all else of the devices' means", async () => {
    const fleet = await fleetOf([
      ["a/heat", start, 10],
      ["a/heat", start + second, 20],
      ["a/heat", start + 2 * second, 30],
      ["b/heat", start + second, 100],
      ["c/heat", start + 90 * second, 7],
      ["d/heat", start, true],
    ]);
    const { told } = await fleet({ everyMs: 60 * second });
    expect([...told]).toEqual([
      [start, { min: 10, max: 100, mean: 60, sum: 120, count: 4, p5: 24, p50: 60, p95: 96, p99: 99.2 }],
      [start + 60 * second, { min: 7, max: 7, mean: 7, sum: 7, count: 1, p5: 7, p50: 7, p95: 7, p99: 7 }],
    ]);
  });

  it.each([
    [second, undefined],
    [60 * second, undefined],
    [3_600_000, "Asia/Kathmandu"],
  ])("[P81] is what plain loops give, in buckets of %i ms, stretch by stretch", async (everyMs, zone) => {
    const random = new Random(printedSeed("a fleet"));
    const devices = Array.from({ length: 23 }, (_, index) => `oven-${index}`);
    const values = devices.map((device) => {
      let timeMs = start - 10 * second;
      return Array.from({ length: 40 + Math.floor(random.uniform() * 100) }, () => {
        timeMs += Math.ceil(random.exponential(60) * second);
        return [`${device}/heat`, timeMs, Math.round(random.normal() * 100) / 10] as const;
      });
    });
    const fleet = await fleetOf(values.flat(), 50);
    const toMs = start + 3_000 * second;
    const { told, pages } = await fleet({ everyMs, toMs, zone: zone ? zoneNamed(zone) : undefined });
    expect(pages).toBe(Math.max(1, Math.ceil((toMs - start) / everyMs / 512)));
    const shiftMs = zone ? 45 * 60 * second : 0;
    const bucket = (timeMs: number) => Math.floor((timeMs + shiftMs) / everyMs) * everyMs - shiftMs;
    const within = values.map((rows) => rows.filter(([, timeMs]) => timeMs >= start && timeMs < toMs));
    const starts = [...new Set(within.flat().map(([, timeMs]) => bucket(timeMs)))].sort((a, b) => a - b);
    expect([...told.keys()]).toEqual(starts);
    for (const startMs of starts) {
      const inside = within.map((rows) => rows.filter(([, at]) => bucket(at) === startMs).map(([, , value]) => value));
      const readings = inside.flat();
      const means = inside
        .filter((one) => one.length > 0)
        .map((one) => one.reduce((sum, value) => sum + value, 0) / one.length)
        .sort((a, b) => a - b);
      const share = (part: number) => {
        const rank = part * (means.length - 1);
        const [low = 0, high = 0] = [means[Math.floor(rank)], means[Math.ceil(rank)]];
        return low + (high - low) * (rank % 1);
      };
      const sum = means.reduce((total, mean) => total + mean, 0);
      const expected = {
        ...{ min: Math.min(...readings), max: Math.max(...readings), count: readings.length },
        ...{ sum, mean: sum / means.length, p5: share(0.05), p50: share(0.5), p95: share(0.95), p99: share(0.99) },
      };
      for (const [name, value] of Object.entries(expected)) expect(told.get(startMs)?.[name]).toBeCloseTo(value, 9);
    }
  });
});
