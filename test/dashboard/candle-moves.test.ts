import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { candleWindow } from "../../dashboard/data/candle-window.ts";
import type { CandleChoice } from "../../dashboard/elements/candle-choice.ts";
import { CandleMoves } from "../../dashboard/elements/candle-moves.ts";

const minute = 60_000;
const nowMs = 1_000 * minute;

describe("a window of candles that a hand moves", () => {
  let choice: CandleChoice;
  let chosen: Partial<CandleChoice>[];
  let moves: CandleMoves;
  const windowOf = (span: CandleChoice["span"]) => candleWindow(minute, choice.count, span, nowMs, nowMs);
  const moved = { fromMs: 800 * minute, toMs: 830 * minute };

  beforeEach(() => {
    vi.useFakeTimers();
    choice = { interval: "1m", count: 30, span: undefined };
    chosen = [];
    moves = new CandleMoves({
      choice: () => choice,
      everyMs: () => minute,
      chosen: () => windowOf(choice.span),
      live: () => windowOf(undefined),
      follow: () => {},
      choose: (part) => chosen.push(part),
    });
    moves.arrived();
  });
  afterEach(() => vi.useRealTimers());

  const move = () => {
    moves.moved(moved);
    moves.settled();
  };
  const arrive = (part: Partial<CandleChoice>) => {
    choice = { ...choice, ...part };
    moves.arrived();
  };

  it("is chosen once the hand was still, also where the volume of the price becomes known meanwhile", () => {
    move();
    arrive({});
    vi.advanceTimersByTime(350);
    expect(chosen).toEqual([{ span: moved }]);
  });

  it("goes on with the hand where what it chose before is told meanwhile", () => {
    move();
    vi.advanceTimersByTime(350);
    const further = { fromMs: 700 * minute, toMs: 730 * minute };
    moves.moved(further);
    moves.settled();
    arrive({ span: moved });
    expect(moves.window()).toEqual({ ...further, live: false });
    vi.advanceTimersByTime(350);
    expect(chosen).toEqual([{ span: moved }, { span: further }]);
  });

  it("stays where Back, or a button, leads before the hand was still long enough", () => {
    const before = { fromMs: 500 * minute, toMs: 530 * minute };
    move();
    arrive({ span: before });
    expect(moves.window()).toEqual({ ...before, live: false });
    vi.advanceTimersByTime(1_000);
    expect(chosen).toEqual([]);
  });

  it("is taken back alone where undo comes before it is a step", () => {
    move();
    expect(moves.takeBack()).toBe(true);
    expect(moves.window().live).toBe(true);
    vi.advanceTimersByTime(1_000);
    expect([moves.takeBack(), chosen]).toEqual([false, []]);
  });
});
