/** InfluxQL over `GET /query`. Devices are a tag, metrics the fields of one measurement. */
import type { Answer, Columns } from "../../asking/answers.ts";
import type { Question } from "../questions.ts";
import type { Dialect } from "./dialect.ts";

interface Results {
  readonly results: {
    readonly error?: string;
    readonly series?: {
      readonly tags?: { readonly device: string };
      readonly columns: string[];
      readonly values: number[][];
    }[];
  }[];
}

export const influxdbDialect: Dialect = { path, read };

function path(question: Question): string {
  return `/query?db=bench&epoch=ms&q=${encodeURIComponent(queryOf(question))}`;
}

function queryOf(question: Question): string {
  if (question.ask === "newest") return "SELECT last(*) FROM readings GROUP BY device";
  const span = `time >= ${question.span.fromMs}ms AND time < ${question.span.toMs}ms`;
  if (question.ask === "raw")
    return `SELECT "${question.metric}" FROM readings WHERE device = '${question.device}' AND ${span} GROUP BY device`;
  const { devices, metrics } = question.selection;
  const fields = metrics.flatMap((name) => aggregates.map((each) => `${each}("${name}") AS "${each}_${name}"`));
  const where = devices.map((device) => `device = '${device}'`).join(" OR ");
  return `SELECT ${fields.join(", ")} FROM readings WHERE (${where}) AND ${span} GROUP BY time(${question.everyMs}ms), device fill(none)`;
}

const aggregates = ["min", "mean", "max"] as const;

function read(body: string, question: Question): Answer {
  const [result] = (JSON.parse(body) as Results).results;
  if (!result || result.error !== undefined) throw new Error(`InfluxDB: ${result?.error}`);
  const answer = new Map<string, Columns>();
  for (const { tags, columns, values } of result.series ?? []) {
    const column = (name: string): number[] => {
      const index = columns.indexOf(name);
      return values.map((row) => row[index] as number);
    };
    const device = tags?.device;
    if (question.ask === "raw")
      answer.set(`${device}/${question.metric}`, { times: column("time"), values: column(question.metric) });
    else if (question.ask === "newest") {
      for (const name of columns.slice(1))
        answer.set(`${device}/${name.slice("last_".length)}`, { times: [], values: column(name) });
    } else {
      for (const metric of question.selection.metrics) {
        const [min, mean, max] = aggregates.map((each) => column(`${each}_${metric}`));
        answer.set(`${device}/${metric}`, { times: column("time"), min: min ?? [], mean: mean ?? [], max: max ?? [] });
      }
    }
  }
  return answer;
}
