/** The HTTP interface over a real hub on a free port: lists, one device, removal, posting, status. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { z } from "zod";
import {
  deviceAnswer,
  devicesAnswer,
  healthAnswer,
  latestAnswer,
  postedAnswer,
  refusedAnswer,
  seriesAnswer,
  statusAnswer,
} from "../../server/protocol/http.ts";
import { printedSeed } from "../support/seed.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";

const at = Date.UTC(2026, 10, 24);

let hub: TestHub;

beforeEach(async () => {
  hub = await startHub();
});

afterEach(() => hub.stop());

/** Asks and holds the answer to its schema, which must leave nothing out. */
async function ask<T extends z.ZodObject>(path: string, schema: T): Promise<z.output<T>> {
  const { status, body } = await hub.http("GET", path);
  expect(status).toBe(200);
  expect(schema.parse(body)).toEqual(body);
  return schema.parse(body);
}

function post(device: string, ...rows: [metric: string, value: unknown, time?: number][]) {
  const readings = rows.map(([metric, value, time]) => ({ metric, value, ...(time === undefined ? {} : { time }) }));
  return hub.http("POST", "readings", { device, readings });
}

describe("GET devices and devices/{id}", () => {
  it("lists devices with their state, and tells one with its metrics and commands", async () => {
    const device = await hub.welcomed("greenhouse/north", {
      name: "North house",
      kind: "greenhouse",
      reportInterval: 1_000,
      labels: { site: "Delft" },
      metrics: { temperature: { unit: "°C", min: -20, max: 60 } },
      commands: { open: { args: { percent: { type: "number", min: 0, max: 100 } } } },
    });
    device.send({ type: "readings", seq: 1, readings: [{ metric: "temperature", value: 21.5, time: at }] });
    await device.next("ack");
    const { devices, next } = await ask("devices", devicesAnswer);
    expect(next).toBeNull();
    expect(devices).toMatchObject([
      {
        device: "greenhouse/north",
        name: "North house",
        kind: "greenhouse",
        labels: { site: "Delft" },
        state: "online",
        reason: "connected",
        reportInterval: 1_000,
        seriesCount: 1,
      },
    ]);
    expect(Math.abs((devices[0]?.lastSeen as number) - Date.now())).toBeLessThan(60_000);
    const one = await ask("devices/greenhouse%2Fnorth", deviceAnswer);
    expect(one.metrics).toEqual({ temperature: { unit: "°C", min: -20, max: 60 } });
    expect(Object.keys(one.commands)).toEqual(["open"]);
    expect(await ask("device?id=greenhouse/north", deviceAnswer)).toEqual(one);
  });

  it("gives lists in pages whose cursor survives what comes and goes between them", async () => {
    for (const device of ["a", "b", "c", "d", "e"]) await post(device, ["x", 1], ["y", 2]);
    const first = await ask("devices?limit=2", devicesAnswer);
    expect(first.devices.map((one) => one.device)).toEqual(["a", "b"]);
    await hub.http("DELETE", "devices/b");
    await post("bb", ["x", 1]);
    const second = await ask(`devices?limit=10&cursor=${first.next}`, devicesAnswer);
    expect(second.devices.map((one) => one.device)).toEqual(["bb", "c", "d", "e"]);
    expect(second.next).toBeNull();
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: z.output<typeof seriesAnswer> = await ask(
        `series?limit=2&device=*,nobody&metric=x&metric=y${cursor && `&cursor=${cursor}`}`,
        seriesAnswer,
      );
      expect(page.series.length).toBeLessThanOrEqual(2);
      seen.push(...page.series.map((one) => `${one.device} ${one.metric}`));
      cursor = page.next;
    }
    expect(seen).toEqual(["a x", "a y", "bb x", "c x", "c y", "d x", "d y", "e x", "e y"]);
  });

  it("[P61] refuses a cursor that this list did not give, by name", async () => {
    for (const device of ["a", "b", "c"]) await post(device, ["x", 1], ["y", 2]);
    const lists = ["devices", "series", "latest"];
    const given = await Promise.all(lists.map(async (list) => (await hub.http("GET", `${list}?limit=1`)).body.next));
    expect(new Set(given).size).toBe(3);
    const wrong = (list: string) => [
      ...["nonsense", "W10", "bnVsbA", "e30", "%00", "%F0%9F%98%80", "[]"],
      ...given.filter((_, index) => lists[index] !== list),
      ...[`${given[lists.indexOf(list)]}=`, `${given[lists.indexOf(list)]}A`, "x".repeat(512), "x".repeat(5_000)],
    ];
    for (const list of lists) {
      for (const cursor of wrong(list)) {
        const { status, body } = await hub.http("GET", `${list}?cursor=${cursor}`);
        expect([list, cursor, status, body.code]).toEqual([list, cursor, 400, "invalid_query"]);
        expect(body.message).toContain("cursor");
      }
    }
  });

  it("[P61] a page may end with the longest names there are", async () => {
    const long = "\u{1d4b3}".repeat(128);
    await post(long, [long, 1], [`a${long.slice(2)}`, 2]);
    const { next } = (await hub.http("GET", "series?limit=1")).body;
    const { series } = (await hub.http("GET", `series?cursor=${next}`)).body;
    expect(series).toMatchObject([{ device: long, metric: long }]);
  });

  it("[P61] a list that is read page by page has each entry once, whatever comes and goes meanwhile", async () => {
    const seed = printedSeed("pages of lists");
    const names = fc.uniqueArray(fc.stringMatching(/^[a-c]{1,3}$/), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(names, names, names, fc.integer({ min: 1, max: 4 }), async (first, added, removed, limit) => {
        for (const device of first) await post(device, ["x", 1]);
        const seen: string[] = [];
        let cursor: string | null = "";
        for (let turn = 0; cursor !== null; turn++) {
          const page: { latest: { device: string }[]; next: string | null } = (
            await hub.http("GET", `latest?limit=${limit}${cursor && `&cursor=${cursor}`}`)
          ).body;
          seen.push(...page.latest.map((one) => one.device));
          cursor = page.next;
          if (added[turn]) await post(added[turn] as string, ["x", 1]);
          if (removed[turn]) await hub.http("DELETE", `devices/${removed[turn]}`);
        }
        expect(seen).toEqual([...new Set(seen)].sort());
        expect(seen).toEqual(expect.arrayContaining(first.filter((one) => !removed.includes(one))));
        for (const { device } of (await hub.http("GET", "devices")).body.devices)
          await hub.http("DELETE", `devices/${device}`);
      }),
      { seed, numRuns: 20 },
    );
  });

  it("names the device that was probably meant", async () => {
    await post("boiler-1", ["temperature", 20]);
    const { status, body } = await hub.http("GET", "devices/boiler-2");
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: "error", code: "unknown_device", retryable: false });
    expect(body.message).toContain("did you mean boiler-1?");
  });

  it("finds a device by the NFC form of its name", async () => {
    await post("caf\u00e9", ["temperature", 20]);
    expect((await hub.http("GET", `devices/${encodeURIComponent("cafe\u0301")}`)).status).toBe(200);
  });
});

