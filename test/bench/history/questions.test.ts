import { describe, expect, it } from "vitest";
import { hubDialect, tableDialect } from "./dialects.ts";
import { dayMs, Fleet, metrics, type Span, shaken } from "./fleet.ts";
import { cases, rightAnswer } from "./questions.ts";

const extent = { devices: 4, days: 2, stepMs: 60_000, shakeMs: 5_000 };
const fleet = new Fleet(7, extent);
const all: Span = fleet;

describe("the readings of the fleet", () => {
  it("are the same for the same seed, whatever part of them is asked for, and others for another seed", () => {
    const device = "machine-002";
    const whole = fleet.rows(device, "power", all);
    expect(whole.times).toHaveLength(2 * 24 * 60);
    const middle = { fromMs: fleet.fromMs + 3_600_000, toMs: fleet.fromMs + 7_200_000 };
    const part = new Fleet(7, extent).rows(device, "power", middle);
    expect(part).toEqual({ times: whole.times.slice(60, 120), values: whole.values.slice(60, 120) });
    expect(new Fleet(8, extent).rows(device, "power", middle).values).not.toEqual(part.values);
    const { times } = fleet.rows(shaken.device, shaken.metric, all);
    expect([times[0], times.length]).toEqual([fleet.toMs - 5_000, 5_000]);
  });

  it("lie in their minute and in the span, each later than the one before", () => {
    for (const device of fleet.devices) {
      const { times } = fleet.rows(device, "current", all);
      times.forEach((time, step) => {
        expect(Math.floor((time - fleet.fromMs) / extent.stepMs)).toBe(step);
      });
    }
  });

  it("are sent whole, in order, and in frames that a connection takes", () => {
    let count = 0;
    for (const { device, frames } of fleet.sources()) {
      const sent = [...{ [Symbol.iterator]: () => frames }];
      for (const [metric, values] of Object.entries(sent[0]?.values ?? {})) {
        expect(sent.flatMap((frame) => frame.values[metric])).toEqual([...fleet.rows(device, metric, all).values]);
        count += sent.reduce((sum, { times }) => sum + times.length, 0);
        expect(values).toHaveLength(sent[0]?.times.length ?? 0);
      }
      for (const frame of sent) expect(JSON.stringify(frame).length).toBeLessThan(60_000);
    }
    expect(count).toBe(fleet.count);
  });
});

describe("the questions about the fleet", () => {
  it("are about spans that end where the readings do, of whole buckets", () => {
    for (const { name, turns, question } of cases) {
      for (const turn of [0, turns(fleet) - 1]) {
        const asked = question(fleet, turn);
        if (asked.ask === "newest") continue;
        expect(asked.span.toMs, name).toBe(fleet.toMs);
        if ("everyMs" in asked) expect((asked.span.toMs - asked.span.fromMs) % asked.everyMs, name).toBe(0);
        for (const { path } of [hubDialect, tableDialect]) expect(path(asked), name).toContain(`to=${fleet.toMs}`);
      }
    }
  });

  it("have one right answer", () => {
    const span = { fromMs: fleet.toMs - dayMs, toMs: fleet.toMs };
    const means = rightAnswer({ ask: "fleet", metric: "humidity", span, everyMs: 60_000 }, fleet).get("all");
    const rows = fleet.devices.map((device) => fleet.rows(device, "humidity", span).values);
    expect(means?.times).toHaveLength(24 * 60);
    // A device reports once a minute here.
    expect(means?.mean?.[17]).toBeCloseTo(rows.reduce((sum, values) => sum + (values[17] as number), 0) / 4, 9);
    expect(rightAnswer({ ask: "newest" }, fleet).size).toBe(4 * metrics.length + 1);
    const everyMs = 3_600_000;
    const asked = { ask: "buckets", device: "machine-001", metric: "power", span, everyMs, points: 24 } as const;
    const buckets = rightAnswer(asked, fleet).get("machine-001/power");
    const first = [...fleet.rows("machine-001", "power", { ...span, toMs: span.fromMs + everyMs }).values];
    expect(buckets?.times).toHaveLength(24);
    expect([buckets?.min?.[0], buckets?.max?.[0]]).toEqual([Math.min(...first), Math.max(...first)]);
  });
});
