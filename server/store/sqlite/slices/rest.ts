/** Seals what a hub at rest holds in memory, so that its journal is short. */
import type { SeriesHead } from "../head.ts";
import type { Workplace } from "./job.ts";
import { sealSome } from "./seal.ts";

/** A head with so many readings makes a chunk that is worth its row. */
const worthRows = 64;
/** A head that has waited so long is sealed however small it is, ms. */
const oldMs = 600_000;
/** The journal of a hub at rest holds no more than this, whatever is small and young in it. */
const keptBytes = 2 ** 20;

/** Where nothing was worth it and no commit came, it is looked for again after this, ms: other work at rest takes thousands of slices. */
const lookAgainMs = 10_000;

/** Seals for one slice; true where more is to be sealed. */
export function restSlice(place: Workplace): () => boolean {
  let worth: readonly SeriesHead[] = [];
  let looked = { commit: -1, atMs: 0 };
  return () => {
    const nowMs = performance.now();
    if (place.rest.untilRestMs(nowMs) > 0) return false;
    // Others may have emptied some of them.
    worth = looked.commit === place.commit ? worth.filter((head) => head.length > 0 && !head.removed) : [];
    if (worth.length === 0) {
      if (looked.commit === place.commit && nowMs < looked.atMs + lookAgainMs) return false;
      worth = worthSealing(place, nowMs);
      looked = { commit: place.commit, atMs: nowMs };
    }
    return worth.length > 0 && sealSome(place, worth, place.settings.sliceMs);
  };
}

/** Heads that a hub at rest seals, in order of series number. */
export function worthSealing({ parts: { heads, journal }, rest }: Workplace, nowMs: number): SeriesHead[] {
  const pauseMs = rest.pauseMs(nowMs);
  const keptFrom = journal.newestFrom(Number.NEGATIVE_INFINITY, keptBytes);
  const oldBeforeMs = journal.newestMs + pauseMs - oldMs;
  const isOld = ({ firstCommit }: SeriesHead) =>
    firstCommit < keptFrom || journal.receivedMs(firstCommit) <= oldBeforeMs;
  return heads.all().filter((head) => head.length >= worthRows || (head.length > 0 && isOld(head)));
}
