import { expect, it } from "vitest";
import { StoreError } from "../../../server/store/store.ts";
import { batchOf, columnsOf, everything, type World } from "../world.ts";

export function commitRules(world: () => World): void {
  it("[ST1] opens empty: an epoch, no commit, the first series number free", () => {
    const { epoch, ...rest } = world().state;
    expect(epoch).toMatch(/^[\w-]{8,}$/);
    const nothing = { series: [], latest: [], masks: [], devices: [], metrics: [], aliases: [], merges: [] };
    const never = { nextPresence: 1, aliveMs: null };
    expect(rest).toEqual({ commit: 0, nextSeries: 1, ...nothing, ...never, recovered: false });
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

  it("[ST45] gives the newest commits back as they were appended, up to the newest one, after a restart too", async () => {
    await world().make(1, "string");
    await world().put(1, [
      [20, "b"],
      [10, "a"],
      [20, "b"],
    ]);
    await world().append({});
    await world().put(1, [[-5, "c"]], 1_500);
    const check = async () => {
      const { afterCommit, commits } = await world().store.recent(1e6, 0);
      const all = [
        { commit: 1, receivedMs: 1_000, length: 0, series: [], times: [], values: [] },
        { commit: 2, receivedMs: 1_000, length: 3, series: [1, 1, 1], times: [20, 10, 20], values: ["b", "a", "b"] },
        { commit: 3, receivedMs: 1_000, length: 0, series: [], times: [], values: [] },
        { commit: 4, receivedMs: 1_500, length: 1, series: [1], times: [-5], values: ["c"] },
      ];
      // A store need not have all of them any more, but those that it has without a hole.
      expect(afterCommit).toBe(4 - commits.length);
      expect(commits.length).toBeGreaterThan(0);
      expect(
        commits.map(({ commit, receivedMs, columns: { length, series, times, values, strings } }) => ({
          ...{ commit, receivedMs, length },
          ...{ series: [...series.subarray(0, length)], times: [...times.subarray(0, length)] },
          values: [...values.subarray(0, length)].map((text) => strings[text]),
        })),
      ).toEqual(all.slice(afterCommit));
    };
    await check();
    await world().reopen();
    await check();
  });

  it("[ST46] gives no more commits back than asked for, and none from before the time asked for", async () => {
    expect(await world().store.recent(1e6, 0)).toEqual({ afterCommit: 0, commits: [] });
    await world().make(1);
    for (let index = 1; index <= 5; index++) await world().put(1, [[index, index]], index * 1_000);
    const numbers = async (limitBytes: number, fromMs: number) => {
      const { afterCommit, commits } = await world().store.recent(limitBytes, fromMs);
      expect(afterCommit).toBe(6 - commits.length);
      return commits.map(({ commit }) => commit);
    };
    expect(await numbers(20, 0)).toEqual([6]);
    expect(await numbers(19, 0)).toEqual([]);
    expect(await numbers(1e6, 5_001)).toEqual([]);
    expect(await numbers(1e6, 5_000)).toEqual([6]);
    expect((await numbers(45, 0)).length).toBeLessThanOrEqual(2);
    expect((await numbers(1e6, 3_000)).length).toBeLessThanOrEqual(3);
  });

  it("[ST47] gives nothing back from before a deletion, nor the commit after it, after a restart too", async () => {
    const { store } = world();
    await world().make(1);
    await world().make(2, "number", "oven-2");
    await world().put(1, [[1, 1]]);
    await world().put(2, [[1, 1]]);
    await store.deleteReadings([{ series: 1, fromMs: 0, toMs: 1 }]);
    const numbers = async () => {
      const { afterCommit, commits } = await world().store.recent(1e6, 0);
      return [afterCommit, ...commits.map(({ commit }) => commit)];
    };
    expect(await numbers()).toEqual([5]);
    await world().put(1, [[2, 2]]);
    expect(await numbers()).toEqual([5]);
    await world().put(1, [[3, 3]]);
    expect(await numbers()).toEqual([5, 6]);
    await world().reopen();
    expect(await numbers()).toEqual([5, 6]);
    await world().store.deleteDevice("oven-2");
    expect(await numbers()).toEqual([7]);
    await world().reopen();
    expect(await numbers()).toEqual([7]);
    await world().put(1, [[4, 4]]);
    await world().put(1, [[5, 5]]);
    expect(await numbers()).toEqual([7, 8]);
  });

  it("[ST9] tells its sizes", async () => {
    await world().make(1);
    await world().put(1, [[1, 1]]);
    const {
      budget: _,
      budgetBytes: _1,
      bytesPerDay: _2,
      thinned: _3,
      aged: _4,
      ...sizes
    } = await world().store.stats();
    for (const size of Object.values(sizes)) expect(size).toBeGreaterThanOrEqual(0);
  });
}
