/** What a person sees and does on the page of one device: overlay, presence, editing, deleting, and what was refused. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wallTime } from "../../dashboard/data/zoned-time.ts";
import type { Client } from "../support/client.ts";
import { card, drawnLine, wordsOf } from "./reading-page.ts";
import { axeViolations, themesOfRun, World } from "./world.ts";

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, timezoneId: "UTC" };
const second = 1_000;

describe("the page of a device", () => {
  let world: World;
  let boiler: Client;
  /** When the last reading of the past was, ms. */
  let lastMs: number;

  beforeAll(async () => {
    world = await World.start();
    boiler = await world.device("boiler/1", {
      name: "Boiler 1",
      kind: "boiler",
      labels: { site: "north" },
      reportInterval: second,
      metrics: {
        flow: { label: "Flow", unit: "°C", decimals: 1 },
        back: { label: "Back", unit: "°C", decimals: 1 },
        pressure: { label: "Pressure", unit: "bar", decimals: 2 },
        burner: { label: "Burner" },
      },
    });
    lastMs = Math.floor(Date.now() / second) * second;
    const times = Array.from({ length: 240 }, (_, index) => lastMs - (239 - index) * second);
    boiler.send({
      type: "samples",
      seq: 1,
      times,
      values: {
        flow: times.map((_, index) => 60 + index / 10),
        back: times.map((_, index) => 40 + index / 20),
        pressure: times.map(() => 1.5),
        burner: times.map((_, index) => index % 60 < 30),
      },
    });
    await boiler.next("ack");
  });
  afterAll(() => world.stop());

  /** Opens the menu by keyboard alone, as everything in it is to be had. */
  async function act(page: Page, name: string, action: string): Promise<void> {
    const button = page.getByRole("button", { name: `Actions for ${name}` });
    await button.focus();
    await page.keyboard.press("Enter");
    const item = page.getByRole("menuitem", { name: action });
    await item.waitFor();
    while (!(await item.evaluate((element) => element.matches(":focus")))) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
  }

  it("overlays metrics in one chart, chosen by keyboard and kept in the address, with their values at the crosshair", async () => {
    const { page, complaints } = await world.visit("#/device/boiler/1?range=15m");
    await card(page, "Flow").waitFor();
    await page.getByRole("button", { name: "Overlaid" }).click();
    const legend = page.getByRole("table", { name: "Metrics of this device" });
    await legend.waitFor();
    expect(await legend.locator("tbody th").allInnerTexts()).toEqual(["Flow", "Back", "Pressure"]);
    // States have no place on an axis of numbers: they keep their strips.
    await card(page, "Burner").waitFor();
    expect(await card(page, "Flow").count()).toBe(0);

    const plot = page.locator("device-overlay .plot");
    await expect.poll(async () => (await drawnLine(plot)).to).toBeGreaterThan(0.5);
    await plot.focus();
    await page.keyboard.press("End");
    await expect.poll(() => wordsOf(legend.locator("tbody tr", { hasText: "Flow" }))).toContain("83.9 °C");
    expect(await wordsOf(legend.locator("tbody tr", { hasText: "Pressure" }))).toContain("1.50 bar");
    expect(await plot.locator(".mark").count()).toBe(3);

    await legend.getByRole("checkbox", { name: "Back" }).focus();
    await page.keyboard.press("Space");
    await expect.poll(() => new URL(page.url()).hash).toContain("view=overlay&metrics=flow%2Cpressure");
    await page.reload();
    await legend.waitFor();
    expect(await legend.getByRole("checkbox", { name: "Back" }).isChecked()).toBe(false);
    await plot.focus();
    await expect
      .poll(async () => {
        await page.keyboard.press("End");
        return plot.locator(".mark").count();
      })
      .toBe(2);
    // The choice of a range keeps how it is drawn.
    await page.getByRole("radio", { name: "5 minutes", exact: true }).click();
    expect(new URL(page.url()).hash).toContain("range=5m&view=overlay&metrics=flow%2Cpressure");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("shows the window that was chosen, whatever is clicked in a chart", async () => {
    const { page } = await world.visit(`#/device/boiler/1?from=${lastMs - 480 * second}&to=${lastMs}`);
    const plot = card(page, "Flow").locator(".plot");
    const begins = async () => (await drawnLine(plot)).from;
    // The readings begin in its middle.
    await expect.poll(begins).toBeLessThan(0.6);
    expect(await begins()).toBeGreaterThan(0.45);
    await plot.locator(".u-over").dblclick({ position: { x: 200, y: 60 } });
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    expect(await begins()).toBeGreaterThan(0.45);
    await page.context().close();
  });

  it("lets a person name what the device does not, says what the hub refuses at its field, and takes it back", async () => {
    const { page } = await world.visit("#/device/boiler/1?range=15m");
    await page.getByRole("heading", { name: "Boiler 1", level: 1 }).waitFor();
    boiler.send({ type: "describe", device: "boiler/1", reportInterval: 250 });
    await expect.poll(() => wordsOf(page.locator(".facts"))).toContain("every 250 ms");
    await act(page, "Boiler 1", "Edit name, units and labels");
    const dialog = page.getByRole("dialog", { name: "Edit Boiler 1" });
    const interval = dialog.getByLabel("Seconds between reports");
    expect(await interval.getAttribute("placeholder")).toBe("0.25\u202fs");
    boiler.send({ type: "describe", device: "boiler/1", reportInterval: second });
    await expect.poll(() => wordsOf(page.locator(".facts"))).toContain("every 1 s");
    await dialog.getByLabel("Name", { exact: true }).fill("Boiler in the cellar");
    const flow = dialog.getByRole("group", { name: "flow" });
    await flow.getByLabel("Unit").fill("K");
    await flow.getByLabel("Decimals").fill("99");
    await dialog.getByRole("button", { name: "Add a label" }).click();
    await page.keyboard.type("floor");
    await dialog.getByLabel("Value").last().fill("-1");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect.poll(() => wordsOf(flow)).toContain("15");
    expect(await flow.getByLabel("Decimals").getAttribute("aria-invalid")).toBe("true");

    await flow.getByLabel("Decimals").fill("3");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("heading", { name: "Boiler in the cellar", level: 1 }).waitFor();
    await expect.poll(() => wordsOf(card(page, "Flow").locator(".value"))).toContain("83.900");
    expect(await wordsOf(card(page, "Flow").locator(".value"))).toContain("K");
    expect(await wordsOf(page.locator(".facts"))).toContain("floor: -1");
    await page.getByText("Saved.").waitFor();

    await act(page, "Boiler in the cellar", "Edit name, units and labels");
    const again = page.getByRole("dialog", { name: "Edit Boiler in the cellar" });
    await again.getByRole("button", { name: "Undo all changes to flow: as the device says" }).click();
    await expect.poll(() => again.getByRole("group", { name: "flow" }).getByLabel("Unit").inputValue()).toBe("°C");
    await again.getByRole("button", { name: /^Undo all changes to Boiler in the cellar/ }).click();
    await page.getByRole("heading", { name: "Boiler 1", level: 1 }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => wordsOf(card(page, "Flow").locator(".value"))).toMatch(/83\.9\s*°C/);
    await page.context().close();
  });

  it("[P120] tells how complete today is, and of each gap in a table when it was, how long and why", async () => {
    const holed = await world.device("holed", { reportInterval: 10 * second });
    const nowMs = Date.now();
    const times = [600, 590, 300, 290, 280].map((ago) => nowMs - ago * second);
    holed.send({ type: "samples", seq: 1, times, values: { level: times.map(() => 1) } });
    await holed.next("ack");
    const { page } = await world.visit("#/device/holed?range=15m");
    await expect
      .poll(() => wordsOf(page.locator("device-gaps section")))
      .toMatch(/^Today\s[\d.]+% complete\sunexplained\s\d+\s(s|min)/);
    const level = card(page, "level");
    await level.getByRole("button", { name: "level", exact: false }).and(level.locator("[aria-pressed]")).click();
    const table = level.getByRole("region", { name: "Missing readings of level, newest first" });
    await expect.poll(() => wordsOf(table.locator("tbody tr").last())).toMatch(/4\smin\s+unexplained$/);
  });

  it("[P64] shows when a device was there and why not, and [P31] that two programs fight for its id", async () => {
    const sending = { type: "readings", readings: [{ metric: "level", value: 1 }] };
    const hello = { reportInterval: 60 * second };
    const first = await world.device("fought-for", hello);
    first.send({ ...sending, seq: 1 });
    await first.next("ack");
    const { page } = await world.visit("#/device/fought-for?range=5m");
    const presence = page.locator("presence-timeline");
    await expect.poll(() => wordsOf(presence.locator(".summary"))).toMatch(/^Online 100%/);

    let newest = first;
    for (let seq = 2; seq < 4; seq++) {
      newest = await world.device("fought-for", hello);
      newest.send({ ...sending, seq });
      await newest.next("ack");
    }
    await expect
      .poll(() => wordsOf(presence.locator("section")))
      .toContain("Another connection took its place 2 times");
    expect(await wordsOf(presence.locator("section"))).toContain("Two programs may be using this id");
    newest.wire.close();

    // The sensor sleeps for its grace, then it is taken for gone; a slow machine may be here after that.
    const plot = presence.locator(".plot");
    await plot.focus();
    await expect
      .poll(async () => {
        await page.keyboard.press("End");
        return wordsOf(presence.locator(".chip"));
      })
      .toMatch(/^(online asleep between reports|offline its connection ended)/);
    // The crosshair is that of all charts.
    await card(page, "level").locator(".chip").waitFor();
    await presence.getByRole("button", { name: "Show presence as a table" }).click();
    await expect.poll(() => presence.locator("tbody tr").count()).toBeGreaterThanOrEqual(6);
    const rows = await presence.locator("tbody tr").allInnerTexts();
    expect(rows.filter((row) => row.includes("replaced by a newer connection"))).toHaveLength(2);
    await page.context().close();
  });

  it("tells why a reading is not there: the row as it was sent, and the reason", async () => {
    boiler.send({
      type: "readings",
      seq: 2,
      readings: [{ metric: "flow", value: 61, time: Date.now() + 3_600_000 }],
    });
    await boiler.next("ack");
    const { page } = await world.visit(`#/device/boiler/1?from=${lastMs - 100_000}&to=${lastMs - 50_000}`);
    await page.getByText("1 reading was refused").waitFor();
    await act(page, "Boiler 1", "Why is my reading missing?");
    const dialog = page.getByRole("dialog", { name: "Why is my reading missing?" });
    await dialog.getByText("The hub refused 1 reading of this device").waitFor();
    expect(await wordsOf(dialog)).toContain("the device's clock is fast");
    expect(await wordsOf(dialog.locator("code"))).toContain('"value":61');
    await dialog.getByText("That lies outside the range that is drawn.").waitFor();
    await dialog.getByRole("button", { name: "Show it" }).click();
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => new URL(page.url()).hash).toMatch(/range=/);
    const waiting = page.getByRole("region", { name: "1 reading has a time that cannot be right" });
    await waiting.getByText("Shifted 1 h earlier, they would lie where they arrived.").waitFor();
    await waiting.getByRole("button", { name: "Discard" }).click();
    const decision = page.getByRole("dialog", { name: "Discard 1 reading" });
    await decision.getByRole("button", { name: "Discard" }).press("Enter");
    await page.getByText("1 reading was discarded.").waitFor();
    await page.context().close();
  });

  it("deletes a range, a metric and the device, each after saying what goes, and the charts are true at once", async () => {
    const { page, complaints } = await world.visit("#/device/boiler/1?range=15m", { timezoneId: "UTC" });
    const flow = card(page, "Flow");
    await expect.poll(async () => (await drawnLine(flow.locator(".plot"))).longestGap).toBeLessThan(0.02);

    await act(page, "Flow", "Delete a range of readings");
    const range = page.getByRole("dialog", { name: "Delete a range of readings" });
    expect(await range.getByLabel("Metric").inputValue()).toBe("flow");
    await range.getByLabel("From").fill(wallTime(lastMs - 59 * second, "UTC"));
    await range.getByLabel("Until").fill(wallTime(lastMs - 29 * second, "UTC"));
    await range.getByText("30 readings will be deleted").waitFor();
    await range.getByLabel("Until").fill(wallTime(lastMs - 79 * second, "UTC"));
    await range.getByText("The end must lie after the beginning.").waitFor();
    expect(await range.getByRole("button", { name: "Delete" }).isDisabled()).toBe(true);
    await range.getByLabel("Until").fill(wallTime(lastMs - 29 * second, "UTC"));
    await range.getByText("30 readings will be deleted").waitFor();
    await range.getByRole("button", { name: "Delete" }).click();
    await page.getByText("30 readings deleted.").waitFor();
    await expect.poll(async () => (await drawnLine(flow.locator(".plot"))).longestGap).toBeGreaterThan(0.08);

    await act(page, "Back", "Delete this metric");
    const series = page.getByRole("dialog", { name: "Delete Back" });
    await series.getByText("240 readings will be deleted").waitFor();
    await series.getByRole("button", { name: "Delete" }).click();
    await page.getByText("240 readings deleted. 1 metric was left empty and went too.").waitFor();
    await card(page, "Back").waitFor({ state: "detached" });

    await act(page, "Boiler 1", "Remove the device");
    const device = page.getByRole("dialog", { name: "Remove Boiler 1" });
    await device.getByText("690 readings will be deleted").waitFor();
    const remove = device.getByRole("button", { name: "Remove" });
    expect(await remove.isDisabled()).toBe(true);
    await device.getByLabel("Type Boiler 1 to confirm").fill("Boiler 1");
    await remove.click();
    await page.getByText("Boiler 1 was removed.").waitFor();
    await page.getByText("The hub knows no device “boiler/1”.").waitFor();
    expect((await fetch(`${world.url}/api/v1/devices/boiler%2F1`)).status).toBe(404);
    // The browser's own word for the answer that was asked for a moment too late.
    expect(complaints.filter((complaint) => !complaint.includes("404"))).toEqual([]);
    await page.context().close();
  });

  it("brings the open device into sight in the list, and scrolls nothing around it", async () => {
    const readings = [{ metric: "level", value: 1 }];
    const devices = Array.from({ length: 60 }, (_, index) => ({
      device: `shelf/${String(index).padStart(2, "0")}`,
      readings,
    }));
    const posted = await fetch(`${world.url}/api/v1/readings`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(devices),
    });
    expect(posted.status).toBe(200);
    const { page } = await world.visit("#/device/shelf/57");
    const row = page.locator("device-list .row[aria-current=page]");
    await row.waitFor();
    const inSight = () =>
      row.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      });
    await expect.poll(inSight).toBe(true);
    // The page is as long as its own content, whatever the list holds.
    const room = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
    expect(room).toBeLessThan(60 * 60 - 900);
    await row.focus();
    await page.keyboard.press("Home");
    await expect.poll(() => page.locator("device-list .row").first().getAttribute("data-row")).toBe("1");
    expect(await page.evaluate(() => [scrollX, scrollY])).toEqual([0, 0]);
    await page.context().close();
  });

  it.each(themesOfRun())("breaks no rule of accessibility, dialogs included, on a phone: %s", async (colorScheme) => {
    const { page } = await world.visit("#/device/fought-for?range=15m&view=overlay", { ...phone, colorScheme });
    await page.getByRole("table", { name: "Metrics of this device" }).waitFor();
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow()).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
    for (const action of [
      "Edit name, units and labels",
      "Why is my reading missing?",
      "Delete a range of readings",
      "Remove the device",
    ]) {
      await page.getByRole("button", { name: "Actions for fought-for" }).tap();
      await page.getByRole("menuitem", { name: action }).tap();
      const dialog = page.locator("dialog[open]");
      await dialog.waitFor();
      expect(await axeViolations(page), action).toEqual([]);
      const small = await dialog
        .locator("button, input, select")
        .evaluateAll((controls) =>
          controls.filter((control) => control.getBoundingClientRect().height < 44).map((control) => control.outerHTML),
        );
      expect(small, action).toEqual([]);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }
    await page.context().close();
  });
});
