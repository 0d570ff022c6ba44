/** What a person sees when the connection to the hub is cut, and that it comes back by itself. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
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

/** A wall clock that a test can turn: `turnClock(ms)`, as a machine's that slept, or that somebody set. */
const turnableClock = `{
  const real = Date.now;
  let turned = 0;
  Date.now = () => real() + turned;
  window.turnClock = (ms) => { turned += ms; };
}`;

/** What the page said of its connection, one after the other, recorded inside the page. */
async function watchWords(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const app = document.querySelector("hub-app")?.shadowRoot;
    const rootOf = (name: string) => app?.querySelector(name)?.shadowRoot as ShadowRoot;
    const said: string[] = [];
    Object.assign(window, { said });
    const look = () => {
      const state = rootOf("page-header").querySelector(".link")?.textContent?.trim();
      const banner = rootOf("link-banner").querySelector(".banner strong")?.textContent;
      const words = [state, banner].filter(Boolean).join(": ");
      if (said.at(-1) !== words) said.push(words);
    };
    for (const name of ["page-header", "link-banner"])
      new MutationObserver(look).observe(rootOf(name), { childList: true, subtree: true, characterData: true });
  });
  return () => page.evaluate(() => (window as unknown as { said: string[] }).said);
}

/** What the browser had got before is with the page after some frames. */
async function frames(page: Page, count: number): Promise<void> {
  await page.evaluate(async (left) => {
    for (; left > 0; left--) await new Promise(requestAnimationFrame);
  }, count);
}

const banner = (page: Page) => page.locator("link-banner .banner");
const shownLevel = (page: Page) => wordsOf(card(page, "Level").locator(".value strong"));

