/** When series were silent, and why. */
import type { Series } from "../../hub/catalog.ts";
import type { GapSpan } from "../../hub/gaps/gaps.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { GapsAnswer } from "../../protocol/http.ts";
import { parseGapsQuery } from "../../protocol/query.ts";
import { seriesOf } from "./readings.ts";
import { listPieces } from "./readings-json.ts";
import type { Handler, HttpContext } from "./route.ts";

/** Gaps of one series in one answer: it is made in one piece. */
const mostGaps = 50_000;
/** Series asked about at once: their gaps are in memory together. */
const seriesAtOnce = 64;

/** `GET gaps`. */
export const getGaps: Handler = async ({ context, query: parameters }) => {
  const nowMs = context.clock.now();
  const query = parseGapsQuery(parameters, nowMs);
  const series = seriesOf(query, context);
  const span = { ...query, nowMs };
  const release = context.answers.take();
  try {
    await context.history.check(series, span, true);
  } catch (error) {
    release();
    throw error;
  }
  const { fromMs: from, toMs: to } = query;
  return { pieces: listPieces({ from, to }, "series", entries(series, span, context)), release };
};

async function* entries(
  series: readonly Series[],
  span: GapSpan,
  { gaps }: HttpContext,
): AsyncGenerator<GapsAnswer["series"][number]> {
  for (let at = 0; at < series.length; at += seriesAtOnce) {
    const some = series.slice(at, at + seriesAtOnce);
    for (const [index, found] of (await gaps.of(some, span, mostGaps)).entries()) {
      const { device, metric } = some[index] as Series;
      if (!found) {
        throw new Refusal(
          "range_too_large",
          `${metric} of ${device.id} has more than ${mostGaps} gaps in this range: ask for a shorter one, or give it a longer reportInterval.`,
        );
      }
      const { graceMs: grace, from, to, cause, complete } = found;
      yield { device: device.id, metric, grace, gaps: { from: [...from], to: [...to], cause: [...cause] }, complete };
    }
  }
}
