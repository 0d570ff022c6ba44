/** Gives free pages back to the system. */
import type { Workplace } from "./job.ts";

/** Pages given back in one slice; a reserve stays for the next seals. */
const pagesPerSlice = 512;
const sparePages = 4096;

/** Gives back one slice's worth; true where there are more. */
export function vacuumSlice({ parts: { db } }: Workplace): () => boolean {
  return () => {
    const free = db.pragma("freelist_count", { simple: true }) as number;
    if (free <= sparePages) return false;
    db.pragma(`incremental_vacuum(${Math.min(pagesPerSlice, free - sparePages)})`);
    return free - pagesPerSlice > sparePages;
  };
}
