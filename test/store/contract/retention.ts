import { expect, it, vi } from "vitest";
import type { Policy } from "../../../server/protocol/keep.ts";
import { everything, type Row, type World } from "../world.ts";

const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 10, 27);

/** A reading an hour, the last `ago` days before now. */
const rows = (count: number, ago: number): Row[] =>
  Array.from({ length: count }, (_, index) => [nowMs - ago * dayMs - (count - 1 - index) * 3_600_000, index]);
const policy = (device: string, metric: string, ages: Policy["ages"]): Policy => ({ device, metric, ages });

export function retentionRules(world: () => World): void {
  const left = async (series: number) => (await world().raw(everything(series))).length;
  /** Asks until what is to go went, in its own time. */
  const thinned = (check: () => Promise<void>) => vi.waitFor(check, 60_000);

  it("[ST72] keeps policies in their order, across a restart, and replaces them all", async () => {
    expect(await world().store.retention.policies()).toEqual([]);
    const two = [policy("oven*", "*", { raw: 30 * dayMs, hour: null }), policy("*", "m1", { all: dayMs })];
    await world().store.retention.setPolicies(two);
    await world().reopen();
    expect(await world().store.retention.policies()).toEqual(two);
    await world().store.retention.setPolicies([two[1] as Policy]);
    expect(await world().store.retention.policies()).toEqual([two[1]]);
  });

  it("[ST73] nothing goes by its age that nobody asked for, nor where no policy says so", async () => {
    await world().make(1);
    await world().put(1, rows(50, 400));
    await world().store.retention.setPolicies([policy("*", "*", { all: dayMs })]);
    await world().reopen();
    await world().append({});
    expect(await left(1)).toBe(50);
    await world().store.retention.setPolicies([policy("other", "*", { all: dayMs })]);
    await world().store.retention.thinByAge(nowMs);
    await world().append({});
    expect(await left(1)).toBe(50);
    expect((await world().store.stats()).aged).toBeNull();
  });

  it("[ST74] the first policy that matches counts, by device time, and of each series the newest reading stays", async () => {
    await world().make(1);
    await world().make(2, "string");
    await world().make(3);
    await world().put(1, rows(50, 400));
    // 1958.
    await world().put(2, [
      [-3.7e11, "a"],
      [-3.6e11, "b"],
    ]);
    await world().put(3, rows(50, 400));
    const policies = [policy("*", "m3", {}), policy("*", "*", { all: 30 * dayMs })];
    const preview = await world().store.retention.previewAges(policies, {}, nowMs);
    expect(preview).toMatchObject([
      { series: 0, readings: 0 },
      { readings: 50, lost: 50, firstMs: -3.7e11 },
      { series: 0, readings: 0 },
    ]);
    await world().store.retention.setPolicies(policies);
    await world().store.retention.thinByAge(nowMs);
    await thinned(async () => expect([await left(1), await left(2), await left(3)]).toEqual([1, 1, 50]));
    expect(await world().store.latest([1, 2])).toMatchObject([{ value: 49 }, { timeMs: -3.6e11, value: "b" }]);
    const [state] = await world().store.seriesState([1]);
    expect(state).toMatchObject({ count: 1, firstTimeMs: nowMs - 400 * dayMs, lastTimeMs: nowMs - 400 * dayMs });
    expect((await world().store.stats()).aged).toMatchObject({ readings: 50, lost: 50 });
    const again = await world().store.retention.previewAges(policies, {}, nowMs);
    expect(again[1]).toMatchObject({ readings: 0 });
    await world().reopen();
    expect([await left(1), await left(2), await left(3)]).toEqual([1, 1, 50]);
  });

  it("[ST75] what was said of the budget is kept, and goes from then on", async () => {
    await world().store.retention.setBudget(2e9);
    expect(await world().store.stats()).toMatchObject({ budget: 2e9, budgetBytes: 2e9 });
    await world().store.retention.setBudget("off");
    expect(await world().store.stats()).toMatchObject({ budget: "off", budgetBytes: null });
  });
}
