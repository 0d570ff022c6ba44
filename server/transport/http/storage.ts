import { parseDeleteQuery, parseStorageQuery } from "../../protocol/query.ts";
import type { StorageAnswer, StoragePreviewAnswer } from "../../protocol/storage.ts";
import { seriesOf } from "./readings.ts";
import type { Handler } from "./route.ts";

/** `GET storage`: what the data takes, and its largest series. */
export const getStorage: Handler = async ({ context, query }) => {
  const { device, metric, sort, limit } = parseStorageQuery(query);
  const series = context.catalog.select(device, metric);
  return { json: (await context.storage.list(series, sort, limit)) satisfies StorageAnswer };
};

/** `GET storage/preview`: about what `DELETE readings` with the same query would take away. */
export const previewRemoval: Handler = async ({ context, query: parameters }) => {
  const query = parseDeleteQuery(parameters, context.clock.now());
  const series = seriesOf(query, context);
  const preview = await context.storage.preview(series, query.fromMs, query.toMs);
  return { json: preview satisfies StoragePreviewAnswer };
};
