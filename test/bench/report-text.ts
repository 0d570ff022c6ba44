/** A run as a person reads it: tables in Markdown. */
import type { Verdict } from "./guard.ts";
import type { FigureKind } from "./part.ts";
import type { PartReport, Spread } from "./report.ts";
import type { Result } from "./result.ts";

/** Figures of every system, and below them the hub divided by each. */
export function partText({ name, about, figures, rows }: PartReport): string {
  const shown = figures.filter((kind) => rows.some((row) => row.figures[kind.name] !== undefined));
  const many = new Set(rows.map((row) => row.case)).size > 1;
  const ofCase = (value: string): string[] => (many ? [value] : []);
  const table1 = table(
    [...ofCase("case"), "system", ...shown.map((kind) => kind.name)],
    rows.map((row) => [
      ...ofCase(row.case),
      row.system,
      ...shown.map((kind) => figureText(row.figures[kind.name], kind)),
    ]),
  );
  return [`## ${name}: ${about}`, table1, ...ratioTable(rows, shown, ofCase)].join("\n\n");
}

function ratioTable(
  rows: PartReport["rows"],
  kinds: readonly FigureKind[],
  ofCase: (value: string) => string[],
): string[] {
  const compared = rows.filter(({ ratios }) => Object.keys(ratios).length > 0);
  if (compared.length === 0) return [];
  const others = [...new Set(compared.flatMap(({ ratios }) => Object.values(ratios).flatMap((by) => Object.keys(by))))];
  const body = compared.flatMap(({ case: each, system, ratios }) =>
    kinds.flatMap((kind) => {
      const by = ratios[kind.name];
      if (by === undefined) return [];
      const name = `${kind.name} (${kind.better} is better)`;
      return [[...ofCase(each), system, name, ...others.map((other) => ratioText(by[other]))]];
    }),
  );
  return [table([...ofCase("case"), "system", "figure", ...others.map((other) => `/ ${other}`)], body)];
}

/** The median, and by how many percent of it half of the range of the rounds is. */
function figureText(of: Spread | undefined, { digits = 0 }: FigureKind): string {
  if (of === undefined) return "";
  const { median, least, greatest, rounds } = of;
  const text = median.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  if (rounds.length < 2 || greatest === least) return text;
  return `${text} ±${Math.round(((greatest - least) / 2 / median) * 100)} %`;
}

/** The median, and the range of the rounds. */
function ratioText(of: Spread | undefined): string {
  if (of === undefined) return "";
  const { median, least, greatest, rounds } = of;
  return `${times(median)}×${rounds.length < 2 ? "" : ` (${times(least)}–${times(greatest)})`}`;
}

/** Two or three digits that count. */
function times(ratio: number): string {
  return ratio < 0.1
    ? ratio.toPrecision(2)
    : ratio >= 100
      ? ratio.toFixed(0)
      : ratio >= 10
        ? ratio.toFixed(1)
        : ratio.toFixed(2);
}

/** What the machine was, and who took no part. */
export function headText({ began, rounds, quick, machine, leftOut }: Result): string {
  const { commit, node, kernel, cpu, cores, memoryBytes, disk, load } = machine;
  const gibibytes = (memoryBytes / 2 ** 30).toFixed(1);
  return [
    `${began}, commit ${commit || "unknown"}, ${rounds} rounds${quick ? ", quick: its figures mean nothing" : ""}`,
    `${cores} × ${cpu}, ${gibibytes} GiB, Linux ${kernel}, ${disk}, Node ${node}, load ${load.toFixed(2)} at the start`,
    ...(leftOut.length > 0 ? [`left out: ${leftOut.join(", ")}`] : []),
  ].join("\n");
}

/** What changed against the record, and how much did not. */
export function guardText(verdicts: readonly Verdict[]): string {
  const count = (state: Verdict["state"]): number => verdicts.filter((each) => each.state === state).length;
  const told = verdicts.filter(({ state }) => state === "worse" || state === "lost" || state === "better");
  const head = `## guard: ${count("kept")} ratios as recorded, ${count("better")} better, ${count("worse")} worse, ${count("lost")} lost, ${count("not recorded")} not recorded`;
  if (told.length === 0) return head;
  const body = told.map(({ part, case: each, figure, against, state, recorded, now, tolerance }) => {
    const ratio = (value: number | undefined) => (value === undefined ? "" : `${times(value)}×`);
    return [part, each, figure, `/ ${against}`, ratio(recorded), ratio(now), `${tolerance}×`, state];
  });
  return `${head}\n\n${table(["part", "case", "figure", "ratio", "recorded", "now", "let pass", ""], body)}`;
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...body.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)].join("\n");
}
