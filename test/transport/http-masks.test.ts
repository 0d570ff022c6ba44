/** Bad readings hidden over HTTP: [P105]–[P108] of server/protocol/README.md. */
import { describe, expect, it, vi } from "vitest";
import type { LiveSeriesEntry } from "../../server/protocol/viewer.ts";
import { StoreError } from "../../server/store/store.ts";
import type { Answer } from "../support/client.ts";
import { engines, hubsOfTest, type TestHub } from "../support/start-hub.ts";

const start = hubsOfTest();
const at = Date.UTC(2026, 10, 24);
const of = { device: "boiler-1", metric: "pressure" };
const range = `device=boiler-1&metric=pressure&from=${at}&to=${at + 10_000}`;
const series = "series?device=boiler-1&metric=pressure";

async function put(hub: TestHub, values: readonly number[], fromMs = at): Promise<void> {
  const readings = values.map((value, index) => ({ metric: "pressure", value, time: fromMs + index * 1_000 }));
  expect(await hub.http("POST", "readings", { device: "boiler-1", readings })).toMatchObject({ status: 200 });
}

function hide(hub: TestHub, from: number, to: number, rest: object = {}) {
  return hub.http("POST", "masks", { ...of, from: at + from, to: at + to, ...rest });
}

/** What a `series` message tells of the one series. */
function told({ type, series: entries }: Answer): LiveSeriesEntry | undefined {
  return type === "series" ? (entries as LiveSeriesEntry[])[0] : undefined;
}

/** Values of an `update` message. */
function valuesOf({ type, values }: Answer): unknown[] {
  return type === "update" ? (values as unknown[]) : [];
}

