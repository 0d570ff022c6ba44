/** `GET readings` as Parquet, over a real hub; read back by a library that nobody here wrote. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ReadParquet } from "../formats/parquet-reader.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";

const at = Date.UTC(2026, 10, 24);
const all = `from=${at - 1}&to=${at + 100_000_000}`;

describe("readings as Parquet", () => {
  let hub: TestHub;

  beforeAll(async () => {
    hub = await startHub({ engine: "sqlite" });
    const device = await hub.welcomed("boiler-1");
    const times = Array.from({ length: 2_000 }, (_, index) => at + index * 1_000);
    for (let part = 0; part < 35; part++) {
      device.send({
        type: "samples",
        seq: part + 1,
        times: times.map((time) => time + part * 2_000_000),
        values: { temperature: times.map((_, index) => (index + part) / 8 - 1.5) },
      });
    }
    while ((await device.next("ack")).seq !== 35);
    await hub.http("POST", "readings", {
      device: "größe/1",
      historic: true,
      readings: [
        { metric: "note", value: '=1+2, "quoted"', time: at },
        { metric: "on", value: true, time: at },
        { metric: "on", value: false, time: at + 500 },
        { metric: "n", value: 0, time: at },
        { metric: "n", value: 1.7e308, time: at + 1 },
        { metric: "old", value: 1958, time: Date.UTC(1958, 2, 29, 12, 0, 0, 123) },
      ],
    });
  });
  afterAll(() => hub.stop());

  async function get(query: string, headers: Record<string, string> = {}) {
    const answer = await fetch(`${hub.url}/api/v1/readings?${query}`, { headers });
    expect(answer.status).toBe(200);
    return { headers: answer.headers, file: new Uint8Array(await answer.arrayBuffer()) };
  }

  it("[P89] every reading of a long series, over several groups of rows, as JSON has them", async () => {
    const { headers, file } = await get(`device=boiler-1&metric=temperature&${all}&format=parquet`);
    expect(headers.get("content-type")).toBe("application/vnd.apache.parquet");
    expect(headers.get("content-disposition")).toBe('attachment; filename="boiler-1_temperature.parquet"');
    const read = new ReadParquet(file);
    expect(read.columns).toEqual(["time:Timestamp<MILLISECOND, UTC>", "device:Utf8", "metric:Utf8", "value:Float64"]);
    const { body } = await hub.http("GET", `readings?device=boiler-1&metric=temperature&${all}`);
    expect(body.times).toHaveLength(70_000);
    // Compared as texts: of so many, one by one takes seconds.
    expect(read.column("time").join() === body.times.join()).toBe(true);
    expect(read.column("value").join() === body.values.join()).toBe(true);
    expect([...new Set(read.column("device")), ...new Set(read.column("metric"))]).toEqual(["boiler-1", "temperature"]);
    expect(file.length / body.times.length).toBeLessThan(3);
  });

  it("[P89] numbers, booleans and texts each have a column of their type, times lie before 1970 too", async () => {
    const { headers, file } = await get("device=größe/1&metric=*&from=-1000000000000&format=parquet");
    expect(headers.get("content-disposition")).toBe('attachment; filename="readings.parquet"');
    const read = new ReadParquet(file);
    expect(read.columns.slice(3)).toEqual(["value:Float64", "state:Bool", "text:Utf8"]);
    const device = "größe/1";
    expect(read.rows()).toEqual([
      [at, device, "n", 0, null, null],
      [at + 1, device, "n", 1.7e308, null, null],
      [at, device, "note", null, null, '=1+2, "quoted"'],
      [Date.UTC(1958, 2, 29, 12, 0, 0, 123), device, "old", 1958, null, null],
      [at, device, "on", null, true, null],
      [at + 500, device, "on", null, false, null],
    ]);
  });

  it("[P13] -0 stays -0, also among many zeros", async () => {
    const readings = Array.from(
      { length: 100 },
      (_, index) => `{"metric":"z","value":${index % 2 ? "-0" : "0"},"time":${at + index}}`,
    );
    const body = `{"device":"zero","readings":[${readings.join(",")}]}`;
    await fetch(`${hub.url}/api/v1/readings`, { method: "POST", body });
    const { file } = await get(`device=zero&metric=z&${all}&format=parquet`);
    expect(new ReadParquet(file).column("value")).toEqual(
      Array.from({ length: 100 }, (_, index) => (index % 2 ? -0 : 0)),
    );
  });

  it("[P89] in buckets a column an aggregate, as JSON has them; changes of others beside them", async () => {
    const query = `device=boiler-1&metric=temperature&${all}&every=6h&aggregates=count,mean,max`;
    const read = new ReadParquet((await get(`${query}&format=parquet`)).file);
    const { body } = await hub.http("GET", `readings?${query}`);
    expect(body.times.length).toBeGreaterThan(2);
    expect(read.rows("time", "count", "mean", "max")).toEqual(
      body.times.map((time: number, index: number) => [time, body.count[index], body.mean[index], body.max[index]]),
    );
    const both = `device=größe/1&metric=n,on&${all}&points=100&aggregates=min,count&format=parquet`;
    const few = new ReadParquet((await get(both)).file);
    expect(few.columns.slice(3)).toEqual(["min:Float64", "count:Float64", "state:Bool"]);
    expect(few.rows("min", "count", "state")).toEqual([
      [0, 1, null],
      [1.7e308, 1, null],
      [null, null, true],
      [null, null, false],
    ]);
  });

  it("[P89] nothing that matches is a file without rows; Accept asks for it as well; time does not go with it", async () => {
    const { headers, file } = await get("device=x*&metric=*", { Accept: "application/vnd.apache.parquet" });
    expect(headers.get("content-type")).toBe("application/vnd.apache.parquet");
    const read = new ReadParquet(file);
    expect([read.columns.length, read.rows()]).toEqual([4, []]);
    const wrong = await hub.http("GET", `readings?device=*&metric=*&format=parquet&time=iso`);
    expect([wrong.status, wrong.body.code]).toEqual([400, "invalid_query"]);
  });

  it("[P89] four at once, no more; those that are left in the middle leave nothing behind", async () => {
    const query = `device=boiler-1&metric=temperature&${all}&format=parquet`;
    const ending = new AbortController();
    const open = await Promise.allSettled(
      Array.from({ length: 8 }, () => fetch(`${hub.url}/api/v1/readings?${query}`, { signal: ending.signal })),
    );
    const statuses = open.map((one) => (one.status === "fulfilled" ? one.value.status : undefined));
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    ending.abort();
    let status = 429;
    while (status === 429) {
      const answer = await fetch(`${hub.url}/api/v1/readings?${query}`);
      status = answer.status;
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(0);
    }
    expect(status).toBe(200);
  });
});
