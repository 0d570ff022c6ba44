import { describe, expect, it } from "vitest";
import { OpenBatch } from "../../../server/hub/ingest/batch.ts";
import { Committer } from "../../../server/hub/ingest/committer.ts";
import type { Receipt, Sender } from "../../../server/hub/ingest/receipt.ts";
import { SequenceSpace } from "../../../server/hub/ingest/sequence.ts";
import { type Batch, type Commit, StoreError } from "../../../server/store/store.ts";
import { FakeClock } from "../../support/fake-clock.ts";

/** A store whose appends a test answers one by one. */
class HandStore {
  readonly called: { batch: Batch; commit: () => void; fail: (error: unknown) => void }[] = [];
  #commits = 0;
  #told: () => void = () => {};

  append(batch: Batch): Promise<Commit> {
    return new Promise((resolve, reject) => {
      this.called.push({
        batch,
        commit: () => resolve({ commit: ++this.#commits, columns: batch.columns, commitMs: 1 }),
        fail: reject,
      });
      this.#told();
    });
  }

  async next(count: number) {
    while (this.called.length < count) {
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
    const call = this.called[count - 1];
    if (!call) throw new Error("not called");
    return call;
  }
}

function world(delayMs = 0) {
  const store = new HandStore();
  const clock = new FakeClock();
  const told: string[] = [];
  const fatal: unknown[] = [];
  const committer: Committer = new Committer({
    ...{ store, clock, delayMs },
    onCommit: ({ commit }) => told.push(`commit ${commit}`),
    onTold: ({ commit }) => told.push(`told ${commit}`),
    onRefused: ({ code }) => told.push(`all refused ${code}`),
    onFatal: (error) => fatal.push(error),
  });
  const sender = (name: string): Sender => ({
    decided: ({ parts }: Receipt) => told.push(`${name} decided ${parts[0]?.lastSeq}`),
    refused: ({ parts }: Receipt, error) => told.push(`${name} refused ${parts[0]?.firstSeq} ${error.code}`),
  });
  /** One frame of one reading. */
  const send = (from: Sender, seq: number, space?: SequenceSpace) => {
    const receipt = committer.open.receipt(from, 0);
    receipt.part("cumulative", undefined, seq, 10);
    committer.columns.push(1, seq, seq);
    if (space?.judge(seq) === "fresh") committer.open.addSequence(space, seq);
    committer.touch();
  };
  return { store, clock, told, fatal, committer, sender, send };
}

describe("committer", () => {
  it("[P22] one batch is on its way while the next one fills, and senders are told between commit and viewers", async () => {
    const { store, told, committer, sender, send } = world();
    const a = sender("a");
    send(a, 1);
    const first = await store.next(1);
    send(a, 2);
    send(a, 3);
    expect(store.called).toHaveLength(1);
    first.commit();
    const second = await store.next(2);
    expect(second.batch.columns.length).toBe(2);
    expect(told).toEqual(["commit 1", "a decided 1", "told 1"]);
    second.commit();
    await committer.settled();
    expect(told.slice(3)).toEqual(["commit 2", "a decided 2", "a decided 3", "told 2"]);
  });

  it("charges each sender with its own answers, and with its readings' part of what a commit takes, now and later, and with its refusals", async () => {
    const store = new HandStore();
    const clock = new FakeClock();
    const charged: Record<string, number> = { a: 0, b: 0, refused: 0 };
    const committer = new Committer({
      ...{ store, clock, delayMs: 0 },
      onCommit: () => clock.advance(30),
      onTold: () => clock.advance(10),
      onRefused: () => {},
      onFatal: (error) => expect.fail(String(error)),
    });
    const send = (name: string, stored: number, answerMs: number, told = 0) => {
      const sender: Sender = {
        decided: () => clock.advance(answerMs),
        refused: () => {},
        peer: {
          took: (ms) => {
            charged[name] = (charged[name] ?? 0) + ms;
          },
        },
      };
      const part = committer.open.receipt(sender, 0).part("silent", undefined, undefined, 10);
      part.stored = stored;
      for (let index = 0; index < told; index++)
        part.rejected.push({ index, metric: "m", code: "invalid_value", message: "no" });
    };
    send("a", 30, 1);
    send("b", 10, 2);
    // Held up by something else.
    send("refused", 0, 40, 5);
    committer.touch();
    (await store.next(1)).commit();
    await committer.settled();
    // Three microseconds a reading for what the store does with it later, and 0.2 ms for each refusal that is told.
    expect(charged.a).toBeCloseTo(23.59);
    expect(charged.b).toBeCloseTo(9.53);
    expect(charged.refused).toBe(6);
  });

  it("[P29] a refused batch takes the one that was filling with it: nothing behind a hole is stored", async () => {
    const { store, told, committer, sender, send } = world();
    const space = new SequenceSpace({ device: "d", session: "s" });
    const a = sender("a");
    send(a, 1, space);
    const first = await store.next(1);
    send(a, 2, space);
    first.fail(new StoreError("storage_full", "full"));
    await expect
      .poll(() => told)
      .toEqual(["all refused storage_full", "a refused 1 storage_full", "a refused 2 storage_full"]);
    expect([space.awaited, space.decided]).toEqual([1, 0]);
    send(a, 1, space);
    const second = await store.next(2);
    expect(second.batch.columns.length).toBe(1);
    expect(second.batch.marks).toEqual([{ device: "d", session: "s", seq: 1 }]);
    second.commit();
    await committer.settled();
    expect(space.decided).toBe(1);
  });

  it("[P29] an error that is no store's is told as internal", async () => {
    const { store, told, committer, sender, send } = world();
    send(sender("a"), 1);
    (await store.next(1)).fail(new TypeError("no such thing"));
    await committer.settled();
    expect(told).toEqual(["all refused internal", "a refused 1 internal"]);
  });

  it("runs exclusive work after all that came before it, and before all that comes after", async () => {
    const { store, told, committer, sender, send } = world();
    const a = sender("a");
    send(a, 1);
    const first = await store.next(1);
    send(a, 2);
    let release = () => {};
    const work = committer.exclusive(async () => {
      told.push("work");
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return 42;
    });
    send(a, 3);
    first.commit();
    (await store.next(2)).commit();
    await expect.poll(() => told.at(-1)).toBe("work");
    expect(store.called).toHaveLength(2);
    release();
    expect(await work).toBe(42);
    (await store.next(3)).commit();
    await committer.settled();
    expect(told.filter((line) => !line.startsWith("told") && !line.startsWith("commit"))).toEqual([
      "a decided 1",
      "a decided 2",
      "work",
      "a decided 3",
    ]);
  });

  it("work that fails is its caller's trouble alone", async () => {
    const { store, told, committer, sender, send } = world();
    await expect(committer.exclusive(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    send(sender("a"), 1);
    (await store.next(1)).commit();
    await committer.settled();
    expect(told).toContain("a decided 1");
  });

  it("[F3] tells nobody anything after it was halted, not even of a batch that was on its way", async () => {
    const { store, told, committer, sender, send } = world();
    send(sender("a"), 1);
    const first = await store.next(1);
    committer.halt();
    first.commit();
    send(sender("a"), 2);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([]);
    expect(store.called).toHaveLength(1);
  });

  it("a fault of the hub itself while it handles a commit ends all acknowledging", async () => {
    const { store, told, fatal, sender, send } = world();
    send(
      {
        ...sender("a"),
        decided: () => {
          throw new Error("fault");
        },
      },
      1,
    );
    send(sender("b"), 2);
    (await store.next(1)).commit();
    await expect.poll(() => fatal).toMatchObject([{ message: "fault" }]);
    expect(told).toEqual(["commit 1"]);
  });

  it("waits for company as long as it was told to, from the first frame on", async () => {
    const { store, clock, committer, sender, send } = world(100);
    const a = sender("a");
    send(a, 1);
    clock.advance(60);
    send(a, 2);
    clock.advance(39);
    expect(store.called).toHaveLength(0);
    clock.advance(1);
    const first = await store.next(1);
    expect(first.batch.columns.length).toBe(2);
    send(a, 3);
    first.commit();
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.called).toHaveLength(1);
    const done = committer.settled();
    (await store.next(2)).commit();
    await done;
  });

  it("a batch with nothing in it is not committed", async () => {
    const { store, committer } = world();
    expect(new OpenBatch(1).empty).toBe(true);
    committer.touch();
    await committer.settled();
    expect(store.called).toHaveLength(0);
  });
});
