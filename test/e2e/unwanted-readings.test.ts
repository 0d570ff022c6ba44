/** Readings that nobody wants as they are: those that a person hides, and those whose time cannot be right. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeViolations, themesOfRun, World } from "./world.ts";

describe("readings that nobody wants as they are", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it("are hidden from the chip of a series in Explore, with a note, and shown again", async () => {
    const device = await world.device("oven");
    const time = Date.now() - 60_000;
    const readings = [1, 2, 3].map((value) => ({ metric: "heat", value, time: time + value }));
    device.send({ type: "readings", seq: 1, readings });
    await device.until((answer) => answer.seq === 1);
    const { page, complaints } = await world.visit("#/explore?s=oven/heat&range=1h");
    const hide = page.getByRole("button", { name: /^Hide readings of heat/ });
    await hide.click();
    await page.getByText("3 readings will be hidden").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel("Note").fill("door open");
    await page.getByRole("button", { name: "Hide", exact: true }).click();
    await page.getByRole("status").getByText("Readings of heat are hidden.").waitFor({ state: "attached" });
    await hide.click();
    await page.getByText("door open").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: /^Show again/ }).click();
    await page.getByText("3 readings will be hidden").waitFor();
    // A dialog that waits for the hub is not closed.
    await page.locator("mask-dialog form[aria-busy=false]").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("status").getByText("Readings of heat are shown again.").waitFor({ state: "attached" });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each(themesOfRun())("wait for a decision where people can read it: %s", async (colorScheme) => {
    const device = await world.device(`fast-${colorScheme}`);
    const time = Date.now() + 3_600_000;
    device.send({ type: "readings", seq: 1, readings: [{ metric: "heat", value: 1, time }] });
    await device.until((answer) => answer.seq === 1);
    const { page } = await world.visit(`#/device/fast-${colorScheme}`, { colorScheme });
    await page.getByText("1 reading has a time that cannot be right").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Shift" }).click();
    await page.locator("dialog[open]").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Discard" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("dialog[open]").getByRole("button", { name: "Discard" }).focus();
    await page.keyboard.press("Enter");
    // Its buttons are gone: the focus is on what was said, which goes when it was read.
    await page.getByRole("status").getByText("1 reading was discarded.").waitFor();
    await page.locator("quarantine-tray .done .button:focus").waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("1 reading was discarded.").waitFor({ state: "detached" });
    await page.context().close();
  });
});
