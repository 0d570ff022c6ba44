/** What a person does with the names of series on the page of a device. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { card } from "./reading-page.ts";
import { axeViolations, World } from "./world.ts";

describe("names of series", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it("a metric is renamed from its card, goes on by its old name, and that name is taken away", async () => {
    const sensor = await world.device("boiler-1");
    const time = Date.now() - 60_000;
    const send = async (seq: number) => {
      sensor.send({ type: "readings", seq, readings: [{ metric: "temp", value: seq, time: time + seq }] });
      await sensor.until((answer) => answer.seq === seq);
    };
    await send(1);
    const { page, complaints } = await world.visit("#/device/boiler-1");
    const act = async (name: string) => {
      await page.getByRole("button", { name: `Actions for ${name}` }).click();
      await page.getByRole("menuitem", { name: "Rename" }).click();
      await page.locator("dialog[open]").waitFor();
    };
    await act("temp");
    const field = page.getByLabel("New name of the metric");
    expect(await field.inputValue()).toBe("temp");
    await field.fill("not a name");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("metric").waitFor();
    await field.fill("temperature");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("temp is called temperature now.").waitFor();
    await card(page, "temperature").getByText("1", { exact: true }).first().waitFor();
    await send(2);
    await card(page, "temperature").getByText("2", { exact: true }).first().waitFor();
    await act("temperature");
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Take away temp" }).click();
    await page.getByRole("button", { name: "Take away temp" }).waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await send(3);
    await card(page, "temp").waitFor();
    expect(complaints.filter((one) => !one.includes("400"))).toEqual([]);
    await page.context().close();
  });

  it("a metric is merged into one of another device, once it was told what that does", async () => {
    const time = Date.now() - 60_000;
    for (const device of ["old", "new"]) {
      const sensor = await world.device(device);
      const readings = [1, 2].map((at) => ({
        metric: "flow",
        value: at,
        time: time + at + (device === "new" ? 1 : 0),
      }));
      sensor.send({ type: "readings", seq: 1, readings });
      await sensor.until((answer) => answer.seq === 1);
    }
    const { page, complaints } = await world.visit("#/device/old");
    await page.getByRole("button", { name: "Actions for flow" }).click();
    await page.getByRole("menuitem", { name: "Merge into another metric" }).click();
    await page.getByLabel("Find a metric").fill("new");
    await page.getByLabel("Merge into").selectOption({ label: "new · flow" });
    await page.getByText("1 reading becomes the other's").waitFor();
    await page.getByText("1 more goes").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Merge", exact: true }).click();
    await page.getByRole("status").getByText("1 reading is part of new flow now.").waitFor();
    // The card that had the focus went: it is on what was said.
    await page.locator("device-detail .notice .button:focus").waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
