/** Who may do what, as people live it: in a real browser, with real devices at the other end. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Client } from "../support/client.ts";
import { websocketTransport } from "../support/websocket-wire.ts";
import { axeViolations, World } from "./world.ts";

const password = "three words here";
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

describe("access, page by page", () => {
  let world: World;
  let admin: Page;

  beforeAll(async () => {
    world = await World.start();
    // As long as nobody signs in, whoever is at this machine may do everything.
    for (const device of ["greenhouse/1", "greenhouse/2", "press"]) await post(device);
  });
  afterAll(() => world.stop());

  async function post(device: string, token?: string): Promise<number> {
    const answer = await fetch(`${world.url}/api/v1/readings`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ device, readings: [{ metric: "temperature", value: 21 }] }),
    });
    return answer.status;
  }

  async function signIn(page: Page, name: string, words = password): Promise<void> {
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Password", { exact: true }).fill(words);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  /** A tab of the page Access, in the browser of the admin. */
  async function tab(name: string): Promise<void> {
    await admin
      .getByRole("navigation", { name: "Pages" })
      .getByRole("link", { name: /^Access/ })
      .click();
    await admin.getByRole("navigation", { name: "Parts of access" }).getByRole("link", { name }).click();
  }

  const row = (page: Page, text: string) => page.locator("ul.rows > li").filter({ hasText: text });
  const menu = async (page: Page, text: string, action: string) => {
    await row(page, text)
      .getByRole("button", { name: /^Actions for/ })
      .click();
    await page.getByRole("menuitem", { name: action }).click();
  };
  const said = (page: Page, words: string) => page.getByRole("status").filter({ hasText: words }).waitFor();
  const devices = (page: Page, id: string) => page.locator("fleet-page").getByText(id, { exact: true });

  it("[S6] an open hub says so on every page, and Access says how sign-in is set up", async () => {
    const { page } = await world.visit("#/market");
    const line = page.locator("access-banner");
    await line.getByText("Open hub: nobody signs in on this machine.").waitFor();
    await page.goto(`${world.url}/#/access`);
    await page.getByRole("heading", { name: "Nobody signs in here yet" }).waitFor();
    await line.getByRole("link", { name: "Make the first account" }).click();
    await page.getByLabel("Your name").waitFor();
    // Whoever may do everything here needs no code for it.
    expect(await page.getByLabel("Set-up code").count()).toBe(0);
    await page.context().close();
  });

  it("[S6] the printed code makes the first admin, once, and is taken out of the address", async () => {
    const code = world.setupCode ?? "";
    const { page, requests } = await world.visit(`#setup=${code}`);
    admin = page;
    await page.getByLabel("Your name").waitFor();
    expect(await page.getByLabel("Set-up code").inputValue()).toBe(code);
    expect(page.url()).not.toContain(code);
    await page.getByLabel("Your name").fill("ada");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.getByRole("button", { name: "Become the admin" }).click();
    await page.getByRole("alert").getByText("At least 10 characters.").waitFor();
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Become the admin" }).click();
    await page.getByRole("button", { name: "Signed in as ada" }).waitFor();
    await row(page, "ada").getByText("Admin").waitFor();
    expect(requests.filter((one) => new URL(one).href.replace(/#.*/, "").includes(code))).toEqual([]);
    expect(await page.locator("access-banner").getByText("Open hub").count()).toBe(0);
    // From now on nobody comes in unasked, from this machine either.
    expect(await post("press")).toBe(401);
    const other = await world.visit(`#setup=${code}`);
    await other.page.getByLabel("Your name").fill("eve");
    await other.page.getByLabel("Password", { exact: true }).fill(password);
    await other.page.getByRole("button", { name: "Become the admin" }).click();
    await other.page
      .getByRole("alert")
      .getByText(/not the set-up code, or it was used/)
      .waitFor();
    await other.page.context().close();
  });

  it("[S8] [S10] a viewer with selectors sees those devices alone, no button that they have no right to, and comes back to where they were", async () => {
    await tab("People");
    await admin.getByRole("button", { name: "Add a person" }).click();
    const dialog = admin.getByRole("dialog");
    await dialog.getByRole("textbox", { name: /^Name/ }).fill("vera");
    await dialog.getByRole("combobox", { name: "Devices", exact: true }).fill("greenhouse");
    await dialog.getByRole("option", { name: "greenhouse/*" }).click();
    await dialog.getByLabel("Password", { exact: true }).fill(password);
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await said(admin, "vera can sign in now.");

    const { page } = await world.visit("#/device/greenhouse/1");
    await page.getByLabel("Name", { exact: true }).waitFor();
    expect(await page.title()).not.toContain("greenhouse");
    await signIn(page, "vera", "not the password");
    await page.getByRole("alert").getByText("The name or the password is wrong.").waitFor();
    await signIn(page, "vera");
    await page.getByRole("heading", { name: "greenhouse/1" }).waitFor();
    await page.locator("metric-card").first().waitFor();
    expect(await page.locator("metric-card action-menu").count()).toBe(0);
    await page.getByRole("button", { name: "Actions for greenhouse/1" }).click();
    expect(await page.getByRole("menuitem").allTextContents()).toEqual([expect.stringContaining("Why is my reading")]);
    await page.keyboard.press("Escape");
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Devices" }).click();
    await devices(page, "greenhouse/2").waitFor();
    expect(await devices(page, "press").count()).toBe(0);
    const offered = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allTextContents();
    expect(offered.map((text) => text.trim())).toEqual(["Devices", "Market", "Explore", "Hub", "Storage"]);
    await page.goto(`${world.url}/#/access/people`);
    await page.locator("access-sessions").getByText("this browser").waitFor();
    expect(await page.locator("access-people").count()).toBe(0);

    // Made an operator while they look on: the page follows by itself.
    await menu(admin, "vera", "Change");
    await dialog.getByRole("combobox", { name: /^Role/ }).selectOption("operator");
    await dialog.getByRole("button", { name: "Save" }).click();
    await said(admin, "vera is changed.");
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Connect" }).waitFor();
    // Disabled: nothing is shown any more.
    await menu(admin, "vera", "Disable");
    await dialog.getByRole("button", { name: "Disable" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await page.getByText("greenhouse").count()).toBe(0);
    await page.context().close();
  });

  it("[S8] [S9] a device's token comes with its program, lets that device in alone, and is cut off when it is revoked", async () => {
    await tab("Device tokens");
    await admin.getByRole("button", { name: "Make a token" }).click();
    const dialog = admin.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Devices", exact: true }).fill("press");
    await dialog.getByRole("option", { name: "press" }).click();
    await dialog.getByRole("button", { name: "Make the token" }).click();
    const token = (await dialog.getByRole("region", { name: "Token" }).textContent()) ?? "";
    expect(token.length).toBeGreaterThan(20);
    const program = dialog.getByRole("region", { name: "curl" });
    expect(await program.textContent()).toContain(`Bearer ${token}`);
    expect(await program.textContent()).toContain('"device": "press"');
    await dialog.getByRole("button", { name: "Copy" }).first().click();
    await dialog.getByRole("button", { name: "Close" }).click();
    expect(await admin.getByText(token).count()).toBe(0);

    expect(await post("press", token)).toBe(200);
    expect(await post("greenhouse/1", token)).toBe(403);
    const device = await Client.open(websocketTransport, world.url);
    device.send({ type: "hello", device: "press", token });
    await device.next("welcome");
    await row(admin, "press").getByText("connected now").waitFor();
    await menu(admin, "press", "Revoke");
    await dialog.getByRole("button", { name: "Revoke" }).click();
    expect((await device.closed).code).toBe(4401);
    await said(admin, "The token of press is revoked.");
    expect(await post("press", token)).toBe(401);
  });

  it("a device that knocks stands among the requests with its code, and is let in by a click", async () => {
    const own = "a-token-of-the-devices-own-making-0123456789";
    const knock = async () => {
      const device = await Client.open(websocketTransport, world.url);
      device.send({ type: "hello", device: "greenhouse/3", token: own });
      return device;
    };
    const first = await knock();
    const refusal = await first.next("error");
    const code = String((refusal.details as { request?: unknown } | undefined)?.request);
    expect(code).toMatch(/^\d{6}$/);
    await tab("Requests");
    await row(admin, "greenhouse/3").getByTitle(`Code ${code}`).waitFor();
    await row(admin, "greenhouse/3").getByRole("button", { name: "Accept greenhouse/3", exact: true }).click();
    await said(admin, "greenhouse/3 is let in.");
    const second = await knock();
    await second.next("welcome");
    second.wire.close();
  });

  it("[S8] a link shows a guest its devices and nothing else, until it is revoked", async () => {
    await tab("Links");
    await admin.getByRole("button", { name: "Share a link" }).click();
    const dialog = admin.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Devices", exact: true }).fill("greenhouse/*");
    await admin.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Make the link" }).click();
    await dialog.getByRole("img", { name: "Scan it with a phone" }).waitFor();
    const address = (await dialog.getByRole("region", { name: "Link" }).textContent()) ?? "";
    await dialog.getByRole("button", { name: "Copy" }).click();
    await dialog.getByRole("button", { name: "Close" }).click();

    const { page } = await world.visit();
    await page.goto("about:blank");
    await page.goto(address);
    await page.getByText(/You are a guest and see greenhouse\/\*, until/).waitFor();
    expect(page.url()).not.toContain("token");
    await devices(page, "greenhouse/1").waitFor();
    expect(await devices(page, "press").count()).toBe(0);
    const offered = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allTextContents();
    expect(offered.map((text) => text.trim())).toEqual(["Devices", "Market", "Explore"]);
    await row(admin, "greenhouse/*").getByRole("button", { name: "Revoke" }).click();
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await page.getByText("This link is not good any more").waitFor();
    expect(await page.getByText("greenhouse/1").count()).toBe(0);
    await page.context().close();
  });

  it("the last admin cannot go, and the hub says why", async () => {
    await tab("People");
    await menu(admin, "ada", "Remove");
    const dialog = admin.getByRole("dialog");
    await dialog.getByRole("button", { name: "Remove" }).click();
    await dialog
      .getByRole("alert")
      .getByText(/Not done: .*admin/)
      .waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
  });

  it("the log tells who did all that, in words", async () => {
    await tab("Audit");
    for (const words of ["became the first admin", "added a person", "revoked a token", "let a device in"])
      await row(admin, words).first().waitFor();
  });

  it.each([
    ["light", "Requests", {}],
    ["dark", "Device tokens", {}],
    ["light", "Device tokens", phone],
    ["dark", "People", phone],
    ["light", "Sessions", phone],
    ["dark", "Audit", phone],
    ["light", "Links", {}],
  ] as const)("[A11Y] breaks no rule and fits: %s, %s", async (colorScheme, name, options) => {
    const { page } = await world.visit("", { colorScheme, ...options });
    await signIn(page, "ada");
    await page
      .getByRole("navigation", { name: "Pages" })
      .getByRole("link", { name: /^Access/ })
      .click();
    await page.getByRole("navigation", { name: "Parts of access" }).getByRole("link", { name }).click();
    await page.locator("access-page .intro, access-page ul.rows").first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await over()).toBeLessThanOrEqual(0);
    if (name === "Device tokens") {
      await page.getByRole("button", { name: "Make a token" }).click();
      await page.getByRole("combobox", { name: "Devices", exact: true }).fill("green");
      await page.getByRole("dialog").getByRole("option", { name: "greenhouse/*" }).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await over()).toBeLessThanOrEqual(0);
    }
    await page.context().close();
  });

  it("[S6] signing out leaves nothing behind, and ends the session at the hub", async () => {
    const cookies = await admin.context().cookies();
    await admin.getByRole("button", { name: "Signed in as ada" }).click();
    await admin.getByRole("button", { name: "Sign out", exact: true }).click();
    await admin.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await admin.getByText("greenhouse").count()).toBe(0);
    const headers = { Cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") };
    const session = await (await fetch(`${world.url}/api/v1/session`, { headers })).json();
    expect(session).toMatchObject({ kind: "none", hasPeople: true });
  });
});
