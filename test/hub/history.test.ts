import { describe, expect, it } from "vitest";
import { defaultAggregates, type HistoryPage, type HistoryQuery } from "../../server/hub/history/query.ts";
import { Refusal } from "../../server/protocol/errors.ts";
import { widthForPoints } from "../../server/protocol/ladder.ts";
import { aggregateNames } from "../../server/protocol/past.ts";
import { zoneNamed } from "../../server/protocol/zones.ts";
import { StoreError } from "../../server/store/store.ts";
import { liveWorld, type TestReading } from "./live/live-world.ts";

const start = Date.UTC(2026, 10, 24);
const second = 1_000;

type World = Awaited<ReturnType<typeof liveWorld>>;

async function ask(world: World, name: string, query: Partial<HistoryQuery> = {}) {
  const [device, metric] = name.split("/") as [string, string];
  const [series] = world.catalog.select([device], [metric]);
  if (!series) throw new Error(`no series ${name}`);
  const full = { fromMs: start, toMs: start + 3_600_000, nowMs: start + 3_600_000, ...query };
  await world.history.check([series], full);
  const pages: HistoryPage[] = [];
  for await (const page of world.history.pages(series, full)) pages.push(page);
  return pages;
}

/** A reading a second: 0, 1, 2, … */
function ramp(count: number, name = "boiler-1/temperature"): TestReading[] {
  return Array.from({ length: count }, (_, index) => [name, start + index * second, index]);
}

