/** Gives free pages back to the system. */
import { sparePages } from "../free-pages.ts";
import type { Workplace } from "./job.ts";

/** Pages given back in one slice, while readings come and at rest: 64 take about as long as a slice may. */
const pagesPerSlice = 64;
const pagesAtRest = 128;
const pagesAtClose = 512;

/** Gives back one slice's worth; true where there are more. */
export function vacuumSlice({ parts: { journal }, pages, rest }: Workplace): () => boolean {
  return () => {
    const { free } = pages;
    if (free === 0) return false;
    const isResting = rest.untilRestMs(performance.now()) === 0;
    const surplus = free - sparePages(pages.used, isResting ? 0 : journal.bytes);
    if (surplus <= 0) return false;
    const most = isResting ? pagesAtRest : pagesPerSlice;
    pages.giveBack(Math.min(surplus, most));
    return surplus > most;
  };
}

/** Gives back all but what a hub at rest keeps, until `endMs` (monotonic); `onGiven` is called after each part. */
export function vacuumWhole({ pages }: Workplace, endMs: number, onGiven: () => void): void {
  const surplus = () => pages.free - sparePages(pages.used, 0);
  for (let left = surplus(); left > 0 && performance.now() < endMs; left = surplus()) {
    pages.giveBack(Math.min(left, pagesAtClose));
    onGiven();
  }
}
