/** A page in a real Chromium, and what it costs: frames, redrawn charts, CPU of its processes, memory after a collection. */
import type { Browser, CDPSession, Page } from "playwright-core";
import { type HeapClasses, heapClasses } from "./heap-classes.ts";

/** Runs before the page's own scripts: counts frames and drawn canvases (uPlot clears one once for each time it draws it). */
const counting = `{
  const bench = { frames: [], drawn: 0 };
  window.bench = bench;
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...rect) {
    bench.drawn += 1;
    return clear.apply(this, rect);
  };
  const count = (time) => {
    bench.frames.push(time);
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
}`;

interface Counted {
  /** When each frame began, ms. */
  readonly frames: number[];
  readonly drawn: number;
}

/** Sums since the page or the browser was started, s, and counts at this moment. */
interface Sums {
  readonly atMs: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** CPU by kind of process. */
  readonly cpu: Readonly<Record<string, number>>;
}

export interface Cost {
  readonly framesPerSecond: number;
  /** Time from frame to frame: 99 of 100 are shorter; the longest. */
  readonly p99Ms: number;
  readonly longestMs: number;
  readonly drawnPerSecond: number;
  /** ms of CPU a second: of the processes that run pages, and of all of the browser's. */
  readonly rendererMs: number;
  readonly browserMs: number;
  /** Of the page's main thread, ms a second. */
  readonly taskMs: number;
  readonly scriptMs: number;
}

export interface Memory {
  readonly heapBytes: number;
  /** Typed arrays and texts of the browser, beside the heap. */
  readonly backingBytes: number;
  readonly nodes: number;
  readonly listeners: number;
}

export class MeasuredPage {
  readonly page: Page;
  readonly #ofPage: CDPSession;
  readonly #ofBrowser: CDPSession;

  private constructor(page: Page, ofPage: CDPSession, ofBrowser: CDPSession) {
    this.page = page;
    this.#ofPage = ofPage;
    this.#ofBrowser = ofBrowser;
  }

  /** `counted`: frames and draws are counted, which costs a little memory and a frame each time that there could be one. */
  static async open(
    browser: Browser,
    url: string,
    viewport: { readonly width: number; readonly height: number },
    { counted = true } = {},
  ): Promise<MeasuredPage> {
    const context = await browser.newContext({ locale: "en-US", viewport });
    if (counted) await context.addInitScript(counting);
    const page = await context.newPage();
    const [ofPage, ofBrowser] = await Promise.all([context.newCDPSession(page), browser.newBrowserCDPSession()]);
    await ofPage.send("Performance.enable");
    await page.goto(url);
    return new MeasuredPage(page, ofPage, ofBrowser);
  }

  /** Watches it for so long. */
  async watch(forMs: number): Promise<Cost> {
    await this.page.evaluate("bench.frames.length = 0; bench.drawn = 0");
    const before = await this.#sums();
    await this.page.waitForTimeout(forMs);
    const after = await this.#sums();
    const { frames, drawn } = await this.page.evaluate<Counted>("bench");
    const seconds = (after.atMs - before.atMs) / 1_000;
    const steps = frames.slice(1).map((time, index) => time - (frames[index] ?? 0));
    steps.sort((a, b) => a - b);
    const [first = 0, last = 0] = [frames[0], frames.at(-1)];
    const spent = (name: string): number => (after.metrics[name] ?? 0) - (before.metrics[name] ?? 0);
    const cpu = (kinds: readonly string[]): number =>
      kinds.reduce((sum, kind) => sum + (after.cpu[kind] ?? 0) - (before.cpu[kind] ?? 0), 0);
    return {
      framesPerSecond: (steps.length * 1_000) / (last - first),
      p99Ms: steps[Math.floor(steps.length * 0.99)] ?? 0,
      longestMs: steps.at(-1) ?? 0,
      drawnPerSecond: drawn / seconds,
      rendererMs: (cpu(["renderer"]) * 1_000) / seconds,
      browserMs: (cpu(Object.keys(after.cpu)) * 1_000) / seconds,
      taskMs: (spent("TaskDuration") * 1_000) / seconds,
      scriptMs: (spent("ScriptDuration") * 1_000) / seconds,
    };
  }

  /** What it holds once nothing is left that nobody needs. */
  async memory(): Promise<Memory> {
    // What a first collection finalizes a second one frees.
    for (let pass = 0; pass < 2; pass++) await this.#ofPage.send("HeapProfiler.collectGarbage");
    const heap = await this.#ofPage.send("Runtime.getHeapUsage");
    const { metrics } = await this.#sums();
    return {
      heapBytes: heap.usedSize,
      backingBytes: heap.backingStorageSize,
      nodes: metrics.Nodes ?? 0,
      listeners: metrics.JSEventListeners ?? 0,
    };
  }

  async heapClasses(): Promise<HeapClasses> {
    return heapClasses(this.#ofPage);
  }

  async close(): Promise<void> {
    await this.page.context().close();
    await this.#ofBrowser.detach();
  }

  async #sums(): Promise<Sums> {
    const { metrics } = await this.#ofPage.send("Performance.getMetrics");
    const { processInfo } = await this.#ofBrowser.send("SystemInfo.getProcessInfo");
    const cpu: Record<string, number> = {};
    for (const { type, cpuTime } of processInfo) cpu[type] = (cpu[type] ?? 0) + cpuTime;
    return {
      atMs: performance.now(),
      metrics: Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
      cpu,
    };
  }
}
