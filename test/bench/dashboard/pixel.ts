/** From the socket of a device to the screen: how long until a reading is painted in a real browser, beside a bare page. */
import type { Browser } from "playwright-core";
import { launchChromium } from "../../support/browser.ts";
import { checkStored, withSystem } from "../experiment.ts";
import type { Context, Figure, Part } from "../part.ts";
import { type Measured, sideBySide } from "../side-by-side.ts";
import { barePageSystem } from "../systems/obvious.ts";
import type { System } from "../systems/system.ts";
import { deviceOf, levelMark, MarkedDevices, numberMark } from "./marked-devices.ts";
import { latenciesOf, quantile } from "./painted.ts";
import { type NotedMark, PaintedPage } from "./painted-page.ts";

interface Case {
  readonly name: string;
  readonly devices: number;
  readonly everyMs: number;
  /** Of the hub's page of one device, its chart; of that of the fleet, words. */
  readonly page: "device" | "fleet";
}

const cases: readonly Case[] = [
  { name: "a device, 1 reading a second", devices: 1, everyMs: 1_000, page: "device" },
  { name: "a device, 10 readings a second", devices: 1, everyMs: 100, page: "device" },
  // Not quite: each second the page's own clock would meet the same devices at the same point of their turn.
  { name: "fleet of 1,000, a reading a second each", devices: 1_000, everyMs: 1_037, page: "fleet" },
];

/** What the page of a device shows of the past, ms: all of it is there before it is opened. */
const windowMs = 60_000;
/** Of one column: the chart of the hub's page has a pixel for less than a tenth of a second, so that no two readings share one. */
const viewport = { width: 1_200, height: 900 };

interface Plan {
  readonly warmMs: number;
  readonly watchMs: number;
  readonly devices: (of: Case) => number;
}
const full: Plan = { warmMs: 4_000, watchMs: 20_000, devices: ({ devices }) => devices };
const quick: Plan = { warmMs: 1_000, watchMs: 2_500, devices: ({ devices }) => Math.min(devices, 20) };

export const pixel: Part = {
  name: "pixel",
  about: "from the device's send to the frame in which the reading is painted, in Chromium without a graphics card",
  figures: [
    { name: "p50 ms", unit: "ms from sent to painted", better: "less", digits: 1 },
    { name: "p99 ms", unit: "ms from sent to painted", better: "less", tolerance: 2, digits: 1 },
    { name: "painted", unit: "readings that were seen to be painted" },
  ],
  against: [barePageSystem.name],
  async *run(context): AsyncGenerator<Figure> {
    const browser = await launchChromium();
    try {
      const places = new Map<string, string>();
      yield* sideBySide(context, cases, [...context.hubs, barePageSystem], (system, each) =>
        measure(context, browser, system, each, places),
      );
    } finally {
      await browser.close();
    }
  },
};

/** @param places where the chart of the hub's page is, by case, as the bare page takes it, whose turn comes after it */
function measure(
  { folder, quick: smoke }: Context,
  browser: Browser,
  system: System,
  of: Case,
  places: Map<string, string>,
): Promise<Measured> {
  const { everyMs, page } = of;
  const plan = smoke ? quick : full;
  const isBare = system.name === barePageSystem.name;
  return withSystem(folder, system, async (running) => {
    const count = plan.devices(of);
    const devices = await MarkedDevices.connect(
      running.port,
      count,
      everyMs,
      page === "device" ? levelMark : numberMark,
    );
    devices.fill(page === "device" ? windowMs : everyMs, everyMs);
    await devices.stop(!isBare);
    const root = `http://127.0.0.1:${running.port}/`;
    const bareUrl = page === "fleet" ? `${root}fleet` : `${root}#${places.get(of.name)}`;
    const url = page === "fleet" ? `${root}#/fleet` : `${root}#/device/${MarkedDevices.nameOf(0)}?range=1m`;
    const shown = await PaintedPage.open(browser, isBare ? bareUrl : url, viewport);
    devices.start(everyMs);
    await shown.page.waitForTimeout(plan.warmMs);
    if (page === "device" && !isBare) places.set(of.name, await placeOf(shown));
    await shown.take();
    const fromMs = performance.timeOrigin + performance.now();
    await shown.page.waitForTimeout(plan.watchMs);
    const noted = await shown.take();
    await shown.close();
    await devices.stop(!isBare);
    devices.close();
    await checkStored(system, running, devices.readings);
    const latencies = page === "device" ? ofChart(devices, noted, fromMs) : ofWords(devices, noted, fromMs);
    if (latencies.length === 0) throw new Error(`${system.name} was not seen to paint anything`);
    return { "p50 ms": quantile(latencies, 0.5), "p99 ms": quantile(latencies, 0.99), painted: latencies.length };
  });
}

const since =
  (fromMs: number) =>
  ({ atMs }: { readonly atMs: number }): boolean =>
    atMs >= fromMs;

function ofChart({ sent }: MarkedDevices, noted: readonly NotedMark[], fromMs: number): number[] {
  const levelsPainted = noted.filter(({ kind }) => kind === "level");
  return latenciesOf((sent[0] ?? []).filter(since(fromMs)), levelsPainted);
}

/** Of the devices that are in sight, each for itself: the page writes the others nowhere. */
function ofWords({ sent }: MarkedDevices, noted: readonly NotedMark[], fromMs: number): number[] {
  const byDevice = new Map<number, NotedMark[]>();
  for (const one of noted) {
    if (one.kind !== "number") continue;
    const device = deviceOf(one.mark);
    byDevice.set(device, [...(byDevice.get(device) ?? []), one]);
  }
  return [...byDevice].flatMap(([device, painted]) => latenciesOf((sent[device] ?? []).filter(since(fromMs)), painted));
}

async function placeOf({ page }: PaintedPage): Promise<string> {
  const box = await page.locator("metric-card .plot").first().boundingBox();
  if (!box) throw new Error("the hub's page has no chart");
  const { x, y, width, height } = box;
  return encodeURIComponent(JSON.stringify({ places: [{ left: x, top: y, width, height }] }));
}
