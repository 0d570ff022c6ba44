import { beforeEach, describe, expect, it } from "vitest";
import { askMs, Refusals } from "../../dashboard/client/refusals.ts";
import type { RefusedAnswer } from "../../server/protocol/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

describe("[P18] what was refused of the device that is looked at", () => {
  let clock: FakeClock;
  let asked: { device: string; answer: (answer: RefusedAnswer | undefined) => Promise<void> }[];
  let seen: boolean;
  let changes: number;
  let refusals: Refusals;
  const refused = (device: string, ...messages: string[]): RefusedAnswer => ({
    device,
    refused: messages.map((message) => ({ at: 1, code: "type_mismatch", message, row: "{}" })),
    quarantined: 0,
  });
  const words = () => refusals.readings.map(({ message }) => message);

  beforeEach(() => {
    clock = new FakeClock();
    asked = [];
    seen = true;
    changes = 0;
    refusals = new Refusals({
      timers: clock,
      ask: (device) =>
        new Promise((resolve) => {
          asked.push({
            device,
            answer: async (answer) => {
              resolve(answer);
              await Promise.resolve();
            },
          });
        }),
      seen: () => seen,
      changed: () => {
        changes += 1;
      },
    });
    refusals.follow("a");
  });

  it("is asked at once and then every ten seconds, and stays where the hub does not answer", async () => {
    expect(asked.map(({ device }) => device)).toEqual(["a"]);
    await asked[0]?.answer(refused("a", "too hot"));
    expect(words()).toEqual(["too hot"]);
    clock.advance(askMs);
    await asked[1]?.answer(undefined);
    expect(words()).toEqual(["too hot"]);
    clock.advance(askMs);
    await asked[2]?.answer(refused("a", "too cold", "too hot"));
    expect(words()).toEqual(["too cold", "too hot"]);
    expect(changes).toBe(2);
  });

  it("is not asked for while nobody sees the page", async () => {
    await asked[0]?.answer(refused("a"));
    seen = false;
    clock.advance(askMs);
    await Promise.resolve();
    expect(asked).toHaveLength(1);
    seen = true;
    clock.advance(askMs);
    expect(asked).toHaveLength(2);
    expect(changes).toBe(0);
  });

  it("is never shown at another device, and not asked for once the page is gone", async () => {
    refusals.follow("b");
    await asked[0]?.answer(refused("a", "too hot"));
    expect(words()).toEqual([]);
    await asked[1]?.answer(refused("b", "too late"));
    expect(words()).toEqual(["too late"]);
    refusals.follow(undefined);
    clock.advance(10 * askMs);
    expect(asked).toHaveLength(2);
    expect(words()).toEqual([]);
  });

  it("is asked for once every ten seconds, however often devices change and however late an answer comes", async () => {
    refusals.follow("b");
    refusals.follow("a");
    await asked[2]?.answer(refused("a", "too cold", "too hot"));
    await asked[0]?.answer(refused("a", "too hot"));
    expect(words()).toEqual(["too cold", "too hot"]);
    clock.advance(askMs);
    expect(asked.map(({ device }) => device)).toEqual(["a", "b", "a", "a"]);
  });

  it("is asked for again where the hub owes an answer, which is not taken when it comes after a newer one", async () => {
    clock.advance(askMs);
    await asked[1]?.answer(refused("a", "too cold", "too hot"));
    await asked[0]?.answer(refused("a", "too hot"));
    expect(words()).toEqual(["too cold", "too hot"]);
  });
});
