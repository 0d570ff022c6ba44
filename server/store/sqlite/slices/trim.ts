/** Takes entries out of the journal whose every reading is sealed. */
import { transact } from "../driver.ts";
import { journalBudget, type Workplace } from "./job.ts";

/** What arrived so lately stays at rest too, up to `recentBytes`: viewers whom a restart cuts go on from it. */
const recentMs = 120_000;
const recentBytes = 256 * 1024;

/** Saves marks for one slice, and trims the journal by the same transaction that saves the last of them; true where more is left. */
export function trimSlice(place: Workplace): () => boolean {
  const { heads, journal } = place.parts;
  const { sliceMs } = place.settings;
  return () => {
    const nowMs = performance.now();
    const isResting = place.rest.untilRestMs(nowMs) === 0;
    const open = heads.oldestCommit();
    const before = isResting
      ? journal.trimmable(Math.min(open, oldestRecent(place, nowMs)), 1)
      : journal.worthTrimming(open, journalBudget(place, nowMs));
    return before !== undefined && !trimBefore(place, before, sliceMs);
  };
}

/** Takes out all that is sealed and that nobody needs after a restart. */
export function trimWhole(place: Workplace): void {
  const { heads, journal } = place.parts;
  const before = journal.trimmable(Math.min(heads.oldestCommit(), oldestRecent(place, performance.now())), 1);
  if (before !== undefined) trimBefore(place, before, Number.POSITIVE_INFINITY);
}

/** The first of the newest commits that stay at rest. */
function oldestRecent({ parts: { journal }, rest }: Workplace, nowMs: number): number {
  return journal.newestFrom(journal.newestMs + rest.pauseMs(nowMs) - recentMs, recentBytes);
}

/** False where the slice was over before all marks were saved, and nothing was trimmed yet. */
function trimBefore({ parts: { db, journal, marks }, commit }: Workplace, before: number, sliceMs: number): boolean {
  const endMs = performance.now() + sliceMs;
  const saved: string[] = [];
  const complete = transact(db, () => {
    for (const device of marks.unsavedBefore(before)) {
      if (performance.now() >= endMs) return false;
      marks.save(device, commit);
      saved.push(device);
    }
    journal.trim(before);
    return true;
  });
  for (const device of saved) marks.saved(device);
  if (complete) journal.trimmed(before);
  return complete;
}
