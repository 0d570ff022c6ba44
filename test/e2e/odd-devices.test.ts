/** Devices that say things no designer thought of: the page shows them truly, and none of them breaks it for the others. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { card, drawnLine, wordsOf } from "./reading-page.ts";
import { World } from "./world.ts";

describe("odd devices", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const store = async (device: string, hello: object, readings: object[]) => {
    const client = await world.device(device, hello);
    client.send({ type: "readings", id: 1, readings });
    expect(await client.next("ack")).toMatchObject({ stored: readings.length });
    return client;
  };

  it("draws readings at the ends of the calendar, and next to them everything else", async () => {
    const farthest = -8.64e15;
    const times = [farthest, farthest + 1, 86_400_000];
    await store(
      "stone",
      { historic: true },
      times.map((time, value) => ({ metric: "age", time, value })),
    );
    for (const range of ["all", "1y", "1m"]) {
      const { page, complaints } = await world.visit(`#/device/stone?range=${range}`);
      await expect.poll(async () => (await drawnLine(card(page, "age").locator(".plot"))).to).toBeGreaterThan(0);
      await card(page, "age").getByRole("button", { name: /table/ }).click();
      await card(page, "age").getByRole("table").waitFor();
      expect(complaints, range).toEqual([]);
      await page.context().close();
    }
    await store(
      "pebble",
      { historic: true },
      times.slice(0, 2).map((time, value) => ({ metric: "age", time, value })),
    );
    const { page, complaints } = await world.visit("#/device/pebble?range=1y");
    await expect.poll(async () => (await drawnLine(card(page, "age").locator(".plot"))).to).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  it("never cuts a number, and lets nothing stick out, however long the words around it are", async () => {
    const long = "w".repeat(256);
    const metrics = Object.fromEntries(["a", "b", "c"].map((name) => [name, { unit: long, label: long, decimals: 3 }]));
    const numbers = Object.keys(metrics).map((metric) => ({ metric, value: 123_456_789.125 }));
    const readings = [...numbers, { metric: "word", value: long }];
    await store("w".repeat(128), { name: long, kind: long, labels: { place: long }, metrics }, readings);
    for (const width of [1280, 390]) {
      const { page } = await world.visit(`#/device/${"w".repeat(128)}`, { viewport: { width, height: 844 } });
      await page.locator("metric-card .value").first().waitFor();
      const cut = await page.evaluate(() => {
        const roots: ParentNode[] = [document];
        for (const root of roots) {
          for (const each of root.querySelectorAll("*")) if (each.shadowRoot) roots.push(each.shadowRoot);
        }
        const found: string[] = [];
        for (const number of roots.flatMap((root) => [
          ...root.querySelectorAll(".value:not(.text) strong, .values b"),
        ])) {
          const box = number.getBoundingClientRect();
          for (let around = number.parentElement; around; around = around.parentElement) {
            const edge = around.getBoundingClientRect();
            if (box.top >= edge.bottom) break;
            if (box.right > edge.right + 0.5) found.push(`${number.textContent} in ${around.className}`);
          }
        }
        return found;
      });
      expect(cut, `${width}`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      await page.context().close();
    }
  });

  it("keeps text that runs backwards to itself", async () => {
    const backwards = "\u202Eback";
    await store("mirror", { name: "Mirror", metrics: { a: { label: backwards }, b: { unit: backwards } } }, [
      { metric: "a", value: 12 },
      { metric: "b", value: 34 },
    ]);
    const { page } = await world.visit("#/device/mirror");
    const values = page.getByRole("link", { name: /Mirror/ }).locator("b");
    await values.first().waitFor();
    // Forwards, the first digit is left of the second.
    const forwards = await values.evaluateAll((all) =>
      all.map((each) => {
        const text = [...each.childNodes].find(({ nodeType }) => nodeType === Node.TEXT_NODE) as Text;
        const left = (at: number) => {
          const range = document.createRange();
          range.setStart(text, at);
          range.setEnd(text, at + 1);
          return range.getBoundingClientRect().left;
        };
        return left(0) < left(1);
      }),
    );
    expect(forwards).toEqual([true, true]);
    expect(await wordsOf(card(page, "b").locator(".value"))).toContain("34");
  });
});
