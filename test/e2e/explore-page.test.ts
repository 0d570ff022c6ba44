/** The cause of yesterday's spike: series of several devices on linked charts, by mouse, keys and touch, and taken home as a file. */
import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Client } from "../support/client.ts";
import { wordsOf } from "./reading-page.ts";
import { axeViolations, themesOfRun, World } from "./world.ts";

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const two = "s=boiler/1/pressure&s=boiler/2/pressure";

/** The chart with this heading. */
function chart(page: Page, heading: string | RegExp): Locator {
  return page.locator("explore-chart").filter({ has: page.getByRole("heading", { name: heading }) });
}

function hashOf(page: Page): string {
  return decodeURIComponent(new URL(page.url()).hash);
}

/** From and to of the address, ms. */
function windowOf(page: Page): [number, number] {
  const params = new URLSearchParams(new URL(page.url()).hash.split("?")[1]);
  return [Number(params.get("from")), Number(params.get("to"))];
}

/** The highest row of the canvas with anything of a line's colour, below the plot's top, as a part of its height. */
function highestInk(plot: Locator): Promise<number> {
  return plot.evaluate((element) => {
    const canvas = element.querySelector("canvas");
    if (!canvas) return 1;
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (!copy) throw new Error("no canvas to copy to");
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    // Below the title of the axis, right of its labels; grid and text are grey: their channels are near to each other.
    for (let row = 22; row < height; row++) {
      for (let column = 64; column < width; column++) {
        const at = (row * width + column) * 4;
        const [red = 0, , blue = 0, alpha = 0] = data.subarray(at, at + 4);
        if (alpha > 60 && Math.abs(red - blue) > 60) return row / height;
      }
    }
    return 1;
  });
}

/** The page is drawn with its whole past. */
async function settled(page: Page): Promise<void> {
  await page.locator("explore-chart canvas").first().waitFor();
  await expect.poll(() => page.locator("explore-chart .legend .value").first().textContent()).toMatch(/\d/);
}

