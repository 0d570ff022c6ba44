/** The five questions, and the right answer to each. */
import { type Answer, bucketsOf, type Columns } from "../asking/answers.ts";
import type { Case } from "../asking/examiner.ts";
import { dayMs, type Span, stepMs, type Walks } from "./walks.ts";

interface OfSeries {
  readonly device: string;
  readonly metric: string;
  readonly span: Span;
}

export type Question =
  | ({ readonly ask: "raw" } & OfSeries)
  /** Least, mean and greatest of buckets `everyMs` wide, which divides both ends of the span. */
  | ({ readonly ask: "buckets"; readonly everyMs: number } & OfSeries)
  /** Of the readings of the last `span`, which all series have. */
  | { readonly ask: "newest"; readonly span: Span }
  /** Of each bucket the mean of the devices' means. */
  | { readonly ask: "fleet"; readonly metric: string; readonly span: Span; readonly everyMs: number };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const buckets = 960;
const manyTurns = 300;
const fleetTurns = 60;
const nth = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** Another series each turn, until all had theirs. */
function seriesOf({ deep: { devices, metrics } }: Walks, turn: number): Pick<OfSeries, "device" | "metric"> {
  return { device: nth(devices, turn), metric: nth(metrics, Math.floor(turn / devices.length)) };
}

/** A span `ms` long that lies another number of its steps before the end each turn, as far as the series go back. */
function spanOf({ toMs, deep }: Walks, ms: number, everyMs: number, turn: number): Span {
  const places = Math.floor((deep.ms - ms) / everyMs) + 1;
  // 7,919 is a prime: neighbouring turns lie far from each other.
  const endMs = toMs - ((turn * 7_919) % places) * everyMs;
  return { fromMs: endMs - ms, toMs: endMs };
}

const seriesCount = ({ deep }: Walks): number => Math.min(manyTurns, deep.devices.length * deep.metrics.length);

export const cases: readonly Case<Walks, Question>[] = [
  {
    name: "an hour of 1 series, raw",
    turns: () => manyTurns,
    question: (walks, turn) => ({ ask: "raw", ...seriesOf(walks, turn), span: spanOf(walks, hourMs, hourMs, turn) }),
  },
  {
    name: "a day of 1 series in 960 buckets",
    turns: () => manyTurns,
    question(walks, turn) {
      const everyMs = dayMs / buckets;
      return { ask: "buckets", ...seriesOf(walks, turn), span: spanOf(walks, dayMs, everyMs, turn), everyMs };
    },
  },
  {
    name: "30 days of 1 series in 960 buckets",
    turns: seriesCount,
    question(walks, turn) {
      const { ms } = walks.deep;
      const everyMs = ms / buckets;
      return { ask: "buckets", ...seriesOf(walks, turn), span: spanOf(walks, ms, everyMs, turn), everyMs };
    },
  },
  {
    name: "newest of 5,000 series",
    turns: () => manyTurns,
    question: ({ toMs }) => ({ ask: "newest", span: { fromMs: toMs - 6 * stepMs, toMs } }),
  },
  {
    name: "mean of 100 devices a minute, a day",
    turns: () => fleetTurns,
    question({ toMs, wide: { metrics, ms } }, turn) {
      const places = Math.floor((ms - dayMs) / minuteMs) + 1;
      const endMs = toMs - ((turn * 7) % places) * minuteMs;
      return {
        ask: "fleet",
        metric: nth(metrics, turn),
        span: { fromMs: endMs - dayMs, toMs: endMs },
        everyMs: minuteMs,
      };
    },
  },
];

/** The right answer, from the walks themselves. */
export function rightAnswer(question: Question, walks: Walks): Answer {
  switch (question.ask) {
    case "newest":
      return new Map(
        walks.devices.flatMap((device) =>
          walks.metrics.map((metric): [string, Columns] => {
            return [`${device}/${metric}`, { times: [], values: [walks.newest(device, metric)] }];
          }),
        ),
      );
    case "fleet":
      return new Map([["all", meansOf(question, walks)]]);
    case "buckets": {
      const { device, metric, span, everyMs } = question;
      const { times, values } = walks.rows(device, metric, span);
      return new Map([[`${device}/${metric}`, bucketsOf(times, values, everyMs)]]);
    }
    case "raw": {
      const { device, metric, span } = question;
      const { times, values } = walks.rows(device, metric, span);
      return new Map([[`${device}/${metric}`, { times: [...times], values: [...values] }]]);
    }
    default:
      return question satisfies never;
  }
}

/** All devices have a reading in each bucket. */
function meansOf({ metric, span, everyMs }: Question & { ask: "fleet" }, walks: Walks): Columns {
  let times: number[] = [];
  const sums = new Float64Array((span.toMs - span.fromMs) / everyMs);
  for (const device of walks.devices) {
    const rows = walks.rows(device, metric, span);
    const each = bucketsOf(rows.times, rows.values, everyMs);
    times = each.times;
    each.mean.forEach((mean, index) => {
      sums[index] = (sums[index] as number) + mean;
    });
  }
  return { times, mean: [...sums].map((sum) => sum / walks.devices.length) };
}
