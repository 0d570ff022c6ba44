/** What stands above and around every page: the search, the keys, the tab, the first paint, the bar of progress, the wall. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Client } from "../support/client.ts";
import { wordsOf } from "./reading-page.ts";
import { axeViolations, themesOfRun, World } from "./world.ts";

describe("above the pages", () => {
  let world: World;
  let oven: Client;
  beforeAll(async () => {
    world = await World.start();
    const lamp = await world.device("hall/lamp", {
      name: "Lamp in the hall",
      metrics: { level: { label: "Level", unit: "%" } },
    });
    lamp.send({ type: "readings", seq: 1, readings: [{ metric: "level", value: 40 }] });
    oven = await world.device("kitchen/oven", {
      name: "Oven",
      metrics: {
        heat: {
          label: "Heat",
          unit: "°C",
          decimals: 0,
          zones: [
            { from: 250, level: "alarm" },
            { from: 200, to: 250, level: "warn" },
          ],
        },
      },
    });
    oven.send({ type: "readings", seq: 1, readings: [{ metric: "heat", value: 180 }] });
    await Promise.all([lamp.next("ack"), oven.next("ack")]);
  });
  afterAll(() => world.stop());

  const search = (page: Page) => page.getByRole("combobox", { name: "Find a device" });
  /** The option that Enter takes, as it is told to those who do not see it. */
  const chosen = async (page: Page) => {
    const id = await search(page).getAttribute("aria-activedescendant");
    return id === null ? undefined : wordsOf(page.locator(`#${id}`));
  };

  it("Ctrl K finds a device by words in any order, and Enter opens it; the next time it stands first", async () => {
    const { page, complaints } = await world.visit();
    await page.locator("fleet-grid .item").first().waitFor();
    await page.keyboard.press("Control+k");
    await search(page).waitFor();
    await page.keyboard.type("hall la");
    await expect.poll(() => chosen(page)).toMatch(/^Lamp in the hall\s+hall\/lamp\s+online$/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Lamp in the hall" }).waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
    await page.keyboard.press("Control+k");
    await page.getByRole("group", { name: "Recent" }).waitFor();
    await expect.poll(() => chosen(page)).toContain("Lamp in the hall");
    // And Back is where one came from.
    await page.keyboard.press("Escape");
    await page.goBack();
    await page.locator("fleet-grid .item").first().waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("finds series with their values, ranges of this page, pages and commands", async () => {
    const { page } = await world.visit("#/device/kitchen/oven");
    await page.getByRole("radiogroup", { name: "Time range" }).waitFor();
    await page.keyboard.press("Control+k");
    await search(page).fill("heat");
    await expect.poll(() => chosen(page)).toMatch(/^Heat\s+Oven\s+180 °C$/);
    await page.keyboard.press("Enter");
    await page.locator("explore-chart canvas").waitFor();
    await page.keyboard.press("Control+k");
    await search(page).fill("level lamp");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("explore-chart canvas").count()).toBe(2);
    await page.goBack();
    await page.goBack();
    await page.getByRole("radiogroup", { name: "Time range" }).waitFor();
    await page.keyboard.press("Control+k");
    await search(page).fill("24 hours");
    await page.keyboard.press("Enter");
    await expect.poll(() => new URL(page.url()).hash).toBe("#/device/kitchen/oven?range=24h");
    await page.keyboard.press("Control+k");
    await search(page).fill("connect");
    await expect.poll(() => chosen(page)).toBe("Connect");
    await search(page).fill("dark");
    await page.keyboard.press("Enter");
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    await page.keyboard.press("Control+k");
    await search(page).fill("no such thing");
    await page.getByText("Nothing matches “no such thing”.").waitFor();
    expect(await chosen(page)).toBeUndefined();
    await page.context().close();
  });

  it.each(themesOfRun())("search and keys break no rule of accessibility: %s", async (colorScheme) => {
    const { page } = await world.visit("", { colorScheme });
    await page.locator("fleet-grid .item").first().waitFor();
    await page.keyboard.press("Shift+?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByRole("option", { name: "Keyboard shortcuts" }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });

  it("copies the link of a page where there is no clipboard, too: over plain http on a LAN", async () => {
    const bare = "Object.defineProperty(navigator, 'clipboard', { value: undefined })";
    const { page, complaints } = await world.visit("#/device/hall/lamp", {}, world.url, bare);
    await page.getByRole("heading", { level: 1, name: "Lamp in the hall" }).waitFor();
    await page.keyboard.press("Control+k");
    await search(page).fill("copy the link");
    await expect.poll(() => chosen(page)).toContain("Copy the link to this page");
    await page.keyboard.press("Enter");
    await page.getByText("The link is copied.").waitFor();
    await page.keyboard.press("Control+k");
    await search(page).focus();
    await page.keyboard.press("Control+v");
    expect(await search(page).inputValue()).toBe(`${world.url}/#/device/hall/lamp`);
    expect(complaints).toEqual([]);
  });

  it("on a phone a button opens the search, and each line is as large as a fingertip", async () => {
    const { page } = await world.visit("", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await page.getByRole("button", { name: "Search", exact: true }).tap();
    const options = page.getByRole("dialog").getByRole("option");
    await options.first().waitFor();
    const sizes = await options.evaluateAll((all) => all.map((each) => each.getBoundingClientRect().height));
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(44);
    await search(page).fill("oven");
    await page.getByRole("option", { name: /^Oven/ }).tap();
    await page.getByRole("heading", { level: 1, name: "Oven" }).waitFor();
    await page.context().close();
  });

  it("the tab counts what is in trouble and turns its icon, and takes both back; a record of 1958 that went is none", async () => {
    const record = await world.device("record", { historic: true });
    record.send({ type: "readings", seq: 1, readings: [{ metric: "co2", value: 315, time: Date.UTC(1958, 2, 29) }] });
    await record.next("ack");
    record.wire.close();
    const known = async () => (await fetch(`${world.url}/api/v1/devices?device=record`)).json();
    await expect.poll(known).toMatchObject({ devices: [{ state: "offline" }] });
    const { page } = await world.visit("#/connect");
    const icon = async () => decodeURIComponent((await page.locator("link[rel=icon]").getAttribute("href")) ?? "");
    await expect.poll(() => page.title()).toBe("Connect – Telemetry hub");
    oven.send({ type: "readings", seq: 2, readings: [{ metric: "heat", value: 260 }] });
    await expect.poll(() => page.title()).toBe("(1) Connect – Telemetry hub");
    expect(await icon()).toContain("Something is in alarm");
    oven.send({ type: "readings", seq: 3, readings: [{ metric: "heat", value: 220 }] });
    await expect.poll(icon).toContain("Something is in trouble");
    expect(await page.title()).toBe("(1) Connect – Telemetry hub");
    oven.send({ type: "readings", seq: 4, readings: [{ metric: "heat", value: 180 }] });
    await expect.poll(() => page.title()).toBe("Connect – Telemetry hub");
    expect(await icon()).not.toContain("Something");
    await page.context().close();
  });

  it("is painted in the chosen theme before any of its modules is there", async () => {
    const keep = 'localStorage.setItem("telemetry-hub.theme", "dark");';
    const { page } = await world.visit("", { colorScheme: "light" }, world.url, keep);
    await page.route(/\/assets\/.*\.js$/, () => {});
    await page.reload({ waitUntil: "commit" });
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await expect.poll(ground).toBe("rgb(15, 20, 25)");
    expect(await page.locator("page-header").count()).toBe(0);
    await page.context().close();
  });

  it("a bar runs while a page takes long to come, and the page says so", async () => {
    const { page } = await world.visit();
    await page.locator("fleet-grid .item").first().waitFor();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/connect-page/, async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole("link", { name: "Connect", exact: true }).click();
    const bar = page.getByRole("progressbar", { name: "Loading" });
    await bar.waitFor();
    await page.getByText("Loading the page").waitFor();
    release();
    await page.getByRole("heading", { name: "Connect a device" }).waitFor();
    await bar.waitFor({ state: "detached" });
    await page.context().close();
  });

  it("shows a page alone on a wall, after a restart too, and lets a person out", async () => {
    const { page } = await world.visit("?kiosk#/");
    await page.locator("fleet-grid .item").first().waitFor();
    expect(await page.locator("page-header").count()).toBe(0);
    await page.keyboard.press("Control+k");
    await search(page).fill("leave wall");
    await page.keyboard.press("Enter");
    await page.locator("page-header").waitFor();
    expect(new URL(page.url()).search).toBe("");
    await page.context().close();
  });
});
