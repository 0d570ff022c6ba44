/** Looks through a database that was not closed cleanly, beside the hub that runs on it. */
import { type Db, isDamage, openForReading } from "./driver.ts";

/** So many problems of a table are told. */
const maxTold = 3;

/**
 * What is wrong with the database at `path`, one sentence; null where nothing is. One table at a time, so that the log is not held
 * for long. Nothing ends it but the end of its process: the driver cannot interrupt a statement, and one table takes minutes on a slow disk.
 */
export function checkDatabase(path: string, busyTimeoutMs: number): string | null {
  try {
    const db = openForReading(path, busyTimeoutMs);
    try {
      return problemIn(db);
    } finally {
      db.close();
    }
  } catch (error) {
    if (isDamage(error)) return (error as Error).message;
    throw error;
  }
}

/** What is wrong with the tables of an open database, one sentence; null where nothing is. Throws what SQLite says of damage that it meets on its way. */
export function problemIn(db: Db): string | null {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  for (const table of tables) {
    // A quick check does not hold indexes against their tables: what one bit takes out of an index is asked for in vain.
    const found = db.pragma(`integrity_check("${table.replaceAll('"', '""')}")`) as { integrity_check: string }[];
    const problems = found
      .map((row) => row.integrity_check.replace(/\s+/g, " ").trim())
      .filter((text) => text !== "ok");
    if (problems.length > 0) return `in the table ${table}: ${problems.slice(0, maxTold).join("; ")}`;
  }
  return null;
}
