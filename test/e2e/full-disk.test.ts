/** A hub whose disk has no room refuses all readings: every page says so, and says of no device that it is its fault. */
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wordsOf } from "./reading-page.ts";
import { axeViolations, World } from "./world.ts";

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
/** More than any disk has, bytes. */
const tooMuch = 1e15;

const bannerOf = (page: Page): Locator => page.locator("health-banner .banner");
const refusal = "The hub refuses all readings: its disk has too little free space.";

describe("a hub whose disk is full", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    const oven = await world.device("oven", { reportInterval: 1_000 });
    oven.send({ type: "readings", id: 1, readings: [{ metric: "temperature", value: 180 }] });
    await oven.next("ack");
  });
  afterAll(() => world.stop());

  /** The hub is started anew, with so much to leave free, bytes; `page` tries at once whether it is back. */
  async function again(minFreeBytes: number, page?: Page): Promise<void> {
    await world.stopHub();
    await world.startHub({ minFreeBytes });
    await page?.evaluate(() => dispatchEvent(new Event("online")));
  }

  const iconOf = (page: Page) => page.locator("link[rel=icon]").getAttribute("href");

  it("is told on every page, in the tab too, and no longer once it has room; of a hub that is well nothing is told", async () => {
    await again(0);
    const { page, requests } = await world.visit("#/device/oven");
    await page.locator("metric-card canvas").first().waitFor();
    await expect.poll(() => requests.filter((url) => url.endsWith("/health")).length, { timeout: 60_000 }).toBe(1);
    expect(await bannerOf(page).count()).toBe(0);
    const well = { title: await page.title(), icon: await iconOf(page) };
    await again(tooMuch, page);
    await bannerOf(page).waitFor();
    expect(await wordsOf(bannerOf(page))).toMatch(
      /^The hub refuses all readings: its disk has too little free space\.\s+They are taken again as soon as there is room\.\s+Open Storage$/,
    );
    await expect.poll(() => page.title(), { timeout: 60_000 }).toMatch(/^Readings refused · /);
    expect(await iconOf(page)).not.toBe(well.icon);
    for (const at of ["#/", "#/explore", "#/market", "#/connect", "#/storage"]) {
      await page.goto(`${world.url}/${at}`);
      await page.getByText(refusal).waitFor();
    }
    // Where it would lead is where one is.
    expect(await bannerOf(page).getByRole("link").count()).toBe(0);
    await page.goto(`${world.url}/#/hub`);
    await page.getByText(/^The disk of the data has .* readings are refused until there is room again\.$/).waitFor();
    expect(await bannerOf(page).count()).toBe(0);
    await page.goto(`${world.url}/#/device/oven`);
    await bannerOf(page).waitFor();
    await again(0, page);
    await bannerOf(page).waitFor({ state: "detached" });
    await expect.poll(() => page.title(), { timeout: 60_000 }).not.toContain("Readings refused");
    await page.context().close();
  });

  it("says of no device that sends that it is silent, and of its values that they are old; afterwards the gap is the hub's", async () => {
    await again(0);
    const before = await world.device("oven", { reportInterval: 1_000 });
    before.send({ type: "readings", id: 2, readings: [{ metric: "temperature", value: 181 }] });
    await before.next("ack");
    await again(tooMuch);
    const oven = await world.device("oven", { reportInterval: 1_000 });
    oven.send({ type: "readings", id: 3, readings: [{ metric: "temperature", value: 182 }] });
    expect(await oven.next("error")).toMatchObject({ code: "storage_full" });
    const fleet = (await world.visit("#/")).page;
    const device = (await world.visit("#/device/oven")).page;
    await bannerOf(fleet).waitFor();
    // Ten seconds without a reading are old.
    for (const page of [fleet, device]) await page.locator(".stale").first().waitFor();
    oven.send({ type: "readings", id: 4, readings: [{ metric: "temperature", value: 182 }] });
    expect(await oven.next("error")).toMatchObject({ code: "storage_full" });
    for (const page of [fleet, device]) {
      expect(await page.getByText(/sends nothing|^silent for|nothing more came/).allTextContents()).toEqual([]);
    }
    expect(await wordsOf(device.locator(".facts .state"))).toMatch(/^online\s+for .*, connected$/);
    await device.getByRole("button", { name: "Actions for oven" }).click();
    await device.getByRole("menuitem", { name: "Why is my reading missing?" }).click();
    const dialog = device.getByRole("dialog", { name: "Why is my reading missing?" });
    await dialog.getByText(refusal).waitFor();
    expect(await dialog.getByText(/refused none|last heard/).count()).toBe(0);
    for (const page of [fleet, device]) await page.context().close();
    await again(0);
    const after = await world.device("oven", { reportInterval: 1_000 });
    after.send({ type: "readings", id: 5, readings: [{ metric: "temperature", value: 183 }] });
    await after.next("ack");
    const answer = await fetch(`${world.url}/api/v1/gaps?device=oven&metric=temperature&from=-1h`);
    const { series } = (await answer.json()) as { series: { gaps: { cause: string[] } }[] };
    expect(series[0]?.gaps.cause.at(-1)).toBe("refused");
    const { page } = await world.visit("#/device/oven");
    await page
      .locator("device-gaps")
      .getByText(/refused/)
      .first()
      .waitFor();
    await page.context().close();
  });

  it.each([
    ["light", {}],
    ["dark, on a phone", { ...phone, colorScheme: "dark" }],
  ] as const)("keeps nobody out by its banner, %s", async (_, options) => {
    await again(tooMuch);
    const { page, complaints } = await world.visit("#/", options);
    await bannerOf(page).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(await axeViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