describe("GET series and latest", () => {
  it("tells type, unit, span and count of a series", async () => {
    const device = await hub.welcomed("boiler-1", { metrics: { temperature: { unit: "°C", decimals: 1 } } });
    device.send({
      type: "samples",
      seq: 1,
      times: [at, at + 1_000],
      values: { temperature: [20, 21], on: [true, null] },
    });
    await device.next("ack");
    const { series } = await ask("series?device=boiler-*", seriesAnswer);
    expect(series).toMatchObject([
      { device: "boiler-1", metric: "on", type: "boolean", firstTime: at, lastTime: at, count: 1 },
      { metric: "temperature", type: "number", unit: "°C", decimals: 1, firstTime: at, lastTime: at + 1_000, count: 2 },
    ]);
  });

  it("[P52] says of an interval whether it is learned", async () => {
    await hub.welcomed("declared", { reportInterval: 1_000 });
    for (let row = 0; row < 3; row++) {
      for (const device of ["declared", "undeclared"]) await post(device, ["t", row, at + (row - 3) * 60_000]);
    }
    const { series } = await ask("series?metric=t", seriesAnswer);
    expect(series.map(({ reportInterval, learned }) => [reportInterval, learned])).toEqual([
      [1_000, undefined],
      [60_000, true],
    ]);
  });

  it("tells the newest reading by device time, when it arrived, and whether it is stale", async () => {
    const before = Date.now();
    await post("boiler-1", ["temperature", 20, at]);
    await post("boiler-1", ["temperature", 19, at - 1_000]);
    const { latest, hubTime } = await ask("latest?metric=temperature", latestAnswer);
    expect(latest).toMatchObject([{ device: "boiler-1", metric: "temperature", value: 20, time: at, stale: false }]);
    expect(latest[0]?.received).toBeGreaterThanOrEqual(before);
    expect(latest[0]?.received).toBeLessThanOrEqual(hubTime);
  });

  it("answers a selector that matches nothing with nothing", async () => {
    expect((await ask("series?device=x*", seriesAnswer)).series).toEqual([]);
    expect((await ask("latest?device=x*", latestAnswer)).latest).toEqual([]);
  });
});

