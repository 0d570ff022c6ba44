/** From what the hub told to what a chart draws and says of it, in the unit that it is told in. */
import type { Answer, Column, Told } from "../data/explore-questions.ts";
import { isBars } from "../data/explore-questions.ts";
import { shownUnit } from "../data/explore-units.ts";
import type { ExploreView, ExploreWay } from "../data/explore-view.ts";
import { longestJoinMs } from "../data/gaps.ts";
import { type Bucket, bucketAt } from "../data/local-buckets.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { type StateTrace, stateRanks } from "../data/state-trace.ts";
import { type AskedPicture, type AskedTrace, penOf } from "../widgets/explore-asked-plot.ts";
import { stateColours } from "../widgets/state-strip.ts";
import type { ExploreGroup, ExploreLine } from "./explore-lines.ts";
import { graceMs } from "./values.ts";

/** Which columns are the line or bar, the band, and a line beside. */
const drawnBy: Readonly<Record<ExploreWay, readonly (Column | undefined)[]>> = {
  value: ["mean", "min", "max"],
  mean: ["mean"],
  range: [undefined, "min", "max"],
  rate: ["rate"],
  increase: ["increase"],
  integral: ["integral"],
  percentiles: ["p50", "p5", "p95", "mean"],
  sum: ["sum"],
  strip: [],
  time: [],
};

/** Of a fleet a band of least and most has its mean, too. */
function columnsOf(kind: ExploreGroup["kind"], way: ExploreWay) {
  return kind === "fleet" && way === "range" ? (["mean", "min", "max"] as const) : drawnBy[way];
}

/** One row of the words below a chart, and what it draws, at the same place in `traces`. */
export interface AskedEntry {
  readonly line: ExploreLine | undefined;
  readonly told: Told | undefined;
  /** Of a chart of states which of them. */
  readonly state?: boolean | string;
  /** Place of the colour of a state. */
  readonly rank: number;
  readonly trace: AskedTrace;
}

export interface Asked {
  readonly picture: AskedPicture;
  readonly entries: readonly AskedEntry[];
  readonly unit: string | undefined;
  /** What the hub's figures are multiplied by to be in that unit. */
  readonly factor: number;
}

/** What a chart shows of an answer; series that are hidden are left out. */
export function askedOf(group: ExploreGroup, answer: Answer, live: StateTrace | undefined): Asked {
  const isStates = group.kind === "states";
  const { unit, factor } = isStates ? { unit: "%", factor: 1 } : shownUnit(group.view.way, unitOf(group, answer));
  const entries = isStates ? statesOf(group, answer, live) : numbersOf(group, answer, factor);
  const as = isStates ? "stack" : isBars(group.view) ? "bars" : "lines";
  return { entries, unit, factor, picture: { as, unit: unit ?? "", traces: entries.map(({ trace }) => trace) } };
}

function unitOf({ lines }: ExploreGroup, { told }: Answer): string | undefined {
  return lines[0]?.series.entry.unit ?? told[0]?.unit;
}

function numbersOf(group: ExploreGroup, answer: Answer, factor: number): AskedEntry[] {
  const [main, low, high, second] = columnsOf(group.kind, group.view.way);
  const shown = group.lines.filter(({ hidden }) => !hidden);
  return (group.fleet ? [undefined] : shown).map((line): AskedEntry => {
    const told = line ? answer.told.find((one) => isOf(one, line)) : answer.told[0];
    const column = (name: Column | undefined) => name && told?.columns[name]?.map((value) => value * factor);
    const { everyMs } = answer.question;
    const joinMs = Math.max(2.5 * everyMs, line ? silentMs(line) : beatOf(told?.times ?? [], everyMs));
    const trace: AskedTrace = {
      ...penOf(line?.look ?? 0),
      ...bucketsOf(told?.times ?? [], answer),
      ...present({ values: column(main), low: column(low), high: column(high), second: column(second) }),
      joinMs,
      // A bar that lacks is seen at once; a line goes on over the middle of a bucket.
      silentMs: isBars(group.view) ? silentMs(line) : Math.max(joinMs - everyMs, silentMs(line)),
      firstMs: line?.series.firstMs,
    };
    return { line, told, rank: 0, trace };
  });
}

