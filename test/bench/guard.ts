/** Compares the hub's ratios with recorded ones. Ratios, not figures: another machine changes both sides. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { machineSchema, type Result } from "./result.ts";

/** The system whose ratios are recorded; other builds beside it are not. */
export const guarded = "hub";

const recordSchema = z.strictObject({
  schema: z.literal(1),
  ratios: z.array(
    z.strictObject({
      part: z.string(),
      case: z.string(),
      figure: z.string(),
      /** The system that the hub's figure is divided by. */
      against: z.string(),
      /** Median of the rounds. */
      ratio: z.number().positive(),
      /** Of the run that it is from. */
      recorded: z.string(),
    }),
  ),
  /** What the runs were made on, by when they began; only those that a ratio is from. */
  runs: z.record(z.string(), z.strictObject({ rounds: z.number(), machine: machineSchema })),
});
export type Recorded = z.infer<typeof recordSchema>;
type Ratio = Recorded["ratios"][number];

/** What became of a recorded ratio, or of one that is not recorded. */
export interface Verdict extends Pick<Ratio, "part" | "case" | "figure" | "against"> {
  readonly state: "worse" | "kept" | "better" | "lost" | "not recorded";
  readonly recorded?: number;
  readonly now?: number;
  /** By what factor it is worse than recorded; below 1 it is better. */
  readonly worseBy?: number;
  /** The factor that is let pass. */
  readonly tolerance: number;
}

const defaultTolerance = 1.5;

/**
 * Every ratio of the run beside the recorded one. `worse`: by more than the tolerance of its figure. `lost`: its case was
 * measured and the rival is here, and still there is none. What the run left out is not judged.
 */
export function compare({ ratios: recorded }: Pick<Recorded, "ratios">, result: Result): Verdict[] {
  const known = new Map(recorded.map((each) => [keyOf(each), each.ratio]));
  const verdicts: Verdict[] = [];
  const measured = new Map(ratiosOf(result).map((each) => [keyOf(each), each]));
  for (const part of result.parts) {
    const cases = new Set(part.rows.filter(({ system }) => system === guarded).map((row) => row.case));
    for (const kind of part.figures) {
      const tolerance = kind.tolerance ?? defaultTolerance;
      const judge = ({ part: of, case: each, figure, against }: Omit<Ratio, "ratio" | "recorded">): Verdict => {
        const about = { part: of, case: each, figure, against, tolerance };
        const before = known.get(keyOf(about));
        const now = measured.get(keyOf(about))?.ratio;
        if (before === undefined) return { ...about, state: "not recorded", ...(now === undefined ? {} : { now }) };
        if (now === undefined) return { ...about, state: "lost", recorded: before };
        const worseBy = kind.better === "more" ? before / now : now / before;
        const state = worseBy > tolerance ? "worse" : worseBy < 1 / tolerance ? "better" : "kept";
        return { ...about, state, recorded: before, now, worseBy };
      };
      const isKind = (each: Omit<Ratio, "recorded">) => each.part === part.name && each.figure === kind.name;
      const expected = recorded.filter(
        (each) => isKind(each) && cases.has(each.case) && !result.leftOut.includes(each.against),
      );
      const fresh = [...measured.values()].filter((each) => isKind(each) && !known.has(keyOf(each)));
      for (const each of [...expected, ...fresh]) verdicts.push(judge(each));
    }
  }
  return verdicts;
}

/** True where a run may not pass. */
export function isRed(verdicts: readonly Verdict[]): boolean {
  return verdicts.some(({ state }) => state === "worse" || state === "lost");
}

/** The record with what a run measured in the place of what was recorded; the rest stays. */
export function updated(before: Recorded, result: Result): Recorded {
  const fresh = ratiosOf(result).map((each) => ({ ...each, recorded: result.began }));
  const replaced = new Set(fresh.map(keyOf));
  const ratios = [...before.ratios.filter((each) => !replaced.has(keyOf(each))), ...fresh];
  const used = new Set(ratios.map(({ recorded }) => recorded));
  const runs = Object.entries({
    ...before.runs,
    [result.began]: { rounds: result.rounds, machine: result.machine },
  }).filter(([began]) => used.has(began));
  return { schema: 1, ratios, runs: Object.fromEntries(runs) };
}

/** Throws where the file is not a record of this version. A file that is not there is one without ratios. */
export function readRecord(file: string): Recorded {
  if (!existsSync(file)) return { schema: 1, ratios: [], runs: {} };
  return recordSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** One ratio a line, so that a change of one is a change of one line. */
export function writeRecord(file: string, { schema, ratios, runs }: Recorded): void {
  const lines = ratios.map((each) => `    ${JSON.stringify({ ...each, ratio: Number(each.ratio.toPrecision(4)) })}`);
  const body = `  "schema": ${schema},\n  "ratios": [\n${lines.join(",\n")}\n  ],\n  "runs": ${JSON.stringify(runs, null, 2).replaceAll("\n", "\n  ")}`;
  writeFileSync(file, `{\n${body}\n}\n`);
}

function ratiosOf({ parts }: Result): Omit<Ratio, "recorded">[] {
  return parts.flatMap(({ name: part, rows }) =>
    rows
      .filter(({ system }) => system === guarded)
      .flatMap(({ case: each, ratios }) =>
        Object.entries(ratios).flatMap(([figure, by]) =>
          Object.entries(by).map(([against, { median }]) => ({ part, case: each, figure, against, ratio: median })),
        ),
      ),
  );
}

function keyOf(of: Pick<Ratio, "part" | "case" | "figure" | "against">): string {
  return JSON.stringify([of.part, of.case, of.figure, of.against]);
}
