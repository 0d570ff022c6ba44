/** Compares the hub's ratios with recorded ones. Ratios, not figures: another machine changes both sides. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { FigureKind } from "./part.ts";
import { machineSchema, type Result } from "./result.ts";

/** The system whose ratios are recorded; other builds beside it are not. */
export const guarded = "hub";

const byName = <T extends z.ZodType>(value: T) => z.record(z.string().min(1), value);
const runSchema = z.strictObject({ began: z.iso.datetime(), rounds: z.number(), machine: machineSchema });
const fileSchema = z.strictObject({
  schema: z.literal(1),
  /** Medians, by part, case, figure, and the system that the hub's figure is divided by. */
  ratios: byName(byName(byName(byName(z.number().positive())))),
  /** The last run that was recorded, by part. */
  runs: byName(runSchema),
});

interface Ratio {
  readonly part: string;
  readonly case: string;
  readonly figure: string;
  /** The system that the hub's figure is divided by. */
  readonly against: string;
  /** Median of the rounds. */
  readonly ratio: number;
}

export interface Recorded {
  readonly ratios: readonly Ratio[];
  /** The last run that was recorded, by part. */
  readonly runs: Readonly<Record<string, z.infer<typeof runSchema>>>;
}

/** What became of a recorded ratio, or of one that is not recorded. */
export interface Verdict extends Pick<Ratio, "part" | "case" | "figure" | "against"> {
  readonly state: "worse" | "kept" | "better" | "lost" | "not recorded";
  readonly recorded?: number;
  readonly now?: number;
  /** The factor that is let pass. */
  readonly tolerance: number;
}

/** Figures that are noisier, such as the waits of few, name their own. */
const defaultTolerance = 1.15;

/**
 * Every ratio of the run, the median of its rounds, beside the recorded one. `worse`: by more than the tolerance of its figure.
 * `lost`: its case was measured and the rival is here, and still there is none. What the run left out is not judged.
 */
export function compare({ ratios: recorded }: Pick<Recorded, "ratios">, result: Result): Verdict[] {
  const measured = ratiosOf(result);
  const before = new Map(recorded.map((each) => [keyOf(each), each.ratio]));
  const now = new Map(measured.map((each) => [keyOf(each), each.ratio]));
  return result.parts.flatMap(({ name, rows, figures }) => {
    const cases = new Set(rows.filter(({ system }) => system === guarded).map((row) => row.case));
    const expected = recorded.filter((each) => cases.has(each.case) && !result.leftOut.includes(each.against));
    const fresh = measured.filter((each) => !before.has(keyOf(each)));
    const ratios = [...expected, ...fresh].filter(({ part }) => part === name);
    return figures.flatMap((kind) =>
      ratios
        .filter(({ figure }) => figure === kind.name)
        .map((each) => judge(each, kind, before.get(keyOf(each)), now.get(keyOf(each)))),
    );
  });
}

function judge(of: Ratio, kind: FigureKind, recorded: number | undefined, now: number | undefined): Verdict {
  const { better, tolerance = defaultTolerance } = kind;
  const about = { part: of.part, case: of.case, figure: of.figure, against: of.against, tolerance };
  if (recorded === undefined) return { ...about, state: "not recorded" };
  if (now === undefined) return { ...about, state: "lost", recorded };
  const worseBy = better === "more" ? recorded / now : now / recorded;
  const state = worseBy > tolerance ? "worse" : worseBy < 1 / tolerance ? "better" : "kept";
  return { ...about, state, recorded, now };
}

/** True where a run may not pass. */
export function isRed(verdicts: readonly Verdict[]): boolean {
  return verdicts.some(({ state }) => state === "worse" || state === "lost");
}

/** The record with what a run measured in the place of what was recorded; the rest stays. */
export function updated({ ratios, runs }: Recorded, result: Result): Recorded {
  const all = new Map([...ratios, ...ratiosOf(result)].map((each) => [keyOf(each), each]));
  const { began, rounds, machine } = result;
  const fresh = Object.fromEntries(result.parts.map(({ name }) => [name, { began, rounds, machine }]));
  return { ratios: [...all.values()], runs: { ...runs, ...fresh } };
}

/** Throws where the file is not a record of this version. A file that is not there is one without ratios. */
export function readRecord(file: string): Recorded {
  if (!existsSync(file)) return { ratios: [], runs: {} };
  const { ratios, runs } = fileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const flat = Object.entries(ratios).flatMap(([part, cases]) =>
    Object.entries(cases).flatMap(([each, figures]) =>
      Object.entries(figures).flatMap(([figure, by]) =>
        Object.entries(by).map(([against, ratio]) => ({ part, case: each, figure, against, ratio })),
      ),
    ),
  );
  return { ratios: flat, runs };
}

/** One ratio a line, in four digits that count: what changed is what a diff shows. */
export function writeRecord(file: string, { ratios, runs }: Recorded): void {
  const nested: z.infer<typeof fileSchema>["ratios"] = {};
  for (const { part, case: each, figure, against, ratio } of ratios)
    within(within(within(nested, part), each), figure)[against] = Number(ratio.toPrecision(4));
  writeFileSync(file, `${JSON.stringify({ schema: 1, ratios: nested, runs }, null, 2)}\n`);
}

function within<T>(of: Record<string, Record<string, T>>, name: string): Record<string, T> {
  const found = of[name] ?? {};
  of[name] = found;
  return found;
}

function ratiosOf({ parts }: Result): Ratio[] {
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
