/** What a person sees when the connection to the hub is cut, and that it comes back by itself. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Client } from "../support/client.ts";
import { card, tryNow, wordsOf } from "./reading-page.ts";
import { Cable, World } from "./world.ts";

/** When the banner shows and goes, recorded inside the page, so that the test's own pace does not matter. */
async function watchBanner(page: Page): Promise<() => Promise<{ shown: boolean; atMs: number }[]>> {
  await page.evaluate(() => {
    const banner = document.querySelector("hub-app")?.shadowRoot?.querySelector("link-banner")?.shadowRoot;
    const seen: { shown: boolean; atMs: number }[] = [];
    Object.assign(window, { seen });
    if (!banner) throw new Error("no banner");
    new MutationObserver(() => {
      const shown = banner.querySelector(".banner") !== null;
      if (seen.at(-1)?.shown !== shown) seen.push({ shown, atMs: Date.now() });
    }).observe(banner, { childList: true, subtree: true });
  });
  return () => page.evaluate(() => (window as unknown as { seen: { shown: boolean; atMs: number }[] }).seen);
}

async function lampAt(world: World, level: number): Promise<Client> {
  const device = await world.device("lamp", {
    reportInterval: 1_000,
    metrics: { level: { label: "Level", decimals: 0 } },
  });
  device.send({ type: "readings", seq: level, readings: [{ metric: "level", value: level }] });
  await device.next("ack");
  return device;
}

describe("a cut connection", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it("is told at once when the hub stops, with the age of what is shown; values turn grey; all comes back by itself", async () => {
    await lampAt(world, 1);
    const { page } = await world.visit("#/device/lamp");
    const value = card(page, "Level").locator(".value strong");
    await expect.poll(() => wordsOf(value)).toBe("1");
    const colourOf = () =>
      card(page, "Level")
        .locator(".value")
        .evaluate((element) => getComputedStyle(element).color);
    const live = await colourOf();
    const changes = await watchBanner(page);

    const stoppedAt = Date.now();
    await world.stopHub();
    const banner = page.locator("link-banner .banner");
    await banner.waitFor();
    const [cut] = await changes();
    // By the close of the socket: silence alone tells it after four seconds or more.
    expect((cut?.atMs ?? 0) - stoppedAt).toBeLessThan(4_000);
    expect(await wordsOf(banner)).toMatch(/Connection to the hub lost\.\s*Values as of \d\d:\d\d:\d\d\./);
    expect(await wordsOf(page.locator("page-header .link"))).toBe("Disconnected");
    expect(await colourOf()).not.toBe(live);
    expect(await wordsOf(value)).toBe("1");

    await world.startHub();
    await lampAt(world, 2);
    await banner.waitFor({ state: "detached" });
    await expect.poll(() => wordsOf(value)).toBe("2");
    expect(await colourOf()).toBe(live);
    await page.context().close();
  });

  it("is told within ten seconds when the network dies without a word, and ends when it is back", async () => {
    const cable = await Cable.to(world.port);
    const device = await lampAt(world, 3);
    const { page } = await world.visit("#/device/lamp", {}, cable.url);
    const value = card(page, "Level").locator(".value strong");
    await expect.poll(() => wordsOf(value)).toBe("3");
    const changes = await watchBanner(page);

    const pulledAt = Date.now();
    cable.pull();
    await page.locator("link-banner .banner").waitFor();
    const [cut] = await changes();
    expect((cut?.atMs ?? 0) - pulledAt).toBeLessThan(10_000);

    // What was measured meanwhile is there afterwards.
    device.send({ type: "readings", seq: 4, readings: [{ metric: "level", value: 4 }] });
    await device.next("ack");
    cable.plugIn();
    await tryNow(page);
    await page.locator("link-banner .banner").waitFor({ state: "detached" });
    await expect.poll(() => wordsOf(value)).toBe("4");
    await page.context().close();
    await cable.close();
  });
});
