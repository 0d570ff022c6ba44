/** Rules ST95–ST97: the ledger of gaps. */
import { expect, it } from "vitest";
import type { HoleCause, LedgerEntry } from "../../../server/store/ledger.ts";
import type { World } from "../world.ts";

const all = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

type Hole = readonly [fromMs: number, toMs: number, cause: HoleCause];

/** What was found of a series from `fromMs` to `toMs`. */
function entryOf(series: number, fromMs: number, toMs: number, holes: readonly Hole[], throughMs = 100): LedgerEntry {
  return {
    ...{ series, fromMs, toMs, isAtReading: false, looked: { throughMs, graceMs: 25.5 }, rechecked: [] },
    holes: {
      fromMs: holes.map(([from]) => from),
      toMs: holes.map(([, to]) => to),
      cause: holes.map(([, , cause]) => cause),
    },
  };
}

export function ledgerRules(current: () => World): void {
  /** All is heard of, but where a test says how far. */
  const ledger = () => {
    const { ledger: inner } = current().store;
    const write = (entries: LedgerEntry[], heardCommit = all[1]) => inner.write(entries, heardCommit);
    return { ...inner, write };
  };
  const kept = async (series: number, fromMs: number = all[0], toMs: number = all[1], limit = 100) => {
    const [holes] = await ledger().read([series], fromMs, toMs, limit);
    return holes?.fromMs.map((from, index): unknown => [from, holes.toMs[index], holes.cause[index]]);
  };
  const fill = async () => {
    for (const series of [1, 2]) await current().make(series);
    for (const series of [1, 2]) {
      await current().put(
        series,
        [10, 50, 60, 100].map((timeMs) => [timeMs, 1] as const),
      );
    }
  };

  it("[ST95] gaps are kept with their causes, replaced stretch by stretch, across restarts", async () => {
    await fill();
    await ledger().write([
      entryOf(1, 0, 0, [
        [10, 50, "offline"],
        [60, 100, "hub_down"],
      ]),
    ]);
    await ledger().write([entryOf(2, all[0], all[1], [[10, 50, "unknown"]])]);
    expect(await kept(1)).toEqual([
      [10, 50, "offline"],
      [60, 100, "hub_down"],
    ]);
    expect([await kept(1, 50, 60), await kept(1, 49, 61), await kept(1, 70, 80), await kept(1, 0, 200, 1)]).toEqual([
      [],
      [
        [10, 50, "offline"],
        [60, 100, "hub_down"],
      ],
      [[60, 100, "hub_down"]],
      [[10, 50, "offline"]],
    ]);
    await current().reopen();
    await ledger().write([
      entryOf(1, 10, 60, [
        [10, 30, "offline"],
        [30, 50, "refused"],
      ]),
    ]);
    expect(await kept(1)).toEqual([
      [10, 30, "offline"],
      [30, 50, "refused"],
      [60, 100, "hub_down"],
    ]);
    expect(await kept(2)).toEqual([[10, 50, "unknown"]]);
    // As of a gap whose end was deleted before it was written.
    await ledger().write([
      entryOf(2, 0, 0, [
        [60, 100, "offline"],
        [60, 80, "silent"],
      ]),
    ]);
    expect(await kept(2, 55)).toEqual([[60, 80, "silent"]]);
    // What overlaps is no gap: the later one stands.
    await ledger().write([entryOf(2, 0, 0, [[70, 100, "silent"]])]);
    expect(await kept(2, 55)).toEqual([[70, 100, "silent"]]);
    await ledger().write([entryOf(2, 80, 81, [])]);
    expect(await kept(2, 55)).toEqual([[70, 100, "silent"]]);
    await ledger().write([{ ...entryOf(2, 100, 101, []), isAtReading: true }]);
    expect(await kept(2, 55)).toEqual([[70, 100, "silent"]]);
    await ledger().write([{ ...entryOf(2, 80, 81, []), isAtReading: true }]);
    expect(await kept(2, 55)).toEqual([]);
    expect((await ledger().read([2, 1], ...all, 100)).map(({ fromMs }) => fromMs)).toEqual([[10], [10, 30, 60]]);
  });

  it("[ST96] what changes behind what was looked at is looked at again, and what changes meanwhile once more", async () => {
    await fill();
    const { store } = current();
    const stretches = async () => (await ledger().rechecks(100, 1)).map(({ fromMs, toMs }) => [fromMs, toMs]);
    await (store as { sealAll?(): Promise<void> }).sealAll?.();
    await ledger().write([entryOf(1, 0, 0, [])]);
    expect(await ledger().looked()).toEqual([{ series: 1, throughMs: 100, graceMs: 25.5 }]);
    // What follows is no news: who looks on meets it.
    await current().put(1, [[120, 1]]);
    await (store as { sealAll?(): Promise<void> }).sealAll?.();
    expect(await ledger().rechecks(100)).toEqual([]);
    await current().put(1, [[30, 1]]);
    await (store as { sealAll?(): Promise<void> }).sealAll?.();
    expect(await stretches()).toEqual([[30, 31]]);
    const before = await ledger().rechecks(100);
    await store.deleteReadings([{ series: 1, fromMs: 20, toMs: 40 }]);
    await ledger().write([{ ...entryOf(1, 0, 0, []), rechecked: before }]);
    const left = await ledger().rechecks(100, 1);
    expect([left[0]?.fromMs, left.at(-1)?.toMs, await ledger().rechecks(100, 2)]).toEqual([20, 40, []]);
    await current().reopen();
    expect(await stretches()).toEqual([[20, 40]]);
    await ledger().write([{ ...entryOf(1, 0, 0, []), rechecked: await ledger().rechecks(100) }]);
    expect(await ledger().rechecks(100)).toEqual([]);
  });

  it("[ST100] no more than before is noted as looked at of a series with readings of a commit that was not heard of", async () => {
    await fill();
    const { store } = current();
    const seal = async () => (store as { sealAll?(): Promise<void> }).sealAll?.();
    await seal();
    const { commit } = await current().append({});
    await current().put(1, [[30, 1]]);
    await seal();
    await ledger().write([entryOf(1, 0, 0, [[10, 50, "silent"]]), entryOf(2, 0, 0, [])], commit);
    expect(await ledger().looked()).toEqual([{ series: 2, throughMs: 100, graceMs: 25.5 }]);
    expect(await kept(1)).toEqual([[10, 50, "silent"]]);
    await ledger().write([entryOf(1, 0, 0, [])], commit + 1);
    await ledger().write([entryOf(1, 0, 0, [], 60)], commit);
    await ledger().write([entryOf(1, 0, 0, [], 70)], commit);
    expect((await ledger().looked()).find(({ series }) => series === 1)?.throughMs).toBe(60);
    expect((await ledger().looked()).map(({ series }) => series).sort()).toEqual([1, 2]);
  });

  it("[ST97] goes with its series, and nothing is kept of one that is gone", async () => {
    await fill();
    const { store } = current();
    await ledger().write([entryOf(1, 0, 0, [[10, 50, "offline"]]), entryOf(2, 0, 0, [[10, 50, "offline"]])]);
    await store.deleteReadings([{ series: 1, fromMs: all[0], toMs: all[1] }]);
    await ledger().write([entryOf(1, 0, 0, [[60, 100, "offline"]])]);
    expect([await kept(1), await kept(2)]).toEqual([[], [[10, 50, "offline"]]]);
    expect(await ledger().rechecks(100)).toEqual([]);
    // Nothing but what is settled is heard of one that a person sees no more.
    await store.deleteReadings([{ series: 2, fromMs: 0, toMs: 20 }]);
    const nowhere = { throughMs: Number.NEGATIVE_INFINITY, graceMs: 0 };
    const settled = { ...entryOf(2, 0, 0, []), looked: nowhere, rechecked: await ledger().rechecks(100) };
    const looked = await ledger().looked();
    await ledger().write([settled]);
    expect([await ledger().rechecks(100), await ledger().looked()]).toEqual([[], looked]);
    await store.deleteDevice("oven-1");
    expect([await kept(2), await ledger().looked()]).toEqual([[], []]);
  });
}