/** Of each bucket the part of its time in each state. */
function statesOf({ lines }: ExploreGroup, answer: Answer, live: StateTrace | undefined): AskedEntry[] {
  const [line] = lines;
  const told = answer.told[0];
  if (!line || !told) return [];
  const buckets = bucketsOf(told.times, answer);
  return told.states.map((state, place): AskedEntry => {
    const rank = live?.rankOf(state) ?? place % stateRanks;
    const values = (told.ms[place] ?? []).map((ms, row) => {
      return (ms / ((buckets.ends[row] as number) - (buckets.times[row] as number))) * 100;
    });
    const colour = () => stateColours(state, rank)[0];
    const expected = { joinMs: 0, silentMs: silentMs(line), firstMs: line.series.firstMs };
    return { line, told, state, rank, trace: { colour, dashes: [], ...expected, ...buckets, values } };
  });
}

/** How long a series may tell nothing; of a fleet any bucket without its devices lacks. */
function silentMs(line: ExploreLine | undefined): number {
  return line ? graceMs(line.series.entry.reportInterval) : 0;
}

/** Devices of a fleet report at times of their own: how far apart its buckets mostly are. */
function beatOf(times: readonly number[], everyMs: number): number {
  return longestJoinMs(
    { length: times.length, time: (row) => times[row] as number, everyMs },
    { reportInterval: null },
  );
}

function isOf({ device, metric }: Told, { series: { entry } }: ExploreLine): boolean {
  return device === entry.device && metric === entry.metric;
}

/** Where buckets end: mostly where the next one begins. */
function bucketsOf(times: readonly number[], { question: { everyMs, zone } }: Answer) {
  const ends = times.map((startMs, row) => {
    const nextMs = times[row + 1];
    return nextMs !== undefined && nextMs - startMs <= everyMs ? nextMs : bucketAt(startMs, everyMs, zone).endMs;
  });
  return { times, ends };
}

function present<Of extends object>(columns: Of): { [Name in keyof Of]: Exclude<Of[Name], undefined> } {
  return Object.fromEntries(Object.entries(columns).filter(([, column]) => column !== undefined)) as never;
}

/** The bucket of a row. */
export function bucketOfRow({ times, ends }: AskedTrace, row: number): Bucket {
  return { startMs: times[row] as number, endMs: ends[row] as number };
}

/** What is in sight of a trace, taken together: the sum of bars, or least and most of lines; undefined where nothing is. */
export function totalOf(view: ExploreView, trace: AskedTrace, { fromMs, toMs }: TimeSpan) {
  let [sum, least, most, rows] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const [row, startMs] of trace.times.entries()) {
    if ((trace.ends[row] as number) <= fromMs || startMs > toMs) continue;
    rows += 1;
    sum += trace.values?.[row] ?? 0;
    for (const column of [trace.values, trace.low, trace.high]) {
      least = Math.min(least, column?.[row] ?? least);
      most = Math.max(most, column?.[row] ?? most);
    }
  }
  if (rows === 0) return undefined;
  return isBars(view) ? { sum } : { least, most };
}

/** How long each state held in the buckets in sight, ms, and how much of that time it is. */
export function heldOf({ told, state }: AskedEntry, { fromMs, toMs }: TimeSpan, ends: readonly number[]) {
  let [heldMs, knownMs] = [0, 0];
  for (const [row, startMs] of (told?.times ?? []).entries()) {
    if ((ends[row] as number) <= fromMs || startMs > toMs) continue;
    for (const [place, ms] of (told?.ms ?? []).entries()) {
      knownMs += ms[row] ?? 0;
      if (told?.states[place] === state) heldMs += ms[row] ?? 0;
    }
  }
  return { heldMs, share: knownMs > 0 ? heldMs / knownMs : 0 };
}