describe("POST readings", () => {
  it("[P60] answers after the commit, and stores a request with session and seq once", async () => {
    const body = {
      device: "boiler-1",
      session: "s1",
      seq: 1,
      readings: [{ metric: "temperature", value: 20, time: at }],
    };
    const first = await hub.http("POST", "readings", body);
    expect(first).toMatchObject({ status: 200, body: { stored: 1, duplicates: 0, rejected: [], rejectedCount: 0 } });
    expect(postedAnswer.parse(first.body)).toEqual(first.body);
    expect(await hub.readings("boiler-1", "temperature")).toEqual([[at, 20]]);
    const again = await hub.http("POST", "readings", body);
    expect(again).toMatchObject({ status: 200, body: { stored: 0, duplicates: 1 } });
    const { body: status } = await hub.http("GET", "status");
    expect(status.readings).toMatchObject({ stored: 1, overwritten: 0 });
  });

  it("[P60] is 400 only where rows were refused and none was stored", async () => {
    const some = await post("boiler-1", ["temperature", 20, at], ["temperature", "warm", at + 1]);
    expect(some).toMatchObject({ status: 200, body: { stored: 1, rejectedCount: 1 } });
    const none = await post("boiler-1", ["temperature", "warm", at + 1]);
    expect(none).toMatchObject({ status: 400, body: { stored: 0, rejected: [{ index: 0, code: "type_mismatch" }] } });
    const empty = await post("boiler-1");
    expect(empty.status).toBe(200);
  });

  it("takes several devices in one request", async () => {
    const { body } = await hub.http("POST", "readings", [
      { device: "a", readings: [{ metric: "x", value: 1 }] },
      { device: "b", readings: [{ metric: "x", value: true }] },
    ]);
    expect(body).toMatchObject({ stored: 2, rejected: [] });
  });

  it("tells a store that cannot store now as retryable, with Retry-After", async () => {
    hub.store.failNextAppend();
    const response = await fetch(`${hub.url}/api/v1/readings`, {
      method: "POST",
      body: JSON.stringify({ device: "a", readings: [{ metric: "x", value: 1 }] }),
    });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(await response.json()).toMatchObject({ type: "error", code: "store_unavailable", retryable: true });
  });
});

