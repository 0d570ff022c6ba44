/**
 * The pictures in README, and those of each page in dashboard/README.md, taken from the demo as `npm start -- --demo` runs it. They stand on this floor because they need what
 * the browser tests need: the built hub in a process of its own, and a Chromium.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { demoSources } from "../../../simulator/profiles.ts";
import { HubProcess } from "../../chaos/hub-process.ts";
import { launchChromium } from "../../support/browser.ts";
import { card } from "../reading-page.ts";

interface View {
  readonly name: string;
  /** What stands after the address. */
  readonly at: string;
  readonly screen: BrowserContextOptions;
  readonly themes: readonly Theme[];
  /** Resolves once the page shows all that the picture should. */
  readonly ready: (page: Page) => Promise<void>;
}

const explored = `#/explore?${["north", "south", "east", "west"].map((site) => `s=greenhouse/${site}-1/temperature`).join("&")}&s=greenhouse/north-1/state&range=24h`;

const desktop: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 1.5,
  hasTouch: true,
  isMobile: true,
};

/** A day of a greenhouse holds a night, a noon and all kinds of charts, at whatever hour the picture is taken. */
const greenhouse = "#/device/greenhouse/north-1?range=24h";

const themes = ["light", "dark"] as const;
type Theme = (typeof themes)[number];

const views: readonly View[] = [
  { name: "overview", at: greenhouse, screen: desktop, themes, ready: overview },
  { name: "phone-devices", at: "#/", screen: phone, themes, ready: curves },
  {
    ...{ name: "phone-charts", at: greenhouse, screen: phone, themes },
    ready: (page) => drawn(page, "Air temperature", "Humidity"),
  },
  { name: "fleet", at: "#/", screen: desktop, themes: ["light"], ready: fleet },
  { name: "market", at: "#/market?every=5m", screen: desktop, themes: ["dark"], ready: market },
  { name: "explore", at: explored, screen: desktop, themes: ["light"], ready: explore },
  { name: "connect", at: "#/connect", screen: desktop, themes: ["light"], ready: connect },
  { name: "hub", at: "#/hub", screen: desktop, themes: ["dark"], ready: hubFigures },
  { name: "storage", at: "#/storage", screen: desktop, themes: ["light"], ready: storage },
];

/** Files that {@link takePictures} makes: of the hub's README, and of the dashboard's. */
export const pictureNames = {
  hub: views.slice(0, 3).flatMap(({ name, themes }) => themes.map((theme) => fileOf(name, theme))),
  dashboard: views.slice(3).flatMap(({ name, themes }) => themes.map((theme) => fileOf(name, theme))),
} as const;

function fileOf(name: string, theme: Theme): string {
  return `${name}-${theme}.webp`;
}

/** What a picture is called without its theme. */
export const viewNames: readonly string[] = views.map(({ name }) => name);

/**
 * Runs a demo of its own on a free port and writes its pictures into `folder`, which has to be there: all, or those of the views
 * that are named. Takes about half a minute.
 */
export async function takePictures(folder: string, wanted: readonly string[] = viewNames): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), "hub-pictures-"));
  // Without the computer it runs on: its name may be a person's.
  const hub = new HubProcess({ data: join(data, "data"), flags: ["--demo"], wrapper: ["env", "HUB_SELF=false"] });
  let browser: Browser | undefined;
  try {
    const opened = await launchChromium();
    browser = opened;
    const url = await hub.url();
    await filled(url);
    // Side by side: most of a picture's time is a wait for what it shows.
    await Promise.all(
      views
        .filter(({ name }) => wanted.includes(name))
        .flatMap((view) =>
          view.themes.map((theme) => take(opened, url, view, theme, join(folder, fileOf(view.name, theme)))),
        ),
    );
  } finally {
    await browser?.close();
    hub.signal("SIGTERM");
    await hub.ended;
    rmSync(data, { recursive: true, force: true });
  }
}

async function take(browser: Browser, url: string, view: View, colorScheme: Theme, path: string) {
  const context = await browser.newContext({ ...view.screen, colorScheme, locale: "en-US", timezoneId: "UTC" });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  await page.goto(`${url}/${view.at}`);
  await view.ready(page);
  // What is asked to be drawn is drawn with the next frame.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await page.screenshot({ path, type: "webp", quality: 100 });
  await context.close();
}

/** Resolves once the demo's past is in and its present has begun; asks twice a second. */
function filled(url: string, patienceMs = 300_000): Promise<void> {
  const deadlineMs = Date.now() + patienceMs;
  return new Promise((resolve, reject) => {
    const look = async (storedBefore: number) => {
      const { stored, isPresent } = await stateOf(url);
      // Who tells events alone cannot be seen to be late, but their past comes by 100,000 readings a second, the present by 1,100.
      if (isPresent && stored - storedBefore < 5_000) resolve();
      else if (Date.now() > deadlineMs) reject(new Error(`The demo was not filled after ${patienceMs} ms.`));
      else setTimeout(() => look(stored).catch(reject), 500);
    };
    look(0).catch(reject);
  });
}

