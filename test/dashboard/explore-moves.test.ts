import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Steps } from "../../dashboard/data/address-steps.ts";
import type { ExploreFeed } from "../../dashboard/data/explore-feed.ts";
import type { Range } from "../../dashboard/data/ranges.ts";
import { ExploreMoves } from "../../dashboard/pages/explore-moves.ts";

const nowMs = 1_000_000;

describe("a window that a hand moves", () => {
  let feed: { range: Range };
  let steps: Steps;
  let moves: ExploreMoves;
  let shown: Range[];
  let back: number;

  beforeEach(() => {
    vi.useFakeTimers();
    back = 0;
    vi.stubGlobal("history", { back: () => back++ });
    feed = { range: { fromMs: 100_000, toMs: 200_000 } };
    steps = new Steps();
    for (const href of ["#/explore", "#/explore?from=100000&to=200000"]) {
      steps.expect("step");
      steps.arrive(href);
    }
    shown = [];
    const span = () => ({ firstMs: 0, lastMs: nowMs });
    moves = new ExploreMoves({
      feed: Object.assign(feed, {
        span,
        window: () => ({ ...(feed.range as object), live: false }),
      }) as never as ExploreFeed,
      steps,
      nowMs: () => nowMs,
      follow: () => {},
      show: (range) => shown.push(range),
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const panned = { fromMs: 80_000, toMs: 180_000 };

  it("is a step once the hand was still, also where the page changed its address in place meanwhile", () => {
    moves.do("earlier");
    vi.advanceTimersByTime(300);
    steps.expect("in place");
    moves.arrived(steps.arrive("#/explore?from=100000&to=200000&split=1"));
    expect([moves.range, shown]).toEqual([panned, []]);
    vi.advanceTimersByTime(50);
    expect(shown).toEqual([panned]);
  });

  it("stays where the browser's Back leads before the hand was still long enough", () => {
    moves.do("earlier");
    expect(moves.range).toEqual(panned);
    feed.range = "1h";
    moves.arrived(steps.arrive("#/explore"));
    expect(moves.range).toBe("1h");
    vi.advanceTimersByTime(1_000);
    expect(shown).toEqual([]);
  });

  it("is taken back alone where undo comes before it is a step", () => {
    moves.do("earlier");
    moves.do("undo");
    expect([moves.range, back]).toEqual([feed.range, 0]);
    vi.advanceTimersByTime(1_000);
    expect(shown).toEqual([]);
    moves.do("undo");
    expect(back).toBe(1);
  });
});
