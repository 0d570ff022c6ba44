/** How each side is asked over HTTP, and how it answers. */
import type { Answer, Columns } from "../asking/answers.ts";
import type { Dialect } from "../asking/examiner.ts";
import { readLatest, readReadings } from "../asking/hub-answers.ts";
import type { Question } from "./questions.ts";

/** `GET latest` and `GET readings`, as the hub's own reference has them. */
export const hubDialect: Dialect<Question> = {
  path(question) {
    if (question.ask === "newest") return "/api/v1/latest?limit=1000";
    const span = `from=${question.span.fromMs}&to=${question.span.toMs}`;
    const metric = `metric=${question.metric}`;
    if (question.ask === "fleet")
      return `/api/v1/readings?device=machine-*&${metric}&${span}&every=${question.everyMs}&aggregates=mean&across=devices`;
    const of = `/api/v1/readings?device=${question.device}&${metric}&${span}`;
    if (question.ask === "raw") return of;
    if (question.ask === "csv") return `${of}&format=csv&time=ms`;
    return `${of}&points=${question.points}&aggregates=min,mean,max`;
  },
  read(body, question) {
    if (question.ask === "csv") return readCsv(body);
    return question.ask === "newest" ? readLatest(body) : readReadings(body);
  },
};

/** The little server over the table: it answers what the hub answers, in columns. */
export const tableDialect: Dialect<Question> = {
  path(question) {
    if (question.ask === "newest") return "/newest";
    const span = `from=${question.span.fromMs}&to=${question.span.toMs}`;
    const metric = `metric=${question.metric}`;
    if (question.ask === "fleet") return `/fleet?${metric}&${span}&every=${question.everyMs}`;
    const of = `device=${question.device}&${metric}&${span}`;
    return question.ask === "buckets" ? `/buckets?${of}&every=${question.everyMs}` : `/${question.ask}?${of}`;
  },
  read(body, question) {
    if (question.ask === "csv") return readCsv(body);
    return new Map(Object.entries(JSON.parse(body) as Record<string, Columns>));
  },
};

/** `time,device,metric,value`, of one series. */
function readCsv(body: string): Answer {
  const [head, ...lines] = body.trimEnd().split(/\r?\n/);
  if (head !== "time,device,metric,value") throw new Error(`the head of the CSV is ${head}`);
  const rows = lines.map((line) => line.split(","));
  const [, device, metric] = rows[0] ?? [];
  return new Map([
    [`${device}/${metric}`, { times: rows.map(([time]) => Number(time)), values: rows.map((row) => Number(row[3])) }],
  ]);
}
