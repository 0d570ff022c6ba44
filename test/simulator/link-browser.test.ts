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

/** What the page keeps between two steps of a test. */
interface Page {
  Link: new (url: string, options: LinkOptions) => Link;
  link: Link;
  seen: string[];
}

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
          const page = globalThis as unknown as Page;
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

  it("[L1] goes on in a page that stood still while its hub was restarted", async () => {
    const cable = await Cable.lay(() => hub.url);
    const page = await browser.newPage({ locale: "en-US" });
    try {
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.evaluate(async (url) => {
        const page = globalThis as unknown as Page;
        page.seen = [];
        page.link = new page.Link(url, { device: "frozen", onState: ({ state }) => page.seen.push(state) });
        page.link.send("level", 0, 1_750_000_000_000);
        await page.link.flush();
      }, cable.url);
      const devtools = await page.context().newCDPSession(page);
      await devtools.send("Debugger.enable");
      const stopped = new Promise((resolve) => devtools.once("Debugger.paused", resolve));
      await devtools.send("Debugger.pause");
      // The first statement that runs from here on is where everything in the page stands still, timers and sockets too.
      const sent = page.evaluate(() => (globalThis as unknown as Page).link.send("level", 1, 1_750_000_000_001));
      await stopped;
      await hub.restart();
      await devtools.send("Debugger.resume");
      expect(await sent).toBe(true);
      const result = await page.evaluate(async () => {
        const { link, seen } = globalThis as unknown as Page;
        link.send("level", 2, 1_750_000_000_002);
        await link.flush();
        link.close();
        return { stats: link.stats, seen };
      });
      expect(result.seen).toEqual(["connecting", "open", "waiting", "connecting", "open", "stopped"]);
      expect(result.stats).toMatchObject({ sent: 3, stored: 3, rejected: 0, dropped: 0, pending: 0 });
      expect((await hub.readings("frozen", "level")).map(([, value]) => value)).toEqual([0, 1, 2]);
    } finally {
      await page.close();
      cable.pull();
    }
  });
});
