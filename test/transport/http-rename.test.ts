/** Renaming a series over HTTP, while its sensor knows nothing of it. */
import { describe, expect, it } from "vitest";
import { seriesEntry } from "../../server/protocol/viewer.ts";
import { engines, hubsOfTest, type TestHub } from "../support/start-hub.ts";

const start = hubsOfTest();
const at = Date.UTC(2026, 10, 24);

async function sensor(hub: TestHub, device = "boiler-1", metric = "temp") {
  const client = await hub.welcomed(device, { metrics: { [metric]: { unit: "°C" } } });
  let seq = 0;
  return async (value: number | string, of = metric) => {
    seq += 1;
    client.send({ type: "readings", seq, readings: [{ metric: of, value, time: at + seq }] });
    return client.until((answer) => answer.seq === seq);
  };
}

const listed = async (hub: TestHub) => (await hub.http("GET", "series")).body.series;

async function rename(hub: TestHub, metric: string, series = 1) {
  const { status, body } = await hub.http("PATCH", `series/${series}`, { metric });
  if (status === 200) expect(seriesEntry.parse(body)).toEqual(body);
  return { status, body };
}

describe.each(engines)("PATCH series/{n} {metric} over the %s store", (engine) => {
  it("[P110] renames: what is sent under the old name is stored under the new one, also after a restart", async () => {
    const hub = await start({ engine });
    const send = await sensor(hub);
    await send(20);
    const aliases = [{ device: "boiler-1", metric: "temp" }];
    const renamed = { series: 1, metric: "temperature", unit: "°C", aliases };
    expect(await rename(hub, "temperature")).toMatchObject({ status: 200, body: { ...renamed, count: 1 } });
    expect(await send(21)).toMatchObject({ type: "ack", stored: 1 });
    expect(await send(22, "temperature")).toMatchObject({ type: "ack", stored: 1 });
    await hub.restart();
    const again = await sensor(hub);
    await again(30);
    expect(await listed(hub)).toMatchObject([{ ...renamed, count: 3 }]);
    expect(await hub.readings("boiler-1", "temperature")).toEqual([
      [at + 1, 30],
      [at + 2, 21],
      [at + 3, 22],
    ]);
    expect((await hub.http("GET", "devices/boiler-1")).body.metrics).toEqual({ temperature: { unit: "°C" } });
    expect((await rename(hub, "temp")).body.aliases).toEqual([{ device: "boiler-1", metric: "temperature" }]);
  });

  it("[P111] refuses a name that another series or another name of one has, with conflict", async () => {
    const hub = await start({ engine });
    const send = await sensor(hub);
    await send(1, "a");
    await send(2, "b");
    // By names, since a person reads it on the page.
    const message = "boiler-1 has a metric b already: choose another name for a";
    expect(await rename(hub, "b")).toMatchObject({ status: 409, body: { code: "conflict", message } });
    expect((await rename(hub, "c", 2)).status).toBe(200);
    const taken = await rename(hub, "b");
    expect(taken).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(taken.body.message).toContain("boiler-1 c");
    expect((await rename(hub, "not a name")).body).toMatchObject({ code: "invalid_name" });
    expect((await listed(hub)).map((one: { metric: string }) => one.metric)).toEqual(["a", "c"]);
  });

  it("[P112] forgets another name when it is told to: the sensor's next reading makes a series of its own", async () => {
    const hub = await start({ engine });
    const send = await sensor(hub);
    await send(20);
    await rename(hub, "temperature");
    const path = "series/1/aliases?device=boiler-1";
    expect(await hub.http("DELETE", `${path}&metric=other`)).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
    const answer = await hub.http("DELETE", `${path}&metric=temp`);
    expect(answer).toMatchObject({ status: 200, body: { metric: "temperature" } });
    expect(answer.body.aliases).toBeUndefined();
    await send(21);
    expect(await listed(hub)).toMatchObject([
      { series: 2, metric: "temp", count: 1 },
      { series: 1, metric: "temperature", count: 1 },
    ]);
  });

  it("[P112] another name outlives an emptied series, and goes with its device", async () => {
    const hub = await start({ engine });
    const send = await sensor(hub);
    await send(20);
    await rename(hub, "temperature");
    await hub.http("DELETE", "series/1");
    await send("now a text");
    expect(await listed(hub)).toMatchObject([{ series: 2, metric: "temperature", type: "string", count: 1 }]);
    await hub.http("DELETE", "devices/boiler-1");
    await send(22);
    expect(await listed(hub)).toMatchObject([{ series: 3, metric: "temp", count: 1 }]);
  });
});

describe("viewers of a series that is renamed", () => {
  const watch = async (hub: TestHub, id: number, metrics?: string[]) => {
    const viewer = await hub.viewer();
    if (id === 1) viewer.send({ type: "hello", viewer: true });
    viewer.send({ type: "subscribe", id, ...(metrics ? { metrics } : {}) });
    await viewer.next("ready");
    return viewer;
  };

  it("[P113] see it under its new name, or no more, or for the first time", async () => {
    const hub = await start();
    const send = await sensor(hub);
    await send(20);
    const all = await watch(hub, 1);
    const before = await watch(hub, 1, ["temp"]);
    const after = await watch(hub, 1, ["temperature"]);
    await rename(hub, "temperature");
    const entry = { series: 1, metric: "temperature", value: 20, time: at + 1, unit: "°C" };
    const renamed = (answer: { type?: string; series?: unknown }) =>
      answer.type === "series" && JSON.stringify(answer.series).includes('"temperature"');
    expect(await all.until(renamed)).toMatchObject({ series: [entry] });
    expect(await after.until(renamed)).toMatchObject({ series: [entry] });
    const gone = await before.until((answer) => JSON.stringify(answer.series ?? "").includes("removed"));
    expect(gone).toMatchObject({ type: "series", series: [{ series: 1, removed: true }] });
    await send(21);
    for (const viewer of [all, after]) {
      const update = await viewer.until(
        (answer) => answer.type === "update" && JSON.stringify(answer.series) === "[1]",
      );
      expect(update).toMatchObject({ series: [1], values: [21] });
    }
  });
});
