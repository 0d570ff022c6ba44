/** Tables of the store and their version. What each column holds is told in README.md, "Tables". */
import { randomUUID } from "node:crypto";
import { CodecError, NewerVersionError } from "../codec/bytes.ts";
import { StoreOpenError } from "../store.ts";
import { applicationId, type Db, expectPragma, pageBytes, sqliteCode, transact } from "./driver.ts";
import { keepToOwner } from "./files.ts";

/**
 * Raised with every change of the tables, and of what an older hub would take for damage in them; the old one is then migrated
 * in one transaction.
 */
export const schemaVersion = 7;

/** From this schema on digests of passwords are in it. */
const firstWithDigests = 7;

const tables = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE series (series INTEGER PRIMARY KEY, device TEXT NOT NULL, metric TEXT NOT NULL, type TEXT NOT NULL,
  since_commit INTEGER NOT NULL);
CREATE TABLE sealed (series INTEGER PRIMARY KEY, through_commit INTEGER NOT NULL, count INTEGER NOT NULL,
  first_ms INTEGER, last_ms INTEGER, last_value BLOB, last_received_ms REAL);
CREATE TABLE journal (commit_number INTEGER PRIMARY KEY, entry BLOB NOT NULL);
CREATE TABLE chunks (id INTEGER PRIMARY KEY AUTOINCREMENT, series INTEGER NOT NULL, first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL, count INTEGER NOT NULL, bytes INTEGER NOT NULL, received_ms REAL NOT NULL, summary BLOB,
  readings BLOB NOT NULL);
CREATE INDEX chunks_by_time ON chunks (series, last_ms, first_ms, count, bytes);
CREATE TABLE marks (device TEXT NOT NULL, session TEXT NOT NULL, seq INTEGER NOT NULL, used_ms REAL NOT NULL,
  PRIMARY KEY (device, session)) WITHOUT ROWID;
