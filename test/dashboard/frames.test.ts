import { describe, expect, it } from "vitest";
import { type Drawn, Frames } from "../../dashboard/widgets/frames.ts";

/** A browser whose clock is turned by hand. */
class FakeBrowser {
  nowMs = 0;
  /** What the browser does after a frame's scripts, ms. */
  paintMs = 0;
  #frame: (() => void) | undefined;
  #timers: { at: number; call: () => void }[] = [];

  readonly frames = new Frames({
    now: () => this.nowMs,
    frame: (call) => {
      this.#frame = call;
    },
    afterFrame: (call) => {
      this.nowMs += this.paintMs;
      call();
    },
    after: (delayMs, call) => {
      const timer = { at: this.nowMs + delayMs, call };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((each) => each !== timer);
      };
    },
  });

  get timers(): number {
    return this.#timers.length;
  }

  get wantsFrame(): boolean {
    return this.#frame !== undefined;
  }

  paint(): void {
    const frame = this.#frame;
    this.#frame = undefined;
    frame?.();
  }

  pass(ms: number): void {
    this.nowMs += ms;
    const due = this.#timers.filter(({ at }) => at <= this.nowMs);
    this.#timers = this.#timers.filter(({ at }) => at > this.nowMs);
    for (const { call } of due) call();
  }
}

function charts(
  browser: FakeBrowser,
  count: number,
  takesMs: number,
  again?: number,
): { drawn: number; chart: Drawn }[] {
  return Array.from({ length: count }, () => {
    const made = {
      drawn: 0,
      chart: {
        draw: () => {
          made.drawn += 1;
          browser.nowMs += takesMs;
          return again;
        },
      },
    };
    return made;
  });
}

const drawnOf = (all: readonly { drawn: number }[]): number[] => all.map(({ drawn }) => drawn);

describe("the frames of all charts", () => {
  it("are one while there is room for all, and none while nothing is due", () => {
    const browser = new FakeBrowser();
    const all = charts(browser, 6, 1);
    for (const { chart } of all) {
      browser.frames.request(chart, 0);
      browser.frames.request(chart, 0);
    }
    browser.paint();
    expect(drawnOf(all)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(browser.wantsFrame).toBe(false);
    expect(browser.timers).toBe(0);
  });

  it("come when the first chart wants to be drawn again", () => {
    const browser = new FakeBrowser();
    const [one, other] = [charts(browser, 1, 1, 100), charts(browser, 1, 1, 40)];
    for (const { chart } of [...one, ...other]) browser.frames.request(chart, 0);
    browser.paint();
    browser.pass(30);
    expect(browser.wantsFrame).toBe(false);
    browser.pass(10);
    browser.paint();
    expect(drawnOf([...one, ...other])).toEqual([1, 2]);
    expect(browser.timers).toBe(1);
  });

  it("leave room for everything else: charts that find none take turns, none twice before all", () => {
    const browser = new FakeBrowser();
    const all = charts(browser, 10, 3);
    const rounds: number[] = [];
    for (let frame = 0; frame < 20; frame++) {
      for (const { chart } of all) browser.frames.request(chart, 0);
      const before = drawnOf(all).reduce((sum, drawn) => sum + drawn, 0);
      browser.paint();
      rounds.push(drawnOf(all).reduce((sum, drawn) => sum + drawn, 0) - before);
      expect(Math.max(...drawnOf(all)) - Math.min(...drawnOf(all))).toBeLessThanOrEqual(1);
    }
    expect(Math.max(...rounds)).toBe(3);
  });

  it("count in what the browser does after the scripts", () => {
    const browser = new FakeBrowser();
    browser.paintMs = 9;
    const all = charts(browser, 10, 1);
    const lengths: number[] = [];
    for (let frame = 0; frame < 40; frame++) {
      for (const { chart } of all) browser.frames.request(chart, 0);
      const before = drawnOf(all).reduce((sum, drawn) => sum + drawn, 0);
      browser.paint();
      lengths.push(drawnOf(all).reduce((sum, drawn) => sum + drawn, 0) - before);
    }
    expect(lengths[0]).toBe(8);
    // One is drawn in each frame, however long that takes.
    expect(lengths.slice(-5).every((length) => length >= 1 && length <= 3)).toBe(true);
  });

  it("pass over a chart that is gone", () => {
    const browser = new FakeBrowser();
    const all = charts(browser, 2, 1, 10);
    for (const { chart } of all) browser.frames.request(chart, 0);
    browser.frames.cancel(all[0]?.chart as Drawn);
    browser.paint();
    expect(drawnOf(all)).toEqual([0, 1]);
  });
});
