/** Notes once a day what the data takes. */
import type { Workplace } from "./job.ts";

/** Writes a row when one is due, by the arrival of the newest commit; there is never more to do. */
export function usageSlice(place: Workplace): () => boolean {
  const { budget, journal, usage } = place.parts;
  return () => {
    const nowMs = journal.receivedMs(place.commit);
    if (nowMs > 0 && usage.isDue(nowMs)) usage.note(nowMs, place.parts, budget.usedBytes);
    return false;
  };
}
