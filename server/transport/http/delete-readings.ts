import type { RemovedReadingsAnswer } from "../../protocol/http.ts";
import { parseDeleteQuery } from "../../protocol/query.ts";
import { seriesOf } from "./readings.ts";
import type { Handler } from "./route.ts";

/** `DELETE readings`: removes a range of every series that matches. A series left empty is removed with it. */
export const deleteReadings: Handler = async ({ context, query: parameters }) => {
  const query = parseDeleteQuery(parameters, context.clock.now());
  let removed = 0;
  let seriesRemoved = 0;
  for (const series of seriesOf(query, context)) {
    const done = await context.hub.removeReadings(series.number, query.fromMs, query.toMs);
    removed += done.removed;
    if (done.seriesRemoved) seriesRemoved += 1;
  }
  return { json: { removed, seriesRemoved } satisfies RemovedReadingsAnswer };
};
