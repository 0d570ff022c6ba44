/** Time in state. */
import type { Series } from "../../hub/catalog.ts";
import type { HistoryQuery } from "../../hub/history/query.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { StatesAnswer } from "../../protocol/http.ts";
import { parseStatesQuery, type StatesQuery } from "../../protocol/query.ts";
import { seriesOf } from "./readings.ts";
import { listPieces } from "./readings-json.ts";
import type { Handler, HttpContext } from "./route.ts";

/** `GET states`. */
export const getStates: Handler = async ({ context, query: parameters }) => {
  const nowMs = context.clock.now();
  const query = parseStatesQuery(parameters, nowMs);
  const found = seriesOf(query, context);
  const series = found.filter(({ type }) => type !== "number");
  if (query.literal && series.length === 0) {
    const which = `${query.metric[0]} of ${query.device[0]}`;
    throw new Refusal("invalid_query", `metric: states are of booleans and texts; ${which} is of numbers`);
  }
  const question = { ...query, nowMs };
  const release = context.answers.take();
  try {
    await context.history.check(series, question, true);
  } catch (error) {
    release();
    throw error;
  }
  const { fromMs: from, toMs: to } = query;
  const head = { from, to, every: query.everyMs ?? null };
  return { pieces: listPieces(head, "series", entries(series, question, context)), release };
};

async function* entries(
  series: readonly Series[],
  question: StatesQuery & HistoryQuery,
  { history }: HttpContext,
): AsyncGenerator<StatesAnswer["series"][number]> {
  for (const one of series) {
    const told = await history.states(one, question);
    yield { device: one.device.id, metric: one.metric, type: one.type, ...told };
  }
}
