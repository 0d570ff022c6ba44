/** Devices that go while an answer about them is on its way. */
import { describe, expect, it } from "vitest";
import { hubsOfTest } from "../support/start-hub.ts";

const start = hubsOfTest();
const at = Date.UTC(2026, 10, 24);

describe("removal", () => {
  it("tells of no device that was removed meanwhile, neither that it was removed twice nor what was refused of it", async () => {
    const hub = await start();
    const readings = [20, "warm"].map((value, index) => ({ metric: "temperature", value, time: at + index }));
    await hub.http("POST", "readings", { device: "boiler-1", readings });
    const { store } = hub;
    const read = store.refusals.bind(store);
    let answer = () => {};
    const removed = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const found = new Promise<void>((resolve) => {
      store.refusals = async (device) => {
        const refusals = await read(device);
        resolve();
        await removed;
        return refusals;
      };
    });
    const refused = hub.http("GET", "devices/boiler-1/refused");
    await found;
    const letGo = store.holdRemovals();
    const removals = [hub.http("DELETE", "devices/boiler-1"), hub.http("DELETE", "devices/boiler-1")];
    await store.removalWaits();
    // Both have come by the time that a later question is answered.
    await hub.http("GET", "devices");
    letGo();
    const statuses = (await Promise.all(removals)).map(({ status }) => status);
    answer();
    expect(statuses.sort()).toEqual([200, 404]);
    expect((await refused).body).toMatchObject({ code: "unknown_device" });
  });
});
