import type { RemovedReadingsAnswer } from "../../protocol/http.ts";
import { parseDeleteQuery } from "../../protocol/query.ts";
import { seriesOf } from "./readings.ts";
import type { Handler } from "./route.ts";

/** `DELETE readings`: removes a range of every series that matches. A series left empty is removed with it. */
export const deleteReadings: Handler = async ({ context, query: parameters }) => {
  const query = parseDeleteQuery(parameters, context.clock.now());
  const numbers = seriesOf(query, context).map((series) => series.number);
  const { readings, series } = await context.hub.removeReadings(numbers, query.fromMs, query.toMs);
  context.storage.forget();
  return { json: { removed: readings, seriesRemoved: series } satisfies RemovedReadingsAnswer };
};
