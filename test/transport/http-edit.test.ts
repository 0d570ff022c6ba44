/** What people change over HTTP: devices, their metrics, series. What they changed beats what the device says. */
import { describe, expect, it } from "vitest";
import { deviceAnswer, removedSeriesAnswer } from "../../server/protocol/http.ts";
import { seriesEntry } from "../../server/protocol/viewer.ts";
import { engines, hubsOfTest, type TestHub } from "../support/start-hub.ts";

const start = hubsOfTest();
const at = Date.UTC(2026, 10, 24);
const hello = {
  name: "as it says",
  kind: "boiler",
  labels: { site: "Delft" },
  metrics: { temperature: { unit: "°C", decimals: 1 }, pressure: { unit: "bar" } },
};

async function boiler(hub: TestHub) {
  const device = await hub.welcomed("boiler-1", hello);
  device.send({ type: "readings", seq: 1, readings: [{ metric: "temperature", value: 20, time: at }] });
  await device.next("ack");
  return device;
}

async function patch(hub: TestHub, path: string, body: unknown) {
  const { status, body: answer } = await hub.http("PATCH", path, body);
  if (status === 200 && path.startsWith("device")) expect(deviceAnswer.parse(answer)).toEqual(answer);
  return { status, body: answer };
}

const one = async (hub: TestHub) => (await hub.http("GET", "devices/boiler-1")).body;

describe.each(engines)("PATCH devices/{id} over the %s store", (engine) => {
  it("[P25] [P63] what a person changed beats hello and describe afterwards, and survives a restart", async () => {
    const hub = await start({ engine });
    const device = await boiler(hub);
    const edit = { name: "Boiler room", reportInterval: 60_000, metrics: { temperature: { unit: "K", min: 0 } } };
    const { status, body } = await patch(hub, "devices/boiler-1", edit);
    expect(status).toBe(200);
    const expected = {
      device: "boiler-1",
      name: "Boiler room",
      kind: "boiler",
      labels: { site: "Delft" },
      reportInterval: 60_000,
      metrics: { temperature: { unit: "K", decimals: 1, min: 0 }, pressure: { unit: "bar" } },
    };
    expect(body).toMatchObject(expected);
    const metrics = { temperature: { unit: "°F", label: "Flow" } };
    device.send({ type: "describe", id: 7, device: "boiler-1", name: "said again", kind: "heater", metrics });
    await device.next("ack");
    const later = { ...expected, kind: "heater" };
    later.metrics = { ...later.metrics, temperature: { ...later.metrics.temperature, label: "Flow" } as never };
    expect(await one(hub)).toMatchObject(later);
    await hub.restart();
    expect(await one(hub)).toMatchObject(later);
    await hub.welcomed("boiler-1", hello);
    expect(await one(hub)).toMatchObject({ ...later, kind: "boiler" });
    expect((await hub.http("GET", "series?metric=temperature")).body.series).toMatchObject([{ unit: "K", min: 0 }]);
  });

  it("[P63] null takes a change back: what the device said last counts again", async () => {
    const hub = await start({ engine });
    const device = await boiler(hub);
    await patch(hub, "device?id=boiler-1", {
      name: "mine",
      kind: "mine",
      metrics: { temperature: { unit: "K", max: 9 } },
    });
    device.send({ type: "describe", id: 7, device: "boiler-1", name: "said meanwhile" });
    await device.next("ack");
    const { body } = await patch(hub, "devices/boiler-1", { name: null, metrics: { temperature: { unit: null } } });
    expect(body).toMatchObject({ name: "said meanwhile", kind: "mine" });
    expect(body.metrics.temperature).toEqual({ unit: "°C", decimals: 1, max: 9 });
    const { body: bare } = await patch(hub, "devices/boiler-1", { metrics: { temperature: null, unheard: null } });
    expect(bare.metrics).toEqual(hello.metrics);
    await hub.restart();
    expect(await one(hub)).toMatchObject({ name: "said meanwhile", kind: "mine", metrics: hello.metrics });
  });

  it("[P63] changes a metric through its series too", async () => {
    const hub = await start({ engine });
    await boiler(hub);
    const { series } = (await hub.http("GET", "series")).body.series[0];
    const { status, body } = await patch(hub, `series/${series}`, { unit: "K", zones: [{ from: 90, level: "alarm" }] });
    expect(status).toBe(200);
    expect(seriesEntry.parse(body)).toEqual(body);
    expect(body).toMatchObject({ series, metric: "temperature", unit: "K", decimals: 1, count: 1 });
    await hub.restart();
    expect((await one(hub)).metrics.temperature).toEqual({
      ...body.metrics,
      unit: "K",
      decimals: 1,
      zones: body.zones,
    });
  });

  it("DELETE series/{n} removes its readings, its number and its type, and nothing else", async () => {
    const hub = await start({ engine });
    await boiler(hub);
    await hub.http("POST", "readings", { device: "boiler-1", readings: [{ metric: "pressure", value: 2, time: at }] });
    const { series } = (await hub.http("GET", "series?metric=temperature")).body.series[0];
    const { status, body } = await hub.http("DELETE", `series/${series}`);
    expect([status, removedSeriesAnswer.parse(body)]).toEqual([200, { series, removed: 1 }]);
    for (const method of ["DELETE", "PATCH"]) {
      const again = await hub.http(method, `series/${series}`, {});
      expect([again.status, again.body.code]).toEqual([404, "unknown_series"]);
    }
    const warm = { device: "boiler-1", readings: [{ metric: "temperature", value: "warm", time: at }] };
    expect((await hub.http("POST", "readings", warm)).body.stored).toBe(1);
    const { body: list } = await hub.http("GET", "series");
    expect(list.series).toMatchObject([
      { metric: "pressure", count: 1 },
      { metric: "temperature", type: "string" },
    ]);
    expect(list.series[1].series).toBeGreaterThan(series);
  });
});

