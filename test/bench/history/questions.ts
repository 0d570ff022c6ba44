/** What is asked about the past, and what the right answer is. */
import { ladderWidth } from "../../../server/protocol/ladder.ts";
import { type Answer, bucketsOf, type Columns } from "../asking/answers.ts";
import type { Case } from "../asking/examiner.ts";
import { dayMs, type Fleet, metrics, type Span, shaken } from "./fleet.ts";

interface OfSeries {
  readonly device: string;
  readonly metric: string;
  readonly span: Span;
}

export type Question =
  | { readonly ask: "newest" }
  | ({ readonly ask: "raw" } & OfSeries)
  /** Every reading as a row of CSV: time in ms since the epoch, device, metric, value. */
  | ({ readonly ask: "csv" } & OfSeries)
  /** Least, mean and greatest of buckets `everyMs` wide, which divides both ends of the span; the hub is asked for `points`. */
  | ({ readonly ask: "buckets"; readonly everyMs: number; readonly points: number } & OfSeries)
  /** Of each bucket the mean of the devices' means. */
  | { readonly ask: "fleet"; readonly metric: string; readonly span: Span; readonly everyMs: number };

const hourMs = 3_600_000;
const points = 1_000;
const manyTurns = 300;
const nth = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** Another series each turn, until all had theirs. */
function seriesOf({ devices }: Fleet, turn: number): { readonly device: string; readonly metric: string } {
  return { device: nth(devices, turn), metric: nth(metrics, turn + Math.floor(turn / devices.length)) };
}

const last = ({ fromMs, toMs }: Fleet, ms: number): Span => ({ fromMs: Math.max(fromMs, toMs - ms), toMs });
const seriesCount = ({ devices }: Fleet): number => Math.min(manyTurns, devices.length * metrics.length);

/** A span in a thousand points: as wide as it is said to be, also where there is less. */
function drawn(name: string, ms: (fleet: Fleet) => number): Case<Fleet, Question> {
  return {
    name,
    turns: seriesCount,
    question(fleet, turn) {
      const everyMs = ladderWidth(Math.ceil(ms(fleet) / points));
      const fromMs = Math.floor((fleet.toMs - ms(fleet)) / everyMs) * everyMs;
      return { ask: "buckets", ...seriesOf(fleet, turn), span: { fromMs, toMs: fleet.toMs }, everyMs, points };
    },
  };
}

export const cases: readonly Case<Fleet, Question>[] = [
  { name: "newest value of all", turns: () => manyTurns, question: () => ({ ask: "newest" }) },
  {
    name: "the last hour, raw",
    turns: seriesCount,
    question: (fleet, turn) => ({ ask: "raw", ...seriesOf(fleet, turn), span: last(fleet, hourMs) }),
  },
  drawn("a day in 1,000 points", () => dayMs),
  drawn("30 days in 1,000 points", () => 30 * dayMs),
  drawn("all of a series in 1,000 points", ({ fromMs, toMs }) => toMs - fromMs),
  {
    name: "all of 1 kHz in 1,000 points",
    turns: () => 20,
    question(fleet) {
      const everyMs = ladderWidth(Math.ceil(fleet.shakes / points));
      const fromMs = Math.floor((fleet.toMs - fleet.shakes) / everyMs) * everyMs;
      return { ask: "buckets", ...shaken, span: { fromMs, toMs: fleet.toMs }, everyMs, points };
    },
  },
  {
    name: "mean of all devices a minute, a day",
    turns: () => metrics.length,
    question: (fleet, turn) => ({
      ask: "fleet",
      metric: nth(metrics, turn),
      span: last(fleet, dayMs),
      everyMs: 60_000,
    }),
  },
  {
    name: "all of a series as CSV",
    turns: () => 20,
    question: (fleet, turn) => ({ ask: "csv", ...seriesOf(fleet, turn), span: last(fleet, Number.POSITIVE_INFINITY) }),
  },
];

/** The right answer, made anew from the seed. */
export function rightAnswer(question: Question, fleet: Fleet): Answer {
  switch (question.ask) {
    case "newest":
      return newestOf(fleet);
    case "fleet":
      return new Map([["all", fleetMeans(question, fleet)]]);
    case "buckets": {
      const { device, metric, span, everyMs } = question;
      const { times, values } = fleet.rows(device, metric, span);
      return new Map([[`${device}/${metric}`, bucketsOf(times, values, everyMs)]]);
    }
    case "raw":
    case "csv": {
      const { device, metric, span } = question;
      const { times, values } = fleet.rows(device, metric, span);
      return new Map([[`${device}/${metric}`, { times: [...times], values: [...values] }]]);
    }
    default:
      return question satisfies never;
  }
}

function newestOf(fleet: Fleet): Answer {
  const span = last(fleet, hourMs);
  const series = fleet.devices.flatMap((device) => metrics.map((metric) => ({ device, metric })));
  return new Map(
    [...series, shaken].map(({ device, metric }): [string, Columns] => {
      const { values } = fleet.rows(device, metric, span);
      return [`${device}/${metric}`, { times: [], values: [values.at(-1) as number] }];
    }),
  );
}

function fleetMeans({ metric, span, everyMs }: Question & { ask: "fleet" }, fleet: Fleet): Columns {
  const sums = new Map<number, { sum: number; devices: number }>();
  for (const device of fleet.devices) {
    const rows = fleet.rows(device, metric, span);
    const { times, mean } = bucketsOf(rows.times, rows.values, everyMs);
    for (const [index, time] of times.entries()) {
      const before = sums.get(time) ?? { sum: 0, devices: 0 };
      sums.set(time, { sum: before.sum + (mean[index] as number), devices: before.devices + 1 });
    }
  }
  const rows = [...sums].sort(([a], [b]) => a - b);
  return { times: rows.map(([time]) => time), mean: rows.map(([, { sum, devices }]) => sum / devices) };
}
