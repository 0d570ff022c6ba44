/** The window of candles, moved by hand: as linked charts are, by mouse and keys, and every step is taken back. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bucketStart } from "../../server/protocol/index.ts";
import { World } from "./world.ts";

const minute = 60_000;
const address = "#/market?series=exchange%2FACME%2Fprice&every=1m&candles=30";

describe("the window of candles", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    const share = await world.device("exchange/ACME", {
      name: "ACME",
      reportInterval: 0,
      metrics: { price: { unit: "USD", decimals: 2, role: "price" }, size: { decimals: 0, role: "volume" } },
    });
    const now = Date.now();
    const times = Array.from({ length: 900 }, (_, index) => now - (900 - index) * 7_000);
    const values = {
      price: times.map((_, index) => 100 + ((index * 37) % 23) / 4),
      size: times.map((_, index) => 1 + (index % 5)),
    };
    share.send({ type: "samples", seq: 1, times, values });
    await share.next("ack");
  });
  afterAll(() => world.stop());

  it("drawing in the chart zooms, Back returns, and a way leads to live again", async () => {
    const { page, complaints } = await world.visit(address);
    const over = page.locator("candle-card .u-over");
    await over.waitFor();
    const box = await over.boundingBox();
    if (!box) throw new Error("the chart is not seen");
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.getByRole("button", { name: "Back to live" }).waitFor();
    const { searchParams } = new URL(page.url().replace("#/market", ""));
    const [from, to] = [Number(searchParams.get("from")), Number(searchParams.get("to"))];
    expect(from % minute).toBe(0);
    expect(Math.abs((to - from) / minute - 9)).toBeLessThanOrEqual(2);
    await page.goBack();
    await page.getByRole("button", { name: "Back to live" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Earlier" }).click();
    await page.getByRole("button", { name: "Back to live" }).click();
    await page.getByRole("button", { name: "Back to live" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "1 h", exact: true }).click();
    await expect.poll(() => page.url()).toContain("every=1h");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("moves as linked charts do: Shift and drag, wheel, double click, keys; each is told, and each step is taken back", async () => {
    const { page, complaints } = await world.visit(address);
    const over = page.locator("candle-card .u-over");
    await over.waitFor();
    const box = await over.boundingBox();
    if (!box) throw new Error("the chart is not seen");
    const at = (share: number) => [box.x + box.width * share, box.y + 60] as const;
    const drag = async (from: number, to: number) => {
      await page.mouse.move(...at(from));
      await page.mouse.down();
      await page.mouse.move(...at((from + to) / 2));
      await page.mouse.move(...at(to));
      await page.mouse.up();
    };
    const windowOf = (): [number, number] => {
      const { searchParams } = new URL(page.url().replace("#/market", ""));
      return [Number(searchParams.get("from")), Number(searchParams.get("to"))];
    };
    const length = ([from, to]: [number, number]) => (to - from) / minute;

    // While a hand moves the window the price is the newest still, not that of the last candle in sight.
    const price = page.locator("candle-card .now strong");
    const described = () => page.locator("candle-card .plot").getAttribute("aria-label");
    const [newest, before] = [await price.textContent(), await described()];
    await page.keyboard.down("Shift");
    await page.mouse.move(...at(0.3));
    await page.mouse.down();
    await page.mouse.move(...at(0.5));
    await page.mouse.move(...at(0.8));
    await expect.poll(described).not.toBe(before);
    expect(await price.textContent()).toBe(newest);
    await page.mouse.up();
    await page.keyboard.up("Shift");
    const live = page.getByRole("button", { name: "Back to live" });
    await live.waitFor();
    const panned = windowOf();
    expect(length(panned)).toBe(30);
    expect(panned[0] % minute).toBe(0);
    // Half of the window, from one that ended with the candle of now and a little room.
    const ended = bucketStart(Date.now(), minute) + 2 * minute;
    expect(Math.abs((ended - panned[1]) / minute - 15)).toBeLessThanOrEqual(2);

    // Again by as much: it keeps its length, however often.
    await page.keyboard.down("Shift");
    await drag(0.5, 0.21);
    await page.keyboard.up("Shift");
    await expect.poll(() => windowOf()[0]).toBeGreaterThan(panned[0]);
    expect(length(windowOf())).toBe(30);
    await page.keyboard.press("Control+z");
    await expect.poll(windowOf).toEqual(panned);

    await page.keyboard.down("Control");
    await page.mouse.move(...at(0.5));
    await page.mouse.wheel(0, -200);
    await page.keyboard.up("Control");
    await expect.poll(() => length(windowOf())).toBeLessThan(25);
    const wheeled = windowOf();
    expect(Math.abs((wheeled[0] + wheeled[1] - panned[0] - panned[1]) / 2 / minute)).toBeLessThanOrEqual(1);
    await page.mouse.dblclick(...at(0.5));
    await expect.poll(windowOf).toEqual(panned);
    // The address may be there before the page knows that there is a step to take again.
    await expect
      .poll(async () => {
        await page.keyboard.press("Control+Shift+z");
        return windowOf();
      })
      .toEqual(wheeled);
    await page.goBack();
    await expect.poll(windowOf).toEqual(panned);

    // By keys alone.
    await page.locator("candle-card .plot").focus();
    await page.keyboard.press("+");
    await expect.poll(() => length(windowOf())).toBe(15);
    await page.keyboard.press("PageUp");
    await expect.poll(() => windowOf()[1]).toBeLessThan(panned[1] - 10 * minute);
    expect(length(windowOf())).toBe(15);
    await page.keyboard.press("l");
    await live.waitFor({ state: "detached" });
    await page.goBack();
    await live.waitFor();
    await live.click();
    await live.waitFor({ state: "detached" });

    // To the right beyond what is: live, with as many candles as were seen.
    await page.keyboard.press("PageUp");
    await live.waitFor();
    await page.keyboard.press("PageDown");
    await page.keyboard.press("PageDown");
    await live.waitFor({ state: "detached" });

    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    for (const words of [
      "Zoom into a range of time",
      "Back to what was seen before",
      "Zoom in and out at the pointer",
    ]) {
      await sheet.getByText(words).waitFor();
    }
    // What lies below it does not follow the keys.
    const below = page.url();
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "hidden" });
    expect(page.url()).toBe(below);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
