/** Time in state, gaps, and what stood at a moment, over a real hub. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gapsAnswer, latestAnswer, statesAnswer } from "../../server/protocol/http.ts";
import { engines, startHub, type TestHub } from "../support/start-hub.ts";

const at = Date.UTC(2026, 10, 24);
const second = 1_000;
const minute = 60 * second;

describe.each(engines)("questions over the %s store", (engine) => {
  let hub: TestHub;

  beforeAll(async () => {
    hub = await startHub({ engine });
    const device = await hub.welcomed("boiler-1", { reportInterval: 10 * second });
    const times = Array.from({ length: 60 }, (_, index) => at + index * 10 * second).filter(
      (time) => time < at + 2 * minute || time >= at + 4 * minute,
    );
    device.send({
      type: "samples",
      seq: 1,
      times,
      values: {
        temperature: times.map((_, index) => index),
        heating: times.map((time) => time < at + 6 * minute),
        phase: times.map((time) => (time < at + 7 * minute ? "warming" : "holding")),
      },
    });
    await device.next("ack");
  });

  afterAll(() => hub.stop());

  async function get(path: string, query: Record<string, string | number>) {
    const text = Object.entries(query).map(([name, one]) => `${name}=${encodeURIComponent(one)}`);
    return hub.http("GET", `${path}?${text.join("&")}`);
  }

  const all = { device: "boiler-1", from: at, to: at + 10 * minute };

  it("[P83] GET states tells how long each state lasted, silences left out", async () => {
    const { status, body } = await get("states", { ...all, metric: "*", every: "5m" });
    expect(status).toBe(200);
    expect(statesAnswer.strict().parse(body)).toEqual({
      ...{ from: at, to: at + 10 * minute, every: 5 * minute },
      series: [
        {
          ...{ device: "boiler-1", metric: "heating", type: "boolean", states: [true, false] },
          times: [at, at + 5 * minute],
          ms: [
            [110 * second + minute, minute],
            [0, 4 * minute],
          ],
        },
        {
          ...{ device: "boiler-1", metric: "phase", type: "string", states: ["warming", "holding"] },
          times: [at, at + 5 * minute],
          ms: [
            [110 * second + minute, 2 * minute],
            [0, 3 * minute],
          ],
        },
      ],
    });
    const whole = await get("states", { ...all, metric: "phase" });
    expect(whole.body).toMatchObject({ every: null, series: [{ times: [at] }] });
    const numbers = await get("states", { ...all, metric: "temperature" });
    expect([numbers.status, numbers.body.message]).toEqual([400, expect.stringContaining("booleans and texts")]);
    const wide = await get("states", { ...all, metric: "phase", every: 1 });
    expect([wide.status, wide.body.code]).toEqual([400, "range_too_large"]);
    const zone = await get("states", { ...all, metric: "phase", tz: "Europe/Berlin" });
    expect([zone.status, zone.body.message]).toEqual([400, expect.stringContaining("tz needs every")]);
    expect((await get("states", { ...all, metric: "nothing" })).status).toBe(404);
  });

  it("[P84] GET gaps tells when it was silent, why, and how much of the range, or of the day in a zone, is there", async () => {
    const { status, body } = await get("gaps", { ...all, metric: "*" });
    expect(status).toBe(200);
    expect(gapsAnswer.strict().parse(body)).toEqual(body);
    expect(body).toMatchObject({ from: at, to: at + 10 * minute });
    // Nothing came behind the range either.
    const cause = ["unknown", "unknown"];
    const gaps = { from: [at + 110 * second, at + 590 * second], to: [at + 4 * minute, at + 10 * minute], cause };
    expect(body.series).toEqual(
      ["heating", "phase", "temperature"].map((metric) => ({
        ...{ device: "boiler-1", metric, grace: 25 * second, gaps, complete: 1 - 140 / 600 },
      })),
    );
    expect((await get("gaps", { ...all, device: "boiler-9", metric: "x" })).status).toBe(404);
    const today = await get("gaps", { device: "boiler-1", metric: "phase", tz: "Asia/Kathmandu" });
    const clock = { timeZone: "Asia/Kathmandu", hour: "numeric", minute: "numeric", second: "numeric" } as const;
    expect(new Date(today.body.from).toLocaleTimeString("en-GB", clock)).toBe("00:00:00");
    expect([today.body.to - today.body.from < 24 * 60 * minute, today.body.series[0].complete]).toEqual([true, 0]);
    const both = await get("gaps", { ...all, metric: "phase", tz: "UTC" });
    expect([both.status, both.body.message]).toEqual([400, expect.stringContaining("not both")]);
  });

  it("[P84] GET latest with at tells what stood then, and whether it was old by then", async () => {
    const stood = async (ms: number) => {
      const { body } = await get("latest", { device: "boiler-1", at: ms });
      expect(latestAnswer.strict().parse(body)).toEqual(body);
      return body.latest.map(({ metric, value, time, stale }: Record<string, unknown>) => [metric, value, time, stale]);
    };
    expect(await stood(at - 1)).toEqual([]);
    expect(await stood(at)).toEqual([
      ["heating", true, at, false],
      ["phase", "warming", at, false],
      ["temperature", 0, at, false],
    ]);
    expect(await stood(at + 3 * minute)).toEqual([
      ["heating", true, at + 110 * second, true],
      ["phase", "warming", at + 110 * second, true],
      ["temperature", 11, at + 110 * second, true],
    ]);
    expect((await get("latest", { at: "-1h" })).body.latest).toHaveLength(3);
    const { status, body } = await get("latest", { at: "yesterday" });
    expect([status, body.message]).toEqual([400, expect.stringContaining('at "yesterday" is not a time')]);
  });
});
