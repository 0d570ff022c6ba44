/** What a browser really asks for when somebody opens the hub: how many bytes come over the wire, what, and in what order. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { World } from "./world.ts";

/** Gzipped, with everything: markup, styles, scripts, the first answers of the API. The hub is opened over slow lines, too. */
const mostBytes = 100_000;

/** What a page has loaded. */
interface Load {
  readonly bytes: number;
  /** Scripts as they were written. */
  readonly script: string;
  readonly page: Page;
}

/** A word that stands in the code of each thing that only some pages need. */
const words = { charts: "u-cursor-pt", programs: "urllib.request", korean: "장치" } as const;

describe("the first load", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    const device = await world.device("press", {
      metrics: { temperature: { label: "Temperature" }, last: { role: "price" } },
    });
    device.send({
      type: "readings",
      id: 1,
      readings: [
        { metric: "temperature", value: 1 },
        { metric: "last", value: 2 },
      ],
    });
    await device.next("ack");
  });
  afterAll(() => world.stop());

  /** Opens the page with an empty cache; it is loaded when `seen` is there. */
  const load = async (at: string, seen: string, language = "en"): Promise<Load> => {
    const page = await world.blank();
    // What a browser takes that opens the hub over a network, without TLS.
    await page.setExtraHTTPHeaders({ "accept-encoding": "gzip" });
    await page.addInitScript((key) => localStorage.setItem("telemetry-hub.language", key), language);
    const finished: Promise<{ bytes: number; script: string }>[] = [];
    page.on("requestfinished", (request) => {
      const read = async () => {
        const [sizes, response] = await Promise.all([request.sizes(), request.response()]);
        const isScript = request.resourceType() === "script" || request.url().endsWith(".js");
        return { bytes: sizes.responseBodySize, script: isScript ? ((await response?.text()) ?? "") : "" };
      };
      const reading = read();
      // The page goes on asking, and is closed with a request on its way: what was looked at is thrown below.
      reading.catch(() => {});
      finished.push(reading);
    });
    await page.goto(`${world.url}/${at}`);
    await page.locator(seen).first().waitFor();
    await page.waitForLoadState("networkidle");
    const files = await Promise.all(finished);
    return {
      page,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      script: files.map(({ script }) => script).join("\n"),
    };
  };

  it.each([
    { at: "#/", seen: "fleet-page >> text=press", needs: [], language: "en" },
    { at: "#/device/press", seen: "metric-card canvas", needs: ["charts"], language: "en" },
    { at: "#/market", seen: "candle-card canvas", needs: ["charts"], language: "en" },
    { at: "#/explore?s=press/temperature", seen: "explore-chart canvas", needs: ["charts"], language: "en" },
    { at: "#/hub", seen: "status-card canvas", needs: ["charts"], language: "en" },
    { at: "#/storage", seen: "storage-table .row", needs: [], language: "en" },
    { at: "#/connect", seen: "connect-page code-block", needs: ["programs"], language: "en" },
    { at: "#/", seen: "fleet-page >> text=press", needs: ["korean"], language: "ko" },
  ] as const)(
    "of $at in $language is at most 100 kB gzipped, and brings of charts, programs and Korean $needs",
    async ({ at, seen, needs, language }) => {
      const { bytes, script, page } = await load(at, seen, language);
      console.log(`first load of ${at}: ${bytes} bytes`);
      // Less than Lit alone would mean that nothing was counted.
      expect(bytes).toBeGreaterThan(5_000);
      expect(bytes).toBeLessThan(mostBytes);
      const found = Object.entries(words).flatMap(([name, word]) => (script.includes(word) ? [name] : []));
      expect(found).toEqual(needs);
      await page.context().close();
    },
  );

  it("asks for the code of the page without waiting for that of all pages", async () => {
    const page = await world.blank();
    let letApp = (): void => {};
    const held = new Promise<void>((resolve) => {
      letApp = resolve;
    });
    await page.route(/\/app-[^/]*\.js$/, async (route) => {
      await held;
      await route.continue();
    });
    const asked = page.waitForRequest(/\/device-page-[^/]*\.js$/);
    await page.goto(`${world.url}/#/device/press`, { waitUntil: "commit" });
    await asked;
    letApp();
    await page.locator("metric-card canvas").first().waitFor();
    await page.context().close();
  });

  it("is the only one: what bears its content in its name is kept, what names it is asked for each time", async () => {
    const html = await fetch(world.url);
    expect(html.headers.get("cache-control")).toBe("no-cache");
    const [, script = ""] = /src="\.(\/assets\/[^"]+\.js)"/.exec(await html.text()) ?? [];
    const asset = await fetch(world.url + script, { headers: { "accept-encoding": "gzip" } });
    expect(asset.headers.get("cache-control")).toContain("immutable");
    expect(asset.headers.get("content-encoding")).toBe("gzip");
    expect(asset.headers.get("vary")).toMatch(/accept-encoding/i);
  });
});
