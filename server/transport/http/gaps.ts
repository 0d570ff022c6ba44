/** When series were silent. */
import type { Series } from "../../hub/catalog.ts";
import type { HistoryQuery } from "../../hub/history/query.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { GapsAnswer } from "../../protocol/http.ts";
import { parseGapsQuery } from "../../protocol/query.ts";
import { seriesOf } from "./readings.ts";
import { listPieces } from "./readings-json.ts";
import type { Handler, HttpContext } from "./route.ts";

/** Gaps of one series in one answer: it is made in one piece. */
const mostGaps = 50_000;

/** `GET gaps`. */
export const getGaps: Handler = async ({ context, query: parameters }) => {
  const nowMs = context.clock.now();
  const query = parseGapsQuery(parameters, nowMs);
  const series = seriesOf(query, context);
  const question = { ...query, nowMs };
  const release = context.answers.take();
  try {
    await context.history.checkEach(series, question);
  } catch (error) {
    release();
    throw error;
  }
  const { fromMs: from, toMs: to } = query;
  return { pieces: listPieces({ from, to }, "series", entries(series, question, context)), release };
};

async function* entries(
  series: readonly Series[],
  question: HistoryQuery,
  { history, presence }: HttpContext,
): AsyncGenerator<GapsAnswer["series"][number]> {
  for (const one of series) {
    const found = await history.gaps(one, question, mostGaps);
    if (!found) {
      throw new Refusal(
        "range_too_large",
        `${one.metric} of ${one.device.id} has more than ${mostGaps} gaps in this range: ask for a shorter one, or give it a longer reportInterval.`,
      );
    }
    const graceMs = presence.graceMs(one);
    const grace = graceMs === Number.POSITIVE_INFINITY ? null : graceMs;
    const { from, to, complete } = found;
    yield { device: one.device.id, metric: one.metric, grace, gaps: { from, to }, complete };
  }
}
