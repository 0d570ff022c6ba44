/** Connecting a device, and the answer to "did my frame reach the hub, and why not?", as a newcomer reads it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Client } from "../support/client.ts";
import { websocketTransport } from "../support/websocket-wire.ts";
import { programOf, wordsOf } from "./reading-page.ts";
import { axeViolations, themesOfRun, World } from "./world.ts";

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

describe("the page for connecting a device", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    await world.device("greenhouse/1", { name: "Greenhouse" });
  });
  beforeEach(() => world.hubUp());
  afterAll(() => world.stop());

  /** Someone who is listed for the next minute, however slow this machine is. */
  const report = (device: string) => post(JSON.stringify({ device, readings: [{ metric: "a", value: 1 }] }));
  const post = (body: string, path = "/api/v1/readings") => fetch(`${world.url}${path}`, { method: "POST", body });

  it("tells of each sender how it came and what of it was stored, and of what was refused why, with the raw text", async () => {
    const { page, complaints } = await world.visit("#/connect");
    const senders = page.getByRole("list", { name: /Senders of the last minute/ }).getByRole("listitem");
    await senders.filter({ hasText: "Greenhouse" }).getByText("0 readings").waitFor();
    await post(
      JSON.stringify({
        device: "shed",
        readings: [
          { metric: "a", value: 1 },
          { metric: "b", value: { x: 1 } },
        ],
      }),
    );
    const shed = senders.filter({ hasText: "shed" });
    await shed.waitFor();
    expect(await wordsOf(shed)).toMatch(/shed\s+1 reading\s+HTTP · this machine\s+1 refused · (now|\d+ s ago)/);

    // A frame of somebody who never said hello, and none that could be read.
    const stranger = await Client.open(websocketTransport, world.url);
    stranger.send("temperature=21.5;humidity=40");
    await stranger.next("error");
    await post(`{"device": "shed", "token": "not-to-be-shown", }`);
    const refusals = page.getByRole("list", { name: /refused lately/ }).getByRole("listitem");
    const unreadable = refusals.filter({ hasText: "temperature=21.5;humidity=40" });
    await unreadable.waitFor();
    expect(await wordsOf(unreadable)).toMatch(/no device named yet\s*WebSocket · this machine\s*invalid_json/);
    expect(await wordsOf(unreadable)).toContain("Send one JSON object in each text frame");
    const row = refusals.filter({ hasText: '{"metric":"b","value":{"x":1}}' });
    expect(await wordsOf(row)).toMatch(/shed\s*HTTP · this machine\s*invalid_value/);
    await refusals.filter({ hasText: '"device": "shed"' }).waitFor();
    expect(await wordsOf(page.locator("arrivals-list"))).not.toContain("not-to-be-shown");

    // The same again is the same line.
    await post(JSON.stringify({ device: "shed", readings: [{ metric: "b", value: { x: 2 } }] }));
    await refusals.filter({ hasText: '{"x":2}' }).getByText("2 times").waitFor();
    expect(await refusals.filter({ hasText: "shed" }).filter({ hasText: "invalid_value" }).count()).toBe(1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("keeps the chosen way in its address, and says where a board could not reach this hub", async () => {
    const { page } = await world.visit("#/connect?way=java");
    const program = page.getByRole("tabpanel").locator("code-block code");
    await expect.poll(() => programOf(program)).toContain("public class Sensor");
    await page.getByRole("tab", { name: "Arduino" }).click();
    await expect.poll(() => programOf(program)).toContain("HTTPClient");
    expect(new URL(page.url()).hash).toBe("#/connect?way=arduino");
    await page.getByText(`A board cannot reach 127.0.0.1:${world.port}`).waitFor();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => programOf(program)).toContain("curl http://");
    await page.reload();
    await expect.poll(() => programOf(program)).toContain("curl http://");
    await page.context().close();
  });

  it.each(themesOfRun())("breaks no rule of accessibility: %s", async (colorScheme) => {
    const { page } = await world.visit("#/connect?way=arduino", { colorScheme });
    await page.getByRole("list", { name: /refused lately/ }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });

  it("fits a phone, in Korean too", async () => {
    const { page } = await world.visit("#/connect?way=java", { ...phone, locale: "ko-KR" });
    await page.getByRole("tab", { name: "브라우저" }).waitFor();
    await page.locator("arrivals-list .refusals").waitFor();
    await report("shed");
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow()).toBe(0);
    const links = page.locator("arrivals-list a");
    await links.first().waitFor();
    const small = await links.evaluateAll(
      (all) => all.filter((link) => link.getBoundingClientRect().height < 44).length,
    );
    expect(small).toBe(0);
    await page.context().close();
  });

  it("says that the hub is gone, and goes on when it is back", async () => {
    const { page } = await world.visit("#/connect");
    await report("before");
    await page.getByRole("list", { name: /Senders/ }).waitFor();
    await world.stopHub();
    await page.locator("link-banner .banner").waitFor();
    await world.startHub();
    await report("afterwards");
    await page.locator("arrivals-list").getByText("afterwards").waitFor();
    await page.context().close();
  });

  it("plays its device on while another page is looked at, and says so when that ended meanwhile", async () => {
    const { page } = await world.visit("#/connect");
    await page.getByRole("button", { name: "Send readings from this page" }).click();
    const stop = page.getByRole("button", { name: "Stop sending" });
    await stop.waitFor();
    await page.goto(`${world.url}/#/hub`);
    await page.getByRole("heading", { name: "Hub" }).first().waitFor();
    await page.goto(`${world.url}/#/connect`);
    await stop.waitFor();
    await world.stopHub();
    await page.getByRole("button", { name: "Send readings from this page" }).waitFor();
    await world.startHub();
    await page.context().close();
  });
});
