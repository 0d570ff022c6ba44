/** What the bar on top tells of. */
import { beforeEach, describe, expect, it } from "vitest";
import { HubApi } from "../../dashboard/client/hub-api.ts";
import { Progress, patienceMs } from "../../dashboard/client/progress.ts";
import { FakeClock } from "../support/fake-clock.ts";

describe("progress", () => {
  let clock: FakeClock;
  let progress: Progress;
  let told: boolean[];
  beforeEach(() => {
    clock = new FakeClock();
    progress = new Progress(clock);
    told = [];
    progress.listen(() => told.push(progress.busy));
  });

  it("says nothing of what takes 300 ms at most, however much of it there is", () => {
    for (let round = 0; round < 10; round++) {
      const end = progress.begin();
      const other = progress.begin();
      clock.advance(patienceMs - 1);
      end();
      other();
    }
    clock.advance(10_000);
    expect(told).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it("is busy from 300 ms on until the last of what is late has ended, once or twice", () => {
    const first = progress.begin();
    clock.advance(200);
    const second = progress.begin();
    clock.advance(100);
    expect(told).toEqual([true]);
    clock.advance(200);
    first();
    first();
    expect(told).toEqual([true]);
    second();
    expect(told).toEqual([true, false]);
  });

  it("ends with an answer that fails, too", async () => {
    const failing = progress.during(new Promise((_, reject) => clock.after(1_000, () => reject(new Error("no")))));
    clock.advance(500);
    expect(progress.busy).toBe(true);
    clock.advance(500);
    await expect(failing).rejects.toThrow("no");
    expect(progress.busy).toBe(false);
  });

  it("knows of what a person asked the hub, and not of what the page asks by itself", async () => {
    let answer = (_response: Response) => {};
    const api = new HubApi({
      fetch: () => new Promise((resolve) => (answer = resolve)),
      token: () => undefined,
      began: progress.begin,
    });
    for (const quiet of [false, true]) {
      const asked = api.get("status", { quiet });
      clock.advance(patienceMs);
      expect(progress.busy).toBe(!quiet);
      answer(new Response("{}"));
      await asked;
      expect(progress.busy).toBe(false);
    }
  });
});
