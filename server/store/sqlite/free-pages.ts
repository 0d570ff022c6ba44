/** Pages of the database file that hold nothing: how many of them are kept for what comes next. */
import { type Db, pageBytes } from "./driver.ts";

/** This part of the used pages stays free, at rest too: the next seal should not have to lengthen the file. */
const spareShare = 1 / 100;
/** While readings come, at least so many. */
const leastSpare = 64;

export class FilePages {
  readonly #db: Db;
  readonly #count;
  readonly #free;

  constructor(db: Db) {
    this.#db = db;
    this.#count = db.prepare("PRAGMA page_count").pluck();
    this.#free = db.prepare("PRAGMA freelist_count").pluck();
  }

  /** Pages of the file that hold something. */
  get used(): number {
    return (this.#count.get() as number) - this.free;
  }

  /** Those that hold nothing. */
  get free(): number {
    return this.#free.get() as number;
  }

  /** Gives so many back to the system, from the end of the file: what lies there moves into free ones before it. */
  giveBack(pages: number): void {
    this.#db.pragma(`incremental_vacuum(${pages})`);
  }
}

/**
 * Free pages to keep beside `used` ones. While readings come the journal's pages come and go with each trim, and giving them back
 * to take them again would cost the log twice: so many as it has now. `journalBytes` is 0 for a hub at rest.
 */
export function sparePages(used: number, journalBytes: number): number {
  const share = Math.ceil(used * spareShare);
  return journalBytes === 0 ? share : Math.max(share, leastSpare, Math.ceil(journalBytes / pageBytes));
}
