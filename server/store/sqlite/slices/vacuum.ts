/** Gives free pages back to the system. */
import { sparePages } from "../free-pages.ts";
import type { Workplace } from "./job.ts";

/** Pages given back in one slice. */
const pagesPerSlice = 512;

/** Gives back one slice's worth; true where there are more. */
export function vacuumSlice({ parts: { journal }, pages, rest }: Workplace): () => boolean {
  return () => {
    const { free } = pages;
    if (free === 0) return false;
    const isResting = rest.untilRestMs(performance.now()) === 0;
    const surplus = free - sparePages(pages.used, isResting ? 0 : journal.bytes);
    if (surplus <= 0) return false;
    pages.giveBack(Math.min(surplus, pagesPerSlice));
    return surplus > pagesPerSlice;
  };
}

/** Gives back all but what a hub at rest keeps. */
export function vacuumWhole({ pages }: Workplace): void {
  const surplus = pages.free - sparePages(pages.used, 0);
  if (surplus > 0) pages.giveBack(surplus);
}
