/** What the hub answers over HTTP, as its own reference has it. */
import type { LatestAnswer, ReadingsAnswer } from "../../../server/protocol/index.ts";
import type { Answer, Columns } from "./answers.ts";

type Series = Columns & Pick<ReadingsAnswer, "device" | "metric">;

/** Of `GET latest`. */
export function readLatest(body: string): Answer {
  const { latest } = JSON.parse(body) as LatestAnswer;
  return new Map(
    latest.map(({ device, metric, value }) => [`${device}/${metric}`, { times: [], values: [Number(value)] }]),
  );
}

/** Of `GET readings`: of one series, or of a fleet together, which is `all`. */
export function readReadings(body: string): Answer {
  const answer = JSON.parse(body) as Series | { readonly series: readonly Columns[] };
  if (!("series" in answer)) return new Map([[`${answer.device}/${answer.metric}`, answer]]);
  return new Map(answer.series.map((columns) => ["all", columns]));
}
