/**
 * A device whose every field is markup that would run: on no page, in no dialog, tooltip, legend or list does anything of it
 * run, and all of it is seen as the text that it is.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { amount, sampleOf } from "../support/amount.ts";
import { printedSeed } from "../support/seed.ts";
import { type Visit, World } from "./world.ts";

/** Whatever of it runs calls `hit`. */
const probe = `"'><img src=x onerror=hit(1)><svg onload=hit(2)></svg><script>hit(3)</script>\${hit(4)}{{hit(5)}}' onfocus='hit(6)`;
const link = "javascript:hit(7)";
/** What names may hold of it. */
const device = "javascript:hit/data:text/html";
const share = "javascript:share";
const number = "javascript:hit";
const state = "data:text";
/** Buttons of a page that are pressed: rows of lists have many of the same. */
const mostButtons = 40;
const seed = printedSeed("xss");
/** Every page in one of them, and every second button: which ones is another with each seed. */
const languages = sampleOf(["en", "ko"] as const, 2, seed);
const buttonStep = amount(1, 2);
/** Of what answers to a mouse on a page. */
const mostHovered = amount(40, 15);

/** Runs before the page: keeps what ran, and what the policy stopped, which would have run without it. */
const watch = `
  window.hits = [];
  window.hit = (which) => window.hits.push("ran: " + which);
  document.addEventListener("securitypolicyviolation", (event) =>
    window.hits.push("stopped: " + event.violatedDirective + " " + event.sample + " " + event.blockedURI));
`;

/** What must not be on a page: things that ran or were stopped, elements and addresses that came from a device. */
function breaches(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = [...(window as unknown as { hits: string[] }).hits];
    const walk = (root: Document | ShadowRoot) => {
      for (const element of root.querySelectorAll("*")) {
        const name = element.localName;
        if (name === "script" && !element.getAttribute("src")) found.push("a script");
        if (["img", "iframe", "object", "embed", "base"].includes(name)) found.push(element.outerHTML.slice(0, 200));
        for (const { name: attribute, value } of element.attributes) {
          if (attribute.startsWith("on")) found.push(`${name} ${attribute}=${value}`);
          if (
            /^(?:href|src|action|formaction|xlink:href|srcdoc)$/.test(attribute) &&
            /^\s*(?:javascript|vbscript|data:text)/i.test(value)
          )
            found.push(`${name} ${attribute}=${value}`);
        }
        if (element.shadowRoot) walk(element.shadowRoot);
      }
    };
    walk(document);
    return found;
  });
}

/** Texts of the page that hold the markup as text. */
function shown(page: Page): Promise<number> {
  return page.evaluate(() => {
    let count = 0;
    const walk = (node: Node) => {
      if (node.nodeType === Node.TEXT_NODE && node.textContent?.includes("onerror=hit(1)")) count += 1;
      for (const child of node.childNodes) walk(child);
      if (node instanceof Element && node.shadowRoot) walk(node.shadowRoot);
    };
    walk(document.body);
    return count;
  });
}

