/** The page that shows one device live: frames a second, CPU and memory beside a bare page with the same charts. */
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../support/browser.ts";
import { checkStored, withSystem } from "../experiment.ts";
import type { Context, Figure, Part } from "../part.ts";
import { type Measured, sideBySide } from "../side-by-side.ts";
import { barePageSystem } from "../systems/obvious.ts";
import type { System } from "../systems/system.ts";
import { device, LiveDevice } from "./live-device.ts";
import { MeasuredPage } from "./measured-page.ts";

interface Case {
  readonly name: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly perSecond: number;
}

const metrics = 50;
/** What both pages show, ms: all of it is there before they are opened. */
const windowMs = 60_000;

const cases: readonly Case[] = [
  { name: "laptop, 10 updates a second", viewport: { width: 1_440, height: 900 }, perSecond: 10 },
  { name: "laptop, 50 updates a second", viewport: { width: 1_440, height: 900 }, perSecond: 50 },
  { name: "wall, 10 updates a second", viewport: { width: 3_840, height: 2_160 }, perSecond: 10 },
];

interface Plan {
  readonly warmMs: number;
  readonly watchMs: number;
}
const full: Plan = { warmMs: 3_000, watchMs: 8_000 };
const quick: Plan = { warmMs: 300, watchMs: 700 };

export const dashboard: Part = {
  name: "dashboard",
  about: `the page of a device with ${metrics} metrics, live, one minute wide, in Chromium without a graphics card`,
  figures: [
    { name: "frames/s", unit: "frames a second", better: "more", digits: 1 },
    { name: "frame p99 ms", unit: "ms from frame to frame", better: "less", tolerance: 2, digits: 1 },
    { name: "longest ms", unit: "ms from frame to frame", digits: 1 },
    { name: "drawn/s", unit: "charts drawn a second" },
    { name: "renderer ms", unit: "ms of CPU a second, processes that run the page", better: "less" },
    { name: "browser ms", unit: "ms of CPU a second, all processes of the browser", better: "less" },
    { name: "main ms", unit: "ms a second that the page's main thread is busy", better: "less" },
    { name: "script ms", unit: "ms a second of scripts", better: "less" },
    {
      name: "heap MB",
      unit: "MB after a collection, typed arrays included",
      better: "less",
      digits: 1,
    },
    { name: "nodes", unit: "nodes" },
  ],
  against: [barePageSystem.name],
  async *run(context): AsyncGenerator<Figure> {
    const browser = await launchChromium();
    try {
      const places = new Map<string, Place[]>();
      yield* sideBySide(context, cases, [...context.hubs, barePageSystem], (system, each) =>
        measure(context, browser, system, each, places),
      );
    } finally {
      await browser.close();
    }
  },
};

/** Where a chart is, CSS pixels. */
interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** @param places of the charts of the hub's page, by case: the bare page, whose turn comes after it, has its charts there too */
function measure(
  { folder, quick: smoke }: Context,
  browser: Browser,
  system: System,
  { name, viewport, perSecond }: Case,
  places: Map<string, Place[]>,
): Promise<Measured> {
  const { warmMs, watchMs } = smoke ? quick : full;
  const everyMs = 1_000 / perSecond;
  const isBare = system.name === barePageSystem.name;
  return withSystem(folder, system, async (running) => {
    const live = await LiveDevice.connect(running.port, metrics, everyMs, name);
    await live.fill(windowMs, everyMs, system.route.over === "websocket" && system.route.acks);
    live.start(everyMs);
    const root = `http://127.0.0.1:${running.port}/`;
    const layout = encodeURIComponent(JSON.stringify({ places: places.get(name) ?? [] }));
    const url = isBare ? `${root}#${layout}` : `${root}#/device/${device}?range=1m`;
    const shown = await MeasuredPage.open(browser, url, viewport);
    await shown.page.locator(".uplot").first().waitFor();
    await shown.page.waitForTimeout(warmMs);
    if (!isBare) places.set(name, await placesOf(shown.page));
    const cost = await shown.watch(watchMs);
    const memory = await shown.memory();
    await shown.close();
    await live.stop(!isBare);
    await checkStored(system, running, live.readings);
    if (cost.drawnPerSecond < perSecond / 2)
      throw new Error(`${system.name} drew next to nothing: it showed nothing live`);
    return {
      "frames/s": cost.framesPerSecond,
      "frame p99 ms": cost.p99Ms,
      "longest ms": cost.longestMs,
      "drawn/s": cost.drawnPerSecond,
      "renderer ms": cost.rendererMs,
      "browser ms": cost.browserMs,
      "main ms": cost.taskMs,
      "script ms": cost.scriptMs,
      "heap MB": (memory.heapBytes + memory.backingBytes) / 1e6,
      nodes: memory.nodes,
    };
  });
}

async function placesOf(page: Page): Promise<Place[]> {
  const plots = page.locator("metric-card .plot");
  const found = await plots.evaluateAll((all) =>
    all.map((each) => {
      const { left, top, width, height } = each.getBoundingClientRect();
      return { left, top, width, height };
    }),
  );
  if (found.length !== metrics) throw new Error(`the hub's page has ${found.length} charts, not ${metrics}`);
  return found;
}
