/** What is asked of each system about the past, and what the right answer is. */
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

/** Columns of one length: `values` of readings, or the aggregates of the buckets that begin at `times`. */
export interface Columns {
  readonly times: readonly number[];
  readonly values?: readonly number[];
  readonly min?: readonly number[];
  readonly mean?: readonly number[];
  readonly max?: readonly number[];
}

/** By `device/metric`. The times of newest values are left out: not every system tells them. */
export type Answer = ReadonlyMap<string, Columns>;

export interface Case {
  readonly name: string;
  /** So many questions differ, by series or by span: asked once each, none is answered from what is remembered of another. */
  readonly turns: number;
  question(readings: Readings, turn: number): Question;
}

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

export const cases: readonly Case[] = [
  {
    name: "newest value of all",
    turns: manyTurns,
    question: (readings) => ({ ask: "newest", span: last(readings, hourMs) }),
  },
  {
    name: "an hour, raw, 1 series",
    turns: manyTurns,
    question: (readings, turn) => ({
      ask: "raw",
      device: deviceOf(turn),
      metric: metricOf(turn),
      span: last(readings, hourMs, Math.floor(turn / seriesCount)),
    }),
  },
  {
    name: "a day in 500 points, 1 series",
    turns: manyTurns,
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
    turns: seriesCount,
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
    turns: seriesCount,
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
    turns: 20,
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

function bucketsOf(times: Float64Array, values: Float64Array, everyMs: number): Columns {
  const columns = { times: [] as number[], min: [] as number[], mean: [] as number[], max: [] as number[] };
  for (let at = 0; at < times.length; ) {
    const start = Math.floor((times[at] as number) / everyMs) * everyMs;
    let [count, sum, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (; at < times.length && (times[at] as number) < start + everyMs; at++, count++) {
      const value = values[at] as number;
      sum += value;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    columns.times.push(start);
    columns.min.push(min);
    columns.mean.push(sum / count);
    columns.max.push(max);
  }
  return columns;
}

/** Of a value's magnitude, or of 1: sums differ by the order in which they were taken. */
const tolerance = 1e-9;

/** What is wrong with an answer, in words; undefined where it is right. */
export function mistakeIn(answer: Answer, right: Answer): string | undefined {
  if (answer.size !== right.size) return `${answer.size} series instead of ${right.size}`;
  for (const [key, columns] of right) {
    for (const [name, wanted] of Object.entries(columns) as [keyof Columns, number[]][]) {
      const given = answer.get(key)?.[name];
      if (given?.length !== wanted.length) return `${key}: ${given?.length} ${name} instead of ${wanted.length}`;
      const at = wanted.findIndex((value, index) => !isNear(given[index] as number, value));
      if (at >= 0) return `${key}: ${name}[${at}] is ${given[at]} instead of ${wanted[at]}`;
    }
  }
  return undefined;
}

function isNear(given: number, wanted: number): boolean {
  return Math.abs(given - wanted) <= tolerance * Math.max(1, Math.abs(wanted));
}
