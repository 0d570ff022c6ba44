/** `GET latest` and `GET readings`, as the hub's own reference has them. */
import type { LatestAnswer, ReadingsAnswer } from "../../../../server/protocol/index.ts";
import type { Answer, Columns } from "../../asking/answers.ts";
import type { Question } from "../questions.ts";
import type { Dialect } from "./dialect.ts";

type Series = Columns & Pick<ReadingsAnswer, "device" | "metric">;

export const hubDialect: Dialect = { path, read };

function path(question: Question): string {
  if (question.ask === "newest") return "/api/v1/latest?limit=1000";
  const { fromMs, toMs } = question.span;
  const span = `from=${fromMs}&to=${toMs}`;
  if (question.ask === "raw") return `/api/v1/readings?device=${question.device}&metric=${question.metric}&${span}`;
  const { selection, points, everyMs } = question;
  const series = `device=${selection.devices.join()}&metric=${selection.metrics.join()}`;
  const width = points === undefined ? `every=${everyMs}` : `points=${points}`;
  return `/api/v1/readings?${series}&${span}&${width}&aggregates=min,mean,max`;
}

function read(body: string, question: Question): Answer {
  if (question.ask === "newest") {
    const { latest } = JSON.parse(body) as LatestAnswer;
    return new Map(
      latest.map(({ device, metric, value }) => [`${device}/${metric}`, { times: [], values: [Number(value)] }]),
    );
  }
  const answer = JSON.parse(body) as Series | { series: Series[] };
  const all = "series" in answer ? answer.series : [answer];
  return new Map(all.map((columns) => [`${columns.device}/${columns.metric}`, columns]));
}
