/** Masks: what they hide is not there for any question, and is there again once they are gone. */
import { expect, it } from "vitest";
import type { Mask } from "../../../server/store/masks.ts";
import type { Range, TelemetryStore } from "../../../server/store/store.ts";
import { Random } from "../../../simulator/random.ts";
import { printedSeed } from "../../support/seed.ts";
import { everything, type Row, type World } from "../world.ts";

const ten = Array.from({ length: 10 }, (_, index): Row => [index * 10, index]);
const always = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

async function hide(store: TelemetryStore, series: number, fromMs: number, toMs: number, note = ""): Promise<Mask> {
  const mask = await store.addMask({ series, fromMs, toMs, atMs: 5_000, note });
  expect(mask).toMatchObject({ series, fromMs, toMs, atMs: 5_000, note });
  return mask as Mask;
}

/** Every question about a series. */
async function answers(world: World, series: number, fromMs: number, toMs: number) {
  const { store } = world;
  const range: Range = { series, fromMs, toMs };
  const many = await store.readManyBuckets([{ ...range, maxStepMs: 35 }], { everyMs: 40, originMs: 0 }, 1_000);
  const [newest] = await store.latest([series]);
  return {
    raw: await world.raw(range, 3),
    changes: await world.changes(range, 3, 15),
    held: Array.from((await store.readChanges(range, 1_000, 15)).heldMs),
    fine: await world.buckets(range, 20),
    wide: await world.buckets(range, 400, 0, 2),
    odd: await world.bucketsOf(range, { boundaries: Float64Array.of(-50, 3, 60, 61, 900) }),
    many: many.map(({ times, sum, steps }) => ({ times, sum, steps })),
    holes: await store.readHoles(range, 15, 1_000),
    at: await Promise.all([fromMs, 0, 35, toMs].map((ms) => store.readAt([series], Number.isFinite(ms) ? ms : 50))),
    before: await Promise.all([fromMs, 0, 36, toMs].map((ms) => store.timeBefore(series, ms))),
    newest: newest && [newest.timeMs, newest.value],
  };
}

