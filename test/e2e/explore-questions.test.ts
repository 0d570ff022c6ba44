/** What a household wants to know of its meters: kWh a day, the fleet at a glance, how long the pump ran; chosen in the page, kept in its address. */
import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { axeViolations, type Visit, World } from "./world.ts";

const minute = 60_000;
/** A week in whose middle clocks change in Berlin. */
const from = Date.parse("2026-03-26T00:00+01:00");
const to = Date.parse("2026-04-02T00:00+02:00");
const stepMs = 10 * minute;
const range = `from=${from}&to=${to - 1}`;

function chart(page: Page, heading: string | RegExp): Locator {
  return page.locator("explore-asked").filter({ has: page.getByRole("heading", { name: heading }) });
}

function hashOf(page: Page): string {
  return decodeURIComponent(new URL(page.url()).hash);
}

/** The values of a chart's legend, the spaces that do not break as ones that do. */
async function valuesOf(of: Locator): Promise<string[]> {
  return (await of.locator(".legend .value").allTextContents()).map((text) => text.replace(/\s+/g, " ").trim());
}

async function save(page: Page, name: string) {
  await page.getByRole("button", { name: "Export" }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).click()]);
  return file;
}

async function saved(page: Page, name: string): Promise<string> {
  return readFileSync(await (await save(page, name)).path(), "utf8");
}

/** Which part of a chart has anything on it, of a strip about a moment: `share` of the plot from its left. */
function inkAt(plot: Locator, share: number): Promise<number> {
  return plot.evaluate((element, at) => {
    const canvas = element.querySelector("canvas");
    const over = element.querySelector<HTMLElement>(".u-over");
    if (!canvas || !over) return 0;
    const scale = canvas.width / canvas.clientWidth;
    const [left, top] = [over.offsetLeft + at * over.clientWidth - 10, over.offsetTop + 4];
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
    if (!copy) throw new Error("no canvas to copy to");
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(left * scale, top * scale, 20 * scale, (over.clientHeight - 8) * scale);
    let inked = 0;
    for (let alpha = 3; alpha < data.length; alpha += 4) if ((data[alpha] as number) > 0) inked++;
    return (4 * inked) / data.length;
  }, share);
}

