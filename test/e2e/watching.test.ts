/** What a person sees who opens the page: past and present in one line, values that move, the first reading of an empty hub. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { card, drawnLine, programOf, wordsOf } from "./reading-page.ts";
import { type Visit, World } from "./world.ts";

describe("watching", () => {
  let world: World;
  const visits: Visit[] = [];
  const visit = async (...args: Parameters<World["visit"]>) => {
    const made = await world.visit(...args);
    visits.push(made);
    return made;
  };

  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it("an empty hub shows how to connect to this very address, and lights up with the first reading", async () => {
    const { page } = await visit();
    await page.getByRole("heading", { name: "Connect your first device" }).waitFor();
    await page.getByText("Waiting for the first reading").waitFor();
    // What tells of the hub itself is there before any device: its budget may be set first.
    for (const [link, title] of [
      ["Hub", "This hub"],
      ["Storage", "Storage"],
    ] as const) {
      await page.getByRole("link", { name: link, exact: true }).click();
      await page.getByRole("heading", { name: title, level: 1 }).waitFor();
    }
    await page.getByRole("link", { name: "Connect", exact: true }).click();
    for (const way of ["Browser", "Node", "Python", "Java", "curl", "Arduino"]) {
      await page.getByRole("tab", { name: way }).click();
      expect(await programOf(page.getByRole("tabpanel").locator("code")), way).toContain(`127.0.0.1:${world.port}`);
    }

    // The program that the page shows, run as a person would who saves it as a file: without any origin.
    await page.getByRole("tab", { name: "Browser" }).click();
    const program = await programOf(page.getByRole("tabpanel").locator("code"));
    const blank = await world.blank();
    await blank.setContent(program);

    await page.getByText("First reading from my-browser").waitFor();
    await page.getByRole("heading", { name: "my-browser", level: 1 }).waitFor();
    expect(new URL(page.url()).hash).toBe("#/device/my-browser");
    expect(await wordsOf(card(page, "temperature").locator(".value"))).toMatch(/^\d+\.\d+/);
    await blank.close();
  });

  it("the program shown for curl is a request that the hub takes", async () => {
    const { page } = await visit("#/connect");
    await page.getByRole("tab", { name: "curl" }).click();
    const program = await programOf(page.getByRole("tabpanel").locator("code"));
    const [, url = "", body = ""] = /^curl (\S+)[\s\S]* -d '(.*)'$/.exec(program) ?? [];
    const response = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    expect(await response.json()).toMatchObject({ stored: 1, rejected: [] });
    await page.getByText("First reading from my-shell").waitFor();
    await page.getByRole("link", { name: "Open the device" }).click();
    await page.getByRole("heading", { name: "my-shell", level: 1 }).waitFor();
  });

  it("the page itself can play a device", async () => {
    const { page } = await visit("#/connect");
    await page.getByRole("button", { name: "Send readings from this page" }).click();
    await page.getByText("First reading from This browser").waitFor();
    await page.getByRole("link", { name: "Open the device" }).click();
    await page.getByRole("heading", { name: "This browser", level: 1 }).waitFor();
    await card(page, "Wave").waitFor();
    await page.context().close();
  });

  it("shows past and present in one line, and the newest value as it moves", async () => {
    const device = await world.device("boiler/1", {
      name: "Boiler 1",
      reportInterval: 5_000,
      metrics: { temperature: { unit: "°C", label: "Temperature", decimals: 1 }, burner: { label: "Burner" } },
    });
    const now = Date.now();
    const times = Array.from({ length: 60 }, (_, index) => now - (60 - index) * 5_000);
    const past = times.map((_, index) => 40 + index / 4);
    device.send({
      type: "samples",
      seq: 1,
      times,
      values: { temperature: past, burner: times.map((_, index) => index % 2 === 0) },
    });
    await device.next("ack");

    const { page } = await visit("#/device/boiler/1?range=5m");
    const temperature = card(page, "Temperature");
    const value = temperature.locator(".value strong");
    await expect.poll(() => wordsOf(value)).toBe("54.8");
    expect(await wordsOf(temperature.locator(".value"))).toContain("°C");
    await expect.poll(() => wordsOf(temperature.locator("footer"))).toContain("min");

    device.send({ type: "readings", seq: 2, readings: [{ metric: "temperature", value: 77.5, time: Date.now() }] });
    await device.next("ack");
    await expect.poll(() => wordsOf(value)).toBe("77.5");
    expect(await wordsOf(page.locator(".row", { hasText: "Boiler 1" }))).toContain("77.5");
    await expect.poll(() => wordsOf(temperature.locator("footer"))).toContain("77.5");

    // The line runs from the old readings at the left to the new one at the right edge.
    const drawn = await drawnLine(temperature.locator(".plot"));
    expect(drawn.longestGap).toBeLessThan(0.02);
    expect(drawn.from).toBeLessThan(0.2);
    expect(drawn.to).toBeGreaterThan(0.9);

    // The same as a table, for those who do not see it: every reading once, newest first.
    await temperature.getByRole("button", { name: /table/ }).click();
    const rows = temperature.locator("tbody tr");
    await expect.poll(async () => (await wordsOf(rows.first())).split("\t")[1]).toBe("77.5");
    const shown = (await temperature.locator("tbody td:nth-child(2)").allInnerTexts()).map(Number).reverse();
    const expected = [...past.map((each) => Number(each.toFixed(1))), 77.5];
    // The window moves on while this runs: the oldest rows may have left it.
    expect(shown.length).toBeGreaterThan(50);
    expect(shown).toEqual(expected.slice(-shown.length));
    device.wire.close();
  });

  it("breaks the line over a silence, and shades it", async () => {
    const device = await world.device("sleeper", { reportInterval: 1_000, metrics: { level: { decimals: 0 } } });
    const now = Date.now();
    const times = Array.from({ length: 50 }, (_, index) => now - 55_000 + index * 1_000).filter(
      (_, index) => index < 15 || index > 35,
    );
    device.send({ type: "samples", seq: 1, times, values: { level: times.map(() => 5) } });
    await device.next("ack");
    const { page } = await visit("#/device/sleeper?range=1m");
    const plot = card(page, "level").locator(".plot");
    await expect.poll(async () => (await drawnLine(plot)).to).toBeGreaterThan(0.8);
    const { longestGap } = await drawnLine(plot);
    // 21 of some 50 seconds were silent.
    expect(longestGap).toBeGreaterThan(0.3);
    expect(longestGap).toBeLessThan(0.6);
    device.wire.close();
  });

  it("tells what the crosshair points at, in all charts at once, and to the keyboard", async () => {
    const { page } = await visit("#/device/boiler/1?range=15m");
    const temperature = card(page, "Temperature");
    await expect.poll(async () => (await drawnLine(temperature.locator(".plot"))).to).toBeGreaterThan(0.8);
    const box = await temperature.locator(".plot").boundingBox();
    if (!box) throw new Error("the plot has no box");
    await page.mouse.move(box.x + box.width * 0.8, box.y + 60);
    await page.mouse.move(box.x + box.width * 0.81, box.y + 70);
    await expect.poll(() => wordsOf(temperature.locator(".chip"))).toMatch(/^\d+\.\d.°C \d\d:\d\d:\d\d$/u);
    await expect.poll(() => wordsOf(card(page, "Burner").locator(".chip"))).toMatch(/^(on|off) \d\d:\d\d:\d\d$/);
    await page.mouse.move(5, 5);
    await temperature.locator(".chip").waitFor({ state: "hidden" });
    await temperature.locator(".plot").focus();
    await page.keyboard.press("End");
    await expect.poll(() => wordsOf(temperature.locator(".chip"))).toContain("77.5");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => wordsOf(temperature.locator(".chip"))).toContain("54.8");
  });

  it("zooms into what is drawn with the pointer, while readings come, and goes back", async () => {
    const { page } = await visit("#/device/boiler/1?range=15m");
    const temperature = card(page, "Temperature");
    const plot = temperature.locator(".plot");
    await expect.poll(async () => (await drawnLine(plot)).to).toBeGreaterThan(0.8);
    const area = await plot.locator(".u-over").boundingBox();
    if (!area) throw new Error("the plot has no area");
    await page.mouse.move(area.x + area.width * 0.7, area.y + 40);
    await page.mouse.down();
    await page.mouse.move(area.x + area.width * 0.8, area.y + 50);
    await page.mouse.move(area.x + area.width * 0.9, area.y + 50);
    await page.mouse.up();
    const button = page.getByRole("button", { name: "Back to live" });
    await button.waitFor();
    const query = new URLSearchParams(new URL(page.url()).hash.split("?")[1]);
    const span = Number(query.get("to")) - Number(query.get("from"));
    // A fifth of 15 minutes.
    expect(span / 60_000).toBeGreaterThan(2.8);
    expect(span / 60_000).toBeLessThan(3.2);
    await expect.poll(async () => (await drawnLine(plot)).to).toBeGreaterThan(0.9);
    await page.goBack();
    await button.waitFor({ state: "detached" });
    expect(await page.getByRole("radio", { name: "15 minutes" }).getAttribute("aria-checked")).toBe("true");
    await page.goForward();
    await button.click();
    await button.waitFor({ state: "detached" });
  });

  it("keeps device and range in the address", async () => {
    const { page } = await visit("#/device/boiler/1?range=5m");
    await page.getByRole("radio", { name: "24 hours" }).click();
    expect(new URL(page.url()).hash).toBe("#/device/boiler/1?range=24h");
    await page.reload();
    await expect.poll(() => page.getByRole("radio", { name: "24 hours" }).getAttribute("aria-checked")).toBe("true");
    await page.goto(`${world.url}/#/device/no/such`);
    await page.getByText("The hub knows no device “no/such”.").waitFor();
  });

  it("[S20] shows markup in names, units and values as text", async () => {
    const markup = `<img src=x onerror="document.title='hacked'">`;
    const device = await world.device("evil", {
      name: `${markup}name`,
      metrics: { m: { label: `${markup}label`, unit: `${markup}unit` }, s: { label: markup } },
    });
    device.send({
      type: "readings",
      seq: 1,
      readings: [
        { metric: "m", value: 1 },
        { metric: "s", value: markup },
      ],
    });
    await device.next("ack");
    const { page } = await visit("#/device/evil");
    await page.getByRole("heading", { level: 1, name: `${markup}name` }).waitFor();
    await card(page, `${markup}label`).waitFor();
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.title()).not.toBe("hacked");
    device.wire.close();
  });

  it("stays quick with 1,000 devices: few rows exist, each can be found, by hand and by keyboard", async () => {
    const gateway = await world.device("gateway");
    for (let index = 0; index < 1_000; index++) {
      gateway.send({ type: "describe", device: `hall/${index}`, name: `Hall ${index}` });
    }
    const readings = Array.from({ length: 1_000 }, (_, index) => ({
      device: `hall/${index}`,
      metric: "temperature",
      value: index,
    }));
    gateway.send({ type: "readings", seq: 1, readings });
    await gateway.until((answer) => answer.type === "ack" && answer.seq === 1);

    const { page } = await visit("#/device/boiler/1");
    await page
      .getByText(/^1,0\d\d$/)
      .first()
      .waitFor({ state: "attached" });
    const rows = page.locator("device-list .row");
    expect(await rows.count()).toBeLessThan(60);
    const search = page.getByRole("searchbox", { name: "Search devices" });
    await search.fill("hall 999");
    await expect.poll(() => rows.count()).toBe(1);
    await search.press("Escape");
    await search.press("ArrowDown");
    await page.keyboard.press("End");
    const last = await page.evaluate(() => {
      let active = document.activeElement;
      while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
      return active?.textContent ?? "";
    });
    expect(last).toContain("This browser");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "sleeper" }).waitFor();
    gateway.wire.close();
  });

  it("asked no other machine for anything, and had nothing to complain of", () => {
    const hosts = new Set(visits.flatMap(({ requests }) => requests.map((address) => new URL(address).host)));
    expect([...hosts]).toEqual([`127.0.0.1:${world.port}`]);
    expect(visits.flatMap(({ complaints }) => complaints)).toEqual([]);
  });
});
