/** The page of a hub that asks who comes, opened by an address of the network, in a real browser. */
import { mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, createApp } from "../../server/app.ts";
import { makeConfig } from "../../server/config.ts";
import { lanAddresses } from "../../server/main/lan.ts";
import { silentLog, systemClock } from "../../server/ports.ts";
import type { NewTokenAnswer } from "../../server/protocol/index.ts";
import { launchChromium } from "../support/browser.ts";
import { builtStoreWorker } from "../support/built.ts";
import { builtPage } from "./built-page.ts";
import { axeViolations } from "./world.ts";

const [address] = lanAddresses(networkInterfaces());
const missingNetwork = address === undefined;
const password = "three words here";

describe.skipIf(missingNetwork)(
  "[S6] signing in by an address of the network, left out where this machine has none",
  () => {
    let folder: string;
    let pageFolder: string;
    let browser: Browser;
    let app: App;
    let cookie = "";
    let port = 0;
    const url = () => `http://${address}:${port}/`;

    async function startHub(setup = false): Promise<void> {
      const config = makeConfig({ lan: true, setup, port, data: join(folder, "data"), minFreeBytes: 0 });
      const onFatal = (error: unknown) => {
        throw error;
      };
      app = await createApp(
        config,
        { clock: systemClock, log: silentLog },
        { dashboardFolder: pageFolder, storeWorkerUrl: builtStoreWorker(), onFatal },
      );
      port = Number(new URL(app.url).port);
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
    const name = (page: Page) => page.getByLabel("Name", { exact: true });
    const tokenField = (page: Page) => page.getByLabel("Token or link");
    const live = (page: Page) => page.getByRole("status").filter({ hasText: "Live" }).waitFor();
    const wrong = (page: Page) => page.getByRole("alert").getByText("The name or the password is wrong.").waitFor();

    async function signIn(page: Page, words: string): Promise<void> {
      await name(page).fill("ada");
      await page.getByLabel("Password", { exact: true }).fill(words);
      await page.keyboard.press("Enter");
    }

    /** Asks as the admin whom the set-up code made. */
    async function ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
      const answer = await fetch(`${url()}api/v1/${path}`, {
        method,
        headers: { Cookie: cookie, ...(body ? { "Content-Type": "application/json" } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as Answer;
    }

    const programToken = () => ask<NewTokenAnswer>("POST", "tokens", { kind: "program", name: "screen" });

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "hub-sign-in-"));
      [pageFolder, browser] = await Promise.all([builtPage(join(folder, "build")), launchChromium()]);
      await startHub();
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

    it("needs no sign-in on the hub's own machine as long as nobody signs in, and elsewhere leads to the set-up", async () => {
      const own = await open();
      await own.goto(`http://localhost:${port}/`);
      await own.getByText("oven-1").first().waitFor();
      const page = await open();
      await page.getByText("Nobody can sign in to this hub yet.").waitFor();
      expect(await page.getByText("oven-1").count()).toBe(0);
      await page.getByRole("link", { name: "Set up sign-in" }).click();
      await page.getByLabel("Set-up code").waitFor();
      // The token that was printed beside the code is for devices.
      await page.goto(`${url()}#token=${app.newToken}`);
      await page.getByText("This is a device's token").waitFor();
    });

    it("takes the printed code of a phone's camera, and who has signed in is asked at home, too", async () => {
      const page = await open(`#setup=${app.setupCode}`, 390);
      await page.getByLabel("Your name").fill("ada");
      await page.getByLabel("Password", { exact: true }).fill(password);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Signed in as ada" }).waitFor();
      const [session] = await page.context().cookies();
      expect(session).toMatchObject({ httpOnly: true, sameSite: "Strict" });
      cookie = `${session?.name}=${session?.value}`;
      const own = await open();
      await own.goto(`http://localhost:${port}/`);
      await name(own).waitFor();
    });

    it("asks who sits here, says that a password is wrong, takes the right one by keyboard, and keeps it over a reload", async () => {
      const page = await open("#/device/oven-1");
      await name(page).waitFor();
      expect(await page.getByText("oven-1").count()).toBe(0);
      expect(await page.getByRole("alert").filter({ hasText: /./ }).count()).toBe(0);
      await page.keyboard.type("ada");
      await page.keyboard.press("Tab");
      await page.keyboard.type("not the password");
      await page.keyboard.press("Enter");
      await wrong(page);
      expect(await page.getByLabel("Password", { exact: true }).getAttribute("aria-invalid")).toBe("true");
      await page.keyboard.type(password);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "oven-1" }).waitFor();
      await live(page);
      await page.reload();
      await page.getByRole("heading", { name: "oven-1" }).waitFor();
      const other = await open();
      await name(other).waitFor();
    });

    it("opens no search for who may see nothing, and forgets at signing out what was used last", async () => {
      const page = await open();
      const recent = () => page.evaluate(() => localStorage.getItem("telemetry-hub.palette-recent"));
      const search = page.getByRole("dialog", { name: "Search and commands" });
      await name(page).waitFor();
      await page.keyboard.press("Control+k");
      await signIn(page, password);
      await live(page);
      expect(await search.count()).toBe(0);
      await page.keyboard.press("Control+k");
      await search.getByRole("combobox").fill("oven-1");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "oven-1" }).waitFor();
      expect(await recent()).toContain("oven-1");
      await page.getByRole("button", { name: "Signed in as ada" }).click();
      await page.getByRole("button", { name: "Sign out", exact: true }).click();
      await name(page).waitFor();
      expect(await recent()).toBeNull();
    });

    it("lets a tab in whose person signs in again in another one", async () => {
      const page = await open("#/device/oven-1");
      await signIn(page, password);
      await page.getByRole("heading", { name: "oven-1" }).waitFor();
      const other = await page.context().newPage();
      await other.goto(url());
      await live(other);
      const [session] = await page.context().cookies();
      await fetch(`${url()}api/v1/session`, {
        method: "DELETE",
        headers: { Cookie: `${session?.name}=${session?.value}` },
      });
      await Promise.all([name(page).waitFor(), name(other).waitFor()]);
      await signIn(other, password);
      await live(other);
      await page.evaluate(() => dispatchEvent(new Event("focus")));
      await page.getByRole("heading", { name: "oven-1" }).waitFor();
      await live(page);
    });

    it("asks on where the hub does not say who sits there, and says so meanwhile", async () => {
      const page = await open();
      await signIn(page, password);
      await live(page);
      let silent = true;
      await page.route(/api\/v1\/session$/, (route) => (silent ? route.fulfill({ status: 502 }) : route.continue()));
      await page.reload();
      await page.getByText("The hub does not say what you may do here.").waitFor();
      silent = false;
      await page.getByRole("button", { name: "Signed in as ada" }).waitFor();
      expect(await page.getByText("The hub does not say").count()).toBe(0);
    });

    it("calls a guest a guest, shows them nothing that they may not do, and the way to sign in", async () => {
      const { token } = await ask<NewTokenAnswer>("POST", "tokens", {
        ...{ kind: "link", name: "for the plumber", devices: ["oven-1"], lifetime: 3_600_000 },
      });
      const page = await open(`#token=${token}`);
      await page.getByText("You are a guest and see oven-1, until").waitFor();
      const asked = page
        .waitForResponse((response) => response.status() === 403, { timeout: 2_000 })
        .catch(() => undefined);
      await page.goto(`${url()}#/device/oven-1`);
      await page.locator("metric-card").first().waitFor();
      expect((await asked)?.url()).toBeUndefined();
      expect(await page.locator("metric-card action-menu").count()).toBe(0);
      const offered = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allTextContents();
      expect(offered.map((text) => text.trim())).toEqual(["Devices", "Market", "Explore"]);
      await page.getByRole("button", { name: "You are a guest" }).click();
      expect(await page.getByText("for the plumber").count()).toBe(0);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await name(page).waitFor();
    });

    it("lets who lost the password back in: by the address that --setup prints, though there are accounts", async () => {
      await app.stop();
      await startHub(true);
      const page = await open();
      await page.getByText("Lost the password?").click();
      await page.getByRole("link", { name: "Enter the set-up code" }).click();
      await page.getByLabel("Set-up code").waitFor();
      await page.goto(`${url()}#setup=${app.setupCode}`);
      await page.getByLabel("Your name").fill("ada again");
      await page.getByLabel("Password", { exact: true }).fill(password);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Signed in as ada again" }).waitFor();
    });

    it("[S3] takes a token out of the address, and never asks for an address that has it", async () => {
      const { token } = await programToken();
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
    });

    it("takes a token that is typed, says that one is wrong, and shows nothing any more once it was revoked", async () => {
      const { token, id } = await programToken();
      const page = await open("#/device/oven-1");
      await page.getByText("Have a token or a link instead?").click();
      await tokenField(page).fill("wrong");
      await page.keyboard.press("Enter");
      await page.getByText("This token is wrong, has expired or was revoked.").waitFor();
      await tokenField(page).fill(token.toUpperCase());
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "oven-1" }).waitFor();
      await expect.poll(() => page.title()).toContain("oven-1");
      await ask("DELETE", `tokens/${id}`);
      await page.getByText("This token is wrong, has expired or was revoked.").waitFor();
      expect(await page.getByText("oven-1").count()).toBe(0);
      expect(await page.title()).toBe("Telemetry hub");
      expect(await page.locator("page-header dl").count()).toBe(0);
    });

    it("calls none wrong that the hub has not seen, and lets in when it is back", async () => {
      const { token } = await programToken();
      const page = await open();
      await page.getByText("Have a token or a link instead?").click();
      await app.stop();
      await tokenField(page).fill(token);
      await page.keyboard.press("Enter");
      await page.getByText("Connection to the hub lost").waitFor();
      expect(await page.getByText("This token is wrong").count()).toBe(0);
      expect(await page.getByText("Values as of").count()).toBe(0);
      await startHub();
      await page.getByText("oven-1").first().waitFor({ timeout: 30_000 });
    });

    it.each([
      ["light", 1440],
      ["dark", 1440],
      ["light", 390],
      ["dark", 390],
    ] as const)("[A11Y] is readable and fits: %s, %d px", async (theme, width) => {
      const page = await open("", width, theme);
      await name(page).waitFor();
      await signIn(page, "not the password");
      await wrong(page);
      await page.getByText("Have a token or a link instead?").click();
      await tokenField(page).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `sign-in-${theme}-${width}.png`) });
    });

    // The last one: this machine's address in the network stays blocked after it.
    it("[S7] says after ten wrong passwords, and after ten wrong tokens, when to try again", async () => {
      const { token } = await programToken();
      const page = await open("", 390);
      await name(page).waitFor();
      const body = JSON.stringify({ name: "ada", password: "not the password" });
      const headers = { "Content-Type": "application/json" };
      for (let count = 0; count < 10; count++) await fetch(`${url()}api/v1/session`, { method: "POST", headers, body });
      await signIn(page, password);
      await page
        .getByRole("alert")
        .getByText(/Too many wrong passwords .*: try again in \d+ s\./)
        .waitFor();
      expect(await axeViolations(page)).toEqual([]);
      const bearer = { Authorization: "Bearer wrong" };
      for (let count = 0; count < 10; count++) await fetch(`${url()}api/v1/devices`, { headers: bearer });
      await page.getByText("Have a token or a link instead?").click();
      await tokenField(page).fill(token);
      await page.keyboard.press("Enter");
      await page
        .getByRole("alert")
        .getByText(/Too many wrong tokens .*: try again in \d+ s\./)
        .waitFor();
      // Its connection was not lost, and there are no values to be old.
      expect(await page.getByText("Connection to the hub lost").count()).toBe(0);
      expect(await axeViolations(page)).toEqual([]);
      if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, "sign-in-blocked.png") });
    });
  },
);
