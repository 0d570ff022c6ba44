import { describe, expect, it } from "vitest";
import { deviceName } from "./frames.ts";
import { Spectator } from "./spectator.ts";

describe("a viewer of several devices", () => {
  function watching(sent: readonly number[]) {
    const watched = sent.map((frames) => ({
      sent: frames,
      sentAt: new Float64Array(frames).fill(performance.now() - 50),
    }));
    const spectator = new Spectator(watched, 2);
    const hear = (message: object) => spectator.hear(JSON.stringify(message));
    hear({ type: "series", series: sent.map((_, index) => ({ series: 10 + index, device: deviceName(index) })) });
    return { hear, spectator };
  }

  it("has seen a frame with the last of its readings, however they are shown", async () => {
    const { hear, spectator } = watching([2, 1]);
    hear({ type: "update", series: [10, 11, 10, 10] });
    const [first, ...others] = spectator.latencies;
    expect(first).toBeGreaterThanOrEqual(50);
    expect(others).toEqual([]);

    let isSettled = false;
    const settled = spectator.settled().then(() => {
      isSettled = true;
    });
    hear({ type: "update", series: [11] });
    await Promise.resolve();
    expect(isSettled).toBe(false);
    hear({ type: "update", series: [10] });
    await settled;
    expect(spectator.latencies).toHaveLength(3);
  });

  it("makes a run void where it is shown what was not sent, what it was not told of, or not all", () => {
    expect(() => watching([1]).hear({ type: "update", series: [10, 10, 10, 10] })).toThrow(
      "more readings than were sent",
    );
    expect(() => watching([1]).hear({ type: "update", series: [77] })).toThrow("not told of");
    expect(() => watching([1]).hear({ type: "update", series: [10], merged: 3 })).toThrow("3 readings were left out");
  });
});
