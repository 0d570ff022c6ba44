/**
 * A new database gets its name once it is whole: one that stands under that name has held everything since, and where it is
 * empty or has no tables, something was lost. A start that was killed leaves a draft, which nobody ever wrote a reading to.
 */
import { renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { syncFolder } from "../sync-folder.ts";
import { makeDatabase } from "./driver.ts";
import { makeTables, toOpenError } from "./schema.ts";

/** Makes the database at `path`, where no file is or an empty one that never held anything. Durable when it returns; throws `StoreOpenError`. */
export function createDatabase(path: string): void {
  const draft = `${path}.new`;
  try {
    // A journal of another file would be played back into the new one (sqlite.org/howtocorrupt.html, section 1.4).
    for (const suffix of ["-journal", "-wal", "-shm", ""]) rmSync(`${draft}${suffix}`, { force: true });
    makeDatabase(draft, makeTables);
    // No connection has it open: renaming one in use would part it from its log (the same page, section 2.4).
    renameSync(draft, path);
    syncFolder(dirname(path));
  } catch (error) {
    throw toOpenError(error, path);
  }
}
