/** Work beside the commits: what the writer does between them and at rest, slice by slice. `maintenance.ts` says when, `jobs.ts` what. */
import { pageBytes } from "../driver.ts";
import type { FilePages } from "../free-pages.ts";
import type { StoreSettings } from "../options.ts";
import type { WriterParts } from "../parts.ts";
import type { Rest } from "../rest.ts";

/** One kind of such work. */
export interface Job {
  readonly name: string;
  /**
   * The first of these moments at which a slice is done. `commit`: after any commit, once enough is due. `checkpoint`: when
   * the log is moved, since a busy hub is never idle. `idle`: only while no commit comes.
   */
  readonly from: "commit" | "checkpoint" | "idle";
  /** One slice, short enough for a commit to wait for; true where more is left. An error leaves all as it was. */
  run(): boolean;
}

/** What all jobs work on. */
export interface Workplace {
  readonly parts: WriterParts;
  readonly settings: StoreSettings;
  readonly rest: Rest;
  readonly pages: FilePages;
  /** The newest commit. */
  commit: number;
}

/** Under a light load the journal takes this part of the used pages, but not less than `leastJournalBytes`, and room for some 64 readings of each series. */
const lightShare = 1 / 32;
const leastJournalBytes = 2 ** 21;
const journalBytesPerSeries = 512;

/**
 * How long the journal may be now, bytes. Where commits are few a short one costs nothing but a few more merges, and fewer
 * of them the longer the file already is.
 */
export function journalBudget({ parts, settings, rest, pages }: Workplace, nowMs: number): number {
  const journalBudgetBytes = Math.min(settings.journalBudgetBytes, parts.budget.journalBytes);
  if (!rest.isLight(nowMs)) return journalBudgetBytes;
  const ofFile = pages.used * pageBytes * lightShare;
  return Math.min(Math.max(ofFile, leastJournalBytes, parts.heads.count * journalBytesPerSeries), journalBudgetBytes);
}
