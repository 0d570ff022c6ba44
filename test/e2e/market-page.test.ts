/** The page of prices: what a trader sees of ticks, and that every candle is made of just those that were sent. */
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bucketStart } from "../../server/protocol/index.ts";
import type { Client } from "../support/client.ts";
import { wordsOf } from "./reading-page.ts";
import { axeViolations, themesOfRun, type Visit, World } from "./world.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

interface Tick {
  readonly timeMs: number;
  readonly price: number;
  readonly size: number;
}

const number = (value: number, decimals = 2) =>
  value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

/** Open, high, low, close and volume of each minute as the page's table tells them, newest first. */
function candlesOf(ticks: readonly Tick[], everyMs = minute): string[][] {
  const buckets = new Map<number, Tick[]>();
  for (const tick of [...ticks].sort((a, b) => a.timeMs - b.timeMs)) {
    const start = bucketStart(tick.timeMs, everyMs);
    buckets.set(start, [...(buckets.get(start) ?? []), tick]);
  }
  return [...buckets]
    .sort(([a], [b]) => b - a)
    .map(([, held]) => {
      const prices = held.map(({ price }) => price);
      const volume = held.reduce((sum, { size }) => sum + size, 0);
      const figures = [prices[0] ?? 0, Math.max(...prices), Math.min(...prices), prices.at(-1) ?? 0];
      return [...figures.map((value) => number(value)), number(volume, 0)];
    });
}

/** The figures of the table of candles, without their times. */
async function tableOf(page: Page): Promise<string[][]> {
  return page
    .locator("candle-card tbody tr")
    .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent ?? "")));
}

/** The line of figures above the chart: open, high, low, close without its change, volume. */
async function legendOf(page: Page): Promise<string[]> {
  const figures = page.locator("candle-card .legend > div:not(.time) dd");
  return (await figures.allInnerTexts()).map((text) => text.split(/\s/)[0] ?? "");
}

function rowOf(page: Page, symbol: string): Locator {
  return page.locator("ticker-table .row").filter({ has: page.getByRole("link", { name: symbol, exact: true }) });
}

