import { expect, it } from "vitest";
import { everything, type Row, type World } from "../world.ts";

const three: Row[] = [
  [0, 1],
  [10, 2],
  [20, 3],
];

const other = (metric: string, toMetric: string, device = "oven-1", toDevice = "oven-1") => {
  return { device, metric, toDevice, toMetric };
};

export function nameRules(world: () => World): void {
  it("[ST80] renames a series with what is known of its metric: number, readings and type stay", async () => {
    await world().make(1, "number", "oven-1", "t");
    await world().put(1, three);
    const meta = { v: 1, said: { unit: "K" }, edited: {} };
    const metrics = [
      { device: "oven-1", metric: "t", meta },
      { device: "oven-1", metric: "temperature", meta: { unit: "?" } },
    ];
    await world().append({ metrics });
    await world().store.names.rename(1, "temperature");
    const renamed = { series: 1, metric: "temperature", count: 3 };
    expect(await world().store.seriesState([1])).toMatchObject([renamed]);
    const state = await world().reopen();
    expect(state.series).toMatchObject([renamed]);
    expect(state.metrics).toEqual([{ device: "oven-1", metric: "temperature", meta }]);
    expect(await world().raw(everything(1))).toEqual(three);
    await world().put(1, [[30, 4]]);
    expect(await world().raw(everything(1))).toHaveLength(4);
    await world().store.names.rename(9, "nothing");
    expect((await world().reopen()).aliases).toEqual([other("t", "temperature")]);
  });

  it("[ST81] keeps the old names of a series until they are taken away, each led to the present one", async () => {
    await world().make(1, "number", "oven-1", "a");
    await world().put(1, three);
    const { names } = world().store;
    await names.rename(1, "b");
    await names.rename(1, "c");
    expect((await world().reopen()).aliases).toEqual([other("a", "c"), other("b", "c")]);
    await world().store.names.rename(1, "a");
    expect((await world().reopen()).aliases).toEqual([other("b", "a"), other("c", "a")]);
    await world().store.names.removeAlias("oven-1", "b");
    await world().store.names.removeAlias("oven-1", "b");
    expect((await world().reopen()).aliases).toEqual([other("c", "a")]);
  });

  it("[ST82] other names outlive an emptied series, and go with their device", async () => {
    await world().make(1, "number", "oven-1", "a");
    await world().put(1, three);
    await world().store.names.rename(1, "b");
    await world().store.deleteReadings([everything(1)]);
    expect((await world().reopen()).aliases).toEqual([other("a", "b")]);
    await world().store.deleteDevice("oven-1");
    expect((await world().reopen()).aliases).toEqual([]);
  });
}
