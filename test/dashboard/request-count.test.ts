import { describe, expect, it } from "vitest";
import { RequestCount } from "../../dashboard/client/request-count.ts";
import { RequestPoll, requestsEveryMs } from "../../dashboard/client/request-poll.ts";
import { Rights } from "../../dashboard/client/rights.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** What was answered has reached the page. */
const arrive = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("the number of devices that ask to be let in", () => {
  it("is asked for those who may let in, while they look, and by nobody else", async () => {
    const clock = new FakeClock();
    const rights = new Rights();
    const asked: string[] = [];
    const page = { visible: true };
    const count = new RequestCount();
    const poll = new RequestPoll({
      access: rights,
      tell: count.tell,
      client: { state: { state: "open" } },
      api: {
        get: async <Answer>(path: string) => {
          asked.push(path);
          return { requests: [{}, {}] } as Answer;
        },
      },
      timers: clock,
      visible: () => page.visible,
    });
    count.follow(poll);
    rights.set(["watch", "status"]);
    clock.advance(requestsEveryMs);
    expect(asked).toEqual([]);
    rights.set(["watch", "admit"]);
    await arrive();
    expect([asked.length, count.value]).toEqual([1, 2]);
    page.visible = false;
    clock.advance(requestsEveryMs);
    expect(asked.length).toBe(1);
    page.visible = true;
    count.wake();
    await arrive();
    expect(asked.length).toBe(2);
    rights.set(["watch", "status"]);
    expect(count.value).toBe(0);
    clock.advance(requestsEveryMs);
    expect(asked.length).toBe(2);
  });
});
