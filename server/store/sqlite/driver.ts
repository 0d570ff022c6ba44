/**
 * The one owner of better-sqlite3: opens databases the way this store needs them and reads back what was set, since the
 * driver is built to turn durability down by itself (synchronous=NORMAL as soon as the write-ahead log is used).
 */
import { closeSync, openSync } from "node:fs";
import Database from "better-sqlite3";
import { StoreOpenError } from "../store.ts";

export type Db = Database.Database;

/** "thub", in the header of the file: `file` and the hub itself know by it what they have before them. */
export const applicationId = 0x74687562;
export const pageBytes = 4096;
/** The write-ahead log is cut back to this after a checkpoint. */
export const walLimitBytes = 64 * 2 ** 20;
/** Pages that the writer keeps in memory, KiB. */
const cacheKibibytes = 32 * 1024;
/** Older ones can damage the file when two connections write and check-point at once (the WAL-reset bug). */
const oldestSqlite = [3, 51, 3] as const;

/** What an error of SQLite means for the promise that an acknowledged reading is on disk. */
export type Fault = "full" | "busy" | "fatal";

/**
 * `full` and `busy` pass: the transaction is undone and the same may succeed later. Everything else is fatal; a sync error
 * above all, which the system reports once and then forgets.
 */
export function faultOf(error: unknown): Fault | undefined {
  if (!(error instanceof Database.SqliteError)) return undefined;
  const { code } = error;
  if (code === "SQLITE_FULL" || code === "SQLITE_IOERR_WRITE") return "full";
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) return "busy";
  return "fatal";
}

/** The code of an error of SQLite, such as `SQLITE_NOTADB`; undefined for any other error. */
export function sqliteCode(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? error.code : undefined;
}

/** Whether an error says that the file itself is damaged. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB");
}

/** Opens a file that is not there yet as the database of a store, with its lasting properties; `fill` makes the tables. Closed again, it is one file. */
export function makeDatabase(path: string, fill: (db: Db) => void): void {
  // Digests of passwords are to lie in it: its owner's alone from the first byte on, and so are the logs of it.
  closeSync(openSync(path, "wx", 0o600));
  const db = new Database(path);
  try {
    requireSqlite(db);
    makeDurable(db);
    db.pragma(`page_size = ${pageBytes}`);
    db.pragma("auto_vacuum = INCREMENTAL");
    db.pragma(`application_id = ${applicationId}`);
    fill(db);
    db.pragma("journal_mode = WAL");
  } finally {
    db.close();
  }
}

/** A database of these tables that is nowhere but in memory: what others are compared with. */
export function inMemory(fill: (db: Db) => void): Db {
  const db = new Database(":memory:");
  fill(db);
  return db;
}

/** From now on a connection waits no longer than this for locks of others, or for less, where it did before. */
export function waitAtMost(db: Db, ms: number): void {
  const usual = db.pragma("busy_timeout", { simple: true }) as number;
  if (ms < usual) db.pragma(`busy_timeout = ${Math.max(0, Math.floor(ms))}`);
}

/** Opens the store's database for the writer, which waits `busyTimeoutMs` for locks of others. It is there: an open never makes one. */
export function openForWriting(path: string, busyTimeoutMs: number): Db {
  const db = new Database(path, { fileMustExist: true, timeout: busyTimeoutMs });
  try {
    requireSqlite(db);
    if (db.pragma("application_id", { simple: true }) !== applicationId) {
      // Before anything is written: the next pragma would change a stranger's file.
      throw new StoreOpenError(
        "not_a_store",
        `${path} is a database of another program: choose another folder with --data.`,
      );
    }
    db.pragma("journal_mode = WAL");
    // The writer runs its own checkpoints, between commits.
    db.pragma("wal_autocheckpoint = 0");
    // Each seal looks at the ends of many series; with the driver's 2 MB those pages come from the system each time.
    db.pragma(`cache_size = ${-cacheKibibytes}`);
    db.pragma(`journal_size_limit = ${walLimitBytes}`);
    makeDurable(db);
    expectPragma(db, "journal_mode", "wal");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens the store's database beside the writer, for queries. */
export function openForReading(path: string, busyTimeoutMs: number): Db {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
  makeDurable(db);
  return db;
}

/** Opens a small side database without a write-ahead log; nobody waits for its locks. */
export function openPlain(path: string): Db {
  const db = new Database(path, { timeout: 0 });
  db.pragma("journal_mode = DELETE");
  return db;
}

/** Throws where a pragma does not read as it should: better no hub than one that only seems durable. */
export function expectPragma(db: Db, name: string, expected: number | string): void {
  const found = db.pragma(name, { simple: true });
  if (found !== expected) throw new Error(`SQLite reports ${name} = ${String(found)}; the store needs ${expected}`);
}

/** Runs `work` as one transaction that takes the write lock at once; undone where it throws. */
export function transact<T>(db: Db, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // Some errors end the transaction by themselves.
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function makeDurable(db: Db): void {
  db.pragma("synchronous = FULL");
  expectPragma(db, "synchronous", 2);
  if (process.platform !== "darwin") return;
  for (const name of ["fullfsync", "checkpoint_fullfsync"]) {
    db.pragma(`${name} = ON`);
    expectPragma(db, name, 1);
  }
}

function requireSqlite(db: Db): void {
  const version = db.prepare("SELECT sqlite_version()").pluck().get() as string;
  const parts = version.split(".").map(Number);
  for (const [index, least] of oldestSqlite.entries()) {
    const part = parts[index] ?? 0;
    if (part > least) return;
    if (part < least)
      throw new Error(`SQLite ${version} is too old; the store needs ${oldestSqlite.join(".")} or newer`);
  }
}