/** The time of day that the banner tells, s. */
async function toldSeconds(page: Page): Promise<number> {
  const told = (await wordsOf(banner(page))).match(/Values as of (\d\d):(\d\d):(\d\d)\./)?.slice(1);
  const [hours = Number.NaN, minutes = 0, seconds = 0] = told?.map(Number) ?? [];
  return (hours * 60 + minutes) * 60 + seconds;
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
  beforeEach(() => world.hubUp());
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
    const icon = async () => decodeURIComponent((await page.locator("link[rel=icon]").getAttribute("href")) ?? "");
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
    // Between its tries to reach the hub again, the first of which begins soon.
    await expect.poll(() => wordsOf(page.locator("page-header .link"))).toBe("Disconnected");
    expect(await colourOf()).not.toBe(live);
    expect(await wordsOf(value)).toBe("1");
    // Who looks at another tab is told, too; by an icon that nobody has to be asked for.
    expect(await page.title()).toBe("Disconnected · lamp – Telemetry hub");
    expect(await icon()).toMatch(/^data:image\/svg\+xml.*Disconnected/);

    await world.startHub();
    await lampAt(world, 2);
    await banner.waitFor({ state: "detached" });
    await expect.poll(() => wordsOf(value)).toBe("2");
    expect(await colourOf()).toBe(live);
    await expect.poll(() => page.title()).toBe("lamp – Telemetry hub");
    expect(await icon()).not.toContain("Disconnected");
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

  it("is told the moment the network is gone, before the hub is missed, and ends by itself when it is back", async () => {
    const cable = await Cable.to(world.port);
    const device = await lampAt(world, 5);
    const { page } = await world.visit("#/device/lamp", {}, cable.url);
    await expect.poll(() => shownLevel(page)).toBe("5");
    const said = await watchWords(page);
    cable.pull();
    await page.context().setOffline(true);
    await banner(page).waitFor();
    expect(await wordsOf(banner(page))).toMatch(/^This browser is offline\.\s*Values as of \d\d:\d\d:\d\d\./);
    await page.locator("page-header .link", { hasText: "Disconnected" }).waitFor();
    const offline = (await said()).filter((words) => words.endsWith("This browser is offline."));
    // Before the hub is missed; then it is tried again and again.
    expect(offline.slice(0, 2)).toEqual([
      "Checking: This browser is offline.",
      "Disconnected: This browser is offline.",
    ]);
    device.send({ type: "readings", seq: 6, readings: [{ metric: "level", value: 6 }] });
    await device.next("ack");
    cable.plugIn();
    await page.context().setOffline(false);
    await banner(page).waitFor({ state: "detached" });
    await expect.poll(() => shownLevel(page)).toBe("6");
    await page.context().close();
    await cable.close();
  });

  it("is doubted at once by a page that is seen again after an hour, and after sleep all comes back by itself", async () => {
    const cable = await Cable.to(world.port);
    const device = await lampAt(world, 7);
    const { page } = await world.visit("#/device/lamp", {}, cable.url, turnableClock);
    await expect.poll(() => shownLevel(page)).toBe("7");
    const looks = (hours: number) =>
      page.evaluate(async (ms) => {
        const app = document.querySelector("hub-app") as HTMLElement & { updateComplete: Promise<boolean> };
        (window as unknown as { turnClock(ms: number): void }).turnClock(ms);
        document.dispatchEvent(new Event("visibilitychange"));
        await app.updateComplete;
        return app.hasAttribute("cut") ? "grey" : "live";
      }, hours * 3_600_000);
    expect(await looks(0)).toBe("live");
    const beforeSleep = Math.floor(Date.now() / 1_000) % 86_400;
    const said = await watchWords(page);
    cable.pull();
    // A word of the hub that is on its way yet would be heard after the sleep, and end the doubt.
    await frames(page, 30);
    expect(await looks(1)).toBe("grey");
    await expect.poll(said).toContain("Checking: Asking whether the hub is still there.");
    // The time of what is shown is the hub's, not that of the clock which went on.
    expect(Math.abs((await toldSeconds(page)) - beforeSleep)).toBeLessThan(600);
    device.send({ type: "readings", seq: 8, readings: [{ metric: "level", value: 8 }] });
    await device.next("ack");
    cable.plugIn();
    await banner(page).waitFor({ state: "detached" });
    await expect.poll(() => shownLevel(page)).toBe("8");
    await page.context().close();
    await cable.close();
  });

  it("that was held while the browser froze the page shows what came meanwhile, without a hand", async () => {
    const device = await lampAt(world, 9);
    const { page } = await world.visit("#/device/lamp");
    await expect.poll(() => shownLevel(page)).toBe("9");
    const browser = await page.context().newCDPSession(page);
    await browser.send("Page.setWebLifecycleState", { state: "frozen" });
    device.send({ type: "readings", seq: 10, readings: [{ metric: "level", value: 10 }] });
    await device.next("ack");
    await browser.send("Page.setWebLifecycleState", { state: "active" });
    await expect.poll(() => shownLevel(page)).toBe("10");
    await page.locator("page-header .link", { hasText: "Live" }).waitFor();
    await page.context().close();
  });

  it("tells the hub's time of what is shown on a machine whose clock is 2 hours off, by its zone or the hub's", async () => {
    await lampAt(world, 11);
    const clock = `const now = Date.now; Date.now = () => now() + ${2 * 3_600_000};`;
    const hubZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const { page } = await world.visit("#/device/lamp", { timezoneId: "Asia/Tokyo" }, world.url, clock);
    // Where nothing is shown by the hub's zone it is asked a little later.
    await page.waitForResponse((response) => response.url().endsWith("/api/v1/status"));
    await expect.poll(() => shownLevel(page)).toBe("11");
    // The code of the search is fetched soon; this test does not wait for that.
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Find a device" }).waitFor();
    await page.keyboard.press("Escape");
    const dayOf = (zone: string) => {
      const parts = new Date().toLocaleTimeString("en-GB", { timeZone: zone }).split(":").map(Number);
      return ((parts[0] ?? 0) * 60 + (parts[1] ?? 0)) * 60 + (parts[2] ?? 0);
    };
    const [tokyo, hub] = [dayOf("Asia/Tokyo"), dayOf(hubZone)];
    await world.stopHub();
    await banner(page).waitFor();
    // A test at midnight is a day off, and right.
    const apart = async (seconds: number) => Math.abs((await toldSeconds(page)) - seconds) % 86_100;
    expect(await apart(tokyo)).toBeLessThan(300);
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Find a device" }).fill("hub times");
    await page.getByRole("option", { name: /^Times: The hub's/ }).click();
    await page.locator("page-header .zone", { hasText: "Hub time" }).waitFor();
    expect(await apart(hub)).toBeLessThan(300);
    await page.context().close();
    await world.startHub();
  });

  it("brings the page that was asked for meanwhile as soon as the hub is back", async () => {
    await lampAt(world, 12);
    const { page } = await world.visit("#/device/lamp");
    await expect.poll(() => shownLevel(page)).toBe("12");
    await world.stopHub();
    await banner(page).waitFor();
    await page.getByRole("link", { name: "Connect", exact: true }).click();
    await page.getByText("This part of the page could not be loaded.").waitFor();
    await world.startHub();
    await tryNow(page);
    await page.getByRole("heading", { name: "Connect a device" }).waitFor();
    await page.context().close();
  });
});