describe("removal", () => {
  it("DELETE devices/{id} removes its history, its series and its refusals", async () => {
    await post("boiler-1", ["temperature", 20, at], ["temperature", "warm", at + 1]);
    expect((await ask("devices/boiler-1/refused", refusedAnswer)).refused).toHaveLength(1);
    const removed = await hub.http("DELETE", "devices/boiler-1");
    expect(removed).toEqual({ status: 200, body: { device: "boiler-1", removed: true } });
    expect((await hub.http("GET", "devices/boiler-1")).status).toBe(404);
    expect((await hub.http("DELETE", "device?id=boiler-1")).status).toBe(404);
    await post("boiler-1", ["temperature", "warm", at]);
    expect(await hub.readings("boiler-1", "temperature")).toEqual([[at, "warm"]]);
    expect((await ask("devices/boiler-1/refused", refusedAnswer)).refused).toEqual([]);
  });

  it("DELETE readings removes a range of however many series match, and counts what went", async () => {
    const metrics = Array.from({ length: 40 }, (_, index) => `m${index}`);
    await post("boiler-1", ...metrics.map((metric): [string, number, number] => [metric, 1, at]));
    await post("boiler-1", ["m7", 2, at + 5], ["m39", 2, at + 5]);
    await post("boiler-2", ["m1", 1, at]);
    const range = `from=${at}&to=${at + 5}`;
    const { status, body } = await hub.http("DELETE", `readings?device=boiler-1&metric=*&${range}`);
    expect([status, body]).toEqual([200, { removed: 40, seriesRemoved: 38 }]);
    const left = (await ask("series", seriesAnswer)).series.map(({ device, metric }) => `${device}/${metric}`);
    expect(left).toEqual(["boiler-1/m39", "boiler-1/m7", "boiler-2/m1"]);
  });

  it("[P14] DELETE readings mends a type mismatch: a series that was emptied has no type again", async () => {
    await post("boiler-1", ["temperature", 20, at], ["temperature", 21, at + 1], ["pressure", 4, at]);
    expect((await post("boiler-1", ["temperature", "warm", at + 2])).body.rejected[0].code).toBe("type_mismatch");
    const some = await hub.http("DELETE", `readings?device=boiler-1&metric=temperature&to=${at + 1}`);
    expect(some).toEqual({ status: 200, body: { removed: 1, seriesRemoved: 0 } });
    const rest = await hub.http("DELETE", "readings?device=boiler-1&metric=temperature");
    expect(rest.body).toEqual({ removed: 1, seriesRemoved: 1 });
    expect((await post("boiler-1", ["temperature", "warm", at + 2])).body.stored).toBe(1);
    expect(await hub.readings("boiler-1", "temperature")).toEqual([[at + 2, "warm"]]);
    expect(await hub.readings("boiler-1", "pressure")).toEqual([[at, 4]]);
  });

  it("DELETE readings takes the newest reading out of latest", async () => {
    await post("boiler-1", ["temperature", 20, at], ["temperature", 21, at + 1]);
    await hub.http("DELETE", `readings?device=boiler-1&metric=temperature&from=${at + 1}`);
    expect((await ask("latest", latestAnswer)).latest).toMatchObject([{ value: 20, time: at }]);
  });

  it("[P59] DELETE readings of a literal pair that is not there is 404, of a selector nothing", async () => {
    expect((await hub.http("DELETE", "readings?device=x&metric=y")).status).toBe(404);
    const { status, body } = await hub.http("DELETE", "readings?device=x*&metric=y");
    expect([status, body]).toEqual([200, { removed: 0, seriesRemoved: 0 }]);
  });
});

describe("status, health, ready", () => {
  it("counts what the hub holds and does", async () => {
    const viewer = await hub.viewer();
    viewer.send({ type: "hello", viewer: true });
    await viewer.next("welcome");
    await hub.welcomed("boiler-2");
    await post("boiler-1", ["temperature", 20, at], ["temperature", 21, at], ["temperature", "warm", at]);
    const status = await ask("status", statusAnswer);
    expect(status).toMatchObject({
      protocol: 1,
      durability: "fsync",
      connections: { devices: 1, viewers: 1 },
      devices: { online: 2, silent: 0, offline: 0 },
      series: 1,
      readings: { stored: 2, rejected: 1, overwritten: 1 },
      ...{ slowViewers: 0, viewerBytes: 0 },
    });
    expect(status.offset).toBeGreaterThan(0);
    expect(status.ackMs.p99).toBeGreaterThanOrEqual(status.ackMs.p50);
  });

  it("says that it works and takes traffic", async () => {
    for (const path of ["health", "ready"]) {
      // On a busy machine a hub may be late, and says so until it is not.
      const answer = async () => healthAnswer.parse(await (await fetch(`${hub.url}/${path}`)).json());
      await expect.poll(answer, { timeout: 60_000 }).toEqual({ status: "ok" });
    }
  });
});

describe("transcript 3 over HTTP", () => {
  it("[P18] keeps a rejected row readable where the ack was lost", async () => {
    const device = await hub.welcomed("boiler-1");
    const row = { metric: "temperature", value: { celsius: 20 }, time: at };
    device.send({ type: "readings", seq: 1, readings: [{ metric: "temperature", value: 20, time: at }, row] });
    // The hub has acknowledged; for the device that is cut here the ack might as well never have come.
    await device.next("ack");
    device.wire.cut();
    const { device: name, refused } = await ask("devices/boiler-1/refused", refusedAnswer);
    expect(name).toBe("boiler-1");
    expect(refused).toMatchObject([{ code: "invalid_value" }]);
    expect(JSON.parse(refused[0]?.row as string)).toEqual(row);
    expect(await hub.readings("boiler-1", "temperature")).toEqual([[at, 20]]);
  });
});
