import { beforeEach, describe, expect, it } from "vitest";
import { HubRefusal } from "../../dashboard/client/hub-api.ts";
import { PresenceTimeline } from "../../dashboard/client/presence-timeline.ts";
import type { PresenceAnswer } from "../../server/protocol/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

describe("the question when a device was there", () => {
  let clock: FakeClock;
  let asked: {
    path: string;
    answer: (answer: PresenceAnswer) => Promise<void>;
    fail: (error: Error) => Promise<void>;
  }[];
  let changes: number;
  let timeline: PresenceTimeline;
  const told: PresenceAnswer = { device: "a", times: [1], states: ["online"], reasons: ["connected"] };
  const arrive = () => new Promise<void>((resolve) => setImmediate(resolve));
  /** What the page does each second while it is connected. */
  const follow = (cause = "1h") => timeline.follow("a", 0, undefined, cause);

  beforeEach(() => {
    clock = new FakeClock();
    asked = [];
    changes = 0;
    const get = (path: string) =>
      new Promise((resolve, reject) => {
        const then = <Given>(call: (given: Given) => void) => {
          return async (given: Given) => {
            call(given);
            await arrive();
          };
        };
        asked.push({ path, answer: then(resolve), fail: then(reject) });
      });
    timeline = new PresenceTimeline({
      api: () => ({ get: get as <Answer>(path: string) => Promise<Answer> }),
      timers: clock,
      random: () => 0.999,
      changed: () => {
        changes += 1;
      },
    });
    follow();
  });

  it("is asked once while nothing changes its answer", async () => {
    for (let second = 0; second < 20; second++) {
      clock.advance(1_000);
      follow();
    }
    await asked[0]?.answer(told);
    clock.advance(600_000);
    follow();
    expect(asked.map(({ path }) => path)).toEqual(["devices/a/presence"]);
    expect(timeline.answer).toEqual(told);
    follow("15m");
    expect(asked).toHaveLength(2);
  });

  it("is asked again after it failed, later each time, and says so meanwhile", async () => {
    const waits: number[] = [];
    for (let round = 0; round < 7; round++) {
      await asked.at(-1)?.fail(new HubRefusal("The hub is busy.", "rate_limited"));
      expect(timeline.problem).toEqual({ message: "The hub is busy." });
      const before = asked.length;
      let second = 0;
      for (; asked.length === before && second < 120; second++) {
        clock.advance(1_000);
        follow();
      }
      waits.push(second);
    }
    expect(waits).toEqual([4, 8, 16, 32, 60, 60, 60]);
    expect(changes).toBe(7);
    await asked.at(-1)?.answer(told);
    expect([timeline.problem, timeline.answer]).toEqual([undefined, told]);
    clock.advance(600_000);
    follow();
    expect(asked).toHaveLength(8);
  });

  it("says that the hub was not reached where that was it, and asks at once where something changed", async () => {
    await asked[0]?.fail(new TypeError("Failed to fetch"));
    expect(timeline.problem).toEqual({ message: undefined });
    follow();
    expect(asked).toHaveLength(1);
    follow("the hub was back");
    expect(asked).toHaveLength(2);
    await asked[1]?.answer(told);
    expect(timeline.problem).toBeUndefined();
  });
});