describe("markup in everything that a device says", () => {
  let world: World;
  const visits: Visit[] = [];

  beforeAll(async () => {
    world = await World.start();
    const texts = { unit: probe, label: probe };
    const zones = [
      { to: 5, level: "warn", label: probe },
      { from: 5, level: "alarm", label: probe },
    ];
    const meta = { name: probe, kind: probe, labels: { [probe]: probe, [link]: link } };
    const evil = await world.device(device, {
      ...meta,
      session: probe,
      metrics: { [number]: { ...texts, zones }, [state]: { ...texts, kind: "state" }, empty: texts },
      commands: {
        [number]: { label: probe, args: { [number]: { type: "string", label: probe, options: [probe, link] } } },
      },
    });
    const market = await world.device(share, {
      ...meta,
      metrics: {
        price: { ...texts, role: "price" },
        size: { ...texts, role: "volume" },
        status: { ...texts, kind: "state" },
      },
    });
    const now = Date.now();
    const readings = Array.from({ length: 40 }, (_, index) => ({
      time: now - 60_000 + index * 1_000,
      value: index % 9,
    }));
    evil.send({
      ...{ type: "readings", seq: 1 },
      readings: [
        ...readings.map((one) => ({ metric: number, ...one })),
        ...readings.map(({ time, value }) => ({ metric: state, time, value: value % 2 === 0 ? probe : link })),
        // Refused for their time, for their type, for their value: kept until somebody decides, or told.
        { metric: number, value: 1, time: now + 3_600_000 },
        { metric: state, value: 7 },
        { metric: number, value: probe },
        { metric: probe, value: probe, device: probe },
      ],
    });
    market.send({
      ...{ type: "readings", seq: 1 },
      readings: [
        ...readings.map((one) => ({ metric: "price", ...one })),
        ...readings.map((one) => ({ metric: "size", ...one })),
        { metric: "status", value: probe },
      ],
    });
    await Promise.all([evil.until(({ seq }) => seq === 1), market.until(({ seq }) => seq === 1)]);
    // What arrives and cannot be read, by a socket and by requests.
    const stranger = await world.device("stranger", { name: link });
    stranger.send(probe, `{"type":"${link}","${link}":1}`, JSON.stringify({ type: probe, [probe]: probe }));
    stranger.send({ type: "reading", device: probe, metric: probe, value: 1 });
    await stranger.settled();
    const post = (path: string, body: string) =>
      fetch(`${world.url}/api/v1/${path}`, {
        method: "POST",
        body,
        headers: { "User-Agent": "<img src=x onerror=hit(8)>" },
      });
    await post("readings", probe);
    await post(`readings/${encodeURIComponent(probe)}`, "{}");
    await post("masks", JSON.stringify({ device, metric: number, from: now - 50_000, to: now - 45_000, note: probe }));
    await post("tokens", JSON.stringify({ kind: "program", role: "viewer", name: probe }));
    await post("tokens", JSON.stringify({ kind: "device", devices: [device], name: probe }));
    await post("tokens", JSON.stringify({ kind: "link", devices: [device], name: probe, days: 1 }));
  });
  afterAll(() => world.stop());

  async function visit(at: string, language: string): Promise<Page> {
    const first = `${watch}\nlocalStorage.setItem("telemetry-hub.language", "${language}");`;
    const opened = await world.visit(at, {}, world.url, first);
    visits.push(opened);
    await opened.page.locator("hub-app").waitFor();
    return opened.page;
  }

  /** Moves over all that answers to a mouse: charts, marks with tooltips. */
  async function hover(page: Page): Promise<void> {
    const boxes = await page
      .locator("canvas:visible, [title]:visible, .strip:visible")
      .evaluateAll(
        (all, most) => all.slice(0, most).map((one) => one.getBoundingClientRect().toJSON() as DOMRect),
        mostHovered,
      );
    for (const { x, y, width, height } of boxes) await page.mouse.move(x + width * 0.6, y + height / 2);
  }

  const e = encodeURIComponent;
  const series = `${e(`${device}/${number}`)}&s=${e(`${device}/${state}`)}&s=${e(`${share}/price`)}`;
  /** Each page with what is waited for, and whether the markup is to be read there. */
  const pages: [at: string, seen: string, isShown: boolean][] = [
    ["#/", "fleet-grid .item", true],
    [`#/device/${device}`, "metric-card canvas", true],
    [`#/device/${e(probe)}`, "device-page", true],
    [`#/explore?s=${series}&range=1h`, "explore-chart canvas", true],
    [`#/explore?s=${e(probe)}&s=${e(link)}&range=${e(probe)}`, "explore-page", false],
    ["#/explore", "explore-page", false],
    ["#/market", "market-page", true],
    [`#/market?symbol=${e(share)}`, "market-page", true],
    [`#/market?symbol=${e(probe)}&every=${e(probe)}`, "market-page", false],
    ["#/hub", "status-card", false],
    ["#/storage", "storage-table .row", false],
    ["#/connect", "connect-page", true],
    ["#/access", "access-page", false],
    ["#/access/tokens", "access-page", false],
    ["#/access/links", "access-page", false],
    ["#/access/requests", "access-page", false],
    ["#/access/audit", "access-page", false],
    [`#/${probe}`, "fleet-grid .item", true],
  ];

  it.each(languages)(
    "[S20] runs on no page and is read as text, in its tooltips and legends too (%s)",
    async (language) => {
      const page = await visit("", language);
      for (const [at, seen, isShown] of pages) {
        await page.goto(`${world.url}/${at}`);
        await page.locator(seen).first().waitFor({ state: "attached" });
        if (isShown) await expect.poll(() => shown(page), { message: at }).toBeGreaterThan(0);
        await hover(page);
        expect(await breaches(page), at).toEqual([]);
      }
      await page.context().close();
    },
  );

  it.each(pages.filter(([at]) => !/onerror|symbol=|requests/.test(at)))(
    "[S20] runs in no dialog, menu or panel that a button opens: %s",
    async (at, seen) => {
      const page = await visit(at, "en");
      await page.locator(seen).first().waitFor({ state: "attached" });
      const buttons = page.locator("main button:visible, header button:visible, nav button:visible");
      const count = Math.min(await buttons.count(), mostButtons);
      let opened = 0;
      for (let index = seed % buttonStep; index < count; index += buttonStep) {
        const button = buttons.nth(index);
        // What was pressed before may have taken it away.
        if ((await button.count()) === 0) continue;
        // By its own hand: what is covered at that moment is pressed, too.
        await button.evaluate((one: HTMLElement) => one.click());
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        const open = await page.locator("dialog[open], [popover]:popover-open, [role=menu]:visible").count();
        if (open > 0) await hover(page);
        opened += open;
        expect(await breaches(page), `${at}, button ${index}`).toEqual([]);
        await page.keyboard.press("Escape");
        await page.keyboard.press("Escape");
        if (new URL(page.url()).hash !== at) await page.goto(`${world.url}/${at}`);
      }
      if (at.startsWith("#/device")) expect(opened).toBeGreaterThan(amount(3, 0));
      await page.context().close();
    },
  );

  it("[S20] runs in no search: of the palette, of the list, of series to choose", async () => {
    const page = await visit("#/", "en");
    await page.locator("fleet-grid .item").first().waitFor();
    await page.keyboard.press("Control+k");
    for (const text of ["javascript", "onerror", probe, link]) {
      await page.getByRole("combobox", { name: "Find a device" }).fill(text);
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      expect(await breaches(page), text).toEqual([]);
    }
    expect(await shown(page)).toBeGreaterThan(0);
    await page.context().close();
  });

  it("[S20] would be found: put in as markup it is stopped by the policy alone, and told", async () => {
    const page = await visit("#/", "en");
    await page.evaluate((markup) => {
      const place = document.createElement("div");
      place.setHTMLUnsafe?.(markup);
      document.body.append(place);
    }, probe);
    await expect
      .poll(() => breaches(page))
      .toEqual(expect.arrayContaining([expect.stringMatching(/^stopped: script-src/)]));
    expect((await breaches(page)).filter((one) => one.startsWith("ran"))).toEqual([]);
    await page.context().close();
  });

  it("[S20] was told of by no page's console, which names what a policy stopped", () => {
    expect(visits.length).toBeGreaterThan(10);
    const told = visits.slice(0, -1).flatMap(({ complaints }) => complaints);
    expect(told.filter((one) => /Content.Security.Policy|Refused to/i.test(one))).toEqual([]);
  });
});
