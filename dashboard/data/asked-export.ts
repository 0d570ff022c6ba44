/** Charts of what the hub was asked for, as rows of a file: the buckets in sight, in the unit in which they are drawn. */
import type { SeriesName } from "./explore-choice.ts";
import type { Column, Question, Told } from "./explore-questions.ts";
import type { TimeSpan } from "./ranges.ts";

/** One series, or one fleet, of such a chart. */
export interface AskedDrawn extends SeriesName {
  readonly question: Question;
  readonly told: Told;
  /** Where each of its buckets ends, ms. */
  readonly ends: readonly number[];
  readonly unit: string | undefined;
  /** What the hub's figures are multiplied by to be in that unit. */
  readonly factor: number;
}

/** Columns of such rows in a file, behind those that say whose they are; the mean stands where the values of others do. */
export const askedColumns = [
  ...["value", "min", "max", "count", "rate", "increase", "integral", "sum", "p5", "p50", "p95", "ms", "unit"],
] as const;

export interface AskedRow {
  readonly time: number;
  readonly device: string;
  readonly metric: string;
  /** By the names of `askedColumns`. */
  readonly cells: Readonly<Record<string, number | boolean | string | undefined>>;
}

/** Whole buckets: the first and the last one reach beyond the window. */
function* rowsInSight({ told, ends }: AskedDrawn, { fromMs, toMs }: TimeSpan): Generator<number> {
  for (const [row, startMs] of told.times.entries()) if ((ends[row] as number) > fromMs && startMs <= toMs) yield row;
}

export function* askedRows(drawn: AskedDrawn, span: TimeSpan): Generator<AskedRow> {
  const { device, metric, told, question, unit, factor } = drawn;
  for (const row of rowsInSight(drawn, span)) {
    const time = told.times[row] as number;
    for (const [place, state] of told.states.entries()) {
      const ms = told.ms[place]?.[row] ?? 0;
      if (ms > 0) yield { time, device, metric, cells: { value: state, ms } };
    }
    if (question.kind === "states") continue;
    const named = question.aggregates.map((name) => [columnOf(name), told.columns[name]?.[row]] as const);
    const cells = named.map(([name, value]) => [name, value === undefined ? undefined : value * factor] as const);
    yield { time, device, metric, cells: { ...Object.fromEntries(cells), ...(unit === undefined ? {} : { unit }) } };
  }
}

function columnOf(name: Column): string {
  return name === "mean" ? "value" : name;
}

/** What the hub is asked for to write the same buckets by itself; undefined where it would write others: in its own units, or no fleets, or no times in states. */
export function askedCut({ question, factor, ends, told }: AskedDrawn, span: TimeSpan) {
  if (question.kind !== "numbers" || factor !== 1) return undefined;
  const rows = [...rowsInSight({ ends, told } as AskedDrawn, span)];
  const [first = 0, last = 0] = [rows[0], rows.at(-1)];
  return {
    every: question.everyMs,
    aggregates: question.aggregates,
    tz: question.zone,
    from: told.times[first] ?? question.span.fromMs,
    to: ends[last] ?? question.span.toMs,
  };
}
