import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compare, isRed, type Recorded, readRecord, updated, writeRecord } from "./guard.ts";
import type { Machine } from "./machine.ts";
import type { Figure, FigureKind } from "./part.ts";
import { median, reportOf } from "./report.ts";
import { guardText, partText } from "./report-text.ts";
import { type Result, resultSchema } from "./result.ts";

const kinds: readonly FigureKind[] = [
  { name: "readings/s", unit: "readings/s", better: "more", tolerance: 1.5 },
  { name: "CPU µs", unit: "µs", better: "less", tolerance: 1.2, digits: 2 },
  { name: "load busy", unit: "cores", digits: 2 },
];
const part = { name: "ingest", about: "readings taken", figures: kinds, against: ["table", "rival"] };

function figures(system: string, figure: string, ...rounds: number[]): Figure[] {
  return rounds.map((value, index) => ({ case: "1 row", system, round: index + 1, figure, value }));
}

const machine: Machine = {
  ...{ commit: "abc", node: "v20", kernel: "6", cpu: "some", cores: 2, memoryBytes: 1, disk: "ext4" },
  ...{ diskFreeBytes: 1, load: 0 },
};

function resultOf(measured: readonly Figure[], leftOut: string[] = [], began = "2026-01-02T00:00:00.000Z"): Result {
  const parts = [reportOf(part, measured, ["hub"])];
  return { schema: 1, began, seconds: 1, rounds: 3, quick: false, machine, leftOut, parts };
}

function recordOf(...ratios: [figure: string, against: string, ratio: number][]): Pick<Recorded, "ratios"> {
  return {
    ratios: ratios.map(([figure, against, ratio]) => ({ part: "ingest", case: "1 row", figure, against, ratio })),
  };
}

