/**
 * A start that is refused leaves every file as it is. Closing alone would not: "When the last connection to a database closes,
 * that connection does one last checkpoint and then deletes the WAL" (sqlite.org/wal.html, section 6), and the hub that may
 * open the database then misses its log. So the one that tries is never the last: a connection that can only read, and
 * therefore checkpoints nothing, closes after it.
 */

import { type Db, openForReading } from "./driver.ts";
import { sizeOf } from "./files.ts";

/** Keeps the log of the database at `path` until the answer is called. Where there is no log, or nobody can read it, nothing is kept. */
export function keepLog(path: string, busyTimeoutMs: number): () => void {
  if (sizeOf(path) === 0 || sizeOf(`${path}-wal`) === 0) return () => {};
  let db: Db | undefined;
  try {
    db = openForReading(path, busyTimeoutMs);
    // A connection counts once it has looked into the file.
    db.pragma("schema_version");
    const held = db;
    return () => held.close();
  } catch {
    // The one that opens it to write meets the same and says what it is.
    db?.close();
    return () => {};
  }
}
