import { expect, it } from "vitest";
import type { Merge } from "../../../server/store/merges.ts";
import { everything, type Row, type World } from "../world.ts";

/** Steps until the merge is over; answers how it ended. */
export async function mergeWhole({ store }: Pick<World, "store">, series: number): Promise<unknown> {
  for (;;) {
    const merge = await store.merges.step(series);
    if (typeof merge === "string" || !merge?.open) return merge;
  }
}

export function mergeRules(world: () => World): void {
  const begin = (series: number, into: number) => world().store.merges.begin(series, into);

  it("[ST83] readings of one series become another's, whose own stand where both have one of a millisecond", async () => {
    await world().make(1, "number", "old", "t");
    await world().make(2, "number", "new", "temp");
    const old = Array.from({ length: 20 }, (_, index): Row => [index * 10, index]);
    await world().put(1, old.slice(5));
    await world().put(1, [...old.slice(0, 5), [60, 66]]);
    await world().put(2, [
      [40, -1],
      [95, -2],
      [100, -3],
      [500, -4],
    ]);
    const under = { series: 1, into: 2, moved: 0, dropped: 0, open: true };
    expect(await begin(1, 2)).toEqual(under);
    await world().put(2, [
      [30, -5],
      [600, -6],
    ]);
    expect(await begin(1, 2)).toMatchObject(under);
    const done = { series: 1, into: 2, moved: 17, dropped: 3, open: false };
    expect(await mergeWhole(world(), 1)).toEqual(done);
    const rows = new Map(old.map(([timeMs, value]) => [timeMs, value]));
    for (const [timeMs, value] of [
      [60, 66],
      [40, -1],
      [95, -2],
      [100, -3],
      [500, -4],
      [30, -5],
      [600, -6],
    ] as const)
      rows.set(timeMs, value);
    const expected = [...rows].sort(([a], [b]) => a - b);
    const check = async () => {
      expect(await world().raw(everything(2))).toEqual(expected);
      expect(await world().raw(everything(1))).toEqual([]);
      expect(await world().store.seriesState([1, 2])).toMatchObject([
        { series: 2, firstTimeMs: 0, lastTimeMs: 600, count: expected.length },
      ]);
      expect(await world().store.latest([2])).toMatchObject([{ timeMs: 600, value: -6 }]);
    };
    await check();
    const state = await world().reopen();
    await check();
    expect(state).toMatchObject({ merges: [], aliases: [{ device: "old", metric: "t", toDevice: "new" }] });
    expect(await world().store.merges.find(1)).toEqual(done);
    expect(await begin(1, 2)).toBeNull();
    await world().store.deleteReadings([{ series: 2, fromMs: 0, toMs: 550 }]);
    expect(await world().raw(everything(2))).toEqual([[600, -6]]);
  });

  it("[ST83] the newest of both is the newest, texts and booleans alike", async () => {
    for (const [series, type] of [
      [1, "string"],
      [3, "boolean"],
    ] as const) {
      await world().make(series, type);
      await world().make(series + 1, type);
      const value = (at: number) => (type === "string" ? `text ${at}` : at > 1);
      await world().put(series, [
        [0, value(0)],
        [20, value(2)],
      ]);
      await world().put(series + 1, [[10, value(1)]]);
      await begin(series, series + 1);
      expect(await mergeWhole(world(), series)).toMatchObject({ moved: 2, dropped: 0 });
      const newest = { series: series + 1, timeMs: 20, value: value(2) };
      expect(await world().store.latest([series + 1])).toMatchObject([newest]);
      expect((await world().reopen()).latest.find((one) => one.series === series + 1)).toMatchObject(newest);
      expect(await world().raw(everything(series + 1))).toEqual([0, 1, 2].map((at) => [at * 10, value(at)]));
    }
  });

  it("[ST83] two types, a series that is not there or hidden readings are no merge", async () => {
    await world().make(1);
    await world().make(2, "string");
    await world().make(3);
    await world().put(1, [[10, 1]]);
    await world().put(2, [[10, "1"]]);
    await world().put(3, [[10, 1]]);
    expect(await begin(1, 2)).toBeNull();
    expect(await begin(1, 9)).toBeNull();
    expect(await begin(9, 1)).toBeNull();
    expect(await begin(1, 1)).toBeNull();
    expect(await world().store.merges.step(1)).toBeNull();
    const mask = await world().store.addMask({ series: 3, fromMs: 0, toMs: 20, atMs: 0, note: "" });
    expect(await begin(1, 3)).toBe("hidden");
    expect(await begin(3, 1)).toBe("hidden");
    await world().store.removeMask(mask?.id ?? 0);
    expect(await begin(1, 3)).toMatchObject({ open: true });
  });

  it("[ST83] what was hidden of either stays hidden, nothing else is, and a mask that would hide more is no merge", async () => {
    const { store } = world();
    const hide = (series: number, fromMs: number, toMs: number) =>
      store.addMask({ series, fromMs, toMs, atMs: 7, note: "wet" });
    await world().make(1, "number", "old");
    await world().make(2, "number", "new");
    await world().put(
      1,
      [10, 20, 30, 40].map((timeMs): Row => [timeMs, 1]),
    );
    await world().put(
      2,
      [30, 50, 60].map((timeMs): Row => [timeMs, 2]),
    );
    const both = await hide(1, 15, 35);
    expect(await begin(1, 2)).toBe("hidden");
    await hide(2, 28, 32);
    const over = await hide(2, 38, 55);
    expect(await begin(1, 2)).toBe("hidden");
    await store.removeMask(over?.id ?? 0);
    await hide(2, 45, 55);
    expect(await begin(1, 2)).toMatchObject({ open: true });
    expect(await mergeWhole(world(), 1)).toMatchObject({ moved: 3, dropped: 1, open: false });
    const shown = [
      [10, 1],
      [40, 1],
      [60, 2],
    ];
    expect(await world().raw(everything(2))).toEqual(shown);
    await world().reopen();
    expect(await world().raw(everything(2))).toEqual(shown);
    const masks = await world().store.masks([1, 2]);
    expect(masks.map(({ series, fromMs, toMs, note }) => [series, fromMs, toMs, note])).toEqual([
      [2, 15, 35, "wet"],
      [2, 28, 32, "wet"],
      [2, 45, 55, "wet"],
    ]);
    expect(masks[0]?.id).toBeGreaterThan(both?.id ?? 0);
  });

  it("[ST84] a merge ends where one of the two is gone, and what is left stays", async () => {
    await world().make(1, "number", "old");
    await world().make(2, "number", "new");
    await world().put(1, [
      [10, 1],
      [20, 2],
    ]);
    await world().put(2, [[30, 3]]);
    await begin(1, 2);
    await world().store.deleteDevice("new");
    expect(((await world().store.merges.step(1)) as Merge).open).toBe(false);
    expect(await world().raw(everything(1))).toHaveLength(2);
    expect(await world().reopen()).toMatchObject({ merges: [], aliases: [] });
  });
}
