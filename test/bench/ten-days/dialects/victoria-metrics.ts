/**
 * `/api/v1/query`, `/api/v1/query_range` and `/api/v1/export`. A field of line protocol is the metric `readings_FIELD`.
 * `nocache`: what it remembers of answers outlives a restart, and would answer the questions of all rounds but the first.
 */
import type { Answer, Columns } from "../../asking/answers.ts";
import type { Question } from "../questions.ts";
import type { Dialect } from "./dialect.ts";

interface Labels {
  readonly __name__: string;
  readonly device: string;
  /** Which of the three columns of `rollup()` this is. */
  readonly rollup?: "min" | "avg" | "max";
}

export const victoriaMetricsDialect: Dialect = { path, read };

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

function path(question: Question): string {
  const { fromMs, toMs } = question.span;
  switch (question.ask) {
    case "newest": {
      // Without a window only values of the last five minutes count as present.
      const query = `last_over_time({__name__=~"readings_.*"}[${toMs - fromMs}ms])`;
      return `/api/v1/query?query=${encodeURIComponent(query)}&time=${seconds(toMs)}&nocache=1`;
    }
    case "raw": {
      const match = `readings_${question.metric}{device="${question.device}"}`;
      return `/api/v1/export?match[]=${encodeURIComponent(match)}&start=${seconds(fromMs)}&end=${seconds(toMs - 1)}`;
    }
    case "buckets": {
      const { selection, everyMs } = question;
      const query = `rollup(${selectorOf(selection.devices, selection.metrics)}[${everyMs}ms])`;
      // A window ends with the time that it bears.
      const span = `start=${seconds(fromMs + everyMs)}&end=${seconds(toMs)}&step=${everyMs}ms&nocache=1`;
      return `/api/v1/query_range?query=${encodeURIComponent(query)}&${span}`;
    }
    default:
      return question satisfies never;
  }
}

function selectorOf(devices: readonly string[], metrics: readonly string[]): string {
  const [device, metric] = [devices.join("|"), metrics.join("|")];
  if (devices.length === 1 && metrics.length === 1) return `readings_${metric}{device="${device}"}`;
  return `{__name__=~"readings_(${metric})",device=~"${device}"}`;
}

const keyOf = ({ device, __name__ }: Labels): string => `${device}/${__name__.slice("readings_".length)}`;
const names = { min: "min", avg: "mean", max: "max" } as const;

function read(body: string, question: Question): Answer {
  const answer = new Map<string, Columns>();
  if (question.ask === "raw") {
    for (const line of body.trimEnd().split("\n")) {
      const series = JSON.parse(line) as { metric: Labels; values: number[]; timestamps: number[] };
      answer.set(keyOf(series.metric), { times: series.timestamps, values: series.values });
    }
    return answer;
  }
  const { data } = JSON.parse(body) as {
    data: { result: { metric: Labels; value?: [number, string]; values?: [number, string][] }[] };
  };
  for (const { metric, value, values = [] } of data.result) {
    const key = keyOf(metric);
    if (question.ask === "newest") answer.set(key, { times: [], values: [Number(value?.[1])] });
    else {
      const times = values.map(([time]) => Math.round(time * 1_000) - question.everyMs);
      const name = names[metric.rollup as keyof typeof names];
      answer.set(key, { ...answer.get(key), times, [name]: values.map(([, text]) => Number(text)) });
    }
  }
  return answer;
}
