/** Devices that go while an answer about them is on its way. */
import { describe, expect, it } from "vitest";
import { hubsOfTest } from "../support/start-hub.ts";

const start = hubsOfTest();
const at = Date.UTC(2026, 10, 24);

describe("removal", () => {
  it("[S35] leaves nothing of a device in any answer or exported file, sealed or not, before and after a restart", async () => {
    const hub = await start({ engine: "sqlite" });
    const marker = "qz81marker";
    const post = (device: string, value: unknown, time: number) =>
      hub.http("POST", "readings", { device, readings: [{ metric: `m-${device}`, value, time }] });
    for (const device of [marker, "other"]) {
      const client = await hub.welcomed(device, { name: `name of ${device}`, labels: { place: device } });
      client.wire.close();
      await client.closed;
      await post(device, `value of ${device}`, at);
      await hub.sealAll();
      await post(device, `later of ${device}`, at + 1);
      // Refused for good, for its type.
      await post(device, 5, at + 2);
    }
    const all = "readings?device=*&metric=*&from=0";
    const paths = [
      ...[
        "devices",
        "series",
        "latest",
        all,
        `${all}&points=10`,
        "states?device=*&metric=*&from=0",
        "gaps?device=*&metric=*",
      ],
      ...["csv", "ndjson", "parquet"].map((format) => `${all}&format=${format}`),
      ...[
        "storage",
        `devices/${marker}/refused`,
        `devices/${marker}/quarantine`,
        `devices/${marker}/presence`,
        "status",
      ],
    ];
    const tells = async (device: string) => {
      const telling: string[] = [];
      for (const path of paths) {
        const response = await fetch(`${hub.url}/api/v1/${path}`);
        const text = Buffer.from(await response.arrayBuffer()).toString("latin1");
        if (response.status !== 404 && text.includes(device)) telling.push(path);
      }
      return telling;
    };
    expect(await tells(marker)).toEqual(expect.arrayContaining(["devices", all, `${all}&format=parquet`]));
    expect((await hub.http("DELETE", `devices/${marker}`)).status).toBe(200);
    expect(await tells(marker)).toEqual([]);
    await hub.restart();
    expect(await tells(marker)).toEqual([]);
    expect(await tells("name of other")).toContain("devices");
  });

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
