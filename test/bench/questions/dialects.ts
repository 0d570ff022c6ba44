/** How each side is asked over HTTP, by its documented routes, and how it answers. */
import type { Answer } from "../asking/answers.ts";
import type { Dialect } from "../asking/examiner.ts";
import { readLatest, readReadings } from "../asking/hub-answers.ts";
import { victoriaMetricsDialect as ofSeries } from "../ten-days/dialects/victoria-metrics.ts";
import type { Question } from "./questions.ts";

/** `GET latest` and `GET readings`, as the hub's own reference has them. */
export const hubDialect: Dialect<Question> = {
  path(question) {
    if (question.ask === "newest") return "/api/v1/latest?device=machine-*&limit=5000";
    const of = `metric=${question.metric}&from=${question.span.fromMs}&to=${question.span.toMs}`;
    switch (question.ask) {
      case "raw":
        return `/api/v1/readings?device=${question.device}&${of}`;
      case "buckets":
        return `/api/v1/readings?device=${question.device}&${of}&every=${question.everyMs}&aggregates=min,mean,max`;
      case "fleet":
        return `/api/v1/readings?device=machine-*&${of}&every=${question.everyMs}&aggregates=mean&across=devices`;
      default:
        return question satisfies never;
    }
  },
  read(body, question): Answer {
    return question.ask === "newest" ? readLatest(body) : readReadings(body);
  },
};

interface Matrix {
  readonly data: { readonly result: readonly { readonly values: readonly [number, string][] }[] };
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

/**
 * As in `ten-days`, and the fleet by `avg(avg_over_time())`. `caching`: with its defaults, which answer what was asked before from
 * memory; otherwise `nocache=1`.
 */
export function victoriaMetricsDialect(caching: boolean): Dialect<Question> {
  const path = (question: Question): string => {
    switch (question.ask) {
      case "raw":
        return ofSeries.path(question);
      case "newest": {
        const query = encodeURIComponent(`last_over_time({__name__=~"readings_metric_.*"}[${spanOf(question)}ms])`);
        return `/api/v1/query?query=${query}&time=${seconds(question.span.toMs)}&nocache=1`;
      }
      case "buckets": {
        const { device, metric, ...others } = question;
        return ofSeries.path({ ...others, selection: { devices: [device], metrics: [metric] } });
      }
      case "fleet": {
        const { metric, span, everyMs } = question;
        const query = encodeURIComponent(`avg(avg_over_time(readings_${metric}[${everyMs}ms]))`);
        // A window ends with the time that it bears.
        const range = `start=${seconds(span.fromMs + everyMs)}&end=${seconds(span.toMs)}&step=${everyMs}ms`;
        return `/api/v1/query_range?query=${query}&${range}&nocache=1`;
      }
      default:
        return question satisfies never;
    }
  };
  return {
    path: (question) => (caching ? path(question).replace("&nocache=1", "") : path(question)),
    read(body, question) {
      if (question.ask === "fleet") {
        const [series] = (JSON.parse(body) as Matrix).data.result;
        const values = series?.values ?? [];
        const times = values.map(([time]) => Math.round(time * 1_000) - question.everyMs);
        return new Map([["all", { times, mean: values.map(([, text]) => Number(text)) }]]);
      }
      if (question.ask !== "buckets") return ofSeries.read(body, question);
      const { device, metric, ...others } = question;
      return ofSeries.read(body, { ...others, selection: { devices: [device], metrics: [metric] } });
    },
  };
}

const spanOf = ({ span: { fromMs, toMs } }: Question): number => toMs - fromMs;
