/** Both themes, a phone, a keyboard, and what those are told who do not see the page. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { card, wordsOf } from "./reading-page.ts";
import { axeViolations, themesOfRun, World } from "./world.ts";

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** How many pixels of the page lie right of the screen. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** What can be touched and is less than 44 px high or wide, in words. */
function smallControls(page: Page): Promise<string[]> {
  return page.locator("a:not(.skip), button, select, summary, label:has(input)").evaluateAll((controls) =>
    controls.flatMap((control) => {
      const { width, height } = control.getBoundingClientRect();
      const small = width > 0 && Math.min(width, height) < 44;
      return small ? [`${control.localName} ${control.textContent?.trim()}: ${width} × ${height}`] : [];
    }),
  );
}

function ground(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
}

describe("the looks of the page", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  beforeEach(() => world.hubUp());
  afterAll(() => world.stop());

  it("the check itself sees into every shadow root", async () => {
    const { page } = await world.visit();
    const button = page.locator("settings-menu > button").first();
    await button.waitFor();
    await button.evaluate((element) => {
      element.removeAttribute("aria-label");
      element.removeAttribute("title");
    });
    expect((await axeViolations(page)).join()).toContain("button-name");
    await page.context().close();
  });

  it.each(themesOfRun())("an empty hub breaks no rule of accessibility: %s", async (colorScheme) => {
    const { page } = await world.visit("", { colorScheme });
    await page.getByRole("heading", { name: "Connect your first device" }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });

  it.each(["light", "dark"] as const)(
    "devices, charts, tables and the banner break no rule of accessibility: %s",
    async (colorScheme) => {
      const device = await world.device("greenhouse/1", {
        name: "Greenhouse with a rather long name, as people give them",
        kind: "greenhouse",
        labels: { site: "north" },
        reportInterval: 1_000,
        metrics: {
          temperature: {
            label: "Temperature",
            unit: "°C",
            zones: [
              { from: 30, level: "alarm" },
              { from: 25, to: 30, level: "warn" },
            ],
          },
          humidity: { unit: "%" },
          pump: { label: "Pump" },
          phase: { label: "Phase" },
        },
      });
      const now = Date.now();
      const times = Array.from({ length: 40 }, (_, index) => now - (40 - index) * 1_000);
      const values = {
        temperature: times.map((_, index) => 20 + index / 3),
        humidity: times.map((_, index) => 50 + (index % 7)),
        pump: times.map((_, index) => index % 9 < 4),
        phase: times.map((_, index) => ["idle", "heating", "cooling"][Math.floor(index / 8) % 3] as string),
      };
      device.send({ type: "samples", seq: now, times, values });
      await device.next("ack");
      const { page } = await world.visit("#/device/greenhouse/1?range=1m", { colorScheme });
      await card(page, "humidity").locator("canvas").waitFor();
      await card(page, "Phase").locator("canvas").waitFor();
      await card(page, "humidity").getByRole("button", { name: /table/ }).click();
      await card(page, "humidity").locator("tbody td").first().waitFor();
      expect(await axeViolations(page)).toEqual([]);

      await world.stopHub();
      await page.locator("link-banner .banner").waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.context().close();
      await world.startHub();
    },
  );

  it("follows the system's theme, and what a person chooses stays chosen", async () => {
    const { page } = await world.visit("", { colorScheme: "light" });
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Dark theme" }).waitFor();
    const light = await ground(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(() => ground(page)).not.toBe(light);
    const dark = await ground(page);
    await page.getByRole("button", { name: "Light theme" }).click();
    expect(await ground(page)).toBe(light);
    await page.reload();
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Light theme" }).waitFor();
    expect(await ground(page)).toBe(light);
    await page.getByRole("button", { name: "Follow the system's theme" }).click();
    expect(await ground(page)).toBe(dark);
    await page.context().close();
  });

  it("on a phone the list leads to a device and back, and nothing sticks out", async () => {
    const { page } = await world.visit("", phone);
    const row = page.locator("fleet-grid .item", { hasText: "Greenhouse with" });
    await row.waitFor();
    expect(await page.locator("device-page").count()).toBe(0);
    expect(await overflow(page)).toBe(0);
    await row.click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await card(page, "humidity").locator("canvas").waitFor();
    expect(await page.locator("device-list").count()).toBe(0);
    expect(await overflow(page)).toBe(0);
    await page.getByRole("link", { name: "All devices" }).click();
    await row.waitFor();
    await page.getByRole("link", { name: "Connect a device" }).click();
    await page.getByRole("heading", { name: "Connect a device" }).waitFor();
    expect(await overflow(page)).toBe(0);
    await page.context().close();
  });

  it("a growing age moves nothing, and on a phone one row holds the ways to connect, and the budget with its button", async () => {
    const { page } = await world.visit("#/device/greenhouse/1", phone);
    const age = page.locator("device-detail .aging").first();
    await age.waitFor();
    const widths = await age.evaluate((element) => {
      const words = [...element.childNodes].find((node) => node instanceof Text && node.data !== "") as Text;
      const said = words.data;
      const measured = ["9", "10", "59"].map((digits) => {
        words.data = said.replace(/\d+/, digits);
        return element.getBoundingClientRect().width;
      });
      words.data = said;
      return new Set(measured).size;
    });
    expect(widths).toBe(1);
    await page.goto(`${world.url}/#/connect`);
    await page.getByRole("tab", { name: "curl" }).waitFor();
    const tops = await page.getByRole("tab").evaluateAll((tabs) => tabs.map((tab) => tab.getBoundingClientRect().top));
    expect(new Set(tops).size).toBe(1);
    await page.goto(`${world.url}/#/storage`);
    const button = await page.getByRole("button", { name: "Change" }).boundingBox();
    const figure = await page.locator("storage-summary .used strong").boundingBox();
    expect(button?.y).toBeLessThan((figure?.y ?? 0) + (figure?.height ?? 0));
    await page.context().close();
  });

  it("on a phone whatever is touched is as large as a fingertip", async () => {
    const { page } = await world.visit("#/device/greenhouse/1", phone);
    await card(page, "humidity").locator("canvas").waitFor();
    expect(await smallControls(page)).toEqual([]);
    for (const [place, control] of [
      ["#/devices", page.locator("fleet-grid .item").first()],
      ["#/connect", page.getByRole("tab", { name: "curl" })],
    ] as const) {
      await page.goto(`${world.url}/${place}`);
      await control.waitFor();
      expect(await smallControls(page), place).toEqual([]);
    }
    await world.stopHub();
    await page.getByRole("button", { name: "Try now" }).waitFor();
    expect(await smallControls(page)).toEqual([]);
    await page.context().close();
    await world.startHub();
  });

  it.each([
    ["a phone", 390],
    ["a small one", 320],
  ])("on %s the name of the product stands whole beside whatever is said of the connection", async (_, width) => {
    const { page } = await world.visit("#/devices", { ...phone, viewport: { width, height: 700 } });
    const name = page.locator("page-header .brand span");
    const isWhole = () => name.evaluate((element) => element.scrollWidth <= element.clientWidth);
    for (const state of ["Live", "Connecting", "Disconnected", "Signed out"]) {
      if (state === "Disconnected") await world.stopHub();
      const shown = page.locator("page-header .link");
      if (state === "Live" || state === "Disconnected") await shown.filter({ hasText: state }).waitFor();
      // Two of them pass by too quickly to be looked at, and one needs a token.
      await shown.evaluate((element, text) => {
        const words = [...element.childNodes].find((node) => node instanceof Text && node.data.trim() !== "");
        (words as Text).data = text;
      }, state);
      expect(await isWhole(), state).toBe(true);
      expect(await overflow(page), state).toBe(0);
    }
    await page.context().close();
    await world.startHub();
  });

  it("changes its language where it stands, and stays in it", async () => {
    const { page } = await world.visit("#/device/greenhouse/1");
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("button", { name: "한국어" }).click();
    await page.getByRole("radiogroup", { name: "시간 범위" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("ko");
    await page.reload();
    await page.getByRole("link", { name: "장치", exact: true }).waitFor();
    expect(new URL(page.url()).hash).toBe("#/device/greenhouse/1");
    await page.context().close();
  });

  it("is used by keyboard alone, and shows where it is", async () => {
    const { page } = await world.visit("#/device/greenhouse/1");
    await card(page, "humidity").waitFor();
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to the content" });
    await expect.poll(() => skip.evaluate((element) => element.getBoundingClientRect().top >= 0)).toBe(true);
    await page.keyboard.press("Enter");
    const focused = () =>
      page.evaluate(() => {
        let active = document.activeElement;
        while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
        const style = active && getComputedStyle(active);
        return { tag: active?.localName, label: active?.getAttribute("aria-label"), outline: style?.outlineStyle };
      });
    expect((await focused()).tag).toBe("device-detail");
    // What can be done with the device comes first, then its range; each step is seen.
    do {
      await page.keyboard.press("Tab");
      expect((await focused()).outline).toBe("solid");
    } while (!/minute|hour/.test((await focused()).label ?? ""));
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => new URL(page.url()).hash).toMatch(/range=/);
    await page.context().close();
  });

  it("describes each chart in words", async () => {
    const { page } = await world.visit("#/device/greenhouse/1?range=all");
    const plot = card(page, "humidity").locator(".plot");
    await expect
      .poll(async () => (await plot.getAttribute("aria-label"))?.replaceAll("\u202f", " "))
      .toMatch(/^humidity: newest \d+%\. Between 50% and 56% in all readings\.$/);
    await expect.poll(() => wordsOf(card(page, "Pump").locator("footer"))).toMatch(/on\s+\d+%/);
    const states = card(page, "Pump").locator(".plot");
    await expect
      .poll(() => states.getAttribute("aria-label"))
      .toMatch(/^Pump: newest (on|off)\. (on|off) \d+%, (on|off) \d+% in all readings\.$/);
    await page.context().close();
  });

  it("holds still for those who ask for it", async () => {
    const { page } = await world.visit("#/connect", { reducedMotion: "reduce" });
    const dot = page.locator("connect-page .status .dot");
    await dot.waitFor();
    expect(await dot.evaluate((element) => element.getAnimations().length)).toBe(0);
    await page.context().close();
  });
});