describe("the page of prices", () => {
  let world: World;
  let share: Client;
  let seq = 0;
  const sent: Tick[] = [];
  const visits: Visit[] = [];
  const visit = async (...args: Parameters<World["visit"]>) => {
    const made = await world.visit(...args);
    visits.push(made);
    return made.page;
  };
  async function send(...ticks: Tick[]): Promise<void> {
    seq += 1;
    const values = { price: ticks.map(({ price }) => price), size: ticks.map(({ size }) => size) };
    share.send({ type: "samples", seq, times: ticks.map(({ timeMs }) => timeMs), values });
    await share.next("ack");
    sent.push(...ticks);
  }

  beforeAll(async () => {
    world = await World.start();
    const boiler = await world.device("boiler/cellar", {
      name: "Boiler",
      metrics: { temperature: { label: "Flow", unit: "°C", decimals: 1 }, on: {} },
    });
    const now = Date.now();
    const times = Array.from({ length: 50 }, (_, index) => now - (50 - index) * 10_000);
    const values = { temperature: times.map((_, index) => 40 + (index % 7)), on: times.map(() => true) };
    boiler.send({ type: "samples", seq: 1, times, values });
    await boiler.next("ack");
  });
  afterAll(() => world.stop());

  it("without any price it says so, tells how a device declares one, and draws any numeric series", async () => {
    const page = await visit("#/market");
    await page.getByRole("heading", { name: "No series says that it is a price" }).waitFor();
    await page.getByText('"role": "price"').waitFor();
    await page.getByRole("combobox", { name: "Draw any series as candles" }).fill("boiler fl");
    await page.getByText("1 series", { exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Boiler · Flow" }).waitFor();
    expect(new URL(page.url()).hash).toBe("#/market?series=boiler%2Fcellar%2Ftemperature");
    await page.locator("candle-card canvas").waitFor();
    // Of what is no trade the bars count the readings.
    await expect.poll(async () => (await legendOf(page)).length).toBe(5);
    // A part of a temperature means nothing: the difference is told.
    expect(await wordsOf(page.locator("candle-card .legend"))).toMatch(/C\s?4\d\.\d [+-]?\d\.\d/);
    expect(await wordsOf(page.locator("candle-card .legend"))).not.toContain("%");
    await page.context().close();
  });

  it("shows last price, change and volume of the day, what is bid and asked, and which way it went", async () => {
    share = await world.device("exchange/ACME", {
      name: "ACME",
      reportInterval: 0,
      metrics: {
        price: { label: "Last trade", unit: "USD", decimals: 2, role: "price" },
        size: { decimals: 0, role: "volume" },
        bid: { decimals: 2, role: "bid" },
        ask: { decimals: 2, role: "ask" },
      },
    });
    const now = Date.now();
    // From yesterday, so that it is not the day's first.
    await send({ timeMs: bucketStart(now, day) - 1, price: 500, size: 9_000 });
    const times = Array.from({ length: 90 }, (_, index) => now - (90 - index) * 7_000);
    await send(
      ...times.map((timeMs, index) => ({ timeMs, price: 100 + ((index * 37) % 23) / 4, size: 1 + (index % 5) })),
    );
    share.send({
      type: "readings",
      id: 1,
      readings: [
        { metric: "bid", value: 101.25 },
        { metric: "ask", value: 101.75 },
      ],
    });
    await share.next("ack");

    const page = await visit("#/market", { viewport: { width: 1100, height: 900 } });
    const today = () => {
      const from = bucketStart(Date.now(), day);
      const ticks = sent.filter(({ timeMs }) => timeMs >= from).sort((a, b) => a.timeMs - b.timeMs);
      const [open, close] = [ticks[0]?.price ?? 0, ticks.at(-1)?.price ?? 0];
      const change = ((close - open) / open) * 100;
      return {
        close: number(close),
        change: `${change > 0 ? "+" : ""}${number(change)}%`,
        volume: number(
          ticks.reduce((sum, { size }) => sum + size, 0),
          0,
        ),
      };
    };
    const row = rowOf(page, "ACME");
    const cell = (name: string) => wordsOf(row.locator(`.${name}`));
    await expect.poll(() => cell("volume")).toBe(today().volume);
    expect(await cell("last")).toContain(today().close);
    expect(await cell("change")).toContain(today().change);
    expect(await cell("bid")).toBe("101.25");
    expect(await cell("ask")).toBe("101.75");
    expect(await cell("spread")).toBe("0.50");
    await page.getByText("Change and volume of the day since 00:00 UTC").waitFor();

    await send({ timeMs: Date.now(), price: 130, size: 7 });
    await row.locator(".price.rise").getByText("rose").waitFor();
    expect(await cell("last")).toContain("▲");
    await expect.poll(() => cell("volume")).toBe(today().volume);
    await send({ timeMs: Date.now(), price: 99.5, size: 1 });
    await row.locator(".price.fall").getByText("fell").waitFor();
    expect(await cell("last")).toContain("99.50");
    expect(await cell("change")).toContain(today().change);
    // A late one changes the volume, and neither the last price nor which way it went.
    await send({ timeMs: Date.now() - 40_000, price: 300, size: 50 });
    await expect.poll(() => cell("volume")).toBe(today().volume);
    expect(await cell("last")).toContain("99.50");
    await page.context().close();
  });

  it("sorts and finds, keeps both in the address, and opens the candles by keyboard", async () => {
    const other = await world.device("exchange/BORU", { name: "BORU", metrics: { price: { role: "price" } } });
    other.send({ type: "reading", device: "exchange/BORU", metric: "price", value: 7, id: 1 });
    await other.next("ack");
    const page = await visit("#/market", { viewport: { width: 1100, height: 900 } });
    const symbols = () => page.locator("ticker-table .row a").allInnerTexts();
    await expect.poll(symbols).toEqual(["ACME", "BORU"]);
    await page.getByRole("columnheader", { name: "Last" }).first().getByRole("button").click();
    await page.getByRole("columnheader", { name: "Last" }).first().getByRole("button").click();
    await expect.poll(symbols).toEqual(["BORU", "ACME"]);
    await page.reload();
    await expect.poll(symbols).toEqual(["BORU", "ACME"]);
    await page.keyboard.press("/");
    await page.keyboard.type("acm");
    await page.getByText("1 of 2 symbols").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "ACME", level: 1 }).waitFor();
    expect(page.url()).toContain("series=exchange%2FACME%2Fprice");
    await page.context().close();
  });

  it("makes each candle of the ticks that were sent, past and live, late and corrected ones", async () => {
    const page = await visit("#/market?series=exchange%2FACME%2Fprice&every=1m&candles=30");
    await page.getByRole("button", { name: /as a table/ }).click();
    const shown = () => sent.filter(({ timeMs }) => timeMs > Date.now() - 20 * minute);
    await expect.poll(() => tableOf(page)).toEqual(candlesOf(shown()));

    // Each tick as it comes, in the candle that is alive.
    for (let tick = 0; tick < 20; tick++) await send({ timeMs: Date.now() + tick, price: 100 + tick, size: 3 });
    await expect.poll(() => tableOf(page)).toEqual(candlesOf(shown()));

    // Late ones: before the first of a settled candle, behind its last, between.
    const candle = bucketStart(Date.now() - 5 * minute, minute);
    await send({ timeMs: candle, price: 90, size: 11 });
    await send({ timeMs: candle + minute - 1, price: 91, size: 12 }, { timeMs: candle + 30_001, price: 200, size: 13 });
    await expect.poll(() => tableOf(page)).toEqual(candlesOf(shown()));

    // One that takes the place of another takes the high with it that this one made.
    const wrong = sent.findIndex(({ price }) => price === 200);
    const corrected = { ...(sent[wrong] as Tick), price: 92 };
    sent.splice(wrong, 1);
    await send(corrected);
    await expect.poll(() => tableOf(page)).toEqual(candlesOf(shown()));

    // The crosshair tells the same, by keyboard too.
    await page.getByRole("button", { name: /as a chart/ }).click();
    const plot = page.locator("candle-card .plot");
    await plot.locator("canvas").waitFor();
    await plot.focus();
    await page.keyboard.press("Home");
    await expect.poll(() => legendOf(page)).toEqual(candlesOf(shown()).at(-1));
    expect(await plot.getAttribute("aria-label")).toMatch(/^ACME: \d+ candles of 1 min\. The newest opened at /);
    await page.context().close();
  });

  it("a cut costs no tick and counts none twice", async () => {
    const page = await visit("#/market?series=exchange%2FACME%2Fprice&every=1m&candles=30");
    await page.getByRole("button", { name: /as a table/ }).click();
    const shown = () => sent.filter(({ timeMs }) => timeMs > Date.now() - 20 * minute);
    await expect.poll(() => tableOf(page)).toEqual(candlesOf(shown()));
    await page.context().setOffline(true);
    await world.stopHub();
    await world.startHub();
    share = await world.device("exchange/ACME");
    await send({ timeMs: Date.now(), price: 111, size: 21 });
    await page.context().setOffline(false);
    await expect.poll(() => tableOf(page), { timeout: 30_000 }).toEqual(candlesOf(shown()));
    await page.context().close();
  });

  it.each(themesOfRun())(
    "[axe] finds nothing, %s, and a phone shows it without sideways scrolling",
    async (colorScheme) => {
      const page = await visit("#/market", { colorScheme, viewport: { width: 1440, height: 900 } });
      await page.locator("candle-card canvas").waitFor();
      await page.getByRole("button", { name: /as a table/ }).click();
      await page.locator("candle-card tbody td").first().waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.getByRole("combobox", { name: "Draw any series as candles" }).click();
      await page.getByText("6 series", { exact: true }).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.context().close();

      const phone = await visit("#/market", {
        colorScheme,
        viewport: { width: 390, height: 844 },
        hasTouch: true,
        isMobile: true,
      });
      await phone.getByRole("link", { name: "ACME", exact: true }).tap();
      await phone.locator("candle-card canvas").waitFor();
      expect(await axeViolations(phone)).toEqual([]);
      expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      await phone.getByRole("link", { name: "All symbols" }).tap();
      await phone.locator("ticker-table .row").first().waitFor();
      expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      await phone.context().close();
    },
  );

  it("complains of nothing", () => {
    const about = /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|WebSocket connection/;
    expect(visits.flatMap(({ complaints }) => complaints).filter((words) => !about.test(words))).toEqual([]);
  });
});
