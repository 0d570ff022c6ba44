import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkEach } from "../../../server/hub/history/limits.ts";
import type { Cuts } from "../../../server/store/cuts.ts";
import type { BucketRange, SeriesState } from "../../../server/store/store.ts";
import { amount } from "../../support/amount.ts";
import { printedSeed } from "../../support/seed.ts";
import type { Row } from "../world.ts";
import { Rolling, tinyTiers } from "./rolling.ts";

const all = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
const every = (everyMs: number, originMs = 0) => ({ everyMs, originMs });

/** Readings from `fromMs` on, `stepMs` apart. */
function stream(fromMs: number, count: number, stepMs: number, of = (index: number) => (index % 97) / 10): Row[] {
  return Array.from({ length: count }, (_, index) => [fromMs + index * stepMs, of(index)]);
}

describe("the tiers", () => {
  it("[TR1] answer what the readings answer, whatever came late, was overwritten, deleted, undone or lost meanwhile", () => {
    const near = fc.integer({ min: -2_000, max: 6_000 });
    const far = fc.constantFrom(-1e12, 1e12, 2 ** 50 + 8, -(2 ** 50) - 8);
    const time = fc.oneof({ weight: 60, arbitrary: near }, { weight: 1, arbitrary: far });
    const value = fc.oneof(
      fc.integer({ min: -400, max: 400 }).map((number) => number / 10),
      fc.constantFrom(0, -0, 1e308, -1e308, 0.1 + 0.2),
    );
    const op = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constant("stream" as const),
          at: time,
          count: fc.integer({ min: 1, max: 300 }),
          stepMs: fc.constantFrom(1, 7, 20, 90),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant("scatter" as const),
          rows: fc.array(fc.tuple(time, value), { minLength: 1, maxLength: 12 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant("remove" as const),
          a: time,
          length: fc.constantFrom(1, 30, 300, 3_000, 1e15),
        }),
      },
      { weight: 6, arbitrary: fc.constant({ do: "seal" as const }) },
      { weight: 8, arbitrary: fc.record({ do: fc.constant("step" as const), times: fc.constantFrom(1, 2, 3, 1_000) }) },
      { weight: 1, arbitrary: fc.constant({ do: "restart" as const }) },
      { weight: 1, arbitrary: fc.constant({ do: "upgrade" as const }) },
      { weight: 1, arbitrary: fc.constant({ do: "rest" as const }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          { do: "failed seal" as const },
          { do: "failed step" as const },
          { do: "failed removal" as const },
        ),
      },
    );
    const question = fc.record({
      a: time,
      b: time,
      everyMs: fc.constantFrom(20, 40, 100, 400, 800, 1_200, 2_400, 4_020, 37),
      originMs: fc.constantFrom(0, 0, 20, -100, 3),
      limit: fc.constantFrom(1, 7, 10_000),
      maxStepMs: fc.constantFrom(undefined, 7, 30, 500, Number.POSITIVE_INFINITY),
    });
    const used = { raw: 0, tier: 0, steps: 0 };
    const shapes = fc.record({
      least: fc.constantFrom(1, 2, 6),
      frameBuckets: fc.constantFrom(4, 16, 64),
      widthsMs: fc.constantFrom([20, 100, 400], [5, 20, 100, 400, 2_000], [20, 400]),
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(op, question), { minLength: 5, maxLength: 40 }),
        shapes,
        (script, { least, frameBuckets, widthsMs }) => {
          const shape = { ...tinyTiers, frameBuckets, leastReadings: least };
          const rolling = new Rolling({ ...shape, widthsMs }, 120);
          const more = [5, 20, 100, 200, 400, 2_000].filter((width) => width <= (widthsMs.at(-1) as number));
          rolling.append(stream(0, 600, 7));
          rolling.seal();
          rolling.rollAll();
          for (const [one, { a, b, everyMs, originMs, limit, maxStepMs }] of script) {
            if (one.do === "stream") rolling.append(stream(one.at, one.count, one.stepMs));
            else if (one.do === "scatter") rolling.append(one.rows);
            else if (one.do === "remove") rolling.remove(one.a, one.a + one.length);
            else if (one.do === "seal") rolling.seal();
            else if (one.do === "restart") rolling.restart();
            else if (one.do === "upgrade") rolling.restart({ ...shape, widthsMs: more });
            else if (one.do === "rest") rolling.atRest = !rolling.atRest;
            else if (one.do === "step") for (let left = one.times; left > 0 && rolling.step(); left--) used.steps++;
            else
              rolling.failing(() =>
                one.do === "failed seal"
                  ? rolling.seal()
                  : one.do === "failed step"
                    ? rolling.step()
                    : rolling.remove(0, 500),
              );
            for (const width of [20, 400]) {
              const { tier } = rolling.compare(all, every(width));
              used[tier === "raw" ? "raw" : "tier"]++;
            }
            const range = { fromMs: Math.min(a, b), toMs: Math.max(a, b) };
            rolling.compare({ ...range, maxStepMs }, every(everyMs, originMs), limit);
          }
          rolling.seal();
          rolling.rollAll();
          expect(rolling.count("stale")).toBe(0);
          for (const width of [20, 100, 400]) {
            rolling.compare(all, every(width));
            rolling.compare({ ...all, maxStepMs: 30 }, every(width));
          }
        },
      ),
      { seed: printedSeed("tiers"), numRuns: Number(process.env.HUB_TEST_RUNS ?? amount(15, 8)) },
    );
    expect(used.tier).toBeGreaterThan(used.raw / 10);
  });

  it("[TR2] [TR3] are not asked about what came late or was deleted, from the transaction on that made it so", () => {
    const rolling = rolled(stream(0, 1_000, 2));
    const tierOf = (fromMs: number, toMs: number) => rolling.compare({ fromMs, toMs }, every(20)).tier;
    expect(tierOf(0, 1_600)).toBe("10s");
    rolling.append([[505, 99]]);
    expect([tierOf(500, 520), tierOf(480, 520), rolling.count("stale")]).toEqual(["raw", "10s", 0]);
    rolling.failing(() => rolling.seal());
    expect([tierOf(500, 520), rolling.count("stale")]).toEqual(["raw", 0]);
    rolling.seal();
    expect([tierOf(500, 520), tierOf(480, 520), rolling.count("stale")]).toEqual(["raw", "10s", 1]);
    rolling.rollAll();
    expect([tierOf(500, 520), rolling.count("stale")]).toEqual(["10s", 0]);
    rolling.remove(700, 731);
    expect([tierOf(700, 740), tierOf(700, 760), rolling.count("stale")]).toEqual(["raw", "10s", 1]);
    rolling.restart();
    expect(tierOf(700, 740)).toBe("raw");
    rolling.rollAll();
    expect([tierOf(700, 740), rolling.count("stale")]).toEqual(["10s", 0]);
    rolling.remove(all.fromMs, all.toMs);
    expect([rolling.count("tiers"), rolling.count("rolled"), rolling.count("stale")]).toEqual([0, 0, 0]);
  });

  it("[TR4] lose nothing to damage: a frame that cannot be read is answered from the readings, and made anew with the next change", () => {
    const rolling = rolled(stream(0, 1_000, 2));
    rolling.db.exec("UPDATE tiers SET cells = x'0100'");
    expect(rolling.compare(all, every(20)).tier).toBe("raw");
    rolling.append([[5, 99]]);
    rolling.seal();
    rolling.rollAll();
    expect(rolling.compare(all, every(20)).tier).toBe("10s");
  });

  it("[TR3] [SQ61] keep what they tell of thinned readings where one comes late, but for the finest bucket that it falls into", () => {
    // The finest width is tried, and does not pay.
    const rolling = rolled(stream(0, 400, 10, Math.sqrt), 4);
    rolling.db.exec("DELETE FROM chunks WHERE last_ms < 2000; UPDATE rolled SET raw_from_ms = 2000");
    rolling.append([[505, 99]]);
    const countsOf = (everyMs: number) => [...rolling.page({ fromMs: 0, toMs: 1_200 }, every(everyMs)).count];
    for (const settle of [() => rolling.seal(), () => rolling.rollAll()]) {
      settle();
      expect(countsOf(100)).toEqual([10, 10, 10, 10, 10, 1, 10, 10, 10, 10, 10, 10]);
      expect(countsOf(400)).toEqual([40, 31, 40]);
    }
    expect(rolling.count("stale")).toBe(0);
  });

  it("[TR5] are kept only where their buckets hold enough readings to pay for themselves", () => {
    const widthsOf = (stepMs: number, leastInFinest?: number) => {
      const rolling = rolled(stream(0, 4_000 / stepMs, stepMs), 8, leastInFinest);
      rolling.compare(all, every(400));
      return rolling.db.prepare("SELECT DISTINCT width_ms FROM tiers ORDER BY 1").pluck().all();
    };
    expect(widthsOf(1)).toEqual([20, 100, 400]);
    expect(widthsOf(1, 20)).toEqual([20, 100, 400]);
    expect(widthsOf(1, 21)).toEqual([100, 400]);
    expect(widthsOf(10)).toEqual([100, 400]);
    expect(widthsOf(40)).toEqual([400]);
    expect(widthsOf(100)).toEqual([]);
  });

  it("[TR5] come with years that are put in late, in front of what is rolled up", () => {
    const rolling = rolled(stream(100_000, 1_000, 2));
    for (const fromMs of [40_000, 0, 80_000]) rolling.append(stream(fromMs, 1_000, 2));
    rolling.seal();
    rolling.rollAll();
    for (const fromMs of [0, 40_000, 80_000]) {
      expect(rolling.compare({ fromMs, toMs: fromMs + 2_000 }, every(100)).tier).toBe("minute");
    }
  });

  it("[TR12] are filled in by a hub that knows more of them than the one before, the finest where it pays", () => {
    const rolling = new Rolling({ ...tinyTiers, widthsMs: [20, 400] });
    rolling.append(stream(0, 400, 10));
    rolling.append(stream(4_000, 2_000, 1));
    rolling.append(stream(6_000, 400, 10));
    rolling.seal();
    rolling.rollAll();
    rolling.restart({ ...tinyTiers, widthsMs: [5, 20, 100, 400] });
    while (rolling.step()) rolling.compare(all, every(100));
    expect(rolling.compare({ fromMs: 0, toMs: 9_600 }, every(100)).tier).toBe("15m");
    const fine = rolling.spansOf(5);
    expect([fine[0]?.[0], fine.at(-1)?.[1]]).toEqual([4_000, 6_000]);
    // What is there is not made again.
    const { changes } = rolling;
    rolling.restart();
    rolling.rollAll();
    expect(rolling.changes).toBe(changes);
  });

  it("[TR18] are filled in without a hole, whichever step of it the disk did not take", () => {
    const older = () => {
      const rolling = new Rolling({ ...tinyTiers, widthsMs: [20, 400] });
      rolling.append(stream(0, 2_400, 1));
      rolling.seal();
      rolling.rollAll();
      rolling.restart({ ...tinyTiers, widthsMs: [5, 20, 400] });
      return rolling;
    };
    const whole = older();
    let steps = 1;
    while (whole.step()) steps += 1;
    expect(whole.spansOf(5).length).toBeGreaterThan(3);
    for (let failed = 0; failed < steps; failed++) {
      const rolling = older();
      for (let step = 0; step < failed; step++) rolling.step();
      rolling.failing(() => rolling.step());
      rolling.rollAll();
      expect(rolling.spansOf(5)).toEqual(whole.spansOf(5));
    }
  });

  it("[TR13] are as fine as it pays where a series becomes dense, however sparse it was before", () => {
    const sparse = stream(0, 4_000, 90, Math.sqrt);
    const rolling = rolled([...sparse, ...stream(360_000, 2_000, 1, Math.sqrt), ...stream(362_000, 400, 90)], 8);
    expect(rolling.compare({ fromMs: 360_320, toMs: 361_920 }, every(20)).tier).toBe("10s");
    const [[fromMs]] = rolling.spansOf(20) as [[number, number]];
    expect(fromMs).toBeGreaterThanOrEqual(359_600);
  });

  it("[TR14] write a bucket anew a few times only, and have one row for a full frame, or for each while no readings come", () => {
    const rolling = new Rolling({ ...tinyTiers, frameBuckets: 1_024 });
    const written = rolling.countWritten();
    for (let fromMs = 0; fromMs < 40_000; fromMs += 100) {
      rolling.append(stream(fromMs, 50, 2));
      rolling.seal();
      rolling.rollAll();
    }
    const rows = rolling.spansOf(20);
    expect(rows[0]).toEqual([0, 20_480]);
    expect(rows.length).toBeLessThan(8);
    expect(written() / 2_000).toBeLessThan(10);
    rolling.atRest = true;
    rolling.append(stream(40_000, 1_000, 2));
    rolling.seal();
    rolling.rollAll();
    expect(rolling.spansOf(20)).toEqual([
      [0, 20_480],
      [20_480, 40_960],
      [40_960, expect.any(Number)],
    ]);
  });

  it("[TR16] tell how far a counter rose and what lies under a line, but for buckets in which the series was silent", () => {
    const rolling = rolled([...stream(0, 1_100, 2, (index) => index), ...stream(2_250, 900, 2, (index) => index)]);
    const tierOf = (range: object) => rolling.compare({ fromMs: 0, toMs: 3_600, ...range }, every(400)).tier;
    expect(tierOf({ maxStepMs: 100 })).toBe("15m");
    // The bucket with the silence comes from finer ones.
    expect(tierOf({ maxStepMs: 30 })).toBe("15m");
    expect(tierOf({ fromMs: 2_000, toMs: 2_400, maxStepMs: 30 })).toBe("minute");
    expect(tierOf({ maxStepMs: 1 })).toBe("raw");
    const noisy = rolled(stream(0, 1_000, 2, (index) => (index * 7) % 13));
    const asked = (steps: ("rise" | "area")[]) =>
      noisy.page({ fromMs: 0, toMs: 1_600, maxStepMs: 9, steps }, every(400)).tier;
    expect([asked(["area"]), asked(["rise"])]).toEqual(["15m", "raw"]);
  });

  it("[TR17] cost no reading where they answer; where they do not, a question is refused that would look at too many", async () => {
    const rows = stream(0, 4_000, 2, (index) => index * 1_009 + ((index * 7_919) % 1_009));
    const { length: count } = rows;
    const rolling = rolled(rows.slice(0, 2_000));
    rolling.append(rows.slice(2_000));
    rolling.seal();
    rolling.rollAll();
    const asks = (range: object, width: number) => {
      const store = {
        seriesState: async () => [{ series: 1, count } as SeriesState],
        readBuckets: async (asked: BucketRange, cuts: Cuts, limit: number) => rolling.page(asked, cuts, limit),
      };
      const asked = [{ series: 1, fromMs: 0, toMs: 7_600, maxStepMs: 9, ...range }];
      return checkEach(store, asked, every(width), { readingsOneByOne: 3_000 });
    };
    const tooMany = { code: "range_too_large", message: expect.stringContaining("3000 readings one by one") };
    for (const width of [20, 40, 100, 400, 2_000]) await asks({}, width);
    await asks({ fromMs: 3 }, 20);
    await expect(asks({}, 37)).rejects.toMatchObject(tooMany);
    await asks({ toMs: 1_000 }, 37);
    // Each step is a silence then.
    await expect(asks({ maxStepMs: 1 }, 20)).rejects.toMatchObject(tooMany);
    rolling.append([[505, 99]]);
    await asks({}, 400);
    rolling.seal();
    rolling.rollAll();
    await asks({}, 400);
    // Of rows that an older hub made, which knew no steps, the readings tell.
    rolling.forgetSteps();
    await expect(asks({}, 400)).rejects.toMatchObject(tooMany);
  });

  it("[TR6] name the coarsest that was used, and answer cuts of any kind", () => {
    const rolling = rolled(stream(-4_000, 4_000, 2));
    const named = [20, 40, 100, 300, 400, 1_200, 37, 90].map((width) => rolling.compare(all, every(width)).tier);
    expect(named).toEqual(["10s", "10s", "minute", "minute", "15m", "15m", "raw", "10s"]);
    const boundaries = Float64Array.of(-4_000, -2_800, -400, 0, 800, 2_000);
    expect(rolling.compare(all, { boundaries }).tier).toBe("15m");
    expect(rolling.compare(all, { boundaries: boundaries.map((timeMs) => timeMs + 20) }).tier).toBe("10s");
    expect(rolling.compare({ fromMs: -3_999, toMs: -3_981 }, every(20)).tier).toBe("raw");
  });

  it("[TR7] show a spike of one reading at any width", () => {
    const rows = stream(0, 4_000, 2, (index) => (index === 1_234 ? 1e6 : index === 2_345 ? -1e6 : index % 7));
    const rolling = rolled(rows);
    for (const width of [20, 100, 400, 1_200, 8_000]) {
      const { max, min, times } = rolling.compare(all, every(width));
      const high = times.findLastIndex((timeMs) => timeMs <= 2_468);
      const low = times.findLastIndex((timeMs) => timeMs <= 4_690);
      expect([max[high], min[low]]).toEqual([1e6, -1e6]);
    }
  });
});

/** A series whose readings are sealed and rolled up. */
function rolled(rows: readonly Row[], leastReadings = 2, leastInFinest = leastReadings): Rolling {
  const rolling = new Rolling({ ...tinyTiers, leastReadings, leastInFinest });
  rolling.append(rows);
  rolling.seal();
  rolling.rollAll();
  return rolling;
}
