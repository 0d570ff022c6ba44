import { describe, expect, it } from "vitest";
import { cases, rightAnswer } from "./questions.ts";
import { Readings } from "./readings.ts";

const seed = "history-questions";
const readings = new Readings(seed, 900_000, Date.UTC(2026, 0, 15, 12, 34));

describe("the questions about ten days", () => {
  it("are about ten days that end with a whole hour, with the same readings for the same seed", () => {
    expect(new Date(readings.toMs).toISOString()).toBe("2026-01-15T12:00:00.000Z");
    expect(readings.steps).toBe(960);
    const again = new Readings(seed, 900_000, Date.UTC(2026, 0, 15, 12, 59));
    expect(again.values("house-3", "light")).toEqual(readings.values("house-3", "light"));
    expect(again.times("house-3")).toEqual(readings.times("house-3"));
  });

  it("differ from turn to turn, as often as a case says", () => {
    for (const { name, turns, question } of cases) {
      const asked = Array.from({ length: turns(readings) }, (_, turn) => JSON.stringify(question(readings, turn)));
      const repeats = name === "newest value of all" || name === "10 days by the hour, all";
      expect(new Set(asked).size, name).toBe(repeats ? 1 : turns(readings));
    }
  });

  it("stay within what is there", () => {
    for (const { name, turns, question } of cases) {
      const { span } = question(readings, turns(readings) - 1);
      expect(span.fromMs, name).toBeGreaterThanOrEqual(readings.fromMs);
      expect(span.toMs, name).toBeLessThanOrEqual(readings.toMs);
    }
  });

  it("have one right answer, with whole buckets", () => {
    const span = { fromMs: readings.toMs - 7_200_000, toMs: readings.toMs };
    const selection = { devices: ["house-2"], metrics: ["co2"] };
    const buckets = rightAnswer({ ask: "buckets", selection, span, everyMs: 3_600_000 }, readings).get("house-2/co2");
    const raw = rightAnswer({ ask: "raw", device: "house-2", metric: "co2", span }, readings).get("house-2/co2");
    const [first, second] = [raw?.values?.slice(0, 4) ?? [], raw?.values?.slice(4) ?? []];
    expect(second).toHaveLength(4);
    expect(buckets).toEqual({
      times: [span.fromMs, span.fromMs + 3_600_000],
      min: [Math.min(...first), Math.min(...second)],
      mean: [first, second].map((four) => four.reduce((sum, each) => sum + each, 0) / 4),
      max: [Math.max(...first), Math.max(...second)],
    });
  });
});