describe("PATCH", () => {
  it("reads what older versions wrote: fields without a version are what the device said", async () => {
    const hub = await start();
    await hub.store.append({
      ...{ receivedMs: at, newSeries: [], marks: [], refusals: [] },
      columns: {
        length: 0,
        series: new Uint32Array(0),
        times: new Float64Array(0),
        values: new Float64Array(0),
        strings: [],
      },
      devices: [{ device: "old", firstSeenMs: at, meta: { name: "of old", kind: "k" } }],
      metrics: [{ device: "old", metric: "m", meta: { unit: "V" } }],
    });
    await hub.restart();
    await patch(hub, "devices/old", { name: "new", metrics: { m: { label: "L" } } });
    await hub.restart();
    const { body } = await hub.http("GET", "devices/old");
    expect(body).toMatchObject({ name: "new", kind: "k", metrics: { m: { unit: "V", label: "L" } } });
    await patch(hub, "devices/old", { name: null });
    expect((await hub.http("GET", "devices/old")).body.name).toBe("of old");
  });

  it("[P63] changes nothing where the store cannot store, and says so as retryable", async () => {
    const hub = await start();
    const device = await boiler(hub);
    await patch(hub, "devices/boiler-1", { kind: "mine" });
    hub.store.failNextAppend();
    const edit = { name: "lost", kind: "lost", metrics: { temperature: { unit: "K" }, fresh: { unit: "m" } } };
    const { status, body } = await patch(hub, "devices/boiler-1", edit);
    expect([status, body.code, body.retryable]).toEqual([503, "store_unavailable", true]);
    expect(await one(hub)).toMatchObject({ name: "as it says", kind: "mine", metrics: hello.metrics });
    device.send({ type: "describe", id: 9, device: "boiler-1" });
    await device.next("ack");
    await hub.restart();
    expect(await one(hub)).toMatchObject({ name: "as it says", kind: "mine", metrics: hello.metrics });
  });

  it("is seen by who watches the device", async () => {
    const hub = await start();
    await boiler(hub);
    const viewer = await hub.viewer();
    viewer.send({ type: "subscribe", id: 1 });
    await viewer.next("ready");
    await patch(hub, "devices/boiler-1", { name: "Boiler room", metrics: { temperature: { unit: "K" } } });
    expect(await viewer.next("devices")).toMatchObject({ devices: [{ device: "boiler-1", name: "Boiler room" }] });
    expect(await viewer.next("series")).toMatchObject({ series: [{ metric: "temperature", unit: "K" }] });
  });

  it("of a device's own history: historic takes times of long ago", async () => {
    const hub = await start();
    await boiler(hub);
    const old = { device: "boiler-1", readings: [{ metric: "temperature", value: 1, time: 5 }] };
    expect((await hub.http("POST", "readings", old)).status).toBe(400);
    await patch(hub, "devices/boiler-1", { historic: true });
    expect((await hub.http("POST", "readings", old)).body.stored).toBe(1);
  });

  it("keeps to the limit of metrics, counting those that readings or changes brought", async () => {
    const hub = await start({ limits: { metricsPerDevice: 3 } });
    await boiler(hub);
    expect((await patch(hub, "devices/boiler-1", { metrics: { a: {}, b: {} } })).body).toMatchObject({
      code: "not_allowed",
    });
    expect((await patch(hub, "devices/boiler-1", { metrics: { a: { unit: "V" } } })).status).toBe(200);
  });

  it("goes on the way it came: removed meanwhile is 404, and a change of nothing writes nothing", async () => {
    const hub = await start();
    await boiler(hub);
    const { offset } = (await hub.http("GET", "status")).body;
    expect((await patch(hub, "devices/boiler-1", {})).status).toBe(200);
    expect((await patch(hub, "devices/boiler-1", { name: null, metrics: { nobody: null } })).status).toBe(200);
    expect((await hub.http("GET", "status")).body.offset).toBe(offset);
    await hub.http("DELETE", "devices/boiler-1");
    expect((await patch(hub, "devices/boiler-1", { name: "x" })).status).toBe(404);
    await boiler(hub);
    expect((await one(hub)).name).toBe("as it says");
  });
});