describe("masks", () => {
  it.each(engines)("[P105] hide a range, are listed, and show it again (%s)", async (engine) => {
    const hub = await start({ engine });
    await put(hub, [1, 2, 900, 4]);
    const made = await hide(hub, 1_500, 2_500, { note: "the probe lay on the floor" });
    expect(made).toMatchObject({
      status: 200,
      body: { ...of, from: at + 1_500, to: at + 2_500, note: "the probe lay on the floor" },
    });
    const check = async () => {
      expect((await hub.http("GET", `readings?${range}`)).body.values).toEqual([1, 2, 4]);
      expect((await hub.http("GET", `readings?${range}&every=1h&aggregates=max,count`)).body).toMatchObject({
        max: [4],
        count: [3],
      });
      expect((await hub.http("GET", "masks")).body).toEqual({ masks: [made.body], next: null });
      expect((await hub.http("GET", series)).body.series).toMatchObject([{ count: 4, masks: 1 }]);
      const all = await hub.http("GET", `readings?${range}&masked=include`);
      expect(all.body.values).toEqual([1, 2, 900, 4]);
    };
    await check();
    await hub.restart();
    await check();
    expect(await hub.http("DELETE", `masks/${made.body.id}`)).toMatchObject({
      status: 200,
      body: { ...made.body, removed: true },
    });
    expect((await hub.http("GET", `readings?${range}`)).body.values).toEqual([1, 2, 900, 4]);
    expect((await hub.http("GET", "masks")).body.masks).toEqual([]);
    expect((await hub.http("GET", series)).body.series[0]).not.toHaveProperty("masks");
  });

  it("[P105] are told by an export of all readings, as text, too", async () => {
    const hub = await start();
    await put(hub, [1, 900]);
    await hide(hub, 500, 1_500);
    const rows = async (rest: string) => {
      const answer = await fetch(`${hub.url}/api/v1/readings?${range}&format=csv${rest}`);
      return (await answer.text()).trim().split("\n").slice(1);
    };
    expect(await rows("")).toHaveLength(1);
    expect(await rows("&masked=include")).toHaveLength(2);
    expect(await hub.http("GET", `readings?${range}&points=10&masked=include`)).toMatchObject({
      status: 400,
      body: { code: "invalid_query" },
    });
  });

  it.each(engines)("[P106] the newest reading falls back and comes back, and viewers see it (%s)", async (engine) => {
    const hub = await start({ engine });
    await put(hub, [1, 2, 900]);
    const viewer = await hub.viewer();
    viewer.send({ type: "subscribe", id: 1 });
    await viewer.until(({ type }) => type === "ready");
    const { body } = await hide(hub, 2_000, 10_000);
    expect(told(await viewer.until((answer) => told(answer)?.masks === 1))).toMatchObject({
      value: 2,
      time: at + 1_000,
      masks: 1,
      count: 3,
    });
    expect((await hub.http("GET", "latest")).body.latest).toMatchObject([{ value: 2, time: at + 1_000 }]);
    // Late into what is hidden, and then behind it: only that is told.
    await put(hub, [950], at + 3_000);
    await put(hub, [5], at + 10_000);
    const update = await viewer.until((answer) => valuesOf(answer).length > 0);
    expect(valuesOf(update)).toEqual([5]);
    await hub.http("DELETE", `masks/${body.id}`);
    const again = await viewer.until((answer) => told(answer) !== undefined && told(answer)?.masks === undefined);
    expect(told(again)).toMatchObject({ value: 5, count: 5 });
    expect((await hub.http("GET", `readings?${range}`)).body.values).toEqual([1, 2, 900, 950]);
  });

  it("[P106] whoever was cut before a mask begins anew, and goes on without what is hidden", async () => {
    const hub = await start();
    await put(hub, [1, 900]);
    const viewer = await hub.viewer();
    viewer.send({ type: "subscribe", id: 1 });
    const offset = Number((await viewer.until(({ type }) => type === "ready")).offset);
    const { epoch } = (await hub.http("GET", "status")).body;
    await hide(hub, 500, 5_000);
    await put(hub, [950], at + 2_000);
    const resumed = async (from: number) => {
      const back = await hub.viewer();
      back.send({ type: "subscribe", id: 1, resume: { epoch, offset: from } });
      await back.until(({ type }) => type === "ready");
      const values = back.seen.flatMap(valuesOf);
      return { resumed: back.seen.find(({ type }) => type === "subscribed")?.resumed, values };
    };
    expect(await resumed(offset)).toEqual({ resumed: false, values: [] });
    expect((await resumed(offset + 1)).values).toEqual([]);
  });

  it("[P107] go with a range that holds them, and with their series", async () => {
    const hub = await start();
    await put(hub, [1, 2, 900, 4]);
    const inside = await hide(hub, 1_500, 2_500);
    const across = await hide(hub, 2_900, 20_000);
    await hub.http("DELETE", `readings?device=boiler-1&metric=pressure&from=${at + 1_000}&to=${at + 3_000}`);
    expect((await hub.http("GET", "masks")).body.masks).toEqual([across.body]);
    expect((await hub.http("GET", series)).body.series).toMatchObject([{ masks: 1 }]);
    await put(hub, [7], at + 2_000);
    expect((await hub.http("GET", `readings?${range}`)).body.values).toEqual([1, 7]);
    expect(await hub.http("DELETE", `masks/${inside.body.id}`)).toMatchObject({ status: 404 });
    await hub.http("DELETE", "devices/boiler-1");
    await put(hub, [8], at + 5_000);
    expect((await hub.http("GET", `readings?${range}`)).body.values).toEqual([8]);
    expect((await hub.http("GET", "masks")).body.masks).toEqual([]);
  });

  it("[P108] refuse what is wrong by name, and more than the limit", async () => {
    const hub = await start({ limits: { masksPerSeries: 1 } });
    await put(hub, [1, 2]);
    const code = async (answer: ReturnType<typeof hide>) => {
      const { status, body } = await answer;
      return [status, body.code];
    };
    expect(await code(hide(hub, 5, 5))).toEqual([400, "invalid_value"]);
    expect(await code(hide(hub, 0, 5, { reason: "x" }))).toEqual([400, "unknown_field"]);
    expect(await code(hide(hub, 0, 5, { note: "x".repeat(257) }))).toEqual([400, "invalid_message"]);
    expect(await code(hide(hub, 0, 5, { metric: "*" }))).toEqual([400, "invalid_name"]);
    expect(await code(hide(hub, 0, 5, { metric: "heat" }))).toEqual([404, "unknown_series"]);
    expect(await code(hub.http("DELETE", "masks/1"))).toEqual([404, "not_found"]);
    expect(await code(hub.http("DELETE", "masks/one"))).toEqual([404, "not_found"]);
    expect((await hide(hub, 0, 5)).status).toBe(200);
    const refused = await hide(hub, 0, 5);
    expect(refused).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(refused.body.message).toContain("masksPerSeries is 1 (setting --limit-masks-per-series)");
  });

  it("[P124] shows a range again where the answer of the store is lost", async () => {
    const hub = await start();
    await put(hub, [1, 2, 900]);
    const { body } = await hub.http("POST", "masks", { ...of, from: at + 1_500, to: at + 2_500 });
    const { store } = hub;
    const remove = store.removeMask.bind(store);
    vi.spyOn(store, "removeMask").mockImplementationOnce(async (id) => {
      await remove(id);
      throw new StoreError("store_unavailable", "The answer was lost.");
    });
    expect((await hub.http("DELETE", `masks/${body.id}`)).body.code).toBe("store_unavailable");
    expect((await hub.http("GET", series)).body.series[0]).not.toHaveProperty("masks");
    expect((await hub.http("GET", "latest")).body.latest).toMatchObject([{ value: 900 }]);
  });

  it("[P108] are listed page by page, each series whole", async () => {
    const hub = await start();
    for (let device = 10; device < 45; device++) {
      const readings = [{ metric: "heat", value: 1, time: at }];
      await hub.http("POST", "readings", { device: `d${device}`, readings });
      for (const from of [0, 1]) {
        await hub.http("POST", "masks", { device: `d${device}`, metric: "heat", from, to: 5 });
      }
    }
    const found: unknown[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { body }: { body: { masks: { device: string; from: number }[]; next: string | null } } = await hub.http(
        "GET",
        `masks?limit=20${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      found.push(...body.masks.map(({ device, from }) => `${device} ${from}`));
      cursor = body.next;
    }
    expect(found).toEqual(Array.from({ length: 70 }, (_, index) => `d${10 + (index >> 1)} ${index % 2}`));
    expect((await hub.http("GET", "masks?device=d12")).body.masks).toHaveLength(2);
  });
});
