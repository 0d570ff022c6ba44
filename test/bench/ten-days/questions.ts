/** What is asked of each system about the past, and what the right answer is. */
import { type Answer, bucketsOf, type Columns } from "../asking/answers.ts";
import type { Case } from "../asking/examiner.ts";
import { dayMs, devices, metrics, type Readings } from "./readings.ts";

/** All combinations of these. */
export interface Selection {
  readonly devices: readonly string[];
  readonly metrics: readonly string[];
}

export interface Span {
  /** Included. */
  readonly fromMs: number;
  /** Excluded. */
  readonly toMs: number;
}

export type Question =
  | { readonly ask: "newest"; readonly span: Span }
  | { readonly ask: "raw"; readonly device: string; readonly metric: string; readonly span: Span }
  | {
      readonly ask: "buckets";
      readonly selection: Selection;
      readonly span: Span;
      /** Width of a bucket, ms; it divides both ends of the span. */
      readonly everyMs: number;
      /** Where somebody wants so many buckets: the hub is asked for these, and takes `everyMs`. */
      readonly points?: number;
    };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const seriesCount = devices.length * metrics.length;
/** Enough for a p99, and for ten spans of each series at most. */
const manyTurns = 300;
const everything: Selection = { devices, metrics };
const nth = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;
const deviceOf = (turn: number): string => nth(devices, turn);
const metricOf = (turn: number): string => nth(metrics, Math.floor(turn / devices.length));
const oneOf = (turn: number): Selection => ({ devices: [deviceOf(turn)], metrics: [metricOf(turn)] });
/** All devices but one, and half of the metrics: fifty choices. */
const twenty = (turn: number): Selection => ({
  devices: devices.filter((device) => device !== deviceOf(turn)),
  metrics: metrics.slice(0, metrics.length / 2).map((_, index) => metricOf(turn + index * devices.length)),
});
/** The last span of that length, or the one so many before it. */
const last = ({ toMs }: Readings, ms: number, before = 0): Span => ({
  fromMs: toMs - (before + 1) * ms,
  toMs: toMs - before * ms,
});
const whole = ({ fromMs, toMs }: Readings): Span => ({ fromMs, toMs });

export const cases: readonly Case<Readings, Question>[] = [
  {
    name: "newest value of all",
    turns: () => manyTurns,
    question: (readings) => ({ ask: "newest", span: last(readings, hourMs) }),
  },
  {
    name: "an hour, raw, 1 series",
    turns: () => manyTurns,
    question: (readings, turn) => ({
      ask: "raw",
      device: deviceOf(turn),
      metric: metricOf(turn),
      span: last(readings, hourMs, Math.floor(turn / seriesCount)),
    }),
  },
  {
    name: "a day in 500 points, 1 series",
    turns: () => manyTurns,
    question: (readings, turn) => ({
      ask: "buckets",
      selection: oneOf(turn),
      span: last(readings, dayMs, Math.floor(turn / seriesCount)),
      everyMs: 5 * minuteMs,
      points: 500,
    }),
  },
  {
    name: "10 days in 500 points, 1 series",
    turns: () => seriesCount,
    question: (readings, turn) => ({
      ask: "buckets",
      selection: oneOf(turn),
      span: whole(readings),
      everyMs: 30 * minuteMs,
      points: 500,
    }),
  },
  {
    name: "10 days in 500 points, 20 series",
    turns: () => seriesCount,
    question: (readings, turn) => ({
      ask: "buckets",
      selection: twenty(turn),
      span: whole(readings),
      everyMs: 30 * minuteMs,
      points: 500,
    }),
  },
  {
    // The same each time: there is but one.
    name: "10 days by the hour, all",
    turns: () => 20,
    question: (readings) => ({ ask: "buckets", selection: everything, span: whole(readings), everyMs: hourMs }),
  },
];

/** The right answer, from the readings themselves. */
export function rightAnswer(question: Question, readings: Readings): Answer {
  const { span } = question;
  const selection =
    question.ask === "newest"
      ? everything
      : question.ask === "raw"
        ? { devices: [question.device], metrics: [question.metric] }
        : question.selection;
  return new Map(
    selection.devices.flatMap((device) => {
      const times = readings.times(device);
      const [from, to] = [indexOf(times, span.fromMs), indexOf(times, span.toMs)];
      return selection.metrics.map((metric): [string, Columns] => {
        const values = readings.values(device, metric);
        const key = `${device}/${metric}`;
        if (question.ask === "newest") return [key, { times: [], values: [values[to - 1] as number] }];
        if (question.ask === "raw")
          return [key, { times: [...times.subarray(from, to)], values: [...values.subarray(from, to)] }];
        return [key, bucketsOf(times.subarray(from, to), values.subarray(from, to), question.everyMs)];
      });
    }),
  );
}

/** The first place whose time is at least `timeMs`. */
function indexOf(times: Float64Array, timeMs: number): number {
  const index = times.findIndex((each) => each >= timeMs);
  return index < 0 ? times.length : index;
}
