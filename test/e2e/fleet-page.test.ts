/** The home of the page: every device at one glance, the trouble first, and smooth with a thousand of them. */
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Client } from "../support/client.ts";
import { drawnLine, tryNow, wordsOf } from "./reading-page.ts";
import { axeViolations, themesOfRun, type Visit, World } from "./world.ts";

const halls = 1_000;
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const minute = 60_000;

describe("the fleet", () => {
  let world: World;
  let oven: Client;
  const visits: Visit[] = [];

  beforeAll(async () => {
    world = await World.start();
    const gateway = await world.device("gateway", { name: "Gateway", kind: "gateway" });
    for (let index = 0; index < halls; index++) {
      const labels = { floor: String(index % 10), wing: index % 2 === 0 ? "east" : "west" };
      gateway.send({ type: "describe", device: `hall/${index}`, name: `Hall ${index}`, kind: "hall", labels });
    }
    const readings = Array.from({ length: halls }, (_, index) => ({
      device: `hall/${index}`,
      metric: "temperature",
      value: 10 + index / 100,
    }));
    gateway.send({ type: "readings", seq: 1, readings });
    await gateway.until((answer) => answer.type === "ack" && answer.seq === 1);

    oven = await world.device("oven/1", {
      name: "Bread oven",
      kind: "oven",
      labels: { floor: "cellar" },
      // Much rarer than it reports here: on a busy machine minutes pass between two tests, and it must not become silent.
      reportInterval: 20 * minute,
      metrics: {
        temperature: { label: "Temperature", unit: "°C", zones: [{ from: 250, level: "alarm", label: "too hot" }] },
        humidity: { label: "Humidity", unit: "%" },
        door: { label: "Door" },
      },
    });
    const now = Date.now();
    const times = Array.from({ length: 50 }, (_, index) => now - (50 - index) * minute);
    oven.send({
      type: "samples",
      seq: 1,
      times,
      values: {
        temperature: times.map((_, index) => 180 + index),
        humidity: times.map((_, index) => 40 + (index % 5)),
        door: times.map((_, index) => index % 10 === 0),
      },
    });
    await oven.next("ack");
    const gone = await world.device("lamp/1", { name: "Old lamp", kind: "lamp", reportInterval: 1_000 });
    gone.send({ type: "readings", id: 1, readings: [{ metric: "mode", value: "dim", time: now - 40 * minute }] });
    await gone.next("ack");
    gone.wire.close();
  }, 120_000);
  beforeEach(() => world.hubUp());
  afterAll(() => world?.stop());

  async function heat(value: number, by = oven): Promise<void> {
    by.send({ type: "readings", id: 9, readings: [{ metric: "temperature", value, time: Date.now() }] });
    await by.next("ack");
  }
  async function visit(...how: Parameters<World["visit"]>): Promise<Page> {
    const visited = await world.visit(...how);
    visits.push(visited);
    await visited.page.locator("fleet-grid .item").first().waitFor();
    return visited.page;
  }
  const item = (page: Page, name: string): Locator =>
    page.locator("fleet-grid .item").filter({ has: page.locator(".name").getByText(name, { exact: true }) });
  const search = (page: Page) => page.getByRole("searchbox", { name: "Search devices" });
  const paramsOf = (page: Page) => new URLSearchParams(new URL(page.url()).hash.split("?")[1]);
  const filter = (page: Page, name: RegExp) =>
    page.getByRole("group", { name: "Show devices by state" }).getByRole("button", { name });
  const focused = (page: Page) =>
    page.evaluate(() => {
      let active = document.activeElement;
      while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
      return { words: active?.textContent ?? "", top: active?.getBoundingClientRect().top ?? 0 };
    });

  it("tells of each device how it is, its newest values with their units, and draws its last hour", async () => {
    const page = await visit();
    const card = item(page, "Bread oven");
    await expect.poll(() => wordsOf(card)).toMatch(/online[\s\S]*229 °C[\s\S]*Temperature\s+180 – 229/);
    expect(await wordsOf(card)).toMatch(/44%\s+Humidity\s+off\s+Door/);
    await expect.poll(async () => (await drawnLine(card.locator("fleet-spark"))).from).toBeLessThan(0.25);
    const line = await drawnLine(card.locator("fleet-spark"));
    expect(line.to).toBeGreaterThan(0.9);
    expect(line.longestGap).toBeLessThan(0.05);
    // It rises all the way: the end is drawn higher than the beginning.
    const rows = line.rows.filter((row) => row !== null);
    expect(rows.at(-4)).toBeLessThan((rows[0] ?? 0) - 15);

    await heat(231);
    await expect.poll(() => wordsOf(card)).toMatch(/231 °C[\s\S]*180 – 231/);
    await page.context().close();
  });

  it("finds by / and words, goes through by the arrow keys, opens by Enter, and Back returns to the same place", async () => {
    const page = await visit();
    await page.keyboard.press("/");
    await page.keyboard.type("hall 99");
    await expect.poll(() => page.locator("fleet-grid .item").count()).toBe(19);
    await expect.poll(() => paramsOf(page).get("q")).toBe("hall 99");
    await page.keyboard.press("Escape");
    await expect.poll(() => paramsOf(page).get("q")).toBe(null);
    await page.keyboard.press("ArrowDown");
    await expect.poll(async () => (await focused(page)).words).toContain("Bread oven");
    await page.keyboard.press("ArrowRight");
    expect((await focused(page)).words).toContain("Gateway");
    await page.keyboard.press("End");
    await expect.poll(async () => (await focused(page)).words).toContain("Old lamp");
    await page.keyboard.press("ArrowUp");
    const before = await focused(page);
    expect(before.words).toMatch(/Hall 99\d/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: /Hall 99\d/ }).waitFor();
    await page.goBack();
    await expect.poll(async () => (await focused(page)).words.slice(0, 40)).toBe(before.words.slice(0, 40));
    expect(Math.abs((await focused(page)).top - before.top)).toBeLessThan(4);
    await page.context().close();
  });

  it("Esc closes one thing, the topmost: the settings first, though the focus is elsewhere, then what was looked for", async () => {
    const page = await visit("#/?q=oven&state=online");
    const dialog = page.getByRole("dialog", { name: "Settings" });
    const open = async () => {
      await page.getByRole("button", { name: "Settings" }).click();
      await dialog.waitFor();
    };
    await open();
    await item(page, "Bread oven").focus();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await search(page).inputValue()).toBe("oven");
    await open();
    await search(page).focus();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await search(page).inputValue()).toBe("oven");
    await item(page, "Bread oven").focus();
    await page.keyboard.press("Escape");
    await expect.poll(() => Object.fromEntries(paramsOf(page))).toEqual({});
    await page.context().close();
  });

  it("has the focus on the button again where Escape closes its menu", async () => {
    const page = await visit("#/?q=oven");
    const settings = page.getByRole("button", { name: "Settings" });
    await settings.press("Enter");
    await page.getByRole("dialog", { name: "Settings" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Settings" }).waitFor({ state: "hidden" });
    expect(await settings.evaluate((button) => button.matches(":focus"))).toBe(true);
    await item(page, "Bread oven").press("Enter");
    const actions = page.getByRole("button", { name: /^Actions for/ }).first();
    await actions.press("Enter");
    await page.getByRole("menu").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "hidden" });
    expect(await actions.evaluate((button) => button.matches(":focus"))).toBe(true);
    await page.context().close();
  });

  it.each(["cards", "rows"])("has few of a thousand exist, and asks for the past of those alone: %s", async (look) => {
    const page = await visit(`#/?view=${look}`);
    const asked = () =>
      (visits.at(-1) as Visit).requests.filter((address) => address.includes("/readings?")).map((one) => new URL(one));
    const devices = () => asked().flatMap(({ searchParams }) => searchParams.getAll("device"));
    await expect.poll(() => devices().length).toBeGreaterThan(10);
    expect(await page.locator("fleet-grid .item").count()).toBeLessThan(80);
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await item(page, "Hall 999").waitFor();
    await expect.poll(() => devices()).toContain("hall/999");
    expect(await page.locator("fleet-grid .item").count()).toBeLessThan(80);
    // What was passed over was not asked for.
    expect(devices()).not.toContain("hall/500");
    expect(asked().length).toBeLessThan(10);
    await page.context().close();
  });

  it.each(["en-US", "ko-KR"])(
    "has a header whose parts never lie over each other, whatever room there is: %s",
    async (locale) => {
      const page = await visit("#/", { locale, viewport: { width: 1421, height: 600 } });
      const parts = page.locator("page-header > *:visible");
      await page.locator("page-header dl").waitFor();
      // As wide as with figures of thousands.
      await page.evaluate("document.documentElement.style.setProperty('--text-s', '16px')");
      for (const width of [1421, 1440, 1520, 1521, 1600, 1920]) {
        await page.setViewportSize({ width, height: 600 });
        const edges = await parts.evaluateAll((all) =>
          all.map((one) => {
            const { left, right } = one.getBoundingClientRect();
            return [left, one.matches("dl") ? right : Math.max(right, left + one.scrollWidth - 1)];
          }),
        );
        expect(edges.length, `${width}`).toBe(5);
        for (const [index, [left = 0]] of edges.entries())
          expect(left, `${width}`).toBeGreaterThanOrEqual(edges[index - 1]?.[1] ?? 0);
        // Each count that is seen is seen whole.
        const counts = await page.locator("page-header dl").evaluate((list) => {
          const seen = list.getBoundingClientRect();
          const shown = [...list.children]
            .map((one) => one.getBoundingClientRect())
            .filter(({ top }) => top < seen.bottom - 2);
          return {
            count: shown.length,
            cut: shown.filter(({ left, right }) => left < seen.left - 0.5 || right > seen.right + 0.5).length,
          };
        });
        expect(counts.count, `${width}`).toBeGreaterThan(width < 1600 ? 0 : 2);
        expect(counts.cut, `${width}`).toBe(0);
      }
      await page.context().close();
    },
  );

  it("stands in one column on a phone, nothing sticks out, and whatever is touched is large enough", async () => {
    const page = await visit("#/?sort=state", phone);
    for (const look of ["cards", "rows"]) {
      await page.getByRole("button", { name: look === "cards" ? "Cards" : "Rows" }).tap();
      await page.locator(`fleet-grid .${look}`).waitFor();
      const lefts = await page
        .locator("fleet-grid .item")
        .evaluateAll((items) => new Set(items.map((one) => one.getBoundingClientRect().left)).size);
      expect(lefts, look).toBe(1);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, look).toBe(0);
      const small = await page
        .locator("fleet-page :is(a, button, select, input)")
        .evaluateAll((controls) => controls.filter((one) => one.getBoundingClientRect().height < 44).length);
      expect(small, look).toBe(0);
    }
    await page.context().close();
  });

  it("says what is in trouble, shows it alone or first, and keeps that in the address", async () => {
    const page = await visit();
    // It is too hot still where this runs again.
    await heat(231);
    await page.getByText("1 of 1,003 in trouble").waitFor();
    await search(page).fill("lamp");
    await expect
      .poll(() => wordsOf(item(page, "Old lamp")))
      .toMatch(/offline for[\s\S]*its connection ended[\s\S]*dim/);
    // A value past its time is told with its age, a state with a strip.
    expect(await wordsOf(item(page, "Old lamp").locator(".age.old"))).toMatch(/^[4-9]\d min ago$/);
    expect(await item(page, "Old lamp").locator("fleet-spark canvas").count()).toBe(1);
    await search(page).fill("");
    await heat(260);
    await page.getByText("2 of 1,003 in trouble").waitFor();
    await page.getByRole("combobox", { name: "Sort by" }).selectOption("Trouble first");
    const first = page.locator("fleet-grid .item").first();
    await expect.poll(() => wordsOf(first)).toMatch(/Bread oven[\s\S]*Temperature: too hot[\s\S]*260 °C/);
    await filter(page, /in trouble 2/).click();
    await expect.poll(() => page.locator("fleet-grid .item").count()).toBe(2);
    expect(Object.fromEntries(paramsOf(page))).toEqual({ state: "trouble", sort: "state" });
    await page.reload();
    await expect.poll(() => page.locator("fleet-grid .item").count()).toBe(2);
    await filter(page, /silent 0/).click();
    await page.getByText("No device is silent now.").waitFor();
    await page.getByRole("button", { name: "Show all devices" }).click();
    await item(page, "Gateway").waitFor();
    await page.context().close();
  });

  it("groups by any label, with the count and the worst of each, and closes groups", async () => {
    await heat(260);
    const page = await visit("#/?view=rows");
    await page.getByRole("combobox", { name: "Group by" }).selectOption("By floor");
    const heads = page.locator("fleet-grid .group button");
    await expect.poll(() => wordsOf(heads.first())).toMatch(/^0\s+100$/);
    await heads.first().click();
    expect(await heads.first().getAttribute("aria-expanded")).toBe("false");
    await expect
      .poll(() => Object.fromEntries(paramsOf(page)))
      .toEqual({ group: "label:floor", view: "rows", closed: "0" });
    await expect.poll(() => wordsOf(page.locator("fleet-grid .item").first())).toContain("Hall 1");
    await page.reload();
    await expect.poll(() => heads.first().getAttribute("aria-expanded")).toBe("false");
    await page.getByRole("combobox", { name: "Sort by" }).selectOption("Trouble first");
    await expect.poll(() => wordsOf(heads.first())).toMatch(/^cellar\s+1\s+1 in alarm$/);
    const list = page.getByRole("list", { name: "1", exact: true });
    expect(await list.getByRole("listitem").first().getAttribute("aria-setsize")).toBe("100");
    await page.context().close();
  });

  it.each(themesOfRun())("breaks no rule of accessibility: %s", async (colorScheme) => {
    const page = await visit("#/?sort=state&group=kind", { colorScheme });
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Rows" }).click();
    await page.locator("fleet-grid .rows").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });

  it("greys what may be old while the hub is away, and goes on by itself", async () => {
    await heat(260, await world.device("oven/1"));
    const wall = await visit();
    await wall.evaluate(() => scrollTo(0, 3_000));
    const tools = wall.locator("fleet-tools");
    const stuck = await tools.boundingBox();
    const page = await visit("#/?q=oven");
    const colourOf = (part: string) =>
      item(page, "Bread oven")
        .locator(part)
        .first()
        .evaluate((element) => getComputedStyle(element).color);
    expect(await colourOf(".cell .value")).not.toBe(await colourOf(".label"));
    await world.stopHub();
    await page.locator("link-banner .banner").waitFor();
    // What sticks to the top of a page that was scrolled is not covered by the banner.
    const banner = wall.locator("link-banner .banner");
    await banner.waitFor();
    const { y = 0, height = 0 } = (await banner.boundingBox()) ?? {};
    expect(y).toBe(stuck?.y);
    await expect.poll(async () => (await tools.boundingBox())?.y).toBeCloseTo(y + height, 0);
    await wall.context().close();
    await expect.poll(() => colourOf(".cell .value")).toBe(await colourOf(".label"));
    await world.startHub();
    await tryNow(page);
    await heat(199, await world.device("oven/1"));
    await expect.poll(() => wordsOf(item(page, "Bread oven").locator(".main > .value"))).toBe("199 °C");
    await expect.poll(() => colourOf(".cell .value")).not.toBe(await colourOf(".label"));
    // As much of the rise as the last hour has: of its 50 minutes some may have passed by now.
    await expect.poll(() => wordsOf(item(page, "Bread oven"))).toMatch(/1[89]\d – 260/);
    await page.context().close();
  });

  it("asked no other machine for anything, and had nothing to complain of", () => {
    const hosts = new Set(visits.flatMap(({ requests }) => requests.map((address) => new URL(address).host)));
    expect([...hosts]).toEqual([`127.0.0.1:${world.port}`]);
    // What the browser itself says of a hub that was stopped.
    const complaints = visits
      .flatMap((one) => one.complaints)
      .filter((one) => !/WebSocket connection to|ERR_CONNECTION_REFUSED/.test(one));
    expect(complaints).toEqual([]);
  });
});
