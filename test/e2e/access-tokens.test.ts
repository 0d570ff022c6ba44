/** What is shown once, what is done to many at once, and where somebody stands afterwards: the pages of access in a real browser. */
import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Client } from "../support/client.ts";
import { websocketTransport } from "../support/websocket-wire.ts";
import { axeViolations, World } from "./world.ts";

/** The zone of whoever looks: not the hub's. */
const reader = { timezoneId: "Asia/Seoul" };

describe("access, what is shown once and what is done to many", () => {
  let world: World;
  let page: Page;
  let dialog: Locator;

  beforeAll(async () => {
    world = await World.start();
    for (const device of ["hall/1", "hall/2", "press"]) {
      const client = await world.device(device);
      client.wire.close();
    }
    page = (await world.visit("#/access/tokens", reader)).page;
    dialog = page.getByRole("dialog");
    await page.locator("access-tokens").getByText("There are no tokens yet.").waitFor();
  });
  afterAll(() => world.stop());

  const row = (text: string) => page.locator("ul.rows > li").filter({ hasText: text });
  const said = (words: string | RegExp) => page.getByRole("status").filter({ hasText: words }).waitFor();
  const tab = (name: RegExp) =>
    page.getByRole("navigation", { name: "Parts of access" }).getByRole("link", { name }).click();
  const focused = () =>
    page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.getAttribute("aria-label") ?? at?.textContent?.trim() ?? "";
    });
  const tokens = async (): Promise<{ id: string; name: string; kind: string; devices: string[] }[]> =>
    (await (await fetch(`${world.url}/api/v1/tokens`)).json()).tokens;

  async function make(device: string): Promise<string> {
    await page.getByRole("button", { name: "Make a token" }).click();
    await dialog.getByRole("combobox", { name: "Devices", exact: true }).fill(device);
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Make the token" }).click();
    return (await dialog.getByRole("region", { name: "Token" }).textContent()) ?? "";
  }

  async function manyByCsv(count: number): Promise<void> {
    const rows = Array.from({ length: count }, (_, index) => `many/${String(index + 1).padStart(3, "0")}`);
    const answer = await fetch(`${world.url}/api/v1/tokens.csv`, {
      method: "POST",
      headers: { "content-type": "text/csv" },
      body: `device\n${rows.join("\n")}\n`,
    });
    expect(answer.status).toBe(200);
  }

  /** Asks to be let in, as a device with a token of its own making does. */
  async function knock(device: string): Promise<void> {
    const client = await Client.open(websocketTransport, world.url);
    client.send({ type: "hello", device, token: `own-token-of-${device.replace("/", "-")}-0123456789abcdef` });
    await client.next("error");
    client.wire.close();
  }

  it("[S9] a token that was not copied stays: Escape, a click beside and Back lose nothing, and it is asked before it is closed", async () => {
    await tab(/^Links/);
    await tab(/^Device tokens/);
    const token = await make("press");
    const shown = dialog.getByRole("region", { name: "Token" });
    for (let times = 0; times < 3; times += 1) await page.keyboard.press("Escape");
    await dialog.getByRole("alert").getByText("You have not copied it yet").waitFor();
    await page.mouse.click(4, 4);
    expect(await shown.textContent()).toBe(token);
    await page.goBack();
    await page.locator("access-links").waitFor();
    expect(await shown.isVisible()).toBe(true);
    expect(await shown.textContent()).toBe(token);
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Back to it" }).click();
    await dialog.getByText("You have not copied it yet").waitFor({ state: "detached" });
    await dialog.getByRole("button", { name: "Close" }).click();
    // Who says so may all the same.
    await dialog.getByRole("button", { name: "Close without it" }).click();
    await dialog.waitFor({ state: "detached" });
  });

  it("[S9] without a clipboard, as over plain http on a LAN, a token is copied all the same, and then closes unasked", async () => {
    const bare = "Object.defineProperty(navigator, 'clipboard', { value: undefined })";
    const plain = (await world.visit("#/access/tokens", reader, world.url, bare)).page;
    [page, dialog] = [plain, plain.getByRole("dialog")];
    const token = await make("hall/1");
    await dialog.getByRole("button", { name: "Copy" }).first().click();
    await dialog.getByRole("button", { name: "Copied" }).waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("searchbox", { name: "Find a token" }).focus();
    await page.keyboard.press("Control+V");
    expect(await page.getByRole("searchbox", { name: "Find a token" }).inputValue()).toBe(token);
    await page.getByRole("searchbox", { name: "Find a token" }).fill("");
  });

  it("[S9] a CSV as spreadsheets save it is read: with a byte order mark, or as Excel in Korea does; of any other it is said what to do", async () => {
    await page.getByRole("button", { name: "Many by CSV" }).click();
    const rows = dialog.getByRole("textbox", { name: /^Rows/ });
    const file = (name: string, buffer: Buffer) =>
      dialog.getByLabel("Choose a file").setInputFiles({ name, mimeType: "text/csv", buffer });
    await file("latin.csv", Buffer.from("device,name\nhall/9,S\xfcd\n", "latin1"));
    await dialog.getByText(/neither UTF-8 nor EUC-KR.*CSV UTF-8/).waitFor();
    expect(await rows.inputValue()).toBe("");
    // 온실 in EUC-KR.
    const korean = [Buffer.from("device,name\r\nhall/3,"), Buffer.from([0xbf, 0xc2, 0xbd, 0xc7]), Buffer.from("\r\n")];
    await file("korean.csv", Buffer.concat(korean));
    await dialog.getByText("Read as EUC-KR").waitFor();
    expect(await rows.inputValue()).toContain("hall/3,온실");
    await file("excel.csv", Buffer.from("\uFEFFdevice,name\r\nhall/3,온실\r\nhall/4,남쪽\r\n"));
    await dialog.getByRole("button", { name: "Make 2" }).click();
    await dialog.getByText("2 tokens were made.").waitFor();
  });

  it("[S9] the file of many tokens can be had again while it is open, and what went wrong is revoked at once", async () => {
    await page.keyboard.press("Escape");
    await dialog.getByRole("alert").getByText("You have not copied it yet").waitFor();
    const files: string[] = [];
    for (const name of ["Download as CSV", "Download again"]) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        dialog.getByRole("button", { name }).click(),
      ]);
      files.push(readFileSync(await download.path(), "utf8"));
    }
    expect(files[0]).toMatch(/^\uFEFFdevice,name,token\r\nhall\/3,온실,\S+\r\nhall\/4,남쪽,\S+\r\n$/);
    expect(files[1]).toBe(files[0]);
    await dialog.getByRole("button", { name: "Revoke these" }).click();
    await dialog.getByRole("button", { name: "Revoke all 2" }).click();
    await said("2 tokens that were just made are revoked.");
    expect((await tokens()).filter(({ name }) => name === "온실" || name === "남쪽")).toEqual([]);
  });

  it("[S9] many tokens are found page by page, and rotated and revoked together", async () => {
    await manyByCsv(250);
    await page.reload();
    await page.getByText("1–100 of 252").waitFor();
    expect(await page.locator("ul.rows > li").count()).toBe(100);
    // By keys: a line above the list that comes or goes may move it from below a pointer, and is not what is asked here.
    await page.getByRole("button", { name: "Next" }).press("Enter");
    await page.getByText("101–200 of 252").waitFor();
    await page.getByRole("searchbox", { name: "Find a token" }).fill("many/00");
    await page.getByRole("checkbox", { name: "Select all 9" }).check();
    await page.getByRole("checkbox", { name: "Select many/009" }).uncheck();
    await page.getByText("8 selected").waitFor();
    await page.locator(".all").getByRole("button", { name: "Rotate" }).click();
    await dialog.getByRole("combobox").selectOption({ label: "no longer" });
    await dialog.getByRole("button", { name: "Make the new tokens" }).click();
    await dialog.getByText("8 tokens were made.").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      dialog.getByRole("button", { name: "Download as CSV" }).click(),
    ]);
    expect(readFileSync(await download.path(), "utf8").match(/^many\/00\d,,\S+$/gm)).toHaveLength(8);
    await dialog.getByRole("button", { name: "Close" }).click();
    const before = (await tokens()).length;
    await page.getByRole("searchbox", { name: "Find a token" }).fill("many/10");
    // What is picked and not found is left alone.
    await page.getByRole("checkbox", { name: "Select all 10" }).check();
    await page.locator(".all").getByRole("button", { name: "Revoke" }).click();
    await dialog.getByRole("button", { name: "Revoke 10" }).click();
    await said("10 tokens are revoked.");
    expect((await tokens()).length).toBe(before - 10);
    await page.getByRole("searchbox", { name: "Find a token" }).fill("");
  });

  it("[A11Y] after a row went the focus is in the next one, and what is done to a row says to which", async () => {
    await page.getByRole("searchbox", { name: "Find a token" }).fill("many/02");
    await row("many/025").getByRole("button", { name: "Actions for many/025" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Revoke" }).click();
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await row("many/025").waitFor({ state: "detached" });
    // The newest stand first, those of one CSV as they came: the one behind it, or before it.
    await expect.poll(focused).toMatch(/^Actions for many\/02[46]$/);
  });

  it("[S9] a link says what for, may show several devices, and tells by which clock it ends", async () => {
    await tab(/^Links/);
    await page.getByRole("button", { name: "Share a link" }).click();
    const devices = dialog.getByRole("combobox", { name: "Devices", exact: true });
    for (const device of ["hall/*", "press"]) {
      await devices.fill(device);
      await page.keyboard.press("Enter");
    }
    await dialog.getByLabel("What for").fill("Service, Mr Kim");
    await dialog.getByRole("combobox", { name: "Good for" }).selectOption({ label: "Until a date" });
    // Nine hours ahead of UTC: by the clock of the browser or the hub it would be another instant.
    const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    await dialog.getByLabel("Until (Asia/Seoul)").fill(`${day}T09:00`);
    await dialog.getByRole("button", { name: "Make the link" }).click();
    await dialog.getByText(/It ends at .*09:00 \(Asia\/Seoul\)\./).waitFor();
    const link = (await tokens()).find(({ kind }) => kind === "link");
    expect(link).toMatchObject({ name: "Service, Mr Kim", devices: ["hall/*", "press"] });
    expect(Math.abs((link as unknown as { expires: number }).expires - Date.parse(day))).toBeLessThan(5_000);
    await page.keyboard.press("Escape");
    await dialog.getByRole("button", { name: "Close without it" }).click();
    await row("Service, Mr Kim").getByRole("button", { name: "Revoke the link: Service, Mr Kim" }).waitFor();
  });

  it("[S7] a replacement takes the place of a device that there is: those are offered, and of any other it is said at once", async () => {
    await signIn();
    await knock("hall/new");
    await tab(/^Requests/);
    await page.getByRole("button", { name: "Accept as a replacement: hall/new" }).click();
    const place = dialog.getByRole("combobox", { name: "Takes the place of" });
    await dialog.getByRole("option", { name: "hall/1" }).waitFor();
    await place.fill("hall/11");
    await dialog.getByText("There is no device “hall/11”.").waitFor();
    await page.keyboard.press("Enter");
    expect(await dialog.getByRole("button", { name: "Let it in" }).isDisabled()).toBe(true);
    await place.fill("");
    await dialog.getByRole("option", { name: "hall/2" }).click();
    await dialog.getByRole("button", { name: "Let it in" }).click();
    await said("hall/new is let in.");
    expect((await ownTokens()).some(({ devices }) => devices.join() === "hall/2")).toBe(true);
  });

  it("[S7] all new devices are let in together, but none that asks as one that there is; to turn one down is asked for", async () => {
    for (const device of ["new/1", "new/2", "press"]) await knock(device);
    await row("press").waitFor();
    await page.getByRole("button", { name: "Accept all 2" }).click();
    await dialog.getByText(/new\/[12], new\/[12]\. Do so only where/).waitFor();
    await dialog.getByRole("button", { name: "Accept all 2" }).click();
    await said("2 devices are let in.");
    await row("new/1").waitFor({ state: "detached" });
    await row("press").getByRole("button", { name: "Dismiss press" }).click();
    await dialog.getByText("asks in vain for an hour").waitFor();
    await dialog.getByRole("button", { name: "Dismiss" }).click();
    await said(/^press was turned down/);
    await row("press").waitFor({ state: "detached" });
    // Nothing is left to stand in: the words of what was done are where the focus is.
    await expect.poll(focused).toMatch(/^press was turned down/);
  });

  it("[S10] nobody is disabled by a slip of the hand", async () => {
    await tab(/^People/);
    await page.getByRole("button", { name: "Actions for vera" }).click();
    await page.getByRole("menuitem", { name: "Disable" }).click();
    await dialog.getByText("signed out everywhere at once").waitFor();
    await dialog.getByRole("button", { name: "Disable" }).click();
    await said("vera cannot sign in any more.");
  });

  it("the log tells in words and once what was done to many, and shows what somebody did, or what was done to", async () => {
    await tab(/^Audit/);
    const many = page.locator("ul.rows > li").filter({ hasText: "made many tokens" }).filter({ hasText: "250 times" });
    await page.getByRole("button", { name: "Load earlier ones" }).click();
    await many.waitFor();
    await many.getByText("All of them").click();
    await many.getByText(/many\/250, many\/249/).waitFor();
    // No code of an operation, and no name of a field, is left as it is.
    const text = (await page.locator("access-audit").textContent()) ?? "";
    expect(text).not.toMatch(/addToken|removeToken|rotateToken|acceptRequest|oldUntil/);
    await page.getByRole("combobox", { name: "Anything" }).selectOption({ label: "People" });
    await row("disabled").or(row("changed a person")).first().waitFor();
    expect(await row("made many tokens").count()).toBe(0);
    await page.getByRole("combobox", { name: "Anybody" }).selectOption({ label: "ada" });
    await row("changed a person").waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  let cookie = "";

  /** Makes the first admin, and vera who can sign in too. */
  async function signIn(): Promise<void> {
    const order = { code: world.setupCode, name: "ada", password: "three words here" };
    const answer = await fetch(`${world.url}/api/v1/setup`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(order),
    });
    cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    await fetch(`${world.url}/api/v1/people`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie },
      body: JSON.stringify({ name: "vera", role: "viewer", password: "three words here" }),
    });
    const [name = "", value = ""] = cookie.split("=");
    await page.context().addCookies([{ name, value, url: world.url }]);
    await page.goto(`${world.url}/#/access/requests`);
    await page.reload();
    await page.getByRole("button", { name: "Signed in as ada" }).waitFor();
  }

  async function ownTokens(): Promise<{ devices: string[] }[]> {
    return (await (await fetch(`${world.url}/api/v1/tokens`, { headers: { cookie } })).json()).tokens;
  }
});
