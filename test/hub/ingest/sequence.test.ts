import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SequenceSpace, SequenceSpaces } from "../../../server/hub/ingest/sequence.ts";
import { printedSeed } from "../../support/seed.ts";

describe("sequence spaces", () => {
  it("[P27] judges a frame by what is decided and what is on its way", () => {
    const space = new SequenceSpace(undefined, 5);
    expect(space.judge(5)).toBe("decided");
    expect(space.judge(7)).toBe("fresh");
    expect(space.judge(6)).toBe("undecided");
    expect(space.judge(7)).toBe("undecided");
    space.settle(7);
    expect([space.judge(6), space.judge(7), space.judge(8)]).toEqual(["decided", "decided", "fresh"]);
  });

  it("[P29] after a rewind it waits for that number, takes earlier gaps, and says so once", () => {
    const space = new SequenceSpace(undefined, 5);
    for (const seq of [8, 9]) space.judge(seq);
    space.rewind(8);
    expect(space.awaited).toBe(8);
    expect(space.judge(9)).toBe("dropped");
    expect([space.tellOnce(), space.tellOnce()]).toEqual([true, false]);
    expect(space.judge(6)).toBe("fresh");
    expect(space.judge(6)).toBe("undecided");
    expect(space.judge(10)).toBe("dropped");
    expect(space.judge(8)).toBe("fresh");
    expect(space.judge(9)).toBe("fresh");
    expect(space.tellOnce()).toBe(false);
  });

  it("[P28] a sender that says hello again goes on behind what is decided", () => {
    const space = new SequenceSpace(undefined, 5);
    space.judge(8);
    space.rewind(8);
    space.greet();
    expect(space.judge(6)).toBe("fresh");
  });

  /**
   * A sender that goes back to a frame whenever it is told to, or on a whim, and a hub that commits in batches, some of
   * which fail. Whatever happens, each frame is stored once and in order, and what is decided is stored.
   */
  it("[P27] [P29] stores each frame once under random failures and repetitions", () => {
    const seed = printedSeed("sequence");
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant("send" as const) }) },
      fc.record({ do: fc.constant("goBack" as const), by: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ do: fc.constant("commit" as const), fails: fc.boolean() }),
      fc.record({ do: fc.constant("hear" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const space = new SequenceSpace(undefined);
        const stored: number[] = [];
        const refusals: number[] = [];
        let open: number[] = [];
        let next = 1;
        const send = () => {
          const verdict = space.judge(next);
          if (verdict === "fresh") open.push(next);
          if (verdict === "decided") expect(stored).toContain(next);
          if (verdict === "dropped" && space.tellOnce()) refusals.push(space.awaited);
          next += 1;
        };
        const commit = (fails: boolean) => {
          const first = open[0];
          if (first === undefined) return;
          if (fails) {
            space.rewind(first);
            refusals.push(first);
          } else {
            stored.push(...open);
            space.settle(open.at(-1) as number);
          }
          open = [];
        };
        const hear = () => {
          next = refusals.shift() ?? next;
        };
        let highest = 0;
        for (const one of steps) {
          if (one.do === "send") send();
          else if (one.do === "goBack") next = Math.max(1, next - one.by);
          else if (one.do === "commit") commit(one.fails);
          else hear();
          highest = Math.max(highest, next);
        }
        while (refusals.length > 0 || open.length > 0 || next < highest) {
          hear();
          while (next < highest) send();
          commit(false);
        }
        expect(stored).toEqual(Array.from({ length: highest - 1 }, (_, index) => index + 1).slice(0, stored.length));
        expect(space.decided).toBe(stored.length);
        if (highest > 1) expect(stored).toHaveLength(highest - 1);
      }),
      { numRuns: 2_000, seed },
    );
  });

  it("[P26] loads a session once while it is in use, and forgets it with its last user", async () => {
    const asked: string[] = [];
    const spaces = new SequenceSpaces({
      async lastSeq(device, session) {
        asked.push(`${device} ${session}`);
        return 3;
      },
    });
    const [one, two] = await Promise.all([spaces.enter("a", "s"), spaces.enter("a", "s")]);
    expect(one).toBe(two);
    expect(one.decided).toBe(3);
    spaces.leave(one);
    expect(await spaces.enter("a", "s")).toBe(one);
    spaces.leave(one);
    spaces.leave(one);
    expect(await spaces.enter("a", "s")).not.toBe(one);
    expect(await spaces.enter("as", "")).not.toBe(await spaces.enter("a", "s"));
    expect(asked).toEqual(["a s", "a s", "as "]);
  });

  it("[P29] a session that awaits a number is remembered without a user, the newest 10,000 of them", async () => {
    const spaces = new SequenceSpaces({ lastSeq: async () => 0 });
    for (let index = 0; index <= 10_000; index++) {
      const space = await spaces.enter("a", String(index));
      space.judge(1);
      space.rewind(1);
      spaces.leave(space);
    }
    expect((await spaces.enter("a", "0")).awaited).toBe(0);
    const kept = await spaces.enter("a", "1");
    expect(kept.judge(2)).toBe("dropped");
    expect(kept.judge(1)).toBe("fresh");
    kept.settle(1);
    spaces.leave(kept);
    expect(await spaces.enter("a", "1")).not.toBe(kept);
  });

  it("[P26] a session that could not be loaded is asked for again", async () => {
    let fails = true;
    const spaces = new SequenceSpaces({
      async lastSeq() {
        if (fails) throw new Error("no");
        return 9;
      },
    });
    await expect(spaces.enter("a", "s")).rejects.toThrow("no");
    fails = false;
    expect((await spaces.enter("a", "s")).decided).toBe(9);
  });
});
