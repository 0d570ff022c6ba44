/** A hidden tab: the browser lets its timers come once a minute. */
import { describe, expect, it } from "vitest";
import { Heartbeat } from "../../dashboard/client/heartbeat.ts";

describe("the heartbeat of a tab whose timers come late", () => {
  function lateTab() {
    let nowMs = 0;
    let due: (() => void) | undefined;
    const seen = { asked: 0, gaveUp: 0 };
    const timers = {
      now: () => nowMs,
      monotonic: () => nowMs,
      after(_delayMs: number, call: () => void) {
        due = call;
        return { cancel: () => {} };
      },
    };
    const heartbeat = new Heartbeat(
      timers,
      { quietMs: 4_000, answerMs: 4_000 },
      () => seen.asked++,
      () => seen.gaveUp++,
    );
    heartbeat.start();
    const minute = () => {
      nowMs += 60_000;
      const call = due;
      due = undefined;
      call?.();
    };
    return { heartbeat, seen, minute };
  }

  it("asks a second time, for the answer may lie unread, and gives the connection up after that", () => {
    const { seen, minute } = lateTab();
    minute();
    expect(seen).toEqual({ asked: 1, gaveUp: 0 });
    minute();
    expect(seen).toEqual({ asked: 2, gaveUp: 0 });
    minute();
    expect(seen).toEqual({ asked: 2, gaveUp: 1 });
  });

  it("gives nothing up that answers", () => {
    const { heartbeat, seen, minute } = lateTab();
    for (let turn = 0; turn < 20; turn++) {
      minute();
      heartbeat.heard();
    }
    expect(seen.gaveUp).toBe(0);
  });
});
