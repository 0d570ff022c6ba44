/** Turns heads that are due into chunks. */
import { transact } from "../driver.ts";
import type { SeriesHead } from "../head.ts";
import type { Sealed } from "../seal.ts";
import type { Workplace } from "./job.ts";

/** Slices get longer once so many of them are due, up to `maxLengthening` times. */
const backlogSlices = 4;
const maxLengthening = 16;

/** What a seal works on. */
type SealPlace = Pick<Workplace, "parts" | "commit">;

/** Seals due heads for one slice; true where some are left. */
export function sealSlice(place: Workplace): () => boolean {
  const { db, heads, sealer } = place.parts;
  const { sliceMs, headsPerSlice } = place.settings;
  return () => {
    // A hub that takes in more than short slices can seal must wait for longer ones, or its memory would grow without end.
    const lengthened = Math.min(Math.max(heads.due / (headsPerSlice * backlogSlices), 1), maxLengthening);
    const endMs = performance.now() + sliceMs * lengthened;
    let head = heads.next();
    if (!head) return false;
    const taken: SeriesHead[] = [];
    let sealed: Sealed[] = [];
    try {
      sealed = transact(db, () => {
        const written: Sealed[] = [];
        for (; head; head = performance.now() < endMs ? heads.next() : undefined) {
          taken.push(head);
          written.push(sealer.seal(head, place.commit, head.queued));
        }
        return written;
      });
    } catch (error) {
      for (const one of taken) heads.putBack(one);
      throw error;
    }
    applySeals(place, sealed);
    return heads.due > 0;
  };
}

/** Seals of these heads what one slice of `sliceMs` allows, at least one; true where some are left. */
export function sealSome(place: SealPlace, open: readonly SeriesHead[], sliceMs: number): boolean {
  const { db, sealer } = place.parts;
  const endMs = performance.now() + sliceMs;
  const sealed = transact(db, () => {
    const written: Sealed[] = [];
    for (const head of open) {
      written.push(sealer.seal(head, place.commit));
      if (performance.now() >= endMs) break;
    }
    return written;
  });
  applySeals(place, sealed);
  return sealed.length < open.length;
}

/** Seals every head, however small, and empties the journal, in one transaction. */
export function sealAll(place: Workplace): void {
  const { db, heads, marks, journal, sealer } = place.parts;
  const open = heads.all().filter((head) => head.length > 0);
  const saved = [...marks.unsavedBefore(Number.POSITIVE_INFINITY)];
  const sealed = transact(db, () => {
    for (const device of saved) marks.save(device, place.commit);
    journal.trim(place.commit);
    return open.map((head) => sealer.seal(head, place.commit));
  });
  applySeals(place, sealed);
  for (const device of saved) marks.saved(device);
  journal.trimmed(place.commit);
}

function applySeals({ parts: { heads } }: SealPlace, sealed: readonly Sealed[]): void {
  for (const { head, state, newest, chunkRows, fullAt, keptFrom, alike } of sealed) {
    // What the rows do not add to the sealed part took the place of something there, or a restart met it again.
    const written = (keptFrom ?? head.length) - Math.min(head.metAgain, alike);
    heads.tally.overwritten += written - (state.count - head.sealed.count);
    head.metAgain = 0;
    head.sealed = state;
    head.sealedNewest = newest;
    head.chunkRows = chunkRows;
    head.fullAt = fullAt;
    if (keptFrom === undefined) heads.clear(head);
    else heads.clearBefore(head, keptFrom);
  }
}