describe("exploring", () => {
  let world: World;
  const devices: Client[] = [];
  /** The hub's data: an hour of two boilers, a state, and a month with one spike. */
  beforeAll(async () => {
    world = await World.start();
    const now = Date.now();
    const times = Array.from({ length: 1_200 }, (_, index) => now - (1_200 - index) * 3_000);
    for (const [number, base] of [
      [1, 4],
      [2, 6],
    ] as const) {
      const device = await world.device(`boiler/${number}`, {
        name: `Boiler ${number}`,
        reportInterval: 3_000,
        metrics: { pressure: { unit: "bar", label: "Pressure", decimals: 2 }, flow: { unit: "l/min" } },
      });
      device.send({
        type: "samples",
        seq: 1,
        times,
        values: {
          pressure: times.map((_, index) => base + Math.sin(index / 100)),
          flow: times.map((_, index) => 20 + (index % 60) / 10),
          burner: times.map((_, index) => index % 200 < 100),
        },
      });
      await device.next("ack");
      devices.push(device);
    }
    const month = await world.device("month", { name: "A month", metrics: { level: { unit: "m" } } });
    const stepMs = 20_000;
    const rows = (30 * 86_400_000) / stepMs;
    for (let first = 0; first < rows; first += 5_000) {
      const each = Array.from({ length: Math.min(5_000, rows - first) }, (_, index) => first + index);
      month.send({
        type: "samples",
        seq: first + 1,
        times: each.map((row) => now - (rows - row) * stepMs),
        values: { level: each.map((row) => (row === 50_000 ? 97 : 5 + (row % 7) / 10)) },
      });
      await month.next("ack");
    }
    devices.push(month);
  });
  afterAll(() => world.stop());

  it("begins with what is worth a look, finds series by words and the keyboard, and puts each unit on a chart", async () => {
    const { page, complaints } = await world.visit("#/explore");
    await page.getByRole("link", { name: /Pressure of 2 devices|Flow of 2 devices/ }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("boiler pressure");
    await page.getByRole("option", { name: /^Pressure .*Boiler 2/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    for (const query of ["flow 1", "burner 1"]) {
      await page.locator("series-picker input").fill(query);
      await page.getByRole("option").first().waitFor();
      await page.keyboard.press("Enter");
    }
    await expect
      .poll(() => hashOf(page))
      .toBe("#/explore?s=boiler/1/pressure&s=boiler/2/pressure&s=boiler/1/flow&s=boiler/1/burner");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.locator("series-picker").waitFor({ state: "detached" });
    await chart(page, "Pressure (bar)").locator("canvas").waitFor();
    expect(await page.getByRole("heading", { level: 2 }).allTextContents()).toEqual([
      "Pressure (bar)",
      "flow (l/min)",
      "burner · Boiler 1",
    ]);
    await page.getByRole("button", { name: "By series" }).click();
    await expect.poll(() => page.locator("explore-chart").count()).toBe(4);

    // A series that is taken off comes back with undo.
    await page.getByRole("button", { name: "Remove flow · Boiler 1" }).click();
    await expect.poll(() => hashOf(page)).not.toContain("flow");
    await page.keyboard.press("Control+z");
    await expect.poll(() => hashOf(page)).toContain("boiler/1/flow");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("has one crosshair: every chart tells what it has at that moment, the highest line first", async () => {
    const { page } = await world.visit(`#/explore?${two}&s=boiler/1/burner&range=15m`);
    await settled(page);
    const plot = chart(page, "Pressure (bar)").locator(".plot");
    await plot.hover({ position: { x: 500, y: 60 } });
    const legend = chart(page, "Pressure (bar)").locator(".legend button");
    await expect.poll(async () => wordsOf(legend.first())).toMatch(/Boiler 2\s+[567]\.\d\d bar/);
    await expect.poll(async () => wordsOf(legend.nth(1))).toMatch(/Boiler 1\s+[345]\.\d\d bar/);
    // Each chart is written anew in a turn of its own.
    const moments = () => page.locator("explore-chart .at").allTextContents();
    await expect.poll(async () => new Set(await moments()).size).toBe(1);
    expect((await moments())[0]).toMatch(/\d\d:\d\d:\d\d/);
    await expect.poll(() => wordsOf(chart(page, /burner/).locator(".legend"))).toMatch(/(on|off)$/);
    // Hidden: it stands in the address, and is not drawn.
    await legend.first().click();
    await expect.poll(() => hashOf(page)).toContain("hide=boiler/2/pressure");
    expect(await legend.filter({ hasText: "Boiler 2" }).getAttribute("aria-pressed")).toBe("false");
    await page.context().close();
  });

  it("marks a state that nobody confirmed for longer than it counts as fresh with its age, and leaves one on event as it is", async () => {
    const now = Date.now();
    const old = await world.device("door/1", { name: "Door", metrics: { locked: {}, open: { reportInterval: 0 } } });
    old.send({
      type: "samples",
      seq: 1,
      times: [now - 25 * 60_000, now - 20 * 60_000 - 5_000],
      values: { locked: [false, true], open: [true, false] },
    });
    await old.next("ack");
    const { page } = await world.visit("#/explore?s=door/1/locked&s=door/1/open&range=1h");
    const legend = (metric: string) => chart(page, `${metric} · Door`).locator(".legend .value");
    await expect.poll(() => wordsOf(legend("locked"))).toMatch(/^on · 2\d min ago$/);
    await expect.poll(() => wordsOf(legend("open"))).toBe("off");
    // Of a window that stands, by its own end: what was told within it was fresh there.
    await page.goto(`${world.url}/#/explore?s=door/1/locked&from=${now - 1_800_000}&to=${now - 1_202_000}`);
    await expect.poll(() => wordsOf(legend("locked"))).toBe("on");
    await page.context().close();
  });

  it("zooms, pans, takes back and again; while it stands, what comes is counted, and one press is live again", async () => {
    const { page } = await world.visit(`#/explore?${two}&range=15m`);
    await settled(page);
    const box = await chart(page, "Pressure (bar)").locator(".u-over").boundingBox();
    if (!box) throw new Error("no plot");
    const at = (share: number) => [box.x + share * box.width, box.y + 50] as const;
    const drag = async (from: number, to: number) => {
      await page.mouse.move(...at(from));
      await page.mouse.down();
      await page.mouse.move(...at((from + to) / 2));
      await page.mouse.move(...at(to));
      await page.mouse.up();
    };
    await drag(0.4, 0.6);
    await expect.poll(() => hashOf(page)).toContain("from=");
    const zoomed = windowOf(page);
    expect((zoomed[1] - zoomed[0]) / (0.2 * 900_000)).toBeCloseTo(1, 1);

    await page.keyboard.down("Shift");
    await drag(0.3, 0.8);
    await page.keyboard.up("Shift");
    await expect.poll(() => windowOf(page)[0]).toBeLessThan(zoomed[0]);
    const moved = windowOf(page);
    expect(moved[1] - moved[0]).toBe(zoomed[1] - zoomed[0]);
    expect((zoomed[0] - moved[0]) / (zoomed[1] - zoomed[0])).toBeCloseTo(0.5, 1);

    await page.keyboard.down("Control");
    await page.mouse.move(...at(0.5));
    await page.mouse.wheel(0, -200);
    await page.keyboard.up("Control");
    await expect.poll(() => windowOf(page)[1] - windowOf(page)[0]).toBeLessThan(moved[1] - moved[0]);
    const wheeled = windowOf(page);
    await page.mouse.dblclick(...at(0.5));
    await expect.poll(() => windowOf(page)).toEqual(moved);
    await page.keyboard.press("Control+Shift+z");
    await expect.poll(() => windowOf(page)).toEqual(wheeled);
    await page.goBack();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => windowOf(page)).toEqual(zoomed);
    await page.reload();
    await settled(page);
    expect(windowOf(page)).toEqual(zoomed);

    const pill = page.getByRole("button", { name: /^Back to live/ });
    await pill.waitFor();
    for (let seq = 2; seq < 5; seq++) {
      const [device] = devices;
      device?.send({ type: "samples", seq, times: [Date.now()], values: { pressure: [9] } });
      await device?.next("ack");
    }
    await expect.poll(() => wordsOf(pill)).toContain("3 new");
    await page.keyboard.press("l");
    await pill.waitFor({ state: "detached" });
    expect(hashOf(page)).toMatch(/range=/);
    await page.keyboard.press("ArrowLeft");
    await pill.waitFor();
    await expect.poll(() => hashOf(page)).toContain("from=");
    await page.context().close();
  });

  it("shows a spike of one reading in a month of 129,600 in the band", async () => {
    const { page } = await world.visit("#/explore?s=month/level&range=30d");
    await settled(page);
    const plot = chart(page, "level (m)").locator(".plot");
    expect(await wordsOf(chart(page, "level (m)").locator(".legend"))).toContain("97");
    // 5.6 of 107 would lie at nine tenths of the height, where the line is.
    await expect.poll(() => highestInk(plot)).toBeLessThan(0.25);
    await page.context().close();
  });

  it("saves what is drawn, every reading, and a picture; says why the hub refused", async () => {
    const { page } = await world.visit(`#/explore?${two}&range=1h`);
    await settled(page);
    const save = async (name: string) => {
      await page.getByRole("button", { name: "Export" }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name, exact: true }).click(),
      ]);
      await page.getByText(`Saved as ${download.suggestedFilename()}`).waitFor();
      return readFileSync(await download.path());
    };
    const drawn = (await save("As drawn: CSV")).toString().trimEnd().split("\r\n");
    expect(drawn[0]).toBe("time,device,metric,value,min,max,count");
    expect(drawn.length).toBeGreaterThan(200);
    expect(drawn.length).toBeLessThan(2_402);
    const raw = (await save("Every reading: NDJSON")).toString().trimEnd().split("\n");
    const parsed = raw.map((line) => JSON.parse(line) as { device: string });
    for (const device of ["boiler/1", "boiler/2"]) {
      const { length } = parsed.filter((row) => row.device === device);
      // The first minutes may have left the hour meanwhile.
      expect(length).toBeGreaterThan(1_000);
      expect(length).toBeLessThan(1_205);
    }
    // A picture is looked at another day, and elsewhere.
    await page.evaluate(`{
      const { fillText } = CanvasRenderingContext2D.prototype;
      globalThis.written = [];
      CanvasRenderingContext2D.prototype.fillText = function (...of) { written.push(of[0]); fillText.apply(this, of); };
    }`);
    expect((await save("Picture: PNG")).subarray(1, 4).toString()).toBe("PNG");
    const written = await page.evaluate<string[]>("written");
    const dated = new RegExp(`^\\w+ \\d+, ${new Date().getFullYear()}, .* – .*, \\d\\d:\\d\\d(:\\d\\d)? [A-Z]`);
    expect(written.filter((text) => dated.test(text))).toHaveLength(1);

    await page.route("**/api/v1/readings*", (route) =>
      route.fulfill({ status: 503, json: { type: "error", code: "overloaded", message: "Too many downloads." } }),
    );
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("button", { name: "Every reading: CSV" }).click();
    await page.getByText("The export failed: Too many downloads.").waitFor();

    await page.unroute("**/api/v1/readings*");
    await page.route("**/api/v1/readings*", () => {});
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("button", { name: "Every reading: CSV" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("The export was cancelled.").waitFor();
    await page.context().close();
  });

  it.each(themesOfRun())("breaks no rule of accessibility: %s", async (colorScheme) => {
    const { page } = await world.visit("#/explore", { colorScheme });
    await page.getByRole("link", { name: /of 2 devices/ }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.goto(`${world.url}/#/explore?${two}&s=boiler/1/burner&s=gone/x&hide=boiler/2/pressure&range=15m`);
    await settled(page);
    await page.getByRole("button", { name: "Add series" }).click();
    await page.getByRole("option").first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });

  it("on a phone nothing sticks out, everything is as large as a fingertip, two fingers zoom and one reads values", async () => {
    const { page } = await world.visit(`#/explore?${two}&s=boiler/1/burner&range=15m`, phone);
    await settled(page);
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow()).toBe(0);
    const small = await page.locator("explore-page button, explore-page a").evaluateAll((all) =>
      all.flatMap((one) => {
        const { width, height } = one.getBoundingClientRect();
        return width > 0 && Math.min(width, height) < 44 ? [`${one.outerHTML.slice(0, 80)}: ${width} × ${height}`] : [];
      }),
    );
    expect(small).toEqual([]);
    const over = chart(page, "Pressure (bar)").locator(".u-over");
    await over.scrollIntoViewIfNeeded();
    const box = await over.boundingBox();
    if (!box) throw new Error("no plot");
    const fingers = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", shares: readonly number[]) =>
      fingers.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: shares.map((share, id) => ({ id, x: box.x + share * box.width, y: box.y + 40 })),
      });
    await touch("touchStart", [0.5]);
    await expect.poll(() => chart(page, "Pressure (bar)").locator(".at").textContent()).toMatch(/\d\d:\d\d/);
    await touch("touchEnd", []);
    await touch("touchStart", [0.4, 0.6]);
    await touch("touchMove", [0.3, 0.7]);
    await touch("touchMove", [0.1, 0.9]);
    await touch("touchEnd", []);
    await expect.poll(() => hashOf(page)).toContain("from=");
    const [fromMs, toMs] = windowOf(page);
    expect((toMs - fromMs) / (900_000 / 4)).toBeCloseTo(1, 0);
    expect(await overflow()).toBe(0);
    await page.context().close();
  });
});
