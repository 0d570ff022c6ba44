/** What a chart asks the hub for, without a page: whole buckets by local clocks, units, and one question at a time. */
import { describe, expect, it } from "vitest";
import { Asking, type Question, questionOf } from "../../dashboard/data/explore-questions.ts";
import { shownUnit } from "../../dashboard/data/explore-units.ts";
import { viewOf, viewOfText, viewText } from "../../dashboard/data/explore-view.ts";
import { bucketAt } from "../../dashboard/data/local-buckets.ts";
import { localBoundaries, type Zone, zoneNamed } from "../../server/protocol/zones.ts";
import { Random } from "../../simulator/random.ts";
import { printedSeed } from "../support/seed.ts";

const hour = 3_600_000;
const day = 24 * hour;
const year = 365 * day;

describe("buckets by local clocks", () => {
  const zones = ["Europe/Berlin", "Asia/Kathmandu", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC"];
  const widths = [60_000, 15 * 60_000, hour, 3 * hour, day, 7 * day, 10 * day];
  const seed = printedSeed("local buckets");

  it.each(zones)("are cut as the hub cuts them, in %s", (name) => {
    const zone = zoneNamed(name) as Zone;
    const random = new Random(seed);
    for (let round = 0; round < 150; round++) {
      const everyMs = widths[Math.floor(random.uniform() * widths.length)] as number;
      const timeMs = Math.floor(random.uniform() * 40 * year + 10 * year);
      const cuts = [...localBoundaries(zone, everyMs, timeMs, timeMs + 1)];
      expect({ timeMs, everyMs, ...bucketAt(timeMs, everyMs, name) }).toEqual({
        ...{ timeMs, everyMs },
        ...{ startMs: cuts.findLast((cut) => cut <= timeMs), endMs: cuts.find((cut) => cut > timeMs) },
      });
    }
  });

  it("are 23 and 25 hours long on the days on which clocks change", () => {
    const lengthOf = (at: string) => {
      const { startMs, endMs } = bucketAt(Date.parse(at), day, "Europe/Berlin");
      return (endMs - startMs) / hour;
    };
    expect(lengthOf("2026-03-29T12:00Z")).toBe(23);
    expect(lengthOf("2026-10-25T12:00Z")).toBe(25);
  });
});

describe("a question of a chart", () => {
  const view = { way: "integral", per: "day" } as const;
  const window = { fromMs: Date.parse("2026-03-20T10:00Z"), toMs: Date.parse("2026-04-02T10:00Z") };
  const series = [{ device: "a", metric: "power" }];
  const options = { kind: "numbers", view, series, zone: "Europe/Berlin", window, widthPx: 1_000 } as const;

  it("is of whole buckets: a part of a day would be told as a day", () => {
    const { span, everyMs } = questionOf(options);
    expect(everyMs).toBe(day);
    expect(span).toEqual({ fromMs: Date.parse("2026-03-19T23:00Z"), toMs: Date.parse("2026-04-02T22:00Z") });
  });

  it("takes longer buckets than chosen where those would be too many to tell apart", () => {
    const years = { fromMs: window.toMs - 3 * year, toMs: window.toMs };
    const hours = { way: "increase", per: "hour" } as const;
    expect(questionOf({ ...options, window: years, view: hours }).everyMs).toBe(day);
  });

  it("is asked once, anew where its answer is old or too short, and what is no longer wanted is given up", async () => {
    const asked: { from: unknown; signal: AbortSignal; answer(): void }[] = [];
    const api = {
      get: <Answer>(_path: string, { params, signal }: { params?: { from?: unknown }; signal?: AbortSignal } = {}) =>
        new Promise<Answer>((resolve) => {
          const answer = () => resolve({ device: "a", metric: "power", times: [], tier: "raw" } as Answer);
          asked.push({ from: params?.from, signal: signal as AbortSignal, answer });
        }),
    };
    let changes = 0;
    const asking = new Asking(api, () => changes++);
    const first = questionOf(options);
    const want = (question: Question, atMs: number) => asking.want(question, 1_000, atMs);
    want(first, 0);
    want(first, 100);
    expect(asked).toHaveLength(1);
    const hours = questionOf({ ...options, view: { ...view, per: "hour" } });
    want(hours, 200);
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    asked[1]?.answer();
    await expect.poll(() => changes).toBe(1);
    expect(asking.answer?.question).toBe(hours);
    want(hours, 1_100);
    expect(asked).toHaveLength(2);
    want({ ...hours, span: { ...hours.span, fromMs: hours.span.fromMs - day } }, 1_100);
    expect(asked).toHaveLength(3);
    asked[2]?.answer();
    await expect.poll(() => changes).toBe(2);
    want(hours, 2_200);
    expect(asked).toHaveLength(4);
    asking.close();
    expect(asked[3]?.signal.aborted).toBe(true);
  });
});

describe("the unit of what is drawn", () => {
  it.each([
    ["integral", "W", "kWh", 1e-3],
    ["integral", "kW", "kWh", 1],
    ["integral", "l/min", "l", 60],
    ["integral", "°C", "°C·h", 1],
    ["rate", "kWh", "kW", 3_600],
    ["rate", "m³", "m³/s", 1],
    ["rate", undefined, "1/s", 1],
    ["increase", "kWh", "kWh", 1],
  ] as const)("of the %s of %s is %s", (way, unit, shown, factor) => {
    expect(shownUnit(way, unit)).toEqual({ unit: shown, factor });
  });
});

describe("what a chart draws", () => {
  it("stands in the address, whatever its unit or series is called, and goes only with what it can be of", () => {
    for (const id of ["", "m³/h", "a:b/c", "house/*/power"]) {
      const view = { way: "increase", per: "day" } as const;
      expect(viewOfText(viewText(id, view))).toEqual([id, view]);
    }
    expect(viewOfText("increase:year:W")).toBeUndefined();
    expect(viewOf("states", { way: "increase", per: "day" })).toEqual({ way: "strip", per: "auto" });
    expect(viewOf("fleet", { way: "sum", per: "day" })).toEqual({ way: "sum", per: "day" });
  });
});