/** `isPresent`: all devices are there, and those with an interval have told what they were due to since the hub's start. */
async function stateOf(url: string): Promise<{ stored: number; isPresent: boolean }> {
  const ask = async <Answer>(path: string) => (await (await fetch(`${url}/api/v1/${path}`)).json()) as Answer;
  const { devices } = await ask<{ devices: { device: string; reportInterval?: number }[] }>("devices");
  const { latest } = await ask<{ latest: { device: string; time: number }[] }>("latest");
  const { readings, startedAt } = await ask<{ readings: { stored: number }; startedAt: number }>("status");
  const newest = new Map<string, number>();
  for (const { device, time } of latest) newest.set(device, Math.max(time, newest.get(device) ?? time));
  const isPresent = ({ device, reportInterval = 0 }: (typeof devices)[number]) =>
    reportInterval === 0 || (newest.get(device) ?? Number.NEGATIVE_INFINITY) >= startedAt - 2 * reportInterval;
  return {
    stored: readings.stored,
    isPresent: devices.length >= demoSources().length && devices.every(isPresent),
  };
}

async function liveList(page: Page): Promise<void> {
  await page.locator("page-header .link", { hasText: "Live" }).waitFor();
  await page.locator("device-list .row .values b, fleet-grid .item .value").first().waitFor();
}

/** What is missing of today, and the charts of these metrics: their past is there once its least, mean and most are told. */
async function drawn(page: Page, ...labels: string[]): Promise<void> {
  await page.locator("device-gaps").getByRole("heading", { name: "Today" }).waitFor();
  for (const label of labels) {
    await card(page, label).locator("canvas").waitFor();
    await card(page, label).locator("footer").getByText("mean").waitFor();
  }
}

/** All of a desktop's screen: the open device in the middle of the list, and the pointer in a chart, which all of them follow. */
async function overview(page: Page): Promise<void> {
  await liveList(page);
  // Told only after the first second.
  await page.locator("page-header dl div", { hasText: /^\s*updates\/s\s*\d/ }).waitFor();
  await drawn(page, "Air temperature", "Humidity", "Light", "Soil moisture");
  await card(page, "State").locator("footer").getByText("growing").waitFor();
  const list = page.locator("device-list .scroller");
  // Rows out of sight do not exist; half-way down the open one does.
  await list.evaluate((rows) => {
    rows.scrollTop = (rows.scrollHeight - rows.clientHeight) / 2;
  });
  await list.locator("[aria-current=page]").waitFor();
  await list.evaluate((rows) => {
    const row = rows.querySelector("[aria-current=page]")?.getBoundingClientRect();
    const { top, height } = rows.getBoundingClientRect();
    if (row) rows.scrollTop += row.top + row.height / 2 - top - height / 2;
  });
  const plot = card(page, "Air temperature").locator(".plot");
  const box = await plot.boundingBox();
  if (!box) throw new Error("no chart to point at");
  await page.mouse.move(box.x + box.width * 0.55, box.y + box.height / 2);
  await card(page, "State").locator(".chip").waitFor();
}

async function fleet(page: Page): Promise<void> {
  await page.locator("page-header dl div", { hasText: /^\s*updates\/s\s*\d/ }).waitFor();
  await curves(page);
}

/** The past of the devices in sight: what a curve goes through is told beside it once there is more than the newest value. */
async function curves(page: Page): Promise<void> {
  await liveList(page);
  await page
    .locator("fleet-grid .item", { hasText: "ACME" })
    .getByText(/\d – \d/)
    .waitFor();
  await settled(page);
}

async function market(page: Page): Promise<void> {
  await page.locator("ticker-table [role=row]").nth(1).waitFor();
  await page.locator("candle-card canvas").first().waitFor();
  await settled(page);
}

async function explore(page: Page): Promise<void> {
  await page.locator("explore-chart canvas").nth(1).waitFor();
  await settled(page);
}

async function connect(page: Page): Promise<void> {
  await page.getByText("WebSocket · this machine").first().waitFor();
}

/** A chart of one point tells nothing: each answer is one. */
async function hubFigures(page: Page): Promise<void> {
  await page.locator("status-card canvas").first().waitFor();
  for (let point = 0; point < 12; point++) {
    await page.waitForResponse((response) => response.url().endsWith("/status"));
  }
}

async function storage(page: Page): Promise<void> {
  await page.locator("storage-table").getByRole("row").nth(8).waitFor();
}

/** Nothing is asked of the hub any more that a person would wait for. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
}
