/** What a presence timeline comes to: spans, shares, outages, take-overs. */
import { describe, expect, it } from "vitest";
import { presenceSpans, summaryOfPresence } from "../../dashboard/data/presence-line.ts";
import type { PresenceAnswer } from "../../server/protocol/index.ts";

type Entry = [time: number, state: PresenceAnswer["states"][number], reason: PresenceAnswer["reasons"][number]];

function answer(entries: readonly Entry[]): PresenceAnswer {
  return {
    device: "a",
    times: entries.map(([time]) => time),
    states: entries.map(([, state]) => state),
    reasons: entries.map(([, , reason]) => reason),
  };
}

describe("the timeline of presence", () => {
  it("[P64] holds each entry until the next, from the one that held at the beginning to the end", () => {
    const told = answer([
      [-50, "online", "connected"],
      [40, "silent", "no_reading"],
      [70, "online", "connected"],
    ]);
    expect(presenceSpans(told, 0, 100)).toEqual([
      { fromMs: 0, toMs: 40, state: "online", reason: "connected" },
      { fromMs: 40, toMs: 70, state: "silent", reason: "no_reading" },
      { fromMs: 70, toMs: 100, state: "online", reason: "connected" },
    ]);
    expect(presenceSpans(told, 75, 100)).toEqual([{ fromMs: 75, toMs: 100, state: "online", reason: "connected" }]);
  });

  it("lets the later entry count where the hub's clock was set back", () => {
    const told = answer([
      [0, "online", "connected"],
      [60, "offline", "timeout"],
      [30, "online", "connected"],
    ]);
    const spans = presenceSpans(told, 0, 100);
    expect(spans.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [0, 30],
      [30, 30],
      [30, 100],
    ]);
  });

  it("[P65] counts the time that the hub was down neither as online nor as an outage", () => {
    const spans = presenceSpans(
      answer([
        [0, "online", "connected"],
        [60, "offline", "hub_restart"],
        [80, "online", "connected"],
        [90, "offline", "timeout"],
      ]),
      0,
      100,
    );
    expect(summaryOfPresence(spans)).toMatchObject({ onlineShare: 70 / 80, knownMs: 80, hubDownMs: 20, outages: 1 });
  });

  it("[P31] counts take-overs, which are no outages of the device", () => {
    const spans = presenceSpans(
      answer([
        [0, "online", "connected"],
        [10, "online", "replaced"],
        [10, "online", "connected"],
        [20, "offline", "replaced"],
        [20, "online", "connected"],
      ]),
      0,
      100,
    );
    expect(summaryOfPresence(spans)).toMatchObject({
      onlineShare: 1,
      outages: 0,
      silences: 0,
      takeOvers: 2,
      lastTakeOverMs: 20,
    });
  });

  it("knows nothing where nothing was told", () => {
    expect(summaryOfPresence(presenceSpans(answer([]), 0, 100)).onlineShare).toBeUndefined();
  });
});
