import { describe, expect, it } from "vitest";
import { hubDialect, victoriaMetricsDialect } from "./dialects.ts";
import { cases, rightAnswer } from "./questions.ts";
import { dayMs, type Extent, manyMillion, smokeOf, stepMs, tenMillion, Walks } from "./walks.ts";

const seed = "7";
const small = smokeOf(tenMillion);
const walks = new Walks(seed, small);

/** All values of a series as they are sent, and when. */
function sentOf(of: Walks, device: string, metric: string) {
  const frames = [...of.frames(device, 1_000)].filter(({ values }) => values[metric]);
  return {
    times: frames.flatMap(({ times }) => [...times]),
    values: frames.flatMap(({ values }) => values[metric] ?? []),
  };
}

describe("the walks", () => {
  it("are as many as each amount says", () => {
    expect(new Walks(seed, tenMillion).count).toBe(10_606_800);
    expect(new Walks(seed, manyMillion).count).toBe(130_005_000);
    for (const extent of [tenMillion, manyMillion]) {
      const { devices, metrics } = new Walks(seed, extent);
      expect(devices.length * metrics.length).toBe(5_000);
    }
  });

  it("are sent whole and in order, in frames of a thousand readings at most, and are those of the right answers", () => {
    let count = 0;
    for (const device of walks.devices) {
      for (const metric of walks.metrics) {
        const { times, values } = walks.rows(device, metric, { fromMs: walks.toMs - 3 * dayMs, toMs: walks.toMs });
        expect(sentOf(walks, device, metric)).toEqual({ times: [...times], values: [...values] });
        expect(times.every((time, index) => index === 0 || time - (times[index - 1] as number) === stepMs)).toBe(true);
        expect(walks.newest(device, metric)).toBe(values.at(-1));
        count += times.length;
      }
      for (const { times, values } of walks.frames(device, 1_000))
        expect(times.length * Object.keys(values).length).toBeLessThanOrEqual(1_000);
    }
    expect(count).toBe(walks.count);
  });

  it("are others for another seed", () => {
    const [device, metric] = [walks.devices[0] ?? "", walks.metrics[0] ?? ""];
    expect(sentOf(new Walks("8", small), device, metric).values).not.toEqual(sentOf(walks, device, metric).values);
  });
});

describe("the five questions", () => {
  it.each<Extent>([tenMillion, manyMillion, small])(
    "stay within what is there of $name, with whole buckets",
    (extent) => {
      const of = new Walks(seed, extent);
      for (const { name, turns, question } of cases) {
        for (let turn = 0; turn < turns(of); turn++) {
          const asked = question(of, turn);
          const reachMs = asked.ask === "newest" ? extent.restMs : asked.ask === "fleet" ? of.wide.ms : of.deep.ms;
          expect(asked.span.fromMs, name).toBeGreaterThanOrEqual(of.toMs - reachMs);
          expect(asked.span.toMs, name).toBeLessThanOrEqual(of.toMs);
          if ("everyMs" in asked)
            expect([asked.span.fromMs % asked.everyMs, asked.span.toMs % asked.everyMs]).toEqual([0, 0]);
        }
      }
    },
  );

  it("are answered by 960 buckets, 360 readings, a value of each series, and a mean a minute of the devices' means", () => {
    const answers = cases.map((each) => rightAnswer(each.question(walks, 1), walks));
    const [raw, day, month, newest, fleet] = answers;
    expect([...(raw?.values() ?? [])].map(({ values }) => values?.length)).toEqual([360]);
    for (const buckets of [day, month])
      expect([...(buckets?.values() ?? [])].map(({ mean }) => mean?.length)).toEqual([960]);
    expect(newest?.size).toBe(small.devices * small.metrics);
    const asked = cases[4]?.question(walks, 1);
    if (asked?.ask !== "fleet") throw new Error("the last one is about the fleet");
    const [first] = fleet?.get("all")?.mean ?? [];
    const minute = { fromMs: asked.span.fromMs, toMs: asked.span.fromMs + asked.everyMs };
    const means = walks.devices.map((device) => {
      const { values } = walks.rows(device, asked.metric, minute);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    });
    expect(first).toBeCloseTo(means.reduce((sum, mean) => sum + mean, 0) / means.length, 9);
  });

  it("ask VictoriaMetrics for what it remembers of an answer only where that is meant", () => {
    for (const { question } of cases) {
      const asked = question(walks, 1);
      expect(hubDialect.path(asked)).toMatch(/^\/api\/v1\/(readings|latest)\?/);
      if (asked.ask !== "raw") expect(victoriaMetricsDialect(false).path(asked)).toContain("&nocache=1");
      expect(victoriaMetricsDialect(true).path(asked)).not.toContain("nocache");
    }
  });
});
