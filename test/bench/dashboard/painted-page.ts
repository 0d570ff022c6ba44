/** A page that notes which marks it has painted, and when: by hooks that stand before its own scripts. */
import type { Browser, Page } from "playwright-core";
import { levels, type Painted } from "./painted.ts";

/**
 * Of a chart: uPlot clears its canvas and then draws its line, whose last point is the newest reading; its height between the
 * lowest and the highest of the line is a level. Of words: numbers that are set as a text. Both are noted with the frame they
 * belong to, which is painted once the message is heard that was sent at its beginning: style, layout and paint are one task.
 */
const noting = `{
  const bench = { painted: [] };
  window.bench = bench;
  let frame = 0, inFrame = false, pending = [], line;
  const mark = (kind, number) => pending.push({ kind, mark: number, frame: inFrame ? frame : frame + 1 });
  const endLine = () => {
    if (line && line.high > line.low) mark("level", Math.round((${levels - 1} * (line.high - line.y)) / (line.high - line.low)));
    line = undefined;
  };
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...rect) {
    endLine();
    line = { x: -Infinity, y: 0, low: Infinity, high: -Infinity };
    return clear.apply(this, rect);
  };
  const lineTo = Path2D.prototype.lineTo;
  Path2D.prototype.lineTo = function (x, y) {
    // The first path of a draw is the line itself; what is filled below it and marks beside it are others.
    if (line) line.path ??= this;
    if (line?.path === this) {
      if (x >= line.x) [line.x, line.y] = [x, y];
      line.low = Math.min(line.low, y);
      line.high = Math.max(line.high, y);
    }
    return lineTo.call(this, x, y);
  };
  const word = (text) => {
    if (/^[\\d,]+$/.test(text)) mark("number", Number(text.replaceAll(",", "")));
  };
  const hook = (prototype, name) => {
    const { get, set, ...rest } = Object.getOwnPropertyDescriptor(prototype, name);
    Object.defineProperty(prototype, name, { ...rest, get, set(text) { word(String(text)); set.call(this, text); } });
  };
  hook(CharacterData.prototype, "data");
  hook(Node.prototype, "textContent");
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    endLine();
    inFrame = false;
    const atMs = performance.timeOrigin + performance.now();
    for (const { kind, mark, frame: of } of pending) if (of <= frame) bench.painted.push({ kind, mark, atMs });
    pending = pending.filter(({ frame: of }) => of > frame);
  };
  const count = () => {
    frame += 1;
    inFrame = true;
    channel.port2.postMessage(undefined);
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
}`;

export interface NotedMark extends Painted {
  readonly kind: "level" | "number";
}

export class PaintedPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(browser: Browser, url: string, viewport: { readonly width: number; readonly height: number }) {
    const context = await browser.newContext({ locale: "en-US", viewport });
    await context.addInitScript(noting);
    const page = await context.newPage();
    await page.goto(url);
    return new PaintedPage(page);
  }

  /** What was painted since the last call, in order; times on the machine's clock, ms. */
  take(): Promise<NotedMark[]> {
    return this.page.evaluate<NotedMark[]>("bench.painted.splice(0)");
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
