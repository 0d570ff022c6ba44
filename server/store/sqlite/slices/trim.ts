/** Takes entries out of the journal whose every reading is sealed. */
import { transact } from "../driver.ts";
import type { Workplace } from "./job.ts";

/** Saves marks for one slice, and trims the journal by the same transaction that saves the last of them; true where more is left. */
export function trimSlice(place: Workplace): () => boolean {
  const { db, heads, journal, marks } = place.parts;
  return () => {
    const before = journal.worthTrimming(heads.oldestCommit());
    if (before === undefined) return false;
    const endMs = performance.now() + place.settings.sliceMs;
    const saved: string[] = [];
    const complete = transact(db, () => {
      for (const device of marks.unsavedBefore(before)) {
        if (performance.now() >= endMs) return false;
        marks.save(device, place.commit);
        saved.push(device);
      }
      journal.trim(before);
      return true;
    });
    for (const device of saved) marks.saved(device);
    if (complete) journal.trimmed(before);
    return !complete;
  };
}
