/** The page about the hub itself: its figures move, its limits are named, and what nobody saw is a gap. */
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Client } from "../support/client.ts";
import { changeAnswers } from "./changed-answers.ts";
import { drawnLine, tryNow, wordsOf } from "./reading-page.ts";
import { axeViolations, type Visit, World } from "./world.ts";

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const cardOf = (page: Page, label: string): Locator =>
  page.locator("status-card").filter({ has: page.getByRole("heading", { name: label, exact: true }) });

/** The page begins anew by a clock that a test turns: `runFor` calls all that is due, at once. */
async function byClock({ page }: Visit): Promise<void> {
  await page.clock.install();
  await page.reload();
}

/** From now on the hub's answers to `status` tell a time that is so much later, ms: nobody waits until it is. */
function laterBy(page: Page, ms: number): Promise<void> {
  return changeAnswers<{ hubTime: number }>(page, "**/api/v1/status", ({ hubTime }) => ({ hubTime: hubTime + ms }));
}

/** How many columns of a chart hold its line. */
async function drawn(card: Locator): Promise<number> {
  return (await drawnLine(card.locator(".plot"))).rows.filter((row) => row !== null).length;
}

describe("the page about the hub", () => {
  let world: World;
  let device: Client;
  beforeAll(async () => {
    world = await World.start();
    device = await world.device("press", { reportInterval: 1_000 });
  });
  beforeEach(() => world.hubUp());
  afterAll(() => world.stop());

  let seq = 0;
  async function send(count: number): Promise<void> {
    const readings = Array.from({ length: count }, (_, index) => ({ metric: `m${index}`, value: index }));
    device.send({ type: "readings", seq: ++seq, readings });
    await device.next("ack");
  }

  it("shows its figures as they are, and as lines that grow", async () => {
    const { page, complaints } = await world.visit("#/hub");
    await page.getByText("All is well").waitFor();
    await send(50);
    const readings = cardOf(page, "Readings stored");
    await expect
      .poll(() => wordsOf(readings.locator("article")))
      .toMatch(/Readings stored\s+\d+\.\d\/s\s+50 stored, 0 refused for good since the start/);
    expect(await wordsOf(cardOf(page, "Device connections").locator("article"))).toMatch(
      /\s1\s+1 online, 0 silent, 0 offline/,
    );
    expect(await wordsOf(cardOf(page, "Viewers").locator("article"))).toMatch(/\s1\s+none of them slow/);
    expect(await wordsOf(cardOf(page, "Disk free").locator("article"))).toMatch(
      /[\d.]+ [GT]B\s+how fast it fills shows after 5 min/,
    );
    const loop = cardOf(page, "Loop delay p99");
    const before = await drawn(loop);
    await expect.poll(() => drawn(loop)).toBeGreaterThan(before + 3);
    expect(await loop.locator(".plot").getAttribute("aria-label")).toMatch(
      /^Loop delay p99: .*Between .* in the last 1\u202fmin\.$/,
    );
    const storage = page.getByRole("list", { name: "What the data takes" });
    expect(await wordsOf(storage)).toMatch(
      /Journal of the newest readings\s+[\d.]+ .?B\s+of 64 MiB \(--journal-budget\)/,
    );
    await page.getByText("How fast it grows shows after 5 min of watching.").waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("asks nothing while nobody sees it, and shows that as a gap", async () => {
    const visit = await world.visit("#/hub");
    const { page, requests } = visit;
    await byClock(visit);
    const card = cardOf(page, "Device connections");
    const asked = () => requests.filter((url) => url.endsWith("/status")).length;
    await expect.poll(() => drawn(card)).toBeGreaterThan(3);
    const show = (state: "hidden" | "visible") =>
      page.evaluate((to) => {
        Object.defineProperty(document, "visibilityState", { value: to, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    await show("hidden");
    const before = asked();
    await page.clock.runFor(6_000);
    // One that was under way may still have been counted.
    expect(asked()).toBeLessThanOrEqual(before + 1);
    // Nor is anything told: each of these seconds all its charts were put into words.
    expect(await page.getByText("no answer since").count()).toBe(0);
    await laterBy(page, 20_000);
    await show("visible");
    await expect.poll(async () => (await drawnLine(card.locator(".plot"))).longestGap).toBeGreaterThan(0.5);
    await page.context().close();
  });

  it.each([
    { at: "#/hub", asks: "status", first: "All is well" },
    { at: "#/connect", asks: "arrivals", first: "50 readings" },
  ])(
    "says of when it is where $asks is not answered, asks again, and is as of now with the next answer",
    async (one) => {
      await send(50);
      const visit = await world.visit(one.at);
      const { page, requests } = visit;
      await byClock(visit);
      await page.getByText(one.first).first().waitFor();
      const mark = page.getByText(/^As of \d\d:\d\d:\d\d, no answer since$/);
      expect(await mark.count()).toBe(0);
      const asked = () => requests.filter((url) => url.endsWith(`/${one.asks}`)).length;
      const address = `**/api/v1/${one.asks}`;
      // No answer, not even a failure.
      await page.route(address, () => {});
      const before = asked();
      await page.clock.runFor(7_000);
      await mark.waitFor();
      const dimmed = page.locator("[past]");
      expect(await dimmed.evaluate((element) => getComputedStyle(element).getPropertyValue("--value-text"))).not.toBe(
        "",
      );
      await expect
        .poll(async () => {
          await page.clock.runFor(2_000);
          return asked();
        })
        .toBeGreaterThan(before + 1);
      await page.unroute(address);
      await page.route(address, (route) => route.abort());
      await page.clock.runFor(9_000);
      await mark.waitFor();
      await page.unroute(address);
      await mark.waitFor({ state: "detached" });
      expect(await dimmed.count()).toBe(0);
      await page.context().close();
    },
  );

  it("stands still and grey while the hub is away, and goes on after a gap", async () => {
    const { page } = await world.visit("#/hub");
    const card = cardOf(page, "Viewers");
    await expect.poll(() => drawn(card)).toBeGreaterThan(3);
    expect((await drawnLine(card.locator(".plot"))).longestGap).toBeLessThan(0.5);
    await world.stopHub();
    await page.locator("link-banner .banner").waitFor();
    expect(
      await card.locator(".plot").evaluate((plot) => getComputedStyle(plot).getPropertyValue("--chart-opacity")),
    ).toBe("0.5");
    await laterBy(page, 20_000);
    await world.startHub();
    await tryNow(page);
    await expect.poll(async () => (await drawnLine(card.locator(".plot"))).longestGap).toBeGreaterThan(0.5);
    expect(await wordsOf(page.locator("hub-page .top"))).toMatch(/running for \d+ s/);
    await page.context().close();
  });

  it("breaks no rule of accessibility, light or dark", async () => {
    const { page } = await world.visit("#/hub", { colorScheme: "light" });
    await cardOf(page, "Disk free").locator("canvas").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.locator("html[data-theme=dark]").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });

  it("fits a phone, in Korean too", async () => {
    const { page } = await world.visit("#/hub", { ...phone, locale: "ko-KR" });
    await page.getByRole("heading", { name: "저장 공간" }).waitFor();
    await page.locator("status-card canvas").first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
      0,
    );
    await page.context().close();
  });

  it("reads a line by keyboard, and one crosshair stands in all charts", async () => {
    const { page } = await world.visit("#/hub");
    const card = cardOf(page, "Viewers");
    await expect.poll(() => drawn(card)).toBeGreaterThan(3);
    await card.locator(".plot").focus();
    await page.keyboard.press("End");
    await expect.poll(() => wordsOf(card.locator(".detail"))).toMatch(/^\d\d:\d\d:\d\d$/);
    await page.keyboard.press("Escape");
    await expect.poll(() => wordsOf(card.locator(".detail"))).toBe("none of them slow");
    const box = await card.locator(".plot").boundingBox();
    if (!box) throw new Error("the chart is not shown");
    // The line ends at the right edge, where the newest answer is.
    await page.mouse.move(box.x + box.width - 50, box.y + 30);
    await expect.poll(() => wordsOf(cardOf(page, "Loop delay p99").locator(".detail"))).toMatch(/^\d\d:\d\d:\d\d$/);
    await page.context().close();
  });
});
