/** `GET readings` in the forms other than JSON, over a real hub. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCsv } from "../formats/parse-csv.ts";
import { engines, startHub, type TestHub } from "../support/start-hub.ts";

const at = Date.UTC(2026, 10, 24);
const all = `from=${at}&to=${at + 600_000}`;

describe.each(engines)("readings as rows over the %s store", (engine) => {
  let hub: TestHub;

  beforeAll(async () => {
    hub = await startHub({ engine });
    const device = await hub.welcomed("boiler-1");
    const times = Array.from({ length: 600 }, (_, index) => at + index * 1_000);
    device.send({
      type: "samples",
      seq: 1,
      times,
      values: { temperature: times.map((_, index) => index - 1.5), heating: times.map((_, index) => index >= 300) },
    });
    await device.next("ack");
    await hub.http("POST", "readings", {
      device: "-größe/1",
      readings: [
        { metric: "note", value: '=1+2, "quoted"', time: at },
        { metric: "note", value: "two\r\nlines", time: at + 1 },
      ],
    });
  });

  afterAll(() => hub.stop());

  async function get(query: string, accept?: string) {
    const answer = await fetch(`${hub.url}/api/v1/readings?${query}`, accept ? { headers: { Accept: accept } } : {});
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  it("[P62] one series as CSV: every reading in rising time, as a file", async () => {
    const { status, headers, text } = await get(`device=boiler-1&metric=temperature&${all}&format=csv`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(headers.get("content-disposition")).toBe('attachment; filename="boiler-1_temperature.csv"');
    const [head, ...rows] = parseCsv(text);
    expect(head).toEqual(["time", "device", "metric", "value"]);
    expect(rows).toHaveLength(600);
    expect(rows[0]).toEqual(["2026-11-24T00:00:00.000Z", "boiler-1", "temperature", "-1.5"]);
    expect(rows.map(([time, , , value]) => [Date.parse(time as string), Number(value)])).toEqual(
      await hub.readings("boiler-1", "temperature"),
    );
  });

  it("[S21] several series in one file; text that a spreadsheet would run is led by an apostrophe", async () => {
    const { headers, text } = await get(`device=*&metric=note,heating&${all}&format=csv&time=ms`);
    expect(headers.get("content-disposition")).toBe('attachment; filename="readings.csv"');
    const [, ...rows] = parseCsv(text);
    expect(rows.slice(0, 2)).toEqual([
      [String(at), "'-größe/1", "note", `'=1+2, "quoted"`],
      [String(at + 1), "'-größe/1", "note", "two\r\nlines"],
    ]);
    expect(rows.slice(2).map(([, device, metric, value]) => [device, metric, value])).toEqual(
      Array.from({ length: 600 }, (_, index) => ["boiler-1", "heating", String(index >= 300)]),
    );
  });

  it("[P62] buckets have a column an aggregate, in the order asked for; changes of others stand in value", async () => {
    const one = await get(
      `device=boiler-1&metric=temperature&${all}&every=5m&aggregates=count,mean&format=csv&time=ms`,
    );
    expect(parseCsv(one.text)).toEqual([
      ["time", "device", "metric", "count", "mean"],
      [String(at), "boiler-1", "temperature", "300", "148"],
      [String(at + 300_000), "boiler-1", "temperature", "300", "448"],
    ]);
    const both = await get(`device=boiler-1&metric=*&${all}&every=10m&aggregates=max&format=csv&time=ms`);
    expect(parseCsv(both.text)).toEqual([
      ["time", "device", "metric", "value", "max"],
      [String(at), "boiler-1", "heating", "false", ""],
      [String(at + 300_000), "boiler-1", "heating", "true", ""],
      [String(at), "boiler-1", "temperature", "", "597.5"],
    ]);
  });

  it("[P62] as NDJSON, a line a reading", async () => {
    const { headers, text } = await get(`device=boiler-1&metric=*&from=${at}&to=${at + 1_000}&format=ndjson`);
    expect(headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
    expect(
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { time: at, device: "boiler-1", metric: "heating", value: false },
      { time: at, device: "boiler-1", metric: "temperature", value: -1.5 },
    ]);
  });

  it.each([
    ["text/csv", "text/csv"],
    ["text/csv;q=0.5, application/json;q=0.4", "text/csv"],
    ["application/json, text/csv", "application/json"],
    ["application/x-ndjson", "application/x-ndjson"],
    ["application/jsonl", "application/x-ndjson"],
    ["text/*", "text/csv"],
    ["*/*", "application/json"],
    ["text/html,application/xhtml+xml,*/*;q=0.8", "application/json"],
    ["image/png", "application/json"],
    ["text/csv;q=0, */*;q=0.1", "application/json"],
    ["text/csv;q=x", "application/json"],
    [";;,,;q=", "application/json"],
  ])("[P62] Accept: %s is answered with %s", async (accept, type) => {
    const { headers } = await get(`device=boiler-1&metric=temperature&from=${at}&to=${at + 1}`, accept);
    expect(headers.get("content-type")?.split(";")[0]).toBe(type);
    expect(headers.get("vary")).toContain("Accept");
  });

  it("[P62] format beats Accept", async () => {
    const { headers } = await get("device=boiler-1&metric=temperature&format=ndjson", "text/csv");
    expect(headers.get("content-type")).toContain("ndjson");
  });

  it("[P59] nothing that matches is a head alone for a selector, 404 in JSON for a literal pair", async () => {
    expect((await get("device=x*&metric=*&format=csv")).text).toBe("time,device,metric,value\r\n");
    expect((await get("device=x*&metric=*&format=ndjson")).text).toBe("");
    const { status, text } = await get("device=x&metric=y&format=csv");
    expect([status, JSON.parse(text).code]).toEqual([404, "unknown_device"]);
  });

  it("[P57] time goes with rows alone", async () => {
    const { status, text } = await get("device=boiler-1&metric=temperature&time=iso");
    expect([status, JSON.parse(text).code]).toEqual([400, "invalid_query"]);
    expect(JSON.parse(text).message).toContain("format=csv");
  });

  it("HEAD tells the type and the name of the file", async () => {
    const answer = await fetch(`${hub.url}/api/v1/readings?device=boiler-1&metric=temperature&format=csv`, {
      method: "HEAD",
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("text/csv");
    expect(answer.headers.get("content-disposition")).toContain("boiler-1");
    expect(await answer.text()).toBe("");
  });

  it("[P13] -0 stays -0 in every form", async () => {
    await hub.http("POST", "readings", '{"device":"zero"}');
    await fetch(`${hub.url}/api/v1/readings`, {
      method: "POST",
      body: `{"device":"zero","readings":[{"metric":"z","value":-0,"time":${at}}]}`,
    });
    const query = `device=zero&metric=z&${all}`;
    expect((await get(query)).text).toContain('"values":[-0]');
    expect((await get(`${query}&format=csv`)).text).toContain(",z,-0\r\n");
    expect((await get(`${query}&format=ndjson`)).text).toContain('"value":-0}');
  });
});