CREATE TABLE forgotten (device TEXT PRIMARY KEY, commit_number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE doomed (series INTEGER PRIMARY KEY);
CREATE TABLE devices (device TEXT PRIMARY KEY, first_seen_ms REAL NOT NULL, meta TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE metrics (device TEXT NOT NULL, metric TEXT NOT NULL, meta TEXT NOT NULL,
  PRIMARY KEY (device, metric)) WITHOUT ROWID;
CREATE TABLE refusals (id INTEGER PRIMARY KEY, device TEXT NOT NULL, at_ms REAL NOT NULL, code TEXT NOT NULL,
  message TEXT NOT NULL, row TEXT NOT NULL);
CREATE INDEX refusals_by_device ON refusals (device, id);
`;

/** What brings each schema to the next one, from schema 1 on. They only add, so no copy is made before. */
const migrations = [
  // Clustered by device: what is asked for together lies together.
  `CREATE TABLE presence (device TEXT NOT NULL, number INTEGER NOT NULL, at_ms INTEGER NOT NULL, state TEXT NOT NULL,
     reason TEXT NOT NULL, since_ms INTEGER NOT NULL, PRIMARY KEY (device, number)) WITHOUT ROWID;
   INSERT INTO meta VALUES ('next_presence', '1'), ('alive_ms', '');`,
  // Hubs of schema 2 noted no deletion, or one did and the next one did not: each may have deleted anything up to now.
  `INSERT INTO meta SELECT 'whole_after', coalesce(max(commit_number) + 1, 0) FROM journal WHERE true
     ON CONFLICT DO UPDATE SET value = excluded.value;`,
  // Coarser tiers of what is sealed, how far they reach, and where they have to be made anew; what a day added; the budget.
  `CREATE TABLE tiers (id INTEGER PRIMARY KEY, series INTEGER NOT NULL, width_ms INTEGER NOT NULL,
     frame_ms INTEGER NOT NULL, through_ms INTEGER NOT NULL, buckets INTEGER NOT NULL, bytes INTEGER NOT NULL,
     cells BLOB NOT NULL);
   CREATE INDEX tiers_by_time ON tiers (series, width_ms, frame_ms, through_ms, bytes);
   CREATE TABLE rolled (series INTEGER PRIMARY KEY, through_ms INTEGER NOT NULL, raw_from_ms INTEGER);
   CREATE TABLE stale (series INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL,
     PRIMARY KEY (series, from_ms)) WITHOUT ROWID;
   CREATE TABLE usage (day_ms INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, readings INTEGER NOT NULL);
   INSERT INTO meta VALUES ('budget_bytes', '');`,
  // Readings that are hidden; where readings are missing, and why; readings whose time was refused; how long what is kept;
  // series under other names, and those whose readings move to another one.
  `CREATE TABLE masks (id INTEGER PRIMARY KEY AUTOINCREMENT, series INTEGER NOT NULL, from_ms INTEGER NOT NULL,
     to_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL, note TEXT NOT NULL);
   CREATE INDEX masks_by_series ON masks (series, from_ms);
   CREATE TABLE holes (series INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, cause TEXT NOT NULL,
     PRIMARY KEY (series, from_ms)) WITHOUT ROWID;
   CREATE TABLE looked (series INTEGER PRIMARY KEY, through_ms INTEGER NOT NULL, grace_ms REAL NOT NULL);
   CREATE TABLE recheck (series INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL,
     mark INTEGER NOT NULL, PRIMARY KEY (series, from_ms)) WITHOUT ROWID;
   CREATE TABLE quarantine (id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, metric TEXT NOT NULL,
     time_ms INTEGER NOT NULL, value TEXT NOT NULL, at_ms INTEGER NOT NULL, code TEXT NOT NULL);
   CREATE INDEX quarantine_by_device ON quarantine (device, id);
   CREATE TABLE quarantine_lost (device TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE policies (place INTEGER PRIMARY KEY, device TEXT NOT NULL, metric TEXT NOT NULL, ages TEXT NOT NULL);
   INSERT INTO meta VALUES ('budget_said', '');
   CREATE TABLE aliases (device TEXT NOT NULL, metric TEXT NOT NULL, to_device TEXT NOT NULL, to_metric TEXT NOT NULL,
     PRIMARY KEY (device, metric)) WITHOUT ROWID;
   CREATE INDEX aliases_by_target ON aliases (to_device, to_metric);
   CREATE TABLE absorbed (series INTEGER PRIMARY KEY, into_series INTEGER NOT NULL, moved INTEGER NOT NULL,
     dropped INTEGER NOT NULL, open INTEGER NOT NULL);
   INSERT INTO meta VALUES ('tier_widths', '60000,900000,3600000,86400000');`,
  // No table: cells of tiers may be version 2 from now on, and a hub of schema 5 throws away what it cannot read of them.
  "",
  // Who may use the hub, and who changed what. Two names that differ in case alone have one key.
  `CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
     devices TEXT, password TEXT NOT NULL, disabled INTEGER NOT NULL, created_ms INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE sessions (id TEXT PRIMARY KEY, person TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
     created_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, agent TEXT NOT NULL,
     address TEXT NOT NULL) WITHOUT ROWID;
   CREATE INDEX sessions_by_person ON sessions (person);
   CREATE TABLE tokens (id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
     devices TEXT, alias TEXT, role TEXT, created_ms INTEGER NOT NULL, created_by TEXT NOT NULL, expires_ms INTEGER,
     used_ms INTEGER, used_from TEXT NOT NULL, replaces TEXT) WITHOUT ROWID;
   CREATE TABLE audit (number INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, who TEXT NOT NULL,
     address TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, details TEXT NOT NULL);`,
] as const;

/** Makes the tables of a new database. */
export function makeTables(db: Db): void {
  transact(db, () => {
    db.exec(tables);
    db.prepare("INSERT INTO meta VALUES ('epoch', ?), ('next_series', '1'), ('clean', '1')").run(randomUUID());
    migrate(db, 1);
  });
}

/** Checks that a database is ours and of a version this hub knows. */
export function checkSchema(db: Db, path: string): void {
  const version = db.pragma("user_version", { simple: true }) as number;
  if (version > schemaVersion) throw newer(path, `schema ${version}; this hub knows ${schemaVersion}`);
  // A new one has its version before it has its name.
  if (version === 0) throw damaged(path, "its version is gone");
  const foundBytes = db.pragma("page_size", { simple: true });
  if (foundBytes !== pageBytes) {
    // A damaged header says so, and so does a sound database that a person rebuilt: that one must not be put aside.
    if (db.pragma("quick_check(1)", { simple: true }) !== "ok") throw damaged(path, "its page size is wrong");
    throw new StoreOpenError(
      "not_writable",
      `The database ${path} was rebuilt with pages of ${foundBytes} bytes: run PRAGMA journal_mode = DELETE; PRAGMA page_size = ${pageBytes}; VACUUM on it.`,
    );
  }
  expectPragma(db, "page_size", pageBytes);
  expectPragma(db, "auto_vacuum", 2);
  expectPragma(db, "application_id", applicationId);
}

/** Brings a database that `checkSchema` let pass to this schema, in one transaction: it has the old one, or this one whole. */
export function migrateSchema(db: Db): void {
  const version = db.pragma("user_version", { simple: true }) as number;
  // Once: who lets others read it after that has reasons.
  if (version < firstWithDigests) keepToOwner(db.name);
  if (version < schemaVersion) transact(db, () => migrate(db, version));
  expectPragma(db, "user_version", schemaVersion);
}

function migrate(db: Db, from: number): void {
  for (const step of migrations.slice(from - 1)) db.exec(step);
  db.pragma(`user_version = ${schemaVersion}`);
}

/** Names of the facts in `meta`. */
type MetaKey =
  | "epoch"
  | "next_series"
  | "clean"
  | "next_presence"
  | "alive_ms"
  | "whole_after"
  | "budget_bytes"
  | "budget_said"
  | "tier_widths"
  /** Up to where the tiers of a series that is being merged are moved, ms. */
  | `merged_tiers ${number}`
  /** Where both series of such a merge begin and end, JSON. */
  | `merged_ends ${number}`;

/** Small facts of the store, one a row. */
export class Meta {
  readonly #read;
  readonly #write;
  readonly #remove;

  constructor(db: Db) {
    this.#read = db.prepare("SELECT value FROM meta WHERE key = ?").pluck();
    this.#write = db.prepare("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value");
    this.#remove = db.prepare("DELETE FROM meta WHERE key = ?");
  }

  /** Undefined where it was never set. */
  find(key: MetaKey): string | undefined {
    return this.#read.get(key) as string | undefined;
  }

  get(key: MetaKey): string {
    const value = this.find(key);
    if (value === undefined) throw new CodecError(`${key} is not in the table meta`);
    return value;
  }

  set(key: MetaKey, value: string): void {
    this.#write.run(key, value);
  }

  remove(key: MetaKey): void {
    this.#remove.run(key);
  }
}

function damaged(path: string, what: string): StoreOpenError {
  return new StoreOpenError("corrupt", `The database ${path} is damaged (${what}).`);
}

function newer(path: string, what: string): StoreOpenError {
  return new StoreOpenError(
    "newer_schema",
    `The data in ${path} was written by a newer hub (${what}): start that version, or choose another folder with --data.`,
  );
}

/** The refusal that a person gets to read for an error at opening. */
export function toOpenError(error: unknown, path: string): Error {
  if (error instanceof StoreOpenError) return error;
  const code = sqliteCode(error) ?? (error as NodeJS.ErrnoException).code ?? "";
  const text = error instanceof Error ? error.message : String(error);
  if (code === "SQLITE_NOTADB") {
    return new StoreOpenError(
      "not_a_store",
      `${path} is not a database of this hub: choose another folder with --data.`,
    );
  }
  if (error instanceof NewerVersionError) return newer(path, text);
  // Every statement that runs at an opening is right: one that SQLite cannot make sense of speaks of other tables than ours.
  if (error instanceof CodecError || code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_ERROR")
    return damaged(path, text);
  if (code === "SQLITE_FULL") {
    return new StoreOpenError(
      "not_writable",
      `The disk of ${path} is full (${text}): make room, and start the hub again.`,
    );
  }
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENOENT|ENOSPC|SQLITE_CANTOPEN|SQLITE_READONLY)/.test(code)) {
    return new StoreOpenError(
      "not_writable",
      `The hub cannot write ${path} (${text}): choose a writable folder with --data.`,
    );
  }
  return error instanceof Error ? error : new Error(text);
}