describe("exploring what was counted", () => {
  let world: World;
  /** In Berlin: most of what is looked at is an address of this page. */
  let visit: Visit;
  const show = async (address: string): Promise<Page> => {
    await visit.page.goto(`${world.url}/#/explore?${address}&${range}`);
    return visit.page;
  };

  beforeAll(async () => {
    world = await World.start();
    const times = Array.from({ length: (to - from) / stepMs + 1 }, (_, index) => from + index * stepMs);
    for (const number of [1, 2, 3]) {
      const device = await world.device(`house/${number}`, {
        name: `House ${number}`,
        reportInterval: stepMs,
        metrics: { power: { unit: "W", label: "Power" }, meter: { unit: "kWh" } },
      });
      device.send({
        type: "samples",
        seq: 1,
        times,
        values: {
          power: times.map(() => number * 1_000),
          // Is replaced by another one that begins at 0.
          meter: times.map((_, index) => (index < 500 ? index / 2 : (index - 500) / 2)),
          // Half of each hour.
          pump: times.map((timeMs) => (timeMs / stepMs) % 6 < 3),
        },
      });
      await device.next("ack");
    }
    visit = await world.visit(`#/explore?s=house/1/power&s=house/2/power&${range}`, { timezoneId: "Europe/Berlin" });
  });
  afterAll(() => world.stop());
  afterEach(() => expect(visit.complaints).toEqual([]));

  it("tells kWh of W for each day by the clocks of the browser, by the keyboard, also where a day has 23 hours", async () => {
    const { page } = visit;
    const open = page.getByRole("button", { name: "Power (W): Values" });
    await open.focus();
    await page.keyboard.press("Enter");
    const menu = page.getByRole("dialog", { name: "What is drawn" });
    await menu.getByRole("button", { name: "Energy" }).focus();
    await page.keyboard.press("Enter");
    await menu.getByRole("button", { name: "Day" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await expect.poll(() => hashOf(page)).toContain("&as=integral:day:W&tz=Europe/Berlin");
    const power = chart(page, "Power");
    await expect.poll(() => power.locator(".at").textContent()).toMatch(/each 1.d, drawn from .* · Europe\/Berlin/);
    // 167 hours.
    expect(await valuesOf(power)).toEqual(["Σ 167 kWh", "Σ 334 kWh"]);
    await power.locator(".plot").focus();
    for (let steps = 0; steps < 4; steps++) await page.keyboard.press("Shift+ArrowLeft");
    await expect.poll(() => power.locator(".at").textContent()).toBe("Sun, Mar 29, 2026");
    expect(await valuesOf(power)).toEqual(["23 kWh", "46 kWh"]);
    expect(await axeViolations(page)).toEqual([]);

    // The file has what is drawn, a row a day and device.
    const rows = (await saved(page, "As drawn: CSV")).trimEnd().split("\r\n");
    const [head = [], ...days] = rows.map((row) => row.split(","));
    const column = (name: string) => days.map((cells) => cells[head.indexOf(name)]);
    expect(new Set(column("unit"))).toEqual(new Set(["kWh"]));
    expect(column("integral").slice(0, 7).map(Number)).toEqual([24, 24, 24, 23, 24, 24, 24]);
    expect(column("time")[3]).toBe("2026-03-28T23:00:00.000Z");
    expect(days).toHaveLength(14);

    // Whoever is sent the link has the same days, wherever they are; and Back takes the choice back.
    const elsewhere = await world.visit(new URL(page.url()).hash, { timezoneId: "Asia/Seoul" });
    await expect.poll(() => valuesOf(chart(elsewhere.page, "Power"))).toEqual(["Σ 167 kWh", "Σ 334 kWh"]);
    await elsewhere.page.context().close();
    await page.goBack();
    await expect.poll(() => hashOf(page)).toContain("as=integral:auto:W");
  });

  it("tells how far counters rose, a new meter counted from 0, in the zone of the address", async () => {
    const page = await show("s=house/1/meter&as=increase:day:kWh&tz=UTC");
    const meter = chart(page, "meter");
    const rows = (to - from) / stepMs;
    await expect.poll(() => valuesOf(meter)).toEqual([`Σ ${(499 + rows - 500) / 2} kWh`]);
    expect(await meter.locator(".at").textContent()).toContain("UTC");
    // The hub writes the same days by itself.
    const asked = page.waitForRequest(/format=parquet/);
    await save(page, "As drawn: Parquet");
    const params = new URL((await asked).url()).searchParams;
    expect(Object.fromEntries(params)).toMatchObject({
      ...{ device: "house/1", metric: "meter", every: String(1_440 * minute), aggregates: "increase", tz: "UTC" },
      ...{ from: String(Date.UTC(2026, 2, 25)), to: String(Date.UTC(2026, 3, 2)) },
    });
  });

  it("draws a fleet by a selector, and says of how many devices", async () => {
    const page = await show("s=house/1/power");
    await page.getByRole("button", { name: "Power (W): Values" }).click();
    const field = page.getByRole("textbox", { name: "Devices with power" });
    expect(await field.inputValue()).toBe("house/*");
    await field.press("Enter");
    await expect.poll(() => hashOf(page)).toContain("s=house/*/power");
    const fleet = chart(page, "power · 3 devices (house/*)");
    await expect.poll(() => valuesOf(fleet)).toEqual(["1,100 – 2,900 W"]);
    await page.getByRole("button", { name: /: Percentiles/ }).click();
    await page.getByRole("button", { name: "Sum" }).click();
    await expect.poll(() => valuesOf(fleet)).toEqual(["6,000 W"]);
    // Every reading of all of them.
    const rows = (await saved(page, "Every reading: NDJSON")).trimEnd().split("\n");
    const devices = new Set(rows.map((row) => (JSON.parse(row) as { device: string }).device));
    expect([...devices].sort()).toEqual(["house/1", "house/2", "house/3"]);
  });

  it("tells at the crosshair the reading that stood there, with its time, beside the spread of the bucket", async () => {
    // Narrower than there are readings.
    await visit.page.setViewportSize({ width: 390, height: 844 });
    const page = await show("s=house/1/meter");
    // What was asked for a wide page is not asked for again where that became narrow: readings are fine enough.
    await page.reload();
    const meter = page.locator("explore-chart");
    await expect.poll(() => meter.locator(".at").textContent()).toMatch(/^each .*, drawn from/);
    await meter.locator(".plot").focus();
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
    await expect
      .poll(() => valuesOf(meter))
      .toEqual([expect.stringMatching(/^\d+\.\d – \d+\.\d · .*\d\d:\d\d.* \d+\.\d kWh$/)]);
  });

  it("tells how long a state held, each day and in all", async () => {
    const page = await show("s=house/1/pump&as=time:day:house/1/pump&tz=Europe/Berlin");
    const pump = chart(page, "pump · House 1");
    await expect.poll(() => valuesOf(pump)).toEqual(["3.5 d · 50%", "3.5 d · 50%"]);
    expect(await axeViolations(page)).toEqual([]);
  });

  it("shades where no line has a value, tells how long and why, and heals when what is missing comes late", async () => {
    const now = Date.now();
    const times = Array.from({ length: 121 }, (_, index) => now - (120 - index) * 30_000);
    const late = times.filter((at) => at > now - 40 * minute && at < now - 20 * minute);
    const tank = await world.device("tank", {
      reportInterval: 30_000,
      metrics: { level: { unit: "mm", label: "Level" } },
    });
    const send = async (seq: number, at: readonly number[]) => {
      tank.send({ type: "samples", seq, times: at, values: { level: at.map((_, row) => row % 7) } });
      await tank.next("ack");
    };
    await send(
      1,
      times.filter((at) => !late.includes(at)),
    );
    await visit.page.setViewportSize({ width: 1280, height: 900 });
    const { page } = visit;
    const plot = page.locator(".plot[role=group]");
    const summary = () => plot.getAttribute("aria-label");
    const missing = /Missing \d\d\smin: unexplained \d\d\smin/;
    // What was counted of it, too.
    await page.goto(`${world.url}/#/explore?s=tank/level&range=1h&as=mean:auto:mm`);
    await page.locator("explore-asked").waitFor();
    await expect.poll(summary).toMatch(missing);
    await page.goto(`${world.url}/#/explore?s=tank/level&range=1h`);
    await page.locator("explore-chart").waitFor();
    await expect.poll(summary).toMatch(missing);
    expect(await page.locator("explore-missing span").first().textContent()).toMatch(/unexplained \d\d\smin/);
    await expect.poll(() => inkAt(plot, 0.5)).toBe(1);
    expect(await inkAt(plot, 0.15)).toBeLessThan(0.9);
    await plot.hover({ position: { x: 620, y: 60 } });
    await expect.poll(() => valuesOf(page.locator("explore-chart"))).toEqual(["unexplained"]);
    await send(2, late);
    await expect.poll(summary).not.toMatch(missing);
    await expect.poll(() => inkAt(plot, 0.5)).toBeLessThan(0.9);
  });

  it("says in the hub's words why it tells nothing", async () => {
    await visit.page.goto(
      `${world.url}/#/explore?s=house/1/power&from=-62000000000000&to=${to}&as=integral:day:W&tz=Europe/Berlin`,
    );
    await visit.page.getByRole("alert").filter({ hasText: "at most 100 years" }).waitFor();
    // The browser itself notes each refusal.
    visit.complaints.splice(0);
  });
});