export function maskRules(world: () => World): void {
  it("[ST85] hides a range from every question, and shows it again", async () => {
    await world().make(1);
    await world().make(2);
    await world().put(1, ten);
    await world().put(
      2,
      ten.filter(([timeMs]) => timeMs < 30 || timeMs >= 70),
    );
    const before = await answers(world(), 1, -5, 100);
    const mask = await hide(world().store, 1, 30, 70, "the probe lay on the floor");
    const check = async () => {
      expect(await answers(world(), 1, -5, 100)).toEqual(await answers(world(), 2, -5, 100));
      expect(await answers(world(), 1, 40, 60)).toEqual(await answers(world(), 2, 40, 60));
      expect(await world().store.masks([2, 1])).toEqual([mask]);
      expect(await world().raw({ ...everything(1), withHidden: true })).toEqual(ten);
      expect(await world().store.seriesState([1])).toMatchObject([{ count: 10, firstTimeMs: 0, lastTimeMs: 90 }]);
    };
    await check();
    expect((await world().reopen()).masks).toEqual([mask]);
    await check();
    expect(await world().store.removeMask(mask.id)).toEqual(mask);
    expect(await world().store.removeMask(mask.id)).toBeNull();
    expect(await answers(world(), 1, -5, 100)).toEqual(before);
    expect((await world().reopen()).masks).toEqual([]);
    expect(await answers(world(), 1, -5, 100)).toEqual(before);
  });

  it("[ST86] falls back to the reading before where the newest is hidden, and comes back", async () => {
    await world().make(1);
    await world().put(1, ten.slice(0, 7), 2_000);
    await world().put(1, ten.slice(7), 3_000);
    const [shown] = await world().store.latest([1]);
    const masks = [await hide(world().store, 1, 85, 1_000), await hide(world().store, 1, 50, 90)];
    const [newest] = await world().store.latest([1]);
    expect(newest).toMatchObject({ timeMs: 40, value: 4 });
    expect(newest?.receivedMs).toBeGreaterThanOrEqual(2_000);
    expect((await world().reopen()).latest).toMatchObject([{ timeMs: 40, value: 4 }]);
    await hide(world().store, 1, -10, 50);
    expect(await world().store.latest([1])).toEqual([]);
    expect((await world().reopen()).latest).toEqual([]);
    for (const { id } of masks) await world().store.removeMask(id);
    expect(await world().store.latest([1])).toEqual([shown]);
    expect((await world().reopen()).latest).toEqual([shown]);
  });

  it("[ST87] hides what comes late, too, and nothing of it goes to viewers that come back", async () => {
    await world().make(1, "string");
    await world().put(1, [
      [0, "a"],
      [90, "b"],
    ]);
    expect((await world().store.recent(1_000_000, 0)).commits).not.toEqual([]);
    const { id } = await hide(world().store, 1, 50, 200);
    const { afterCommit, commits } = await world().store.recent(1_000_000, 0);
    expect(commits).toEqual([]);
    await world().put(1, [
      [60, "c"],
      [199, "d"],
      [200, "e"],
    ]);
    expect(await world().raw(everything(1))).toEqual([
      [0, "a"],
      [200, "e"],
    ]);
    expect(await world().store.latest([1])).toMatchObject([{ timeMs: 200, value: "e" }]);
    await world().put(1, [[60, "f"]]);
    await world().store.removeMask(id);
    expect((await world().store.recent(1_000_000, 0)).afterCommit).toBeGreaterThan(afterCommit);
    expect(await world().raw(everything(1))).toEqual([
      [0, "a"],
      [60, "f"],
      [90, "b"],
      [199, "d"],
      [200, "e"],
    ]);
  });

  it("[ST88] removes masks with a range that holds them, a series and a device; numbers never come back", async () => {
    for (const series of [1, 2, 3]) {
      await world().make(series, "number", series === 3 ? "other" : "oven-1");
      await world().put(series, ten);
    }
    const { store } = world();
    expect(await store.addMask({ series: 9, fromMs: 0, toMs: 1, atMs: 1, note: "" })).toBeNull();
    const within = await hide(store, 1, 30, 50);
    const across = await hide(store, 1, 10, 40);
    const second = await hide(store, 2, 0, 5);
    const third = await hide(store, 3, 0, 5);
    expect(await store.masks([3, 1, 2])).toEqual([third, across, within, second]);
    expect(await store.deleteReadings([{ series: 1, fromMs: 30, toMs: 60 }])).toEqual([
      { removed: 3, seriesRemoved: false },
    ]);
    expect(await store.masks([1])).toEqual([across]);
    expect(await world().raw(everything(1))).toEqual([ten[0], ...ten.slice(6)]);
    await store.deleteReadings([{ series: 2, ...always }]);
    expect(await store.masks([2])).toEqual([]);
    await store.deleteDevice("oven-1");
    expect((await world().reopen()).masks).toEqual([third]);
    const made = await hide(world().store, 3, 7, 8);
    expect([within, across, second, third].map(({ id }) => id)).not.toContain(made.id);
  });

  it("[ST89] answers after random masks, late data and restarts as if what is hidden had never come", async () => {
    const random = new Random(printedSeed("masks"));
    const below = (most: number) => Math.floor(random.uniform() * most);
    await world().make(1);
    const kept = new Map<number, number>();
    const masks = new Map<number, Mask>();
    let twins = 1;
    let streamMs = 0;
    for (let step = 0; step < 30; step++) {
      const what = below(8);
      if (what < 3) {
        const late = below(3) === 0;
        const rows = Array.from({ length: 40 }, (): Row => {
          if (!late) streamMs += 1 + below(12);
          return [late ? below(streamMs + 1) : streamMs, below(400) / 4];
        });
        await world().put(1, rows);
        for (const [timeMs, value] of rows) kept.set(timeMs, value as number);
      } else if (what < 6) {
        const fromMs = below(streamMs + 1) - 20;
        const mask = await hide(world().store, 1, fromMs, fromMs + 1 + below(below(3) === 0 ? 900 : 60));
        masks.set(mask.id, mask);
      } else if (what === 6) {
        const one = [...masks.keys()][below(masks.size)];
        if (one === undefined) continue;
        await world().store.removeMask(one);
        masks.delete(one);
      } else await world().reopen();
      if (step % 6 !== 5) continue;
      const shown = [...kept]
        .filter(([timeMs]) => ![...masks.values()].some(({ fromMs, toMs }) => timeMs >= fromMs && timeMs < toMs))
        .sort((a, b) => a[0] - b[0]);
      twins += 1;
      await world().make(twins);
      await world().put(twins, shown);
      const [fromMs, toMs] = [below(streamMs + 1), streamMs + 10];
      for (const range of [
        { fromMs: -1_000, toMs },
        { fromMs, toMs: fromMs + 300 },
      ]) {
        const found = await answers(world(), 1, range.fromMs, range.toMs);
        expect(found, `step ${step}`).toEqual(await answers(world(), twins, range.fromMs, range.toMs));
      }
    }
  });
}
