/** What stood at a moment. */
import type { Standing } from "../../store/answers.ts";
import type { TelemetryStore } from "../../store/store.ts";

/** The last reading of each series at `atMs` or before it, in their order; null where there is none. */
export async function standingAt(
  store: Pick<TelemetryStore, "readAt">,
  series: readonly number[],
  atMs: number,
): Promise<(Standing | null)[]> {
  const found: (Standing | null)[] = [];
  while (found.length < series.length) found.push(...(await store.readAt(series.slice(found.length), atMs)));
  return found;
}
