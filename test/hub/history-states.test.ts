/** Time in state, beside plain loops over the readings. */
import { describe, expect, it } from "vitest";
import type { HistoryQuery } from "../../server/hub/history/query.ts";
import { Random } from "../../simulator/random.ts";
import { printedSeed } from "../support/seed.ts";
import { liveWorld, type TestReading } from "./live/live-world.ts";

const start = Date.UTC(2026, 10, 24);
const second = 1_000;
const minute = 60 * second;

type Rows = readonly (readonly [timeMs: number, value: string | number])[];

async function worldOf(rows: Rows, intervalMs: number | undefined, pageReadings = 5_000) {
  const world = await liveWorld({}, { pageReadings });
  await world.commit(...rows.map(([timeMs, value]): TestReading => ["oven/it", timeMs, value]));
  const [series] = world.catalog.select(["oven"], ["it"]);
  if (!series) throw new Error("no series");
  if (intervalMs !== undefined) series.device.meta = { ...series.device.meta, reportInterval: intervalMs };
  const full = (query: Partial<HistoryQuery>) => {
    const toMs = start + 10 * minute;
    return { fromMs: start, toMs, nowMs: toMs, ...query };
  };
  return {
    states: (query: Partial<HistoryQuery>) => world.history.states(series, full(query)),
  };
}

/** Readings some seconds apart, now and then many. */
function scattered<T extends string | number>(random: Random, count: number, value: () => T) {
  let timeMs = start - 60 * second;
  return Array.from({ length: count }, (): [number, T] => {
    timeMs += Math.ceil(random.chance(0.1) ? random.between(20, 90) : random.between(1, 9)) * second;
    return [timeMs, value()];
  });
}

describe("time in state", () => {
  it("[P83] is told of the range, or bucket by bucket, with the state that held at its start", async () => {
    const { states } = await worldOf(
      [
        [start - 5 * minute, "off"],
        [start + 2 * minute, "on"],
        [start + 5 * minute, "off"],
        [start + 6 * minute, "fault"],
      ],
      undefined,
    );
    expect(await states({})).toEqual({
      states: ["off", "on", "fault"],
      times: [start],
      ms: [[3 * minute], [3 * minute], [4 * minute]],
    });
    expect(await states({ everyMs: 5 * minute })).toEqual({
      states: ["off", "on", "fault"],
      times: [start, start + 5 * minute],
      ms: [
        [2 * minute, minute],
        [3 * minute, 0],
        [0, 4 * minute],
      ],
    });
    // Nobody knows what will be.
    expect(await states({ nowMs: start + 7 * minute })).toMatchObject({ ms: [[3 * minute], [3 * minute], [minute]] });
    expect(await states({ fromMs: start - 20 * minute, toMs: start - 10 * minute })).toEqual({
      ...{ states: [], times: [], ms: [] },
    });
  });

  it("[P83] is in no state over a silence, and adds up beside a plain loop, page by page", async () => {
    const random = new Random(printedSeed("states"));
    const rows = scattered(random, 120, () => random.choice(["off", "heating", "cooling"]));
    const [fromMs, toMs, silenceMs] = [start + 3 * second, start + 9 * minute, 25 * second];
    for (const pageReadings of [3, 5_000]) {
      const { states } = await worldOf(rows, 10 * second, pageReadings);
      for (const everyMs of [7 * second, minute, 20 * minute]) {
        const told = await states({ fromMs, toMs, everyMs });
        const expected = new Map<string, number>();
        for (const [index, [timeMs, value]] of rows.entries()) {
          const nextMs = rows[index + 1]?.[0] ?? toMs;
          // A reading of another state, or of the same, tells that the one before held until then, unless it was silent.
          const endMs = Math.min(nextMs, toMs);
          if (nextMs - timeMs > silenceMs && endMs - timeMs > silenceMs) continue;
          for (let ms = Math.max(timeMs, fromMs); ms < endMs; ms += second) {
            const key = `${Math.floor(ms / everyMs) * everyMs} ${value}`;
            expected.set(key, (expected.get(key) ?? 0) + Math.min(second, endMs - ms));
          }
        }
        const found = new Map<string, number>();
        told.states.forEach((state, place) => {
          told.times.forEach((startMs, bucket) => {
            const ms = told.ms[place]?.[bucket] ?? 0;
            if (ms > 0) found.set(`${startMs} ${state}`, ms);
          });
        });
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
      }
    }
  });

  it("[P83] refuses more states and buckets than one answer may have, naming both", async () => {
    const rows = Array.from({ length: 600 }, (_, index) => [start + index * second, `state ${index}`] as const);
    const { states } = await worldOf(rows, undefined);
    expect((await states({})).states).toHaveLength(600);
    await expect(states({ everyMs: second })).rejects.toThrow(/\d+ states in \d+ buckets .* at most 100000/);
  });
});
