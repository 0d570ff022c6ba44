/** The page's questions that come again and again, with a clock that is turned. */
import { describe, expect, it } from "vitest";
import { Poll } from "../../dashboard/client/poll.ts";
import { FakeClock } from "../support/fake-clock.ts";

function world() {
  const clock = new FakeClock();
  const asked: { resolve: (answer: string) => void; reject: (error: Error) => void; signal: AbortSignal }[] = [];
  const answers: string[] = [];
  const failures: unknown[] = [];
  const page = { seen: true };
  const poll = new Poll<string>({
    timers: clock,
    everyMs: 1_000,
    ask: (signal) =>
      new Promise((resolve, reject) => {
        asked.push({ resolve, reject, signal });
        signal.addEventListener("abort", () => reject(new Error("too late")));
      }),
    seen: () => page.seen,
    answered: (answer) => answers.push(answer),
    failed: (error) => failures.push(error),
  });
  /** Lets answers that were given arrive. */
  const arrive = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { clock, asked, answers, failures, page, poll, arrive };
}

describe("a question that is asked again and again", () => {
  it("is asked at once and each turn, one at a time", async () => {
    const { clock, asked, answers, poll, arrive } = world();
    poll.start();
    expect(asked).toHaveLength(1);
    clock.advance(2_500);
    expect(asked).toHaveLength(1);
    asked[0]?.resolve("a");
    await arrive();
    clock.advance(500);
    expect(asked).toHaveLength(2);
    expect(answers).toEqual(["a"]);
    poll.stop();
  });

  it("waits for as long as the newest answer tells, at once and not a turn later", async () => {
    const clock = new FakeClock();
    let everyMs = 1_000;
    let asked = 0;
    const poll = new Poll<number>({
      timers: clock,
      everyMs: () => everyMs,
      ask: async () => {
        asked += 1;
        return asked;
      },
      seen: () => true,
      // The first answer is a long one.
      answered: (count) => {
        everyMs = count === 1 ? 60_000 : 1_000;
      },
      failed: () => {},
    });
    const arrive = () => new Promise<void>((resolve) => setImmediate(resolve));
    poll.start();
    await arrive();
    clock.advance(59_999);
    expect(asked).toBe(1);
    clock.advance(1);
    await arrive();
    clock.advance(1_000);
    expect(asked).toBe(3);
    poll.stop();
  });

  it("is not asked while nobody sees the page, and at once when somebody does", () => {
    const { clock, asked, page, poll } = world();
    page.seen = false;
    poll.start();
    clock.advance(10_000);
    expect(asked).toHaveLength(0);
    page.seen = true;
    poll.start();
    expect(asked).toHaveLength(1);
    poll.stop();
  });

  it("goes on after a failure, and after an answer that did not come", async () => {
    const { clock, asked, answers, failures, poll, arrive } = world();
    poll.start();
    asked[0]?.reject(new Error("no hub"));
    await arrive();
    clock.advance(1_000);
    clock.advance(4_000);
    await arrive();
    expect(asked[1]?.signal.aborted).toBe(true);
    clock.advance(1_000);
    asked[2]?.resolve("c");
    await arrive();
    expect(failures).toHaveLength(2);
    expect(answers).toEqual(["c"]);
    poll.stop();
  });

  it("takes no answer after its end, and tells of no failure", async () => {
    const { asked, answers, failures, poll, arrive } = world();
    poll.start();
    poll.stop();
    asked[0]?.resolve("late");
    await arrive();
    expect({ answers, failures }).toEqual({ answers: [], failures: [] });
  });
});
