import { describe, expect, it } from "vitest";
import { stopOnSignal } from "../../server/main/signals.ts";
import { systemClock } from "../../server/ports.ts";

describe("signals", () => {
  function press(atMs: readonly number[]): string[] {
    const seen: string[] = [];
    let nowMs = 0;
    const clock = { ...systemClock, monotonic: () => nowMs };
    const onSignal = stopOnSignal(
      clock,
      () => seen.push("stop"),
      () => seen.push("now"),
    );
    for (const at of atMs) {
      nowMs = at;
      onSignal();
    }
    return seen;
  }

  it("[F22] stop the hub, and the repeat that npm sends changes nothing", () => {
    expect(press([0])).toEqual(["stop"]);
    expect(press([0, 5, 999])).toEqual(["stop"]);
  });

  it("[F22] end it at once where a second one comes later", () => {
    expect(press([0, 5, 1_000])).toEqual(["stop", "now"]);
  });
});
