/** Which painting shows which reading, and that a browser's frames are told from what was set in them. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../support/browser.ts";
import { deviceOf, levelMark, numberMark } from "./marked-devices.ts";
import { latenciesOf, levels, quantile } from "./painted.ts";
import { PaintedPage } from "./painted-page.ts";

const at = (atMs: number, mark: number) => ({ atMs, mark });

describe("a reading is painted", () => {
  it("with the first frame that shows its mark, and those before it with it", () => {
    const sent = [at(0, 0), at(100, 1), at(200, 2), at(300, 3)];
    expect(latenciesOf(sent, [at(20, 0), at(36, 0), at(230, 2), at(330, 3)])).toEqual([20, 130, 30, 30]);
  });

  it("never before it was sent, though the mark stands there of the reading of seven before", () => {
    const sent = Array.from({ length: levels + 1 }, (_, reading) => at(reading * 100, levelMark(0, reading)));
    const painted = [at(10, 0), at(90, 0), at(750, 0)];
    expect(latenciesOf(sent, painted)).toEqual([10, ...Array.from({ length: levels }, (_, one) => 650 - one * 100)]);
  });

  it("not at all where nothing shows it", () => {
    expect(latenciesOf([at(0, 1)], [at(50, 2)])).toEqual([]);
    expect(latenciesOf([], [at(50, 2)])).toEqual([]);
  });

  it("and a number is that of one device", () => {
    for (const device of [0, 1, 999]) {
      for (const reading of [0, 99, 100]) expect(deviceOf(numberMark(device, reading))).toBe(device);
    }
  });

  it("in p99 of the time where 99 of 100 took no longer", () => {
    const values = Array.from({ length: 100 }, (_, index) => 99 - index);
    expect([quantile(values, 0.5), quantile(values, 0.99)]).toEqual([50, 99]);
  });
});

describe("a page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it("tells the number that was written and the level that was drawn, in the order of its frames and by the machine's clock", async () => {
    const shown = await PaintedPage.open(browser, "data:text/html,<p></p><canvas></canvas>", {
      width: 300,
      height: 300,
    });
    const beganMs = Date.now();
    await shown.page.evaluate(`new Promise((resolve) => {
      document.querySelector("p").textContent = "1,234";
      document.querySelector("p").textContent = "12:34";
      requestAnimationFrame(() => {
        const context = document.querySelector("canvas").getContext("2d");
        context.clearRect(0, 0, 300, 150);
        const path = new Path2D();
        for (const [x, y] of [[0, 100], [1, 40], [2, 80]]) path.lineTo(x, y);
        context.stroke(path);
        const filled = new Path2D(path);
        for (const [x, y] of [[2, 120], [0, 120]]) filled.lineTo(x, y);
        context.fill(filled);
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
      });
    })`);
    const painted = await shown.take();
    // 80 of 40 to 100, from below: a third of six steps.
    expect(painted.map(({ kind, mark }) => [kind, mark])).toEqual([
      ["number", 1234],
      ["level", 2],
    ]);
    for (const { atMs } of painted) {
      // Clocks of two processes, the browser's in tenths of a millisecond.
      expect(atMs).toBeGreaterThan(beganMs - 5);
      expect(atMs).toBeLessThan(Date.now() + 5);
    }
    await shown.close();
  });
});
