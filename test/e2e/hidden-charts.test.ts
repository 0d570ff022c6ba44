/** What nobody sees costs nothing: charts out of sight are neither drawn nor is anything said in them, nor in a hidden tab. */
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Client } from "../support/client.ts";
import { card, wordsOf } from "./reading-page.ts";
import { World } from "./world.ts";

const metrics = Array.from({ length: 30 }, (_, metric) => `channel-${metric}`);

/** Counts by canvas how often it was drawn: uPlot clears it each time. */
const counting = `{
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...rect) {
    this.canvas.drawn = (this.canvas.drawn ?? 0) + 1;
    return clear.apply(this, rect);
  };
}`;

/** How often the chart of a card was drawn; 0 where it has none yet. */
function drawn(of: Locator): Promise<number> {
  return of.evaluate((element) => {
    const canvas = element.shadowRoot?.querySelector("canvas") as (HTMLCanvasElement & { drawn?: number }) | null;
    return canvas?.drawn ?? 0;
  });
}

describe("what nobody sees", () => {
  let world: World;
  let device: Client;
  let values = 0;
  beforeAll(async () => {
    world = await World.start();
    device = await world.device("many", { reportInterval: 100 });
    await send();
  });
  afterAll(() => world.stop());

  const send = async () => {
    values += 1;
    const column = Object.fromEntries(metrics.map((metric) => [metric, [values]]));
    device.send({ type: "samples", id: values, times: [Date.now()], values: column });
    await device.next("ack");
  };

  /** Sends readings until a chart was drawn so many times more. */
  const sendUntilDrawn = async (chart: Locator, times: number) => {
    const before = await drawn(chart);
    await expect
      .poll(async () => {
        await send();
        return (await drawn(chart)) - before;
      })
      .toBeGreaterThanOrEqual(times);
  };

  const open = async (): Promise<{ page: Page; first: Locator; last: Locator; told: number[] }> => {
    const { page } = await world.visit("", {}, world.url, counting);
    // The sets of the updates that the page got; the first page has only the one of all devices.
    const told: number[] = [];
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        const { type, set } = JSON.parse(String(payload));
        if (type === "update") told.push(set);
      }),
    );
    await page.reload();
    await expect.poll(async () => (told.length > 0 ? told.length : send())).toBeGreaterThan(0);
    await page.goto(`${world.url}/#/device/many?range=1m`);
    const [first, last] = [card(page, metrics[0] ?? ""), card(page, metrics.at(-1) ?? "")];
    await first.locator("canvas").waitFor();
    return { page, first, last, told };
  };

  it("is not drawn: no chart out of sight, before it was seen and after", async () => {
    const { page, first, last } = await open();
    await sendUntilDrawn(first, 5);
    expect(await drawn(last)).toBe(0);

    await last.scrollIntoViewIfNeeded();
    await sendUntilDrawn(last, 5);
    const seen = await drawn(first);
    await sendUntilDrawn(last, 5);
    expect(await drawn(first)).toBe(seen);

    await first.scrollIntoViewIfNeeded();
    await sendUntilDrawn(first, 5);
    const left = await drawn(last);
    await sendUntilDrawn(first, 5);
    expect(await drawn(last)).toBe(left);
    await page.context().close();
  });

  it("says nothing: words of a card out of sight stand still, and are true when it is seen", async () => {
    const { page, first, last, told } = await open();
    const watch = (of: Locator) =>
      of.evaluate((element) => {
        const counted = element as unknown as Element & { changes: number };
        counted.changes = 0;
        new MutationObserver((changes) => {
          counted.changes += changes.length;
        }).observe(element.shadowRoot as ShadowRoot, { subtree: true, childList: true, characterData: true });
      });
    const changes = (of: Locator) => of.evaluate((element) => (element as unknown as { changes: number }).changes);
    // Both tell of their past, which comes once.
    for (const one of [first, last]) await one.getByText("mean", { exact: true }).waitFor({ state: "attached" });
    await Promise.all([watch(first), watch(last)]);
    await expect
      .poll(async () => {
        await send();
        return changes(first);
      })
      .toBeGreaterThan(3);
    expect(await changes(last)).toBe(0);
    await last.scrollIntoViewIfNeeded();
    await expect.poll(() => last.locator(".value strong").textContent()).toBe(String(values));

    // A tab that is not looked at. Its frames the browser does not call for; the words are the page's own to hold back.
    await page.evaluate("Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })");
    const [before, shown, toldBefore] = [await changes(last), values, told.length];
    // What tells of all devices tells at most once a second: the page's own seconds went by, too.
    await expect
      .poll(async () => {
        await send();
        return told.slice(toldBefore).filter((set) => set === told[0]).length;
      })
      .toBeGreaterThan(3);
    expect(await last.locator(".value strong").textContent()).toBe(String(shown));
    expect(await changes(last)).toBe(before);
    await page.context().close();
  });

  it("says no price and keeps no curve in a hidden tab; what was missed is there when the tab is seen", async () => {
    const share = await world.device("exchange/ACME", {
      name: "ACME",
      metrics: { price: { decimals: 2, role: "price" } },
    });
    let price = 140;
    const trade = async () => {
      price += 1;
      share.send({ type: "reading", device: "exchange/ACME", metric: "price", value: price, id: price });
      await share.next("ack");
    };
    await trade();
    const { page } = await world.visit("#/market?series=exchange%2FACME%2Fprice&every=1m");
    // The sets of the updates that the page got, and what it asked the hub for to draw curves.
    const told: number[] = [];
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        const { type, set } = JSON.parse(String(payload));
        if (type === "update") told.push(set);
      }),
    );
    const asked: string[] = [];
    page.on("request", (request) => {
      if (/readings\?.*every=30000/.test(request.url())) asked.push(request.url());
    });
    await page.reload();
    const last = page.locator("ticker-table .row .last");
    await page.locator("candle-card canvas").waitFor();
    await expect.poll(() => asked.length).toBe(1);
    const turn = (state: "hidden" | "visible") =>
      page.evaluate((now) => {
        Object.defineProperty(document, "visibilityState", { value: now, configurable: true });
        Object.defineProperty(document, "hidden", { value: now === "hidden", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    // What moved before is said first.
    await trade();
    await expect.poll(() => wordsOf(last)).toContain(`${price}.00`);
    await turn("hidden");
    /** Trades until the page was told of all devices so many times more: at most once a second, so its own seconds go by, too. */
    const tradeUntilTold = async (times: number) => {
      const before = told.length;
      await expect
        .poll(async () => {
          await trade();
          return told.slice(before).filter((set) => set === told[0]).length;
        })
        .toBeGreaterThanOrEqual(times);
    };
    // What was on its way when the tab was left may still be said.
    await tradeUntilTold(1);
    await page.locator("ticker-table, candle-card").evaluateAll((elements) => {
      const counted = { changes: 0 };
      for (const element of elements) {
        const count = (all: readonly unknown[]) => {
          counted.changes += all.length;
        };
        const root = element.shadowRoot as ShadowRoot;
        new MutationObserver(count).observe(root, { subtree: true, childList: true, characterData: true });
      }
      (globalThis as unknown as { counted: typeof counted }).counted = counted;
    });
    const changed = () => page.evaluate("counted.changes");
    await tradeUntilTold(4);
    expect(await changed()).toBe(0);
    await turn("visible");
    await expect.poll(() => wordsOf(last)).toContain(`${price}.00`);
    await expect.poll(() => wordsOf(page.locator("candle-card .now"))).toContain(`${price}.00`);
    await expect.poll(() => asked.length).toBe(2);
    await page.context().close();
  });
});