describe("the figures of several rounds", () => {
  const measured = [
    ...figures("hub", "CPU µs", 1, 9, 4),
    ...figures("table", "CPU µs", 2, 3, 16),
    ...figures("hub", "load busy", 0.5),
  ];

  it("give the median and the range; ratios are taken within a round, and then put together", () => {
    const [hub, table] = reportOf(part, measured, ["hub"]).rows;
    expect(hub?.figures["CPU µs"]).toEqual({ median: 4, least: 1, greatest: 9, rounds: [1, 9, 4] });
    expect(hub?.ratios).toEqual({
      "CPU µs": { table: { median: 0.5, least: 0.25, greatest: 3, rounds: [0.5, 3, 0.25] } },
    });
    expect(table?.ratios).toEqual({});
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it("pair rounds by their number where one is missing, and divide by no system that did not take part", () => {
    const [hub] = reportOf(
      part,
      [...figures("hub", "CPU µs", 1, 9), ...figures("table", "CPU µs", 2, 3).slice(1)],
      ["hub"],
    ).rows;
    expect(hub?.ratios["CPU µs"]).toEqual({ table: expect.objectContaining({ rounds: [3] }) });
  });

  it("are refused where the part names no such figure", () => {
    expect(() => reportOf(part, figures("hub", "CPU ms", 1), ["hub"])).toThrow("CPU ms");
  });

  it("stand in tables: the spread beside each median, the range beside each ratio, and which way is better", () => {
    expect(partText(reportOf(part, measured, ["hub"])).split("\n")).toEqual([
      "## ingest: readings taken",
      "",
      "| system | CPU µs      | load busy |",
      "| ------ | ----------- | --------- |",
      "| hub    | 4.00 ±100 % | 0.50      |",
      "| table  | 3.00 ±233 % |           |",
      "",
      "| system | figure                  | / table           |",
      "| ------ | ----------------------- | ----------------- |",
      "| hub    | CPU µs (less is better) | 0.50× (0.25–3.00) |",
    ]);
  });

  it("are read from JSON by a schema with a version, which refuses another and what is no number", () => {
    const text = JSON.stringify(resultOf(measured));
    expect(resultSchema.parse(JSON.parse(text))).toEqual(resultOf(measured));
    expect(resultSchema.safeParse({ ...resultOf(measured), schema: 2 }).success).toBe(false);
    const broken = JSON.stringify(resultOf([...figures("hub", "CPU µs", Number.NaN)]));
    expect(resultSchema.safeParse(JSON.parse(broken)).success).toBe(false);
  });
});

describe("the guard", () => {
  const measured = [
    ...figures("hub", "readings/s", 200, 200, 200),
    ...figures("table", "readings/s", 100, 100, 100),
    ...figures("hub", "CPU µs", 1, 1, 1),
    ...figures("table", "CPU µs", 2, 2, 2),
  ];
  const states = (record: Pick<Recorded, "ratios">, result: Result) =>
    compare(record, result).map(({ figure, against, state }) => `${figure} / ${against}: ${state}`);

  it.each([
    ["readings/s", 2, "kept"],
    ["readings/s", 2.9, "kept"],
    ["readings/s", 3.1, "worse"],
    ["readings/s", 1.2, "better"],
    ["CPU µs", 0.5, "kept"],
    ["CPU µs", 0.43, "kept"],
    ["CPU µs", 0.41, "worse"],
    ["CPU µs", 0.7, "better"],
  ])("holds %s against a recorded ratio of %d: %s", (figure, ratio, state) => {
    const verdicts = compare(recordOf([figure, "table", ratio]), resultOf(measured));
    expect(verdicts.find((each) => each.figure === figure)).toMatchObject({ state, recorded: ratio });
    expect(isRed(verdicts)).toBe(state === "worse");
  });

  it("judges the median of the rounds, and lets pass 15 % of what names no tolerance", () => {
    const busy: FigureKind = { name: "load busy", unit: "cores", better: "more" };
    const judged = (...rounds: number[]) => {
      const hundreds = rounds.map(() => 100);
      const measured = [...figures("hub", "load busy", ...rounds), ...figures("table", "load busy", ...hundreds)];
      const parts = [reportOf({ ...part, figures: [busy] }, measured, ["hub"])];
      return compare(recordOf(["load busy", "table", 1]), { ...resultOf([]), parts })[0]?.state;
    };
    expect(judged(120, 60, 88)).toBe("kept");
    expect(judged(120, 60, 86)).toBe("worse");
    expect(judged(80, 116, 130)).toBe("better");
    expect(judged(80, 114, 130)).toBe("kept");
  });

  it("is red where a ratio is lost though the rival is here, and not where the rival or the case was left out", () => {
    const record = recordOf(["readings/s", "table", 2], ["readings/s", "rival", 2]);
    expect(states(record, resultOf(measured))).toContain("readings/s / rival: lost");
    expect(isRed(compare(record, resultOf(measured)))).toBe(true);
    expect(isRed(compare(record, resultOf(measured, ["rival"])))).toBe(false);
    expect(compare(record, { ...resultOf([]), parts: [] })).toEqual([]);
  });

  it("judges no ratio that is not recorded, and no other build of the hub", () => {
    expect(states({ ratios: [] }, resultOf(measured))).toEqual([
      "readings/s / table: not recorded",
      "CPU µs / table: not recorded",
    ]);
    const other = measured.map((figure) => ({ ...figure, system: figure.system === "hub" ? "old" : figure.system }));
    const parts = [reportOf(part, other, ["old"])];
    expect(compare(recordOf(["readings/s", "table", 9]), { ...resultOf([]), parts })).toEqual([]);
  });

  it("tells what is worse, what was recorded, and what it lets pass", () => {
    const text = guardText(compare(recordOf(["readings/s", "table", 4], ["CPU µs", "table", 0.5]), resultOf(measured)));
    expect(text).toContain("1 ratios as recorded, 0 better, 1 worse, 0 lost, 0 not recorded");
    expect(text).toMatch(/ingest \| 1 row \| readings\/s \| \/ table \| 4.00× +\| 2.00× \| 1.5× +\| worse/);
  });

  it("records what was measured in the place of what was, keeps the rest, and finds it all in the file again", () => {
    const run = { began: "2026-01-01T00:00:00.000Z", rounds: 1, machine };
    const before: Recorded = {
      ...recordOf(["readings/s", "table", 9], ["readings/s", "rival", 7]),
      runs: { ingest: run, size: run },
    };
    const after = updated(before, resultOf(measured));
    expect(after.ratios).toEqual(
      recordOf(["readings/s", "table", 2], ["readings/s", "rival", 7], ["CPU µs", "table", 0.5]).ratios,
    );
    expect(after.runs).toEqual({ ingest: { began: "2026-01-02T00:00:00.000Z", rounds: 3, machine }, size: run });
    const folder = mkdtempSync(join(tmpdir(), "record-"));
    try {
      const file = join(folder, "recorded.json");
      expect(readRecord(file)).toEqual({ ratios: [], runs: {} });
      writeRecord(file, after);
      expect(readRecord(file)).toEqual(after);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
