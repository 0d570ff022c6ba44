import { expect, it } from "vitest";
import { columnsOf, everything, type Row, type World } from "../world.ts";

const ten = Array.from({ length: 10 }, (_, index): Row => [index * 10, index]);

export function deleteRules(world: () => World): void {
  it("[ST26] deletes a range for good and says how many readings went", async () => {
    await world().make(1);
    await world().put(1, ten);
    await world().put(1, [
      [35, 100],
      [40, 101],
    ]);
    const kept = [...ten.slice(0, 3), ...ten.slice(7)];
    expect(await world().store.deleteReadings([{ series: 1, fromMs: 30, toMs: 70 }])).toEqual([
      { removed: 5, seriesRemoved: false },
    ]);
    expect(await world().raw(everything(1))).toEqual(kept);
    await world().reopen();
    expect(await world().raw(everything(1))).toEqual(kept);
    expect(await world().store.seriesState([1])).toMatchObject([{ count: 6, firstTimeMs: 0, lastTimeMs: 90 }]);
    expect(await world().buckets(everything(1), 1_000)).toMatchObject([{ count: 6, sum: 27, first: 0, last: 9 }]);
  });

  it("[ST27] takes readings into a deleted range again", async () => {
    await world().make(1);
    await world().put(1, ten);
    await world().store.deleteReadings([{ series: 1, fromMs: 0, toMs: 80 }]);
    await world().put(1, [[10, 5]]);
    await world().reopen();
    expect(await world().raw(everything(1))).toEqual([[10, 5], ...ten.slice(8)]);
    expect(await world().store.seriesState([1])).toMatchObject([{ count: 3, firstTimeMs: 10 }]);
  });

  it("[ST28] falls back to the reading before where the newest was deleted", async () => {
    await world().make(1);
    await world().put(1, ten, 2_000);
    await world().store.deleteReadings([{ series: 1, fromMs: 70, toMs: 1_000 }]);
    const [newest] = await world().store.latest([1]);
    expect(newest).toMatchObject({ timeMs: 60, value: 6 });
    expect(newest?.receivedMs).toBeGreaterThanOrEqual(2_000);
    expect((await world().reopen()).latest).toEqual([newest]);
  });

  it("[ST29] removes a series with its last reading; its number never comes back", async () => {
    await world().make(1);
    await world().make(2);
    await world().put(1, ten);
    await world().put(2, ten);
    expect(await world().store.deleteReadings([everything(2)])).toEqual([{ removed: 10, seriesRemoved: true }]);
    expect(await world().store.seriesState([1, 2])).toMatchObject([{ series: 1 }]);
    expect(await world().raw(everything(2))).toEqual([]);
    await world().put(2, ten);
    expect(await world().raw(everything(2))).toEqual([]);
    const state = await world().reopen();
    expect(state.nextSeries).toBe(3);
    expect(state.series.map(({ series }) => series)).toEqual([1]);
    expect(await world().raw(everything(2))).toEqual([]);
  });

  it("[ST30] deletes nothing where there is nothing", async () => {
    await world().make(1);
    const nothing = [{ removed: 0, seriesRemoved: false }];
    expect(await world().store.deleteReadings([everything(1)])).toEqual(nothing);
    expect(await world().store.deleteReadings([everything(9)])).toEqual(nothing);
    await world().put(1, ten);
    expect(await world().store.deleteReadings([{ series: 1, fromMs: 1, toMs: 10 }])).toEqual(nothing);
    expect(await world().raw(everything(1))).toEqual(ten);
    expect(await world().store.seriesState([1])).toHaveLength(1);
  });

  it("[ST44] deletes from several series at once, and tells what went of each", async () => {
    for (const series of [1, 2, 3]) {
      await world().make(series);
      await world().put(series, ten);
    }
    const ranges = [everything(3), everything(9), { series: 1, fromMs: 30, toMs: 50 }];
    expect(await world().store.deleteReadings(ranges)).toEqual([
      { removed: 10, seriesRemoved: true },
      { removed: 0, seriesRemoved: false },
      { removed: 2, seriesRemoved: false },
    ]);
    const check = async () => {
      expect(await world().raw(everything(1))).toEqual([...ten.slice(0, 3), ...ten.slice(5)]);
      expect(await world().raw(everything(2))).toEqual(ten);
      expect(await world().raw(everything(3))).toEqual([]);
    };
    await check();
    await world().reopen();
    await check();
    expect(await world().store.deleteReadings([])).toEqual([]);
  });

  it("[ST31] deletes a device with all that is known of it, and nothing of another", async () => {
    const newSeries = [
      { series: 1, device: "gone", metric: "a", type: "number" as const },
      { series: 2, device: "gone", metric: "b", type: "string" as const },
      { series: 3, device: "stays", metric: "a", type: "number" as const },
    ];
    const devices = ["gone", "stays"];
    await world().append({
      newSeries,
      marks: devices.map((device) => ({ device, session: "s", seq: 5 })),
      refusals: devices.map((device) => ({ device, atMs: 1, code: "c", message: "m", row: "{}" })),
      devices: devices.map((device) => ({ device, firstSeenMs: 1, meta: {} })),
      metrics: devices.map((device) => ({ device, metric: "a", meta: {} })),
    });
    await world().put(1, ten);
    await world().put(2, [[1, "x"]]);
    await world().put(3, ten);
    await world().store.deleteDevice("gone");

    const look = async () => {
      const { store } = world();
      expect(await world().raw(everything(1))).toEqual([]);
      expect(await world().raw(everything(3))).toEqual(ten);
      expect(await store.latest([1, 2, 3])).toMatchObject([{ series: 3 }]);
      expect(await Promise.all(devices.map((device) => store.lastSeq(device, "s")))).toEqual([0, 5]);
      expect((await Promise.all(devices.map((device) => store.refusals(device)))).map(({ length }) => length)).toEqual([
        0, 1,
      ]);
    };
    await look();
    const state = await world().reopen();
    await look();
    expect(state.nextSeries).toBe(4);
    expect(state.series.map(({ series }) => series)).toEqual([3]);
    expect(state.devices.map(({ device }) => device)).toEqual(["stays"]);
    expect(state.metrics.map(({ device }) => device)).toEqual(["stays"]);
  });

  it("[ST32] lets a deleted device begin anew", async () => {
    const device = "oven-1";
    await world().make(1);
    await world().append({ columns: columnsOf(1, ten), marks: [{ device, session: "s", seq: 9 }] });
    await world().store.deleteDevice(device);
    await world().make(2, "number", device, "m1");
    await world().append({ columns: columnsOf(2, [[1, 1]]), marks: [{ device, session: "s", seq: 2 }] });
    expect(await world().store.lastSeq(device, "s")).toBe(2);
    await world().reopen();
    expect(await world().store.lastSeq(device, "s")).toBe(2);
    expect(await world().raw(everything(1))).toEqual([]);
    expect(await world().raw(everything(2))).toEqual([[1, 1]]);
  });
}
