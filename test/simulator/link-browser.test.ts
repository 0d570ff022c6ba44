import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Link, LinkOptions, LinkStats } from "../../simulator/link.ts";
import { launchChromium } from "../support/browser.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";
import { Cable } from "./cable.ts";

const from = Date.UTC(2026, 0, 1);
const html = `<!doctype html><script type="module">import { Link } from "/link.js"; globalThis.Link = Link;</script>`;
const count = 2_000;
/** `telemetry-hub/link` as it was built. */
const program = readFileSync(join(import.meta.dirname, "../../dist/link/link.js"), "utf8");

describe("link in a browser", () => {
  let hub: TestHub;
  let browser: Browser;
  let server: Server;

  beforeAll(async () => {
    [hub, browser] = await Promise.all([startHub(), launchChromium()]);
    // A server, and no answers put in by the browser's driver: Chromium takes those for a foreign network's.
    server = createServer((request, response) => {
      const script = request.url === "/link.js";
      response.setHeader("Content-Type", script ? "text/javascript" : "text/html").end(script ? program : html);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  afterAll(async () => {
    await browser.close();
    server.close();
    await hub.stop();
  });

  it("[L1] loses and doubles nothing while its connection is cut", async () => {
    let lives = 6;
    const cable = await Cable.lay(
      () => hub.url,
      () => (lives-- > 0 ? 9_000 : Number.POSITIVE_INFINITY),
    );
    const page = await browser.newPage({ locale: "en-US" });
    try {
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const stats = await page.evaluate(
        async ({ url, from, count }): Promise<LinkStats> => {
          const page = globalThis as unknown as { Link: new (url: string, options: LinkOptions) => Link };
          // Small draws, so that coming back takes a few ms.
          const after = (delayMs: number, call: () => void) => {
            const timer = setTimeout(call, delayMs);
            return () => clearTimeout(timer);
          };
          const ports = { now: () => Date.now(), after, random: () => 0.01 };
          const link = new page.Link(url, { device: "page", batchReadings: 50, ports });
          for (let index = 0; index < count; index++) link.send("level", index, from + index);
          await link.flush();
          link.close();
          return link.stats;
        },
        { url: cable.url, from, count },
      );
      expect(cable.cuts).toBe(6);
      expect(stats).toMatchObject({ sent: count, stored: count, rejected: 0, dropped: 0, pending: 0 });
      expect(stats.resent).toBeGreaterThan(0);
      expect(await hub.readings("page", "level")).toEqual(
        Array.from({ length: count }, (_, index) => [from + index, index]),
      );
    } finally {
      await page.close();
      cable.pull();
    }
  });
});
