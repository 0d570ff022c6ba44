/** Every chart of the page can be saved: as it is drawn, or reading by reading, in each form, by keyboard alone. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ReadParquet } from "../formats/parquet-reader.ts";
import { parseCsv } from "../formats/parse-csv.ts";
import { card } from "./reading-page.ts";
import { axeViolations, World } from "./world.ts";

const second = 1_000;

describe("saving a chart", () => {
  let world: World;
  let times: number[];

  beforeAll(async () => {
    world = await World.start();
    const device = await world.device("boiler/1", {
      reportInterval: second,
      metrics: { flow: { label: "Flow" }, burner: { label: "Burner" }, price: { label: "Price", role: "price" } },
    });
    const nowMs = Math.floor(Date.now() / second) * second;
    times = Array.from({ length: 240 }, (_, index) => nowMs - (239 - index) * second);
    const values = {
      flow: times.map((_, index) => 60 + index / 8),
      burner: times.map((_, index) => index % 60 < 30),
      price: times.map((_, index) => 100 + (index % 7)),
    };
    device.send({ type: "samples", seq: 1, times, values });
    await device.next("ack");
  });
  afterAll(() => world.stop());

  /** Opens the menu of a chart and takes what is called `what`, by keyboard alone; gives the file. */
  async function save(page: Page, of: string, what: string): Promise<{ name: string; bytes: Buffer }> {
    const opener = page.getByRole("button", { name: of, exact: true });
    await opener.focus();
    await page.keyboard.press("Enter");
    const choice = page.getByRole("button", { name: what, exact: true });
    await choice.waitFor();
    while (!(await choice.evaluate((element) => element.matches(":focus")))) await page.keyboard.press("Tab");
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    await page.getByText(`Saved as ${download.suggestedFilename()}`).waitFor();
    await page.keyboard.press("Escape");
    await choice.waitFor({ state: "hidden" });
    expect(await opener.evaluate((element) => element.matches(":focus"))).toBe(true);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  }

  it("of a metric: the rows that are drawn and every reading, as CSV, NDJSON and Parquet", async () => {
    const { page, complaints } = await world.visit("#/device/boiler/1?range=15m");
    await card(page, "Flow").locator("canvas").waitFor();
    const drawn = await save(page, "Export: Flow", "As drawn: CSV");
    expect(drawn.name).toMatch(/^boiler-1 flow \d{4}-\d\d-\d\dT\d\d-\d\d to .*\.csv$/);
    const [head, ...rows] = parseCsv(drawn.bytes.toString());
    expect(head).toEqual(["time", "device", "metric", "value", "min", "max", "count"]);
    expect(rows.length).toBeGreaterThan(10);

    const raw = (await save(page, "Export: Flow", "Every reading: NDJSON")).bytes.toString().trimEnd().split("\n");
    expect(raw.map((line) => JSON.parse(line).value)).toEqual(times.map((_, index) => 60 + index / 8));
    const whole = new ReadParquet((await save(page, "Export: Flow", "Every reading: Parquet")).bytes);
    expect(whole.rows()).toEqual(times.map((time, index) => [time, "boiler/1", "flow", 60 + index / 8]));
    const states = new ReadParquet((await save(page, "Export: Burner", "As drawn: Parquet")).bytes);
    expect(states.column("state")).toEqual([true, false, true, false, true, false, true, false]);

    await page.getByRole("button", { name: "Export: Flow" }).click();
    await page.getByRole("button", { name: "As drawn: Parquet" }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("of metrics in one chart: those that are drawn, in one file", async () => {
    const { page } = await world.visit("#/device/boiler/1?range=15m&view=overlay&metrics=flow,price");
    await page.locator("device-overlay canvas").first().waitFor();
    const { bytes } = await save(page, "Export: Metrics in one chart", "Every reading: Parquet");
    const read = new ReadParquet(bytes);
    expect(new Set(read.column("metric"))).toEqual(new Set(["flow", "price"]));
    expect(read.rows()).toHaveLength(480);
    await page.context().close();
  });

  it("of candles: those in sight with their volume, and the ticks that made them", async () => {
    // A stretch of its own: one that goes with the clock loses the oldest while a busy machine gets here.
    const [from, to] = [times[0], (times.at(-1) ?? 0) + second];
    const { page } = await world.visit(`#/market?series=boiler/1/price&every=5s&from=${from}&to=${to}`);
    await page.locator("candle-card canvas").waitFor();
    const drawn = await save(page, "Export: boiler/1", "As drawn: CSV");
    const [head, ...rows] = parseCsv(drawn.bytes.toString());
    expect(head).toEqual(["time", "device", "metric", "open", "high", "low", "close", "volume", "count"]);
    // Each reading is in one of the candles.
    expect(rows.reduce((sum, row) => sum + Number(row[8]), 0)).toBe(240);
    const candles = new ReadParquet((await save(page, "Export: boiler/1", "As drawn: Parquet")).bytes);
    expect(candles.rows("time", "first", "max", "min", "last", "count")).toEqual(
      rows.map((row) => [Date.parse(row[0] as string), ...[3, 4, 5, 6, 8].map((place) => Number(row[place]))]),
    );
    const ticks = new ReadParquet((await save(page, "Export: boiler/1", "Every reading: Parquet")).bytes);
    expect(ticks.rows("time", "value")).toEqual(times.map((time, index) => [time, 100 + (index % 7)]));
    await page.context().close();
  });

  it("is told in Korean, too", async () => {
    const { page } = await world.visit("#/device/boiler/1?range=15m", { locale: "ko-KR" });
    await page.getByRole("button", { name: "내보내기: Flow" }).click();
    await page.getByRole("button", { name: "모든 측정값: Parquet" }).waitFor();
    await page.context().close();
  });
});
