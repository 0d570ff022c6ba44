/** What the page shows stays true while the hub's data change under it, and whatever this machine's clock says. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { card, drawnLine, tryNow, wordsOf } from "./reading-page.ts";
import { World } from "./world.ts";

describe("the page tells the truth", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  beforeEach(() => world.hubUp());
  afterAll(() => world.stop());

  const remove = async (path: string) => {
    const response = await fetch(`${world.url}/api/v1/${path}`, { method: "DELETE" });
    expect(response.ok).toBe(true);
  };

  it("[P14] draws a series that was emptied and comes back as texts", async () => {
    const device = await world.device("mode", { metrics: { mode: { label: "Mode" } } });
    device.send({
      type: "readings",
      id: 1,
      readings: [1, 2, 3].map((value) => ({ metric: "mode", value, time: at(value) })),
    });
    await device.next("ack");
    const { page, complaints } = await world.visit("#/device/mode?range=1m");
    const mode = card(page, "Mode");
    await expect.poll(() => wordsOf(mode.locator("footer"))).toMatch(/max\s+3/);
    await remove(`readings?device=mode&metric=mode&from=0&to=${Date.now() + 1_000}`);
    device.send({ type: "readings", id: 2, readings: [{ metric: "mode", value: "heating" }] });
    await device.next("ack");
    await expect.poll(() => wordsOf(mode.locator(".value"))).toBe("heating");
    await expect.poll(() => wordsOf(mode.locator("footer"))).toMatch(/heating\s+100%/);
    await mode.locator(".plot.strip canvas").waitFor();
    expect(complaints).toEqual([]);
    device.wire.close();
    await page.context().close();
  });

  it("[P73] draws a state from the left edge, though it began before the range", async () => {
    const device = await world.device("valve", { metrics: { valve: { label: "Valve", reportInterval: 0 } } });
    const readings = [
      { metric: "valve", value: "open", time: at(-300) },
      { metric: "valve", value: "shut", time: at(-100) },
    ];
    device.send({ type: "readings", id: 1, readings });
    await device.next("ack");
    const { page, complaints } = await world.visit(`#/device/valve?from=${at(-200)}&to=${at(-50)}`);
    await expect.poll(() => wordsOf(card(page, "Valve").locator("footer"))).toMatch(/open\s+6\d%\s+shut\s+3\d%/);
    expect(complaints).toEqual([]);
    device.wire.close();
    await page.context().close();
  });

  it("says so where the open device was removed, and shows it again with its next reading", async () => {
    const device = await world.device("guest");
    device.send({ type: "readings", id: 1, readings: [{ metric: "level", value: 1 }] });
    await device.next("ack");
    const { page, complaints } = await world.visit("#/device/guest");
    await card(page, "level").waitFor();
    await remove("devices/guest");
    await page.getByText("The hub knows no device “guest”.").waitFor();
    expect(await page.locator(".row", { hasText: "guest" }).count()).toBe(0);
    const again = await world.device("guest");
    again.send({ type: "readings", id: 1, readings: [{ metric: "level", value: 2 }] });
    await again.next("ack");
    await expect.poll(() => wordsOf(card(page, "level").locator(".value"))).toBe("2");
    await expect.poll(() => wordsOf(card(page, "level").locator("footer"))).toMatch(/min\s+2\s+mean\s+2\s+max\s+2/);
    expect(complaints).toEqual([]);
    again.wire.close();
    await page.context().close();
  });

  it("draws a lone reading between two silences", async () => {
    const device = await world.device("lone", { reportInterval: 1_000, metrics: { level: { decimals: 0 } } });
    const seconds = Array.from({ length: 58 }, (_, second) => second);
    const sent = seconds.filter((second) => second < 20 || second === 30 || second > 40);
    const now = Date.now();
    device.send({
      type: "samples",
      id: 1,
      times: sent.map((second) => now - 58_000 + second * 1_000),
      values: { level: sent.map(() => 5) },
    });
    await device.next("ack");
    const { page } = await world.visit(`#/device/lone?from=${now - 58_000}&to=${now}`);
    const plot = card(page, "level").locator(".plot");
    await expect.poll(async () => (await drawnLine(plot)).to).toBeGreaterThan(0.8);
    // Without it the longest gap would be 21 of 57 seconds.
    expect((await drawnLine(plot)).longestGap).toBeLessThan(0.3);
    device.wire.close();
    await page.context().close();
  });

  it("lets a value stand until the next where it is told on event: a slope would tell of values that never were", async () => {
    const device = await world.device("share", { reportInterval: 0, metrics: { price: { decimals: 0 } } });
    const now = Date.now();
    const readings = [0, 10, 50, 58].map((second) => ({
      metric: "price",
      value: second < 50 ? 100 : 200,
      time: now - 60_000 + second * 1_000,
    }));
    device.send({ type: "readings", id: 1, readings });
    await device.next("ack");
    const { page } = await world.visit(`#/device/share?from=${now - 60_000}&to=${now}`);
    const plot = card(page, "price").locator(".plot");
    await expect.poll(async () => (await drawnLine(plot)).to).toBeGreaterThan(0.8);
    const { rows, from, to } = await drawnLine(plot);
    // Of the 58 seconds between the first and the last.
    const rowAt = (second: number) => rows[Math.round((from + ((to - from) * second) / 58) * rows.length)];
    const floor = rowAt(5) ?? Number.NaN;
    expect(Math.abs((rowAt(45) ?? 0) - floor)).toBeLessThan(2);
    expect(floor - (rowAt(54) ?? floor)).toBeGreaterThan(20);
    device.wire.close();
    await page.context().close();
  });

  it.each([-2, 2])("keeps to the hub's clock where this machine is %d hours off", async (hours) => {
    const device = await world.device(`clock${hours}`, { reportInterval: 60_000 });
    device.send({ type: "readings", id: 1, readings: [{ metric: "level", value: 7 }] });
    await device.next("ack");
    const wrongClock = `const now = Date.now; Date.now = () => now() + ${hours * 3_600_000};`;
    const { page } = await world.visit("#/connect", {}, world.url, wrongClock);
    await page.getByRole("button", { name: "Send readings from this page" }).click();
    await page.getByRole("link", { name: "Open the device" }).click();
    await expect.poll(() => wordsOf(card(page, "Wave").locator(".value"))).toMatch(/^\d\d\.\d\d/);
    // Live: the curve ends where the newest reading is, and nothing is called old.
    expect(await card(page, "Wave").locator(".value.stale").count()).toBe(0);
    expect(await page.getByText("Ends at the newest reading").count()).toBe(0);
    await page.locator(".row", { hasText: `clock${hours}` }).click();
    await expect.poll(() => wordsOf(card(page, "level").locator("footer"))).toMatch(/max\s+7/);
    expect(await wordsOf(page.locator(".row", { hasText: `clock${hours}` }).locator(".age"))).toMatch(/now|s ago/);
    device.wire.close();
    await page.context().close();
  });

  it("[P18] tells what was refused of a device, and why", async () => {
    const device = await world.device("stubborn", { reportInterval: 1_000 });
    device.send({ type: "readings", id: 1, readings: [{ metric: "level", value: 1 }] });
    await device.next("ack");
    device.send({ type: "readings", id: 2, readings: [{ metric: "level", value: "high" }] });
    await device.next("ack");
    const { page, complaints } = await world.visit("#/device/stubborn");
    const summary = page.getByText(/1 reading was refused, the last/);
    await summary.click();
    const row = page.getByRole("list", { name: "Refused readings" }).getByRole("listitem");
    expect(await wordsOf(row)).toContain('"value":"high"');
    expect(await wordsOf(row)).toContain("number");
    await page.locator(".row", { hasText: "guest" }).click();
    await card(page, "level").waitFor();
    await summary.waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
    device.wire.close();
    await page.context().close();
  });

  it("says Loading no longer than it loads", async () => {
    const device = await world.device("day", { reportInterval: 60_000 });
    const times = Array.from({ length: 60 }, (_, minute) => Date.now() - minute * 60_000);
    device.send({ type: "samples", id: 1, times, values: { level: times.map(() => 1) } });
    await device.next("ack");
    const { page } = await world.visit("#/device/day?range=24h");
    // Two frames after the past is here, and the element is asked by the page itself, without a way in between.
    const words = await card(page, "level").evaluate(async (element) => {
      const { feed, shadowRoot } = element as HTMLElement & { feed: { ready: boolean } };
      const frame = () => new Promise(requestAnimationFrame);
      while (!feed.ready) await frame();
      await frame();
      await frame();
      return shadowRoot?.querySelector(".note")?.textContent ?? "";
    });
    expect(words).toBe("");
    device.wire.close();
    await page.context().close();
  });

  it("leaves nothing behind of a device that is shown no more", async () => {
    for (const name of ["left", "right"]) {
      const device = await world.device(name);
      device.send({ type: "readings", id: 1, readings: ["a", "b"].map((metric) => ({ metric, value: 1 })) });
      await device.next("ack");
      device.wire.close();
    }
    const { page } = await world.visit("#/device/left");
    const look = async (name: string) => {
      await page.goto(`${world.url}/#/device/${name}`);
      await page.getByRole("heading", { level: 1, name }).waitFor();
      await expect.poll(() => page.locator("metric-card canvas").count()).toBe(2);
      return page.locator("device-page").evaluate(({ shadowRoot }) => {
        const walker = document.createTreeWalker(shadowRoot as ShadowRoot);
        let nodes = 0;
        while (walker.nextNode()) nodes++;
        return nodes;
      });
    };
    await look("right");
    const first = await look("left");
    for (let round = 0; round < 5; round++) {
      await look("right");
      expect(await look("left")).toBe(first);
    }
    await page.context().close();
  });

  it("takes a range that was chosen during a cut, with what was measured meanwhile", async () => {
    const device = await world.device("pump", { reportInterval: 1_000 });
    device.send({ type: "readings", id: 1, readings: [{ metric: "level", value: 1, time: Date.now() - 600_000 }] });
    await device.next("ack");
    const { page, complaints } = await world.visit("#/device/pump?range=1m");
    await card(page, "level").waitFor();
    await world.stopHub();
    await page.locator("link-banner .banner").waitFor();
    await page.getByRole("radio", { name: "1 hour" }).click();
    await world.startHub();
    const again = await world.device("pump");
    again.send({ type: "readings", id: 1, readings: [{ metric: "level", value: 9 }] });
    await again.next("ack");
    await tryNow(page);
    await expect.poll(() => wordsOf(card(page, "level").locator("footer"))).toMatch(/min\s+1\s+mean\s+5\s+max\s+9/);
    // What the browser says of a hub that is not there is no complaint of the page.
    expect(complaints.filter((complaint) => !complaint.includes("ERR_CONNECTION_REFUSED"))).toEqual([]);
    again.wire.close();
    await page.context().close();
  });

  it("[P51] mixes nothing of the data before with those of a hub that has others now", async () => {
    const before = await world.device("twin", { name: "Before" });
    before.send({ type: "readings", id: 1, readings: [{ metric: "level", value: 1_000 }] });
    await before.next("ack");
    const { page } = await world.visit("#/device/twin?range=1h");
    await expect.poll(() => wordsOf(card(page, "level").locator("footer"))).toMatch(/max\s+1,000/);
    await world.stopHub();
    await world.startHub({ data: "other-data" });
    const after = await world.device("twin", { name: "After" });
    after.send({ type: "readings", id: 1, readings: [{ metric: "level", value: 3 }] });
    await after.next("ack");
    await page.getByRole("heading", { level: 1, name: "After" }).waitFor();
    await expect.poll(() => wordsOf(card(page, "level").locator("footer"))).toMatch(/min\s+3\s+mean\s+3\s+max\s+3/);
    expect(await page.locator("device-list .row").count()).toBe(1);
    after.wire.close();
    await page.context().close();
  });
});

/** So many seconds after ten seconds ago, ms. */
function at(secondsAgo: number): number {
  return Date.now() - 10_000 + secondsAgo * 1_000;
}
