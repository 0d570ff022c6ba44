/** Copies a database into a file while its connection goes on with its work, a few pages a turn. */
import { closeSync, fdatasyncSync, openSync } from "node:fs";
import { StoreError } from "../store.ts";
import { type Db, faultOf, isDamage } from "./driver.ts";

/** Pages copied while commits wait: half a MiB, which takes well below a millisecond. */
const pagesATurn = 128;
/** The copy is synced after so many turns at most, and after fewer where a sync takes longer than `longSyncMs`. */
const mostTurns = 8;
const longSyncMs = 10;

/**
 * Copies what `db` holds into the empty file at `path`; on disk when it resolves. What the same connection commits meanwhile
 * is in the copy too; one that only reads begins again with each commit of another. Between two turns the event loop takes
 * what waits. Throws a `StoreError`, but for damage of the database itself, which is thrown as it came.
 */
export async function copyInto(db: Db, path: string, pages = pagesATurn): Promise<void> {
  try {
    const file = openSync(path, "r+");
    try {
      let turns = 0;
      let turnsASync = 1;
      const progress = (): number => {
        turns += 1;
        if (turns < turnsASync) return pages;
        turns = 0;
        // Left to the end, one sync would have all of it to write, and commits would wait for that.
        const startMs = performance.now();
        fdatasyncSync(file);
        const isLong = performance.now() - startMs > longSyncMs;
        turnsASync = isLong ? Math.max(1, turnsASync / 2) : Math.min(mostTurns, turnsASync * 2);
        return pages;
      };
      await db.backup(path, { progress });
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (isDamage(error)) throw error;
    if (!db.open) throw new StoreError("store_unavailable", "The hub was stopped before the copy was whole.");
    const text = error instanceof Error ? error.message : String(error);
    const isFull = faultOf(error) === "full" || /^(ENOSPC|EDQUOT)/.test((error as NodeJS.ErrnoException).code ?? "");
    if (isFull) throw new StoreError("storage_full", `The disk of ${path} is full (${text}).`);
    throw new StoreError("internal", `The copy ${path} could not be written (${text}).`, false);
  }
}
