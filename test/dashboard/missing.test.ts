import { describe, expect, it } from "vitest";
import { drawnGaps, joinedGaps, type MetricGaps, missingOf } from "../../dashboard/data/missing.ts";

type Row = readonly [from: number, to: number, cause: MetricGaps["gaps"]["cause"][number]];

function gapsOf(metric: string, complete: number | null, rows: readonly Row[]): MetricGaps {
  const gaps = {
    from: rows.map(([from]) => from),
    to: rows.map(([, to]) => to),
    cause: rows.map(([, , cause]) => cause),
  };
  return { device: "oven", metric, grace: 10, gaps, complete };
}

describe("what is missing", () => {
  it("is told for each metric, and for the device by the mean of those that are expected to report", () => {
    const told = missingOf([
      gapsOf("a", 0.9, [
        [0, 100, "offline"],
        [200, 240, "hub_down"],
      ]),
      gapsOf("b", 1, []),
      gapsOf("c", null, []),
    ]);
    expect(told.complete).toBeCloseTo(0.95, 12);
    expect(told.metrics).toEqual([
      {
        ...{ metric: "a", complete: 0.9 },
        causes: [
          ["offline", 100],
          ["hub_down", 40],
        ],
      },
      { metric: "b", complete: 1, causes: [] },
      { metric: "c", complete: null, causes: [] },
    ]);
    expect(missingOf([gapsOf("c", null, [])])).toMatchObject({ complete: null, causes: [] });
  });

  it("counts a moment once in which several metrics are missing for the same cause", () => {
    const told = missingOf([
      gapsOf("a", 0.5, [
        [0, 100, "offline"],
        [300, 310, "offline"],
      ]),
      gapsOf("b", 0.5, [
        [10, 120, "offline"],
        [100, 130, "hub_down"],
      ]),
    ]);
    expect(told.causes).toEqual([
      ["offline", 130],
      ["hub_down", 30],
    ]);
  });

  it("is shaded once in a chart of several metrics, each cause by itself", () => {
    const some = drawnGaps(
      gapsOf("a", 0.5, [
        [0, 10, "offline"],
        [40, 50, "silent"],
        [60, 90, "offline"],
      ]).gaps,
      0,
    );
    const others = drawnGaps(
      gapsOf("b", 0.5, [
        [5, 20, "offline"],
        [45, 48, "refused"],
        [70, 80, "offline"],
      ]).gaps,
      0,
    );
    expect(joinedGaps([some, others])).toEqual([
      { fromMs: 0, toMs: 20, cause: "offline" },
      { fromMs: 40, toMs: 50, cause: "silent" },
      { fromMs: 45, toMs: 48, cause: "refused" },
      { fromMs: 60, toMs: 90, cause: "offline" },
    ]);
  });

  it("is drawn as one where the gaps of one cause lie closer than can be seen", () => {
    const { gaps } = gapsOf("a", 0.5, [
      [0, 10, "offline"],
      [11, 20, "offline"],
      [21, 30, "hub_down"],
      [90, 95, "hub_down"],
    ]);
    expect(drawnGaps(gaps, 5)).toEqual([
      { fromMs: 0, toMs: 20, cause: "offline" },
      { fromMs: 21, toMs: 30, cause: "hub_down" },
      { fromMs: 90, toMs: 95, cause: "hub_down" },
    ]);
  });
});
