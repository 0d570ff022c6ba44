/** How the pages of access look: readable and within the screen, in light and dark, at a desk and in a hand. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeViolations, World } from "./world.ts";

const password = "three words here";
const screens = [
  ["light", 390],
  ["dark", 390],
  ["light", 1440],
  ["dark", 1440],
] as const;
/** Rules of accessibility take a second of a core at each look: each theme once, each width once. */
const judged: readonly string[] = ["light 390", "dark 1440"];

describe("the looks of access", () => {
  let world: World;
  let page: Page;

  beforeAll(async () => {
    world = await World.start();
    ({ page } = await world.visit("#/connect"));
  });
  afterAll(() => world.stop());

  async function looks(): Promise<void> {
    for (const [colorScheme, width] of screens) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      const at = `${colorScheme} ${width}`;
      // The page has another navigation in a hand, which comes with its next frame.
      const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
      await expect.poll(wide, { message: at, timeout: 10_000 }).toBe(width);
      if (judged.includes(at)) expect([at, await axeViolations(page)]).toEqual([at, []]);
      if (process.env.SHOTS)
        await page.screenshot({ path: `${process.env.SHOTS}/${shot}-${colorScheme}-${width}.png` });
    }
  }
  let shot = "";

  it("[A11Y] of an open hub, and of its first account, which is one click from the banner and needs no code", async () => {
    shot = "open";
    await page.getByText("Open hub: nobody signs in on this machine.").waitFor();
    await page.getByRole("button", { name: "Send readings from this page" }).waitFor();
    await looks();
    shot = "first-account";
    await page.getByRole("link", { name: "Make the first account" }).click();
    await page.getByLabel("Your name").waitFor();
    await looks();
    await page.getByLabel("Your name").fill("ada");
    await page.getByLabel("Password", { exact: true }).fill(password);
    // Whoever sits there is somebody else from now on: the page begins anew.
    const again = page.waitForEvent("load");
    await page.keyboard.press("Enter");
    await again;
    await page.getByRole("button", { name: "Signed in as ada" }).waitFor();
    expect(page.url()).toContain("#/access/people");
    expect(await page.getByText("Open hub").count()).toBe(0);
  });

  it.each(["requests", "tokens", "links", "people", "sessions", "audit"])("[A11Y] of the page of %s", async (part) => {
    shot = part;
    await page.goto(`${world.url}/#/access/${part}`);
    await page.locator(`access-${part}`).waitFor();
    await page.waitForLoadState("networkidle");
    await looks();
  });

  it("[A11Y] of signing in, of a lost password, and of the way back", async () => {
    await page.context().clearCookies();
    await page.reload();
    await page.getByText("Lost the password?").click();
    await page.getByText("npm start -- --setup").waitFor();
    await page.getByText("Have a token or a link instead?").click();
    shot = "sign-in";
    await looks();
    await page.getByRole("link", { name: "Enter the set-up code" }).click();
    await page.getByLabel("Set-up code").waitFor();
    shot = "way-back";
    await looks();
  });
});