describe("history", () => {
  it("[P49] answers raw where there are no more readings than points, and in buckets from one more on", async () => {
    const world = await liveWorld();
    await world.commit(...ramp(10));
    const raw = await ask(world, "boiler-1/temperature", { points: 10 });
    expect(raw).toEqual([
      {
        everyMs: null,
        tier: "raw",
        done: true,
        columns: { times: ramp(10).map(([, time]) => time), values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
      },
    ]);
    const [page] = await ask(world, "boiler-1/temperature", { points: 9 });
    expect(page?.everyMs).toBe(widthForPoints(start, start + 3_600_000, 9));
    expect(page?.columns).toEqual({ times: [start], min: [0], max: [9], mean: [4.5] });
  });

  it("[P73] tells a range of states whole, though what held before it lies in what is damaged", async () => {
    const world = await liveWorld();
    await world.commit(["boiler-1/door", start, true], ["boiler-1/door", start + 60 * second, false]);
    const { timeBefore, readChanges } = world.store;
    const damaged = async () => {
      throw new StoreError("internal", "A chunk is damaged; ask for times outside of it.", false);
    };
    const query = { fromMs: start + 30 * second, points: 100 };
    expect((await ask(world, "boiler-1/door", query))[0]?.columns.values).toEqual([true, false]);
    world.store.readChanges = (range, limit, silenceMs) =>
      range.fromMs < start + 30 * second ? damaged() : readChanges.call(world.store, range, limit, silenceMs);
    expect((await ask(world, "boiler-1/door", query))[0]?.columns.values).toEqual([false]);
    world.store.timeBefore = damaged;
    expect((await ask(world, "boiler-1/door", query))[0]?.columns.values).toEqual([false]);
    world.store.timeBefore = timeBefore;
    world.store.readChanges = damaged;
    await expect(ask(world, "boiler-1/door", query)).rejects.toThrow("damaged");
  });

  it("[P49] cuts into every, with all seven aggregates, and leaves empty buckets out", async () => {
    const world = await liveWorld();
    await world.commit(...ramp(4), ["boiler-1/temperature", start + 60 * second, -2]);
    const pages = await ask(world, "boiler-1/temperature", { everyMs: 2 * second, aggregates: aggregateNames });
    expect(pages).toEqual([
      {
        everyMs: 2_000,
        tier: "raw",
        done: true,
        columns: {
          times: [start, start + 2 * second, start + 60 * second],
          first: [0, 2, -2],
          last: [1, 3, -2],
          min: [0, 2, -2],
          max: [1, 3, -2],
          mean: [0.5, 2.5, -2],
          sum: [1, 5, -2],
          count: [2, 2, 1],
        },
      },
    ]);
  });

  it("[P49] aligns weeks to Monday", async () => {
    const world = await liveWorld();
    const week = 7 * 24 * 3_600_000;
    await world.commit(["boiler-1/temperature", start, 1]);
    const [page] = await ask(world, "boiler-1/temperature", { fromMs: start - 4 * week, everyMs: week });
    expect(new Date(page?.columns.times[0] as number).getUTCDay()).toBe(1);
  });

  it("[P79] begins days, weeks and hours by the clocks of a zone", async () => {
    const world = await liveWorld();
    const hour = 3_600_000;
    const first = Date.UTC(2026, 2, 27);
    const rows = Array.from({ length: 24 * 5 }, (_, index): TestReading => ["oven/heat", first + index * hour, index]);
    await world.commit(...rows);
    const counted = async (everyMs: number, zone: string | undefined, days = 4) => {
      const range = { fromMs: first, toMs: first + days * 24 * hour };
      const query = { ...range, everyMs, aggregates: ["count"] as const, zone: zone ? zoneNamed(zone) : undefined };
      const { times, count } = (await ask(world, "oven/heat", query))[0]?.columns ?? { times: [] };
      return times.map((time, index) => [new Date(time).toISOString().slice(5, 16), count?.[index]]);
    };
    expect(await counted(24 * hour, "Europe/Berlin")).toEqual([
      ["03-26T23:00", 23],
      ["03-27T23:00", 24],
      ["03-28T23:00", 23],
      ["03-29T22:00", 24],
      ["03-30T22:00", 2],
    ]);
    expect(await counted(12 * hour, "Asia/Kathmandu", 1)).toEqual([
      ["03-26T18:15", 7],
      ["03-27T06:15", 12],
      ["03-27T18:15", 5],
    ]);
    expect(await counted(7 * 24 * hour, "Europe/Berlin")).toEqual([
      ["03-22T23:00", 70],
      ["03-29T22:00", 26],
    ]);
    for (const everyMs of [60_000, 15 * 60_000]) {
      expect(await counted(everyMs, "Asia/Kathmandu")).toEqual(await counted(everyMs, undefined));
    }
    const open = { fromMs: first, toMs: Number.POSITIVE_INFINITY, nowMs: first + 119 * hour, points: 10 };
    const [page] = await ask(world, "oven/heat", { ...open, zone: zoneNamed("Europe/Berlin"), aggregates: ["count"] });
    expect(page?.everyMs).toBe(12 * hour);
    expect(page?.columns.count?.reduce((sum, count) => sum + count, 0)).toBe(rows.length);
  });

  it("[P79] cuts at most 100 years by the clocks of a zone", async () => {
    const world = await liveWorld();
    await world.commit(["oven/heat", start, 1]);
    const query = { fromMs: Date.UTC(1900, 0), toMs: start, points: 10, zone: zoneNamed("Europe/Berlin") };
    await expect(ask(world, "oven/heat", query)).rejects.toThrow("tz=Europe/Berlin goes with at most 100 years");
    expect(await ask(world, "oven/heat", { ...query, zone: undefined })).toHaveLength(1);
  });

  it("[P80] asks the store once for the buckets of many series, and goes on where it answered only some", async () => {
    const world = await liveWorld({}, { pageReadings: 100 });
    const names = Array.from({ length: 20 }, (_, index) => `boiler-${String(index).padStart(2, "0")}`);
    await world.commit(...names.flatMap((name) => ramp(6, `${name}/temperature`)), ["boiler-07/phase", start, "warm"]);
    const asked: number[] = [];
    const { readManyBuckets } = world.store;
    world.store.readManyBuckets = (ranges, cuts, limit) => {
      asked.push(ranges.length);
      return readManyBuckets.call(world.store, ranges, cuts, limit);
    };
    const series = world.catalog.select(undefined, undefined);
    const query = { fromMs: start, toMs: start + 6 * second, nowMs: start, points: 2, aggregates: ["sum"] as const };
    const seen: [string, unknown][] = [];
    for await (const { series: one, page } of world.history.each(series, query)) {
      seen.push([`${one.device.id}/${one.metric}`, page.columns.sum ?? page.columns.values]);
    }
    const expected = series.map(({ device, metric }) => [
      `${device.id}/${metric}`,
      metric === "phase" ? ["warm"] : [10, 5],
    ]);
    expect(seen).toEqual(expected);
    // The memory engine answers three at a time.
    expect(asked).toEqual([20, 17, 14, 11, 8, 5, 2]);
  });

  it("[P58] includes from and excludes to", async () => {
    const world = await liveWorld();
    await world.commit(...ramp(10));
    const pages = await ask(world, "boiler-1/temperature", { fromMs: start + second, toMs: start + 3 * second });
    expect(pages[0]?.columns.values).toEqual([1, 2]);
  });

  it("[P50] gives booleans and strings as their changes where points or every are asked for", async () => {
    const world = await liveWorld({}, { pageReadings: 2 });
    const states = ["off", "off", "heating", "heating", "heating", "off"];
    await world.commit(...states.map((state, index): TestReading => ["oven/state", start + index, state]));
    await world.commit(...states.map((state, index): TestReading => ["oven/door", start + index, state === "off"]));
    const changes = await ask(world, "oven/state", { points: 100 });
    expect(changes.flatMap((page) => page.columns.times)).toEqual([start, start + 2, start + 5]);
    expect(changes.flatMap((page) => page.columns.values)).toEqual(["off", "heating", "off"]);
    expect(changes.map((page) => page.done)).toEqual([false, true]);
    const doors = await ask(world, "oven/door", { everyMs: second });
    expect(doors.flatMap((page) => page.columns.values)).toEqual([true, false, true]);
    const raw = await ask(world, "oven/state");
    expect(raw.flatMap((page) => page.columns.values)).toEqual(states);
  });

  it("[P50] tells until when each state held, and breaks it where a device that declares its interval was silent", async () => {
    const world = await liveWorld();
    const at = (name: string, seconds: readonly number[]) =>
      seconds.map((one): TestReading => [`${name}/door`, start + one * second, true]);
    const told = [0, 5, 10, 200, 205];
    await world.commit(...at("declared", told), ...at("learned", told));
    const { device } = world.catalog.select(["declared"], ["door"])[0] ?? {};
    if (device) device.meta = { ...device.meta, reportInterval: 5 * second };
    const until = async (name: string, query: Partial<HistoryQuery>) =>
      (await ask(world, `${name}/door`, query)).map(({ columns }) =>
        columns.times.map((timeMs, index) => [timeMs, columns.until?.[index]].map((ms = 0) => (ms - start) / second)),
      );
    expect(await until("declared", { points: 100 })).toEqual([
      [
        [0, 10],
        [200, 205],
      ],
    ]);
    expect(await until("learned", { points: 100 })).toEqual([[[0, 205]]]);
    // Nobody sees a silence of two buckets.
    expect(await until("declared", { everyMs: 100 * second })).toEqual([[[0, 205]]]);
    expect((await ask(world, "declared/door"))[0]?.columns.until).toBeUndefined();
  });

  it("[P73] begins changes with the reading that held at the start, at its own time, raw readings with the range", async () => {
    const world = await liveWorld({}, { pageReadings: 2 });
    const states = ["off", "off", "heating", "heating", "off", "heating"];
    await world.commit(...states.map((state, index): TestReading => ["oven/state", start + index * 10, state]));
    const told = async (query: Partial<HistoryQuery>) => {
      const pages = await ask(world, "oven/state", query);
      const values = pages.flatMap(({ columns }) => columns.values);
      return pages.flatMap(({ columns }) => columns.times).map((time, index) => [time - start, values[index]]);
    };
    for (const width of [{ points: 100 }, { everyMs: second }]) {
      const changes = (fromMs: number, toMs = start + 1_000) => told({ fromMs, toMs, ...width });
      const last = [
        [40, "off"],
        [50, "heating"],
      ];
      expect(await changes(start - 5)).toEqual([[0, "off"], [20, "heating"], ...last]);
      expect(await changes(start + 15)).toEqual([[10, "off"], [20, "heating"], ...last]);
      expect(await changes(start + 20)).toEqual([[20, "heating"], ...last]);
      // It is the last reading, not the change: to find that, the whole past would have to be read.
      expect(await changes(start + 35)).toEqual([[30, "heating"], ...last]);
      // Nothing came in it.
      expect(await changes(start + 51)).toEqual([[50, "heating"]]);
      expect(await changes(start + 41, start + 49)).toEqual([[40, "off"]]);
    }
    const joined = [await told({ toMs: start + 25 }), await told({ fromMs: start + 25 })].flat();
    expect(joined).toEqual(states.map((state, index) => [index * 10, state]));
  });

  it("answers in pages, each as large as the setting and the last one done", async () => {
    const world = await liveWorld({}, { pageReadings: 4 });
    await world.commit(...ramp(10));
    for (const query of [{}, { everyMs: second, aggregates: ["last"] as const }]) {
      const pages = await ask(world, "boiler-1/temperature", query);
      expect(pages.map((page) => page.columns.times.length)).toEqual([4, 4, 2]);
      expect(pages.map((page) => page.done)).toEqual([false, false, true]);
      expect(pages.flatMap((page) => page.columns.values ?? page.columns.last)).toEqual(ramp(10).map(([, , v]) => v));
    }
  });

  it("answers an empty range with one empty page", async () => {
    const world = await liveWorld();
    await world.commit(...ramp(1));
    for (const query of [{}, { points: 10 }, { everyMs: second }]) {
      const pages = await ask(world, "boiler-1/temperature", { ...query, fromMs: 0, toMs: 1_000 });
      expect(pages).toHaveLength(1);
      expect(pages[0]).toMatchObject({ done: true, columns: { times: [] } });
    }
  });

  it("keeps means within their bucket and sums finite where doubles overflow", async () => {
    const world = await liveWorld();
    const huge = Number.MAX_VALUE;
    await world.commit(["probe/field", start, huge], ["probe/field", start + 1, huge]);
    const [page] = await ask(world, "probe/field", { everyMs: second, aggregates: ["sum", "mean"] });
    expect(page?.columns).toMatchObject({ sum: [huge], mean: [huge] });
  });

  it("gives several series in their order, page by page, and throws a failure in its turn", async () => {
    const world = await liveWorld({}, { pageReadings: 2 });
    const names = Array.from({ length: 20 }, (_, index) => `boiler-${String(index).padStart(2, "0")}`);
    await world.commit(...names.flatMap((name) => ramp(3, `${name}/temperature`)));
    const series = world.catalog.select(undefined, undefined);
    const query = { fromMs: start, toMs: Number.POSITIVE_INFINITY, nowMs: start };
    const seen: string[] = [];
    for await (const { series: one, page } of world.history.each(series, query)) {
      seen.push(`${one.device.id} ${page.columns.times.length} ${page.done}`);
    }
    expect(seen).toEqual(names.flatMap((name) => [`${name} 2 false`, `${name} 1 true`]));
    const read = world.store.readRaw.bind(world.store);
    world.store.readRaw = (range, limit) =>
      range.series === series[5]?.number ? Promise.reject(new Error("gone")) : read(range, limit);
    let pages = 0;
    const asked = (async () => {
      for await (const _ of world.history.each(series, query)) pages += 1;
    })();
    await expect(asked).rejects.toThrow("gone");
    expect(pages).toBe(10);
  });

  it("refuses answers beyond its limits, naming the limit and its value", async () => {
    const world = await liveWorld({}, { readingsPerAnswer: 10, bucketsPerSeries: 100, seriesPerAnswer: 1 });
    await world.commit(...ramp(11), ["boiler-1/state", start, "on"]);
    const refusalOf = (promise: Promise<unknown>) =>
      promise.then(
        () => undefined,
        (error: unknown) => (error instanceof Refusal ? error : undefined),
      );
    const raw = await refusalOf(ask(world, "boiler-1/temperature"));
    expect(raw?.code).toBe("range_too_large");
    expect(raw?.message).toContain("10 readings (setting --readings-per-answer)");
    expect(await refusalOf(ask(world, "boiler-1/temperature", { toMs: start + 10 * second }))).toBeUndefined();
    const cut = await refusalOf(ask(world, "boiler-1/temperature", { everyMs: second }));
    expect(cut?.message).toContain("3600 buckets; at most 100 (setting --buckets-per-series)");
    const query = { fromMs: start, toMs: start + second, nowMs: start, points: 5 };
    const many = await refusalOf(world.history.check(world.catalog.select(undefined, undefined), query));
    expect(many?.message).toContain("2 series; at most 1 (setting --series-per-answer)");
  });

  it("asks for a line and its band where no aggregates are named", () => {
    expect(defaultAggregates).toEqual(["min", "max", "mean"]);
  });
});
