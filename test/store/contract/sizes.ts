import { expect, it } from "vitest";
import type { Row, World } from "../world.ts";

export function sizeRules(world: () => World): void {
  const rows = (firstMs: number, count: number): Row[] =>
    Array.from({ length: count }, (_, index) => [firstMs + index * 10, index]);
  const [fromMs, toMs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

  it("[ST70] tells of each series its readings, its ends, and that it takes room; across a restart, too", async () => {
    await world().make(1);
    await world().make(2);
    await world().make(3, "string");
    await world().put(1, rows(100, 5));
    await world().put(3, [[-7, "late"]]);
    await world().put(1, rows(0, 3));
    const look = async () => {
      const sizes = await world().store.sizes(fromMs, toMs);
      expect(Array.from(sizes.series)).toEqual([1, 3]);
      expect(Array.from(sizes.readings)).toEqual([8, 1]);
      expect(Array.from(sizes.firstMs)).toEqual([0, -7]);
      expect(Array.from(sizes.lastMs)).toEqual([140, -7]);
      expect(Array.from(sizes.within)).toEqual([8, 1]);
      expect(Math.min(...sizes.bytes)).toBeGreaterThan(0);
    };
    await look();
    await world().reopen();
    await look();
  });

  it("[ST71] counts of a range what lies whole in it, nothing beside it, and about the part that it cuts", async () => {
    await world().make(1);
    await world().put(1, rows(0, 100));
    const within = async (from: number, to: number) =>
      Array.from((await world().store.sizes(from, to)).within)[0] as number;
    expect(await within(0, 991)).toBe(100);
    expect(await within(1_000, toMs)).toBe(0);
    expect(await within(fromMs, 0)).toBe(0);
    await world().store.deleteReadings([{ series: 1, fromMs: 500, toMs }]);
    await world().put(1, rows(5_000, 50));
    // Both halves may lie in one chunk by now.
    expect(await within(4_000, toMs)).toBeGreaterThan(20);
    expect(await within(4_000, toMs)).toBeLessThanOrEqual(50);
    expect(await within(fromMs, toMs)).toBe(100);
  });
}
