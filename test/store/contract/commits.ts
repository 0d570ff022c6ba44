import { expect, it } from "vitest";
import { StoreError } from "../../../server/store/store.ts";
import { batchOf, columnsOf, everything, type World } from "../world.ts";

export function commitRules(world: () => World): void {
  it("[ST1] opens empty: an epoch, no commit, the first series number free", () => {
    const { epoch, ...rest } = world().state;
    expect(epoch).toMatch(/^[\w-]{8,}$/);
    const nothing = { series: [], latest: [], devices: [], metrics: [], nextPresence: 1, aliveMs: null };
    expect(rest).toEqual({ commit: 0, nextSeries: 1, ...nothing, recovered: false });
  });

  it("[ST2] numbers commits one by one, in the order of the calls, and goes on after a restart", async () => {
    const { store } = world();
    const together = await Promise.all([1, 2, 3].map(() => store.append(batchOf({}))));
    expect(together.map(({ commit }) => commit)).toEqual([1, 2, 3]);
    expect((await world().reopen()).commit).toBe(3);
    expect((await world().append({})).commit).toBe(4);
  });

  it("[ST3] hands the columns back as they were given, spare room and all, and tells how long it took", async () => {
    await world().make(1);
    const columns = columnsOf(1, [
      [10, 1.5],
      [20, 2.5],
    ]);
    const given = structuredClone(columns);
    const answer = await world().append({ columns });
    expect(answer.columns).toEqual(given);
    expect(answer.columns.times.buffer.detached ?? false).toBe(false);
    expect(answer.commitMs).toBeGreaterThanOrEqual(0);
    expect(await world().raw(everything(1))).toEqual([
      [10, 1.5],
      [20, 2.5],
    ]);
  });

  it("[ST4] finds everything again after a restart, under the same epoch", async () => {
    const { epoch } = world().state;
    await world().make(1, "string");
    await world().put(
      1,
      [
        [5, "closed"],
        [9, "open"],
      ],
      77,
    );
    const state = await world().reopen();
    expect(state).toMatchObject({ epoch, nextSeries: 2, recovered: false });
    const identity = { series: 1, device: "oven-1", metric: "m1", type: "string" };
    expect(state.series).toEqual([{ ...identity, firstTimeMs: 5, lastTimeMs: 9, count: 2 }]);
    expect(state.latest).toEqual([{ series: 1, timeMs: 9, value: "open", receivedMs: 77 }]);
    expect(await world().raw(everything(1))).toEqual([
      [5, "closed"],
      [9, "open"],
    ]);
  });

  it("[ST5] stores nothing of a refused batch, nor of any that was called before the refusal was heard", async () => {
    await world().make(1);
    const { store } = world();
    const recover = world().fail();
    const calls = [1, 2, 3].map((value) => store.append(batchOf({ columns: columnsOf(1, [[value, value]]) })));
    const answers = await Promise.allSettled(calls);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    for (const answer of answers) {
      const { reason } = answer as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(StoreError);
      expect(reason.retryable).toBe(true);
    }
    recover();
    expect((await world().put(1, [[4, 4]])).commit).toBe(2);
    expect(await world().raw(everything(1))).toEqual([[4, 4]]);
  });

  it("[ST39] refuses a batch aloud whose readings nobody could find again, and stores nothing of it", async () => {
    await world().make(3);
    const mistake = { code: "internal", retryable: false };
    const late = { series: 2, device: "oven-1", metric: "late", type: "number" as const };
    const refused = [
      { columns: columnsOf(4, [[1, 1]]) },
      { newSeries: [{ ...late, series: 4 }], columns: columnsOf(5, [[1, 1]]) },
      // Its number is used up: a higher one came before.
      { newSeries: [late], columns: columnsOf(2, [[1, 1]]) },
    ];
    for (const batch of refused) await expect(world().append(batch)).rejects.toMatchObject(mistake);
    await world().append({ newSeries: [{ ...late, series: 4 }], columns: columnsOf(4, [[1, 1]]) });
    await world().store.deleteDevice("oven-1");
    // What was given out and deleted is no mistake: a batch may have been on its way.
    expect((await world().put(4, [[2, 2]])).commit).toBe(3);
    expect((await world().reopen()).series).toEqual([]);
  });

  it("[ST6] takes a new series again with the batch after the one that was refused", async () => {
    const newSeries = [{ series: 1, device: "d", metric: "m", type: "number" as const }];
    const recover = world().fail();
    const refused = world().store.append(batchOf({ newSeries, columns: columnsOf(1, [[1, 1]]) }));
    await expect(refused).rejects.toThrow(StoreError);
    recover();
    await world().append({ newSeries, columns: columnsOf(1, [[2, 2]]) });
    await world().append({ newSeries, columns: columnsOf(1, [[3, 3]]) });
    expect((await world().reopen()).nextSeries).toBe(2);
    expect(await world().raw(everything(1))).toEqual([
      [2, 2],
      [3, 3],
    ]);
  });

  it("[ST7] closes once, however often it is asked, and refuses appends afterwards", async () => {
    const { store } = world();
    await Promise.all([store.close(), store.close()]);
    await expect(store.append(batchOf({}))).rejects.toMatchObject({ code: "store_unavailable", retryable: true });
  });

  it("[ST8] settles what was called before the close", async () => {
    await world().make(1);
    const pending = world().store.append(batchOf({ columns: columnsOf(1, [[1, 1]]) }));
    const [{ commit }] = await Promise.all([pending, world().store.close()]);
    expect(commit).toBe(2);
    await world().reopen();
    expect(await world().raw(everything(1))).toEqual([[1, 1]]);
  });

  it("[ST9] tells its sizes", async () => {
    await world().make(1);
    await world().put(1, [[1, 1]]);
    for (const size of Object.values(await world().store.stats())) expect(size).toBeGreaterThanOrEqual(0);
  });
}
