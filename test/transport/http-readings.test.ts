/** `GET readings` over a real hub: ranges, widths, aggregates, the two shapes, and what is refused. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acrossReadingsAnswer, manyReadingsAnswer, readingsAnswer } from "../../server/protocol/http.ts";
import { engines, startHub, type TestHub } from "../support/start-hub.ts";

const at = Date.UTC(2026, 10, 24);
const second = 1_000;
const minute = 60_000;
/** A reading a second for ten minutes: 0, 1, 2, … */
const times = Array.from({ length: 600 }, (_, index) => at + index * second);

describe.each(engines)("GET readings over the %s store", (engine) => {
  let hub: TestHub;

  beforeAll(async () => {
    hub = await startHub({ engine });
    const device = await hub.welcomed("boiler-1", { metrics: { temperature: { unit: "°C" } } });
    device.send({
      type: "samples",
      seq: 1,
      times,
      values: {
        temperature: times.map((_, index) => index),
        heating: times.map((_, index) => index % 300 < 100),
        phase: times.map((_, index) => (index < 450 ? "warming" : "holding")),
      },
    });
    await device.next("ack");
    await hub.http("POST", "readings", {
      device: "greenhouse/north",
      readings: [{ metric: "temperature", value: -1.5, time: at }],
    });
  });

  afterAll(() => hub.stop());

  function get(query: Record<string, string | number> | string) {
    const text =
      typeof query === "string"
        ? query
        : new URLSearchParams(Object.entries(query).map(([name, one]) => [name, String(one)])).toString();
    return hub.http("GET", `readings?${text}`);
  }

  async function rowsOf(query: Record<string, string | number>) {
    const text = Object.entries(query).map(([name, one]) => `${name}=${encodeURIComponent(one)}`);
    return (await fetch(`${hub.url}/api/v1/readings?${text.join("&")}`)).text();
  }

  const pair = { device: "boiler-1", metric: "temperature" };
  const all = { from: at, to: at + 10 * minute };

  describe("one literal pair", () => {
    it("[P59] is answered as one series, raw, from included and to excluded", async () => {
      const { status, body } = await get({ ...pair, from: at + second, to: at + 4 * second });
      expect(status).toBe(200);
      expect(readingsAnswer.strict().parse(body)).toEqual({
        ...{ device: "boiler-1", metric: "temperature", unit: "°C", type: "number" },
        ...{ from: at + second, to: at + 4 * second, tier: "raw", every: null },
        times: [at + second, at + 2 * second, at + 3 * second],
        values: [1, 2, 3],
      });
    });

    it("[P73] begins changes with the reading that held at from, raw readings with the range", async () => {
      const range = { device: "boiler-1", metric: "phase", from: at + 500, to: at + 2_500 };
      for (const width of [{ points: 10 }, { every: "1s" }]) {
        const { body } = await get({ ...range, ...width });
        expect(readingsAnswer.strict().parse(body)).toMatchObject({ times: [at], values: ["warming"], from: at + 500 });
      }
      expect((await get(range)).body).toMatchObject({ times: [at + second, at + 2 * second] });
      const { body } = await get({ ...range, metric: "heating", from: at + 99_500, to: at + 9 * minute, points: 10 });
      expect(body.times).toEqual([99, 100, 300, 400].map((index) => at + index * second));
      const later = await get({ ...range, from: at + 20 * minute, to: at + 30 * minute, points: 10 });
      expect(later.body).toMatchObject({ times: [at + 599 * second], values: ["holding"] });
    });

    it("[P49] is cut into every, with the seven aggregates in the order asked for", async () => {
      const aggregates = "first,last,min,max,mean,sum,count";
      const { body } = await get({ ...pair, ...all, every: "5m", aggregates });
      expect(readingsAnswer.parse(body)).toEqual(body);
      expect(body).toMatchObject({
        every: 5 * minute,
        times: [at, at + 5 * minute],
        first: [0, 300],
        last: [299, 599],
        min: [0, 300],
        max: [299, 599],
        mean: [149.5, 449.5],
        sum: [44_850, 134_850],
        count: [300, 300],
      });
      expect(body).not.toHaveProperty("values");
    });

    it("[P49] by points has the next width on the ladder, and is raw where there are no more readings", async () => {
      const cut = await get({ ...pair, ...all, points: 100 });
      expect(cut.body).toMatchObject({ every: 10 * second, tier: "raw" });
      expect(cut.body.times).toHaveLength(60);
      expect(Object.keys(cut.body).filter((name) => ["min", "max", "mean"].includes(name))).toHaveLength(3);
      const raw = await get({ ...pair, ...all, points: 600 });
      expect(raw.body).toMatchObject({ every: null });
      expect(raw.body.values).toHaveLength(600);
    });

    it("[P79] has its days by the clocks of tz, with the reference saying so", async () => {
      const day = { from: at - 20 * 60 * minute, to: at + 10 * minute, every: "1d", aggregates: "count" };
      expect((await get({ ...pair, ...day })).body).toMatchObject({ times: [at], count: [600] });
      const { body } = await get({ ...pair, ...day, tz: "Asia/Kathmandu" });
      expect(body).toMatchObject({ every: 86_400_000, times: [at - (5 * 60 + 45) * minute], count: [600] });
      const { status, body: refused } = await get({ ...pair, ...day, tz: "Asia/Nowhere" });
      expect([status, refused.code]).toEqual([400, "invalid_query"]);
      expect(refused.message).toContain("IANA time zone");
    });

    it("[P50] of booleans and strings is their changes where a width is asked for, else every reading", async () => {
      const phase = await get({ ...pair, metric: "phase", ...all, points: 10 });
      expect(phase.body).toMatchObject({ type: "string", every: null, values: ["warming", "holding"] });
      expect(phase.body.times).toEqual([at, at + 450 * second]);
      const heating = await get({ ...pair, metric: "heating", ...all, every: "1m" });
      expect(heating.body).toMatchObject({ type: "boolean", values: [true, false, true, false] });
      expect((await get({ ...pair, metric: "heating", ...all })).body.values).toHaveLength(600);
    });

    it("[P59] that is not there is 404 and says what there is", async () => {
      const metric = await get({ ...pair, metric: "pressure" });
      expect([metric.status, metric.body.code]).toEqual([404, "unknown_series"]);
      expect(metric.body.message).toContain("heating, phase, temperature");
      const device = await get({ ...pair, device: "boiler-9" });
      expect([device.status, device.body.code]).toEqual([404, "unknown_device"]);
      expect(device.body.message).toContain("boiler-1");
    });

    it("is empty where the range is", async () => {
      const { body } = await get({ ...pair, from: at - minute, to: at });
      expect(body).toMatchObject({ times: [], values: [] });
    });
  });

  describe("a fleet, and steps from reading to reading", () => {
    it("[P81] is one entry a metric with across=devices, as JSON and in rows", async () => {
      const query = { device: "*", metric: "*", ...all, every: "5m", across: "devices", aggregates: "mean,count,p95" };
      const { body } = await get(query);
      expect(acrossReadingsAnswer.strict().parse(body)).toEqual({
        ...{ ...all, every: 300 * second, across: "devices", tier: "raw" },
        series: [
          {
            ...{ metric: "temperature", type: "number", devices: 2, tier: "raw", every: 300 * second },
            ...{
              times: [at, at + 300 * second],
              mean: [74, 449.5],
              count: [301, 300],
              p95: [expect.any(Number), 449.5],
            },
          },
        ],
      });
      expect(body.series[0].p95[0]).toBeCloseTo(-1.5 + 0.95 * 151, 9);
      const rows = await rowsOf({ ...query, format: "csv", time: "ms" });
      expect(rows.split("\r\n").slice(0, 2)).toEqual([
        "time,device,metric,mean,count,p95",
        `${at},*,temperature,74,301,${body.series[0].p95[0]}`,
      ]);
      const { status, body: refused } = await get({ ...query, format: "parquet" });
      expect([status, refused.message]).toEqual([400, expect.stringContaining("format=csv")]);
      expect((await get({ ...query, device: "nobody*" })).body.series).toEqual([]);
    });

    it("[P82] are aggregates of their own", async () => {
      const query = { ...pair, ...all, every: "5m", aggregates: "increase,rate,integral" };
      const { body } = await get(query);
      expect(readingsAnswer.strict().parse(body)).toEqual(body);
      expect(body).toMatchObject({ times: [at, at + 300 * second], increase: [299, 300], rate: [1, 1] });
      expect(body.integral.reduce((sum: number, one: number) => sum + one, 0)).toBeCloseTo(599 ** 2 / 2 / 3_600, 9);
      const rows = await rowsOf({ ...query, format: "csv" });
      expect(rows.split("\r\n")[0]).toBe("time,device,metric,increase,rate,integral");
    });
  });

  describe("selectors, lists, repeated parameters", () => {
    it("[P59] are answered as a list of series, each with its own width", async () => {
      const { body } = await get({ device: "*", metric: "temperature", ...all, points: 100 });
      expect(manyReadingsAnswer.strict().parse(body)).toEqual(body);
      expect(body).toMatchObject({ ...all, tier: "raw", every: 10 * second });
      expect(body.series).toMatchObject([
        { device: "boiler-1", metric: "temperature", unit: "°C", type: "number", every: 10 * second },
        { device: "greenhouse/north", metric: "temperature", every: null, times: [at], values: [-1.5] },
      ]);
    });

    it("[P57] may be repeated or separated by commas", async () => {
      const repeated = await get(`device=boiler-1&metric=temperature&metric=phase&from=${at}&to=${at + 1}`);
      const listed = await get(`device=boiler-1&metric=temperature,phase&from=${at}&to=${at + 1}`);
      expect(repeated.body.series).toMatchObject([
        { metric: "phase", values: ["warming"] },
        { metric: "temperature", values: [0] },
      ]);
      expect(listed.body).toEqual(repeated.body);
    });

    it("[P59] that match nothing are answered with an empty list", async () => {
      const { status, body } = await get({ device: "x*", metric: "*" });
      expect([status, body.series]).toEqual([200, []]);
    });
  });

  describe("times", () => {
    it.each([
      ["ms", String(at), String(at + 2 * second)],
      ["ISO 8601 in UTC", "2026-11-24T00:00:00Z", "2026-11-24T00:00:02.000Z"],
      ["ISO 8601 with an offset", "2026-11-24T05:30:00%2B05:30", "2026-11-23T19:00:02-05:00"],
      ["an offset whose plus sign was not encoded", "2026-11-24T05:30:00+05:30", "2026-11-24T01:00:02+01:00"],
    ])("[P58] may be %s", async (_, from, to) => {
      const { body } = await get(`device=boiler-1&metric=temperature&from=${from}&to=${to}`);
      expect(body).toMatchObject({ from: at, to: at + 2 * second, values: [0, 1] });
    });

    it("[P58] may be a span before now, and are the last hour by default", async () => {
      const before = Date.now();
      const { body } = await get({ ...pair, from: "-15m" });
      expect(body.to - body.from).toBe(15 * minute);
      expect(body.to).toBeGreaterThanOrEqual(before);
      const plain = await get(pair);
      expect(plain.body.to - plain.body.from).toBe(60 * minute);
    });
  });

  describe("what is refused", () => {
    it.each([
      ["device=boiler-1", "metric"],
      ["metric=temperature", "device"],
      ["device=boiler 1&metric=temperature", "device"],
      ["device=boiler-1&metric=temperature&from=yesterday", "from"],
      ["device=boiler-1&metric=temperature&to=2026-11-24T00:00:00", "to"],
      ["device=boiler-1&metric=temperature&from=2026-11-24", "from"],
      ["device=boiler-1&metric=temperature&points=0", "points"],
      ["device=boiler-1&metric=temperature&points=5001", "5000"],
      ["device=boiler-1&metric=temperature&every=5x", "every"],
      ["device=boiler-1&metric=temperature&points=5&every=5m", "points"],
      ["device=boiler-1&metric=temperature&every=5m&aggregates=median", "aggregates"],
      ["device=boiler-1&metric=temperature&format=xml", "format"],
      ["device=boiler-1&metric=temperature&from=-1h&to=-2h", "from"],
      ["device=boiler-1&metric=temperature&from=1&from=2", "from"],
    ])("[P57] %s is invalid_query and names what is wrong", async (query, name) => {
      const { status, body } = await get(query);
      expect(status).toBe(400);
      expect(body).toMatchObject({
        type: "error",
        code: expect.stringMatching(/^invalid_(query|name)$/),
        retryable: false,
      });
      expect(body.message).toContain(name);
      expect(body.message.length).toBeLessThanOrEqual(1_000);
    });

    it("[P7] an unknown parameter is unknown_field, with the nearest name", async () => {
      const { status, body } = await get({ ...pair, aggregate: "min" });
      expect([status, body.code]).toEqual([400, "unknown_field"]);
      expect(body.message).toContain("aggregates");
    });

    it("[S32] a range cut too finely is range_too_large, with the limit and its value", async () => {
      const { status, body } = await get({ ...pair, from: "1970-01-01T00:00:00Z", every: "1s" });
      expect([status, body.code]).toEqual([400, "range_too_large"]);
      expect(body.message).toContain("at most 50000");
    });
  });
});
