/** The page of a hub that asks for its token, opened by an address of the network, in a real browser. */
import { mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, createApp } from "../../server/app.ts";
import { makeConfig } from "../../server/config.ts";
import { lanAddresses } from "../../server/main/lan.ts";
import { silentLog, systemClock } from "../../server/ports.ts";
import { launchChromium } from "../support/browser.ts";
import { builtStoreWorker } from "../support/built.ts";
import { builtPage } from "./built-page.ts";
import { axeViolations } from "./world.ts";

const [address] = lanAddresses(networkInterfaces());
const missingNetwork = address === undefined;

describe.skipIf(missingNetwork)(
  "[S6] signing in by an address of the network, left out where this machine has none",
  () => {
    let folder: string;
    let pageFolder: string;
    let browser: Browser;
    let app: App;
    let token: string;
    let port = 0;
    const url = () => `http://${address}:${port}/`;

    async function startHub(newToken: boolean): Promise<void> {
      const config = makeConfig({ lan: true, newToken, port, data: join(folder, "data"), minFreeBytes: 0 });
      const onFatal = (error: unknown) => {
        throw error;
      };
      app = await createApp(
        config,
        { clock: systemClock, log: silentLog },
        { dashboardFolder: pageFolder, storeWorkerUrl: builtStoreWorker(), onFatal },
      );
      port = Number(new URL(app.url).port);
      token = app.newToken ?? token;
    }

    async function open(at = "", width = 1280, theme: "light" | "dark" = "light"): Promise<Page> {
      const context = await browser.newContext({
        locale: "en-US",
        viewport: { width, height: 800 },
        colorScheme: theme,
      });
      context.setDefaultTimeout(12_000);
      const page = await context.newPage();
      await page.goto(`${url()}${at}`);
      return page;
    }
    const field = (page: Page) => page.getByRole("textbox", { name: "Token" });
    const live = (page: Page) => page.getByRole("status").filter({ hasText: "Live" }).waitFor();

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "hub-sign-in-"));
      [pageFolder, browser] = await Promise.all([builtPage(join(folder, "build")), launchChromium()]);
      await startHub(false);
      const answer = await fetch(`${app.url}/api/v1/readings`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ device: "oven-1", readings: [{ metric: "temperature", value: 180 }] }),
      });
      expect(answer.status).toBe(200);
    });
    afterAll(async () => {
      await browser.close();
      await app.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it("asks for the token, says that one is wrong, takes the right one by keyboard, and keeps it over a reload", async () => {
      const page = await open();
      await field(page).waitFor();
      expect(await page.getByText("oven-1").count()).toBe(0);
      expect(await page.getByRole("alert").filter({ hasText: /./ }).count()).toBe(0);
      await page.keyboard.type("wrong");
      await page.keyboard.press("Enter");
      await page.getByText("This is not the hub's token").waitFor();
      expect(await field(page).getAttribute("aria-invalid")).toBe("true");
      await field(page).fill(token.toUpperCase());
      await page.keyboard.press("Enter");
      await page.getByText("oven-1").first().waitFor();
      await live(page);
      await page.reload();
      await page.getByText("oven-1").first().waitFor();
      const other = await open();
      await field(other).waitFor();
    });

    it("[S3] takes the token of the printed code out of the address, and never asks for an address that has it", async () => {
      const page = await open();
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("websocket", (socket) => asked.push(socket.url()));
      await page.goto("about:blank");
      await page.goto(`${url()}#token=${token}`);
      await page.getByText("oven-1").first().waitFor();
      expect(page.url()).not.toContain(token);
      // Pasted into a page that is open already, it does not stay in the tab's history either.
      await page.goto(`${url()}#token=${token}`);
      await page.waitForURL((at) => !at.hash.includes(token));
      while (page.url() !== "about:blank") {
        await page.goBack();
        expect(page.url()).not.toContain(token);
      }
      await page.goto(url());
      await page.getByText("oven-1").first().waitFor();
      expect(asked.filter((one) => new URL(one).href.replace(/#.*/, "").includes(token))).toEqual([]);
      await page.goto(`${url()}#/connect`);
      const program = page.locator("#program");
      await program.getByText(token).first().waitFor();
      await page.getByRole("button", { name: "Send readings from this page" }).click();
      await page.getByText("First reading from This browser").waitFor();
    });

    it("shows nothing any more once the token was replaced", async () => {
      const page = await open(`#token=${token}`);
      await page.getByText("oven-1").first().waitFor();
      await app.stop();
      await startHub(true);
      await page.getByText("This is not the hub's token, or it no longer is.").waitFor({ timeout: 30_000 });
      expect(await page.getByText("oven-1").count()).toBe(0);
      await field(page).fill(token);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("oven-1").first().waitFor();
    });

    it("tells nothing of devices where it asks for the token, and calls none wrong that the hub has not seen", async () => {
      const page = await open(`#token=${token}`);
      await page.getByText("oven-1").first().waitFor();
      await page.getByText("oven-1").first().click();
      await page.waitForURL(/#\/device\/oven-1/);
      await expect.poll(() => page.title()).toContain("oven-1");
      await app.stop();
      await startHub(true);
      await page.getByText("This is not the hub's token").waitFor({ timeout: 30_000 });
      expect(await page.title()).toBe("Telemetry hub");
      expect(await page.locator("page-header dl").count()).toBe(0);
      await app.stop();
      await field(page).fill(token);
      await page.keyboard.press("Enter");
      await page.getByText("Connection to the hub lost").waitFor();
      expect(await page.getByText("This is not the hub's token").count()).toBe(0);
      expect(await page.getByText("Values as of").count()).toBe(0);
      await startHub(false);
      await page.getByText("oven-1").first().waitFor({ timeout: 30_000 });
    });

    it.each([
      ["light", 1440],
      ["dark", 1440],
      ["light", 390],
      ["dark", 390],
    ] as const)("[A11Y] is readable and fits: %s, %d px", async (theme, width) => {
      const page = await open("", width, theme);
      await field(page).fill("wrong");
      await page.keyboard.press("Enter");
      await page.getByText("This is not the hub's token").waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `sign-in-${theme}-${width}.png`) });
    });

    it("needs no token on the hub's own machine", async () => {
      const page = await open();
      await page.goto(`http://localhost:${port}/`);
      await page.getByText("oven-1").first().waitFor();
    });

    // The last one: this machine's address in the network stays blocked after it.
    it("[S7] says after ten wrong tokens when to try again", async () => {
      const page = await open("", 390);
      await field(page).waitFor();
      const headers = { Authorization: "Bearer wrong" };
      for (let count = 0; count < 10; count++) await fetch(`${url()}api/v1/devices`, { headers });
      await field(page).fill(token);
      await page.keyboard.press("Enter");
      await page.getByText(/Too many wrong tokens came from this address: try again in \d+ s\./).waitFor();
      // Its connection was not lost, and there are no values to be old.
      expect(await page.getByText("Connection to the hub lost").count()).toBe(0);
      expect(await axeViolations(page)).toEqual([]);
      if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, "sign-in-blocked.png") });
    });
  },
);
