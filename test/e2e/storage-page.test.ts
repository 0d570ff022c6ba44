/** The page Storage: what each series takes, in any order, by hand and by keys; what deleting would give back, and that it does. */
import type { LitElement } from "lit";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { changeAnswers } from "./changed-answers.ts";
import { wordsOf } from "./reading-page.ts";
import { axeViolations, World } from "./world.ts";

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const dayMs = 86_400_000;

describe("the page Storage", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  // A hub looks through its data at most every 10 s, and its page asks every 15 s: one that has just started looks at once.
  beforeEach(async () => {
    await world.stopHub();
    await world.startHub();
  });

  /** Readings of two days, every ten minutes. */
  async function fill(device: string, metrics: readonly string[], every = 600_000): Promise<void> {
    const client = await world.device(device, { historic: true });
    const now = Date.now();
    const times = Array.from(
      { length: Math.floor((2 * dayMs) / every) },
      (_, index) => now - 2 * dayMs + index * every,
    );
    const values = Object.fromEntries(metrics.map((metric) => [metric, times.map((time) => Math.sin(time))]));
    client.send({ type: "samples", id: 1, times, values });
    await client.next("ack");
  }

  it("tells the budget where nothing is stored yet, that there are no readings, and where they are refused for want of room", async () => {
    await world.device("press", {});
    const { page, complaints } = await world.visit("#/storage");
    await page.getByText("There are no readings yet.").waitFor();
    expect(await wordsOf(page.locator("storage-summary .used"))).toMatch(/of [\d.]+\sGB, the budget \(--budget\): <1%/);
    expect(await wordsOf(page.locator("storage-summary dl"))).toMatch(
      /A day adds\s+not known yet\s+shows once a day has passed\s+Full in\s+not known yet/,
    );
    await changeAnswers(page, /api\/v1\/storage\?/, () => ({ diskFree: 2_700_000, minFree: 512_000_000 }));
    await page.reload();
    await page.getByText(/Readings are refused: the disk has 2\.70\sMB free, less than 512\sMB/).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("lists what each series takes, in the order of the column that is chosen, and finds them", async () => {
    await fill("oven", ["temperature", "pressure"]);
    await fill("shed", ["humidity"], 6_000_000);
    const { page, complaints } = await world.visit("#/storage");
    const names = page.locator("storage-table .row .name");
    await expect.poll(() => names.count()).toBe(3);
    expect(await wordsOf(names.nth(2))).toMatch(/humidity\s+shed/);
    await page.getByRole("button", { name: "Series" }).click();
    await expect.poll(() => wordsOf(names.first())).toMatch(/pressure\s+oven/);
    expect(page.url()).toContain("sort=name");
    await page.keyboard.press("/");
    await page.keyboard.type("oven temp");
    await expect.poll(() => names.count()).toBe(1);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/device\/oven/);
    await page.goBack();
    await page.getByRole("searchbox").fill("nothing like it");
    await page.getByRole("button", { name: "Show all series" }).click();
    await expect.poll(() => names.count()).toBe(3);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each([
    ["wide", {}],
    ["on a phone", phone],
  ])("has nothing that keeps people out, %s, nor has its dialog", async (_, options) => {
    const { page } = await world.visit("#/storage", options);
    await page.locator("storage-table .row").first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.locator("storage-page .bar .delete").click();
    await page.getByText("There are no such readings.").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });

  it("says what deleting old readings would give back, does it, and gives the focus back", async () => {
    const { page, complaints } = await world.visit("#/storage");
    await page.getByRole("button", { name: "Actions for oven temperature" }).click();
    await page.getByRole("menuitem", { name: "Delete old readings" }).click();
    const dialog = page.locator("storage-delete");
    await dialog.getByLabel("Devices").fill("ov*");
    // As each answer about the storage does.
    await page.locator("storage-page").evaluate((element) => (element as LitElement).requestUpdate());
    await page.locator("storage-page").evaluate((element) => (element as LitElement).updateComplete);
    expect(await dialog.getByLabel("Devices").inputValue()).toBe("ov*");
    await dialog.getByLabel("How many").fill("1");
    await expect
      .poll(() => wordsOf(dialog.locator(".what")))
      .toMatch(/Frees about [\d.]+\sk?B\s+about 14\d readings of 1 series from before/);
    await dialog.getByRole("button", { name: /^Delete 14\d$/ }).click();
    await page.getByText(/^14\d readings deleted; the file shrinks soon\.$/).waitFor();
    await expect.poll(() => focused(page)).toBe("Actions for oven temperature");
    const row = page.locator("storage-table .row").filter({ hasText: "temperature" });
    await expect.poll(() => wordsOf(row.locator(".readings"))).toMatch(/^14\d$/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("renames a series from its row, and offers to merge it", async () => {
    const { page, complaints } = await world.visit("#/storage");
    const act = async (name: string) => {
      await page.getByRole("button", { name: "Actions for oven temperature" }).click();
      await page.getByRole("menuitem", { name }).click();
    };
    await act("Merge into another metric");
    await page.getByRole("heading", { name: "Merge temperature into another metric" }).waitFor();
    await page.keyboard.press("Escape");
    await act("Rename");
    const field = page.getByLabel("New name of the metric");
    for (const [before, after] of [
      ["temperature", "heat"],
      ["heat", "temperature"],
    ] as const) {
      await field.fill(after);
      await page.keyboard.press("Enter");
      await page.getByText(`${before} is called ${after} now.`).waitFor();
      if (after === "temperature") break;
      await page.getByRole("button", { name: "Actions for oven heat" }).click();
      await page.getByRole("menuitem", { name: "Rename" }).click();
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("moves the focus from the row of a series that was merged to the row that stays, and it is there after the next answer", async () => {
    await world.device("lamp", {});
    const client = await world.device("lamp-2", {});
    for (const [id, metric] of ["lux-old", "lux-new", "volt"].entries()) {
      client.send({ type: "readings", id: id + 1, readings: [{ metric, value: id, time: Date.now() + id * 2_000 }] });
      await client.next("ack");
    }
    await world.stopHub();
    await world.startHub();
    const { page, complaints } = await world.visit("#/storage?q=lamp-2");
    const rows = page.locator("storage-table .row");
    await expect.poll(() => rows.count()).toBe(3);
    await page.getByRole("button", { name: "Actions for lamp-2 lux-old" }).click();
    await page.getByRole("menuitem", { name: "Merge into another metric" }).click();
    const dialog = page.locator("series-merge");
    await dialog.getByRole("searchbox").fill("lux-new");
    await dialog.locator("select").selectOption({ label: "lamp-2 · lux-new" });
    await dialog.getByRole("button", { name: "Merge", exact: true }).click();
    await page.getByText(/reading is part of lamp-2 lux-new now/).waitFor();
    await expect.poll(() => focused(page)).toMatch(/^lux-new/);
    await expect.poll(() => rows.count()).toBe(2);
    expect(await focused(page)).toMatch(/^lux-new/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("keeps a dialog open until what it ordered is done, however often Escape is pressed", async () => {
    const { page, complaints } = await world.visit("#/storage");
    await page.getByRole("button", { name: "Change" }).click();
    const dialog = page.locator("storage-budget dialog");
    await dialog.getByLabel("Size").fill("3 GB");
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route("**/api/v1/storage**", async (route) => {
      if (route.request().method() !== "GET") await held;
      await route.continue();
    });
    await page.keyboard.press("Enter");
    await dialog.locator("form[aria-busy=true]").waitFor();
    for (let press = 0; press < 3; press++) await page.keyboard.press("Escape");
    expect(await dialog.evaluate((element) => (element as HTMLDialogElement).open)).toBe(true);
    answer();
    await page.getByText(/The data may take 3\sGB from now on\./).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("is told what the data may take, in words, and keeps that", async () => {
    const { page, complaints } = await world.visit("#/storage");
    await page.getByRole("button", { name: "Change" }).click();
    const dialog = page.locator("storage-budget");
    await dialog.getByLabel("Size").fill("much");
    await dialog.getByRole("button", { name: "Set" }).click();
    await dialog.getByText(/budget cannot be "much"/).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByLabel("Size").fill("2 GB");
    await page.keyboard.press("Enter");
    await page.getByText(/The data may take 2\sGB from now on\./).waitFor();
    await expect.poll(() => wordsOf(page.locator("storage-summary .used"))).toMatch(/of 2\sGB, the budget/);
    expect(complaints.filter((line) => !line.includes("400"))).toEqual([]);
    await page.context().close();
  });

  it("previews how long what is kept, does it, shows it for each series, and the file shrinks", async () => {
    // Full precision, compressed little: two megabytes, since a hub cuts its file once it gets shorter by one.
    const client = await world.device("shaker", { historic: true });
    const from = Date.now() - 60 * dayMs;
    for (let part = 0; part < 60; part++) {
      const times = Array.from({ length: 4_000 }, (_, index) => from + (part * 4_000 + index) * 1_000);
      client.send({ type: "samples", id: part + 1, times, values: { g: times.map((time) => Math.sin(time)) } });
      await client.next("ack");
    }
    const bytes = () => world.dataBytes();
    // A close compresses what is in the journal.
    await world.stopHub();
    await world.startHub();
    const before = await bytes();
    const { page, complaints } = await world.visit("#/storage");
    await page.getByRole("button", { name: "How long it is kept" }).click();
    const dialog = page.locator("storage-policies");
    await dialog.getByText("Nothing goes now.").waitFor();
    await dialog.getByRole("button", { name: "Add a line" }).click();
    await dialog.locator("li .device input:focus").waitFor();
    await dialog.getByLabel("Devices").fill("shak*");
    await dialog.getByLabel("Kept", { exact: true }).fill("raw 30 parsecs");
    await dialog.getByText(/^Line 1: "30 parsecs" is no age/).waitFor();
    await dialog.getByLabel("Kept", { exact: true }).fill("all 30d");
    await expect
      .poll(() => wordsOf(dialog.locator(".what")))
      .toMatch(
        /Frees about [\d.]+\s?\S?B now\s+about 2\d\d,\d{3} raw readings of 1 series, from .* Of 2\d\d,\d{3} nothing stays/,
      );
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole("button", { name: /^Keep it so: 2\d\d/ }).click();
    await page.getByText("It is kept so from now on; what is older goes, and the file shrinks soon.").waitFor();
    await expect
      .poll(() => wordsOf(page.locator("storage-table .row").filter({ hasText: "shaker" }).locator(".kept")))
      .toBe("all 30d");
    await expect.poll(async () => (await bytes()) / before, { timeout: 60_000 }).toBeLessThan(0.5);
    expect(complaints.filter((line) => !line.includes("400"))).toEqual([]);
    await page.context().close();
  });

  it("holds few rows of many series, and is walked by keys from the first to the last", async () => {
    const metrics = Array.from({ length: 400 }, (_, index) => `m${index}`);
    await fill("many", metrics, dayMs);
    const { page, complaints } = await world.visit("#/storage?q=many&sort=name");
    await page.locator("storage-table .row").first().waitFor();
    expect(await page.locator("storage-table .row").count()).toBeLessThan(60);
    await page.locator("storage-table .row a").first().focus();
    await page.keyboard.press("End");
    await page.locator('storage-table a[data-row="399"]').waitFor();
    expect(await wordsOf(page.locator("storage-table .row").last())).toMatch(/^m399\s+many/);
    expect(await page.locator("storage-table .row").count()).toBeLessThan(60);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

/** What has the focus: its label, or its words. */
function focused(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    let at: Element | null | undefined = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.getAttribute("aria-label") ?? at?.textContent?.trim();
  });
}
