/** Makes the data of a hub from a copy: looked at like a stranger's file, read back whole, and in its place by one rename. */
import { randomUUID } from "node:crypto";
import { constants, copyFileSync, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { CodecError } from "../codec/bytes.ts";
import { StoreOpenError } from "../store.ts";
import { syncFolder } from "../sync-folder.ts";
import { type Db, inMemory, openForWriting, sqliteCode, transact } from "./driver.ts";
import { keepToOwner, looksOurs, sizeOf } from "./files.ts";
import { makeFolder } from "./folder.ts";
import { lockFolder } from "./lock.ts";
import { databasePath } from "./options.ts";
import type { ReadBack } from "./read-back.ts";
import { checkSchema, Meta, makeTables, migrateSchema, toOpenError } from "./schema.ts";

/** What a hub will find. */
export interface Restored {
  readonly bytes: number;
  readonly readings: number;
  readonly series: number;
}

/**
 * Puts the copy `file` into `folder`, which holds no data of a hub yet, and is made where it is missing. An older schema is
 * brought to this one; the epoch is a new one, so that every viewer begins anew and no number from before is believed.
 * Whatever ends it leaves the folder without data, and the copy as it was. Throws a `StoreOpenError`.
 */
export async function restore(
  file: string,
  folder: string,
  verify: (path: string) => Promise<ReadBack>,
): Promise<Restored> {
  const path = databasePath(folder);
  const draft = `${path}.new`;
  let unlock = (): void => {};
  try {
    requireCopy(file);
    makeFolder(folder);
    unlock = lockFolder(join(folder, "hub.lock"), folder);
    requireEmpty(path);
    clear(draft);
    copyFileSync(file, draft, constants.COPYFILE_FICLONE);
    // The copy may have been opened to others where it was carried to.
    keepToOwner(draft);
    makeOurs(draft, file);
    const found = await verify(draft);
    if ("damage" in found) throw damaged(file, found.damage);
    const db = openForWriting(draft, 0);
    try {
      const meta = new Meta(db);
      transact(db, () => {
        meta.set("epoch", randomUUID());
        meta.set("clean", "1");
      });
      db.pragma("wal_checkpoint(TRUNCATE)");
    } finally {
      db.close();
    }
    renameSync(draft, path);
    syncFolder(dirname(path));
    return { ...found, bytes: sizeOf(path) };
  } catch (error) {
    clear(draft);
    throw explained(error, file, folder);
  } finally {
    unlock();
  }
}

function requireCopy(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new StoreOpenError("not_a_store", `There is no file ${file}.`);
  if (!looksOurs(file)) throw new StoreOpenError("not_a_store", `${file} is no copy of a hub's data.`);
  const log = ["-wal", "-journal"].map((suffix) => `${file}${suffix}`).find((path) => sizeOf(path) > 0);
  if (log === undefined) return;
  const what = `${file} has a log beside it (${log}), and without that it lacks its newest readings`;
  throw new StoreOpenError("not_a_store", `${what}: give a copy that npm run backup made.`);
}

/** What is there is never replaced, damaged or not. */
function requireEmpty(path: string): void {
  const there = ["", "-wal", "-journal"].map((suffix) => `${path}${suffix}`).find((each) => existsSync(each));
  if (there === undefined) return;
  const what = `${there} is there: a copy is restored only where no data is`;
  throw new StoreOpenError("in_use", `${what}. Choose another folder with --data, or move that one away first.`);
}

const strangers = "SELECT name FROM sqlite_schema WHERE type NOT IN ('table', 'index')";
const objects =
  "SELECT name, type, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY name";

/** Throws where the tables are not exactly ours: whoever made the file may have put more into it, and SQLite runs what it finds there. */
function makeOurs(draft: string, file: string): void {
  const db = openForWriting(draft, 0);
  try {
    db.pragma("trusted_schema = OFF");
    checkSchema(db, file);
    const stranger = db.prepare(strangers).pluck().get();
    if (stranger !== undefined) throw damaged(file, `${stranger} is not of this hub`);
    migrateSchema(db);
    const fresh = inMemory(makeTables);
    const wanted = objectsOf(fresh);
    fresh.close();
    const found = objectsOf(db);
    for (const name of new Set([...wanted.keys(), ...found.keys()])) {
      if (wanted.get(name) !== found.get(name)) throw damaged(file, `${name} is not as this hub makes it`);
    }
  } finally {
    db.close();
  }
}

/** What makes each table and index, by name. */
function objectsOf(db: Db): Map<string, string> {
  const rows = db.prepare(objects).raw().all() as [string, ...string[]][];
  return new Map(rows.map(([name, ...rest]) => [name, rest.join(" ").replace(/\s+/g, " ")]));
}

function explained(error: unknown, file: string, folder: string): Error {
  const code = sqliteCode(error) ?? "";
  // Every statement that runs here is right: one that SQLite cannot make sense of speaks of other tables than ours.
  if (/^SQLITE_(CORRUPT|NOTADB|ERROR)/.test(code) || error instanceof CodecError)
    return damaged(file, (error as Error).message);
  return toOpenError(error, folder);
}

function damaged(file: string, what: string): StoreOpenError {
  return new StoreOpenError("corrupt", `${file} is damaged (${what}): nothing was restored. Take another copy.`);
}

function clear(draft: string): void {
  for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(`${draft}${suffix}`, { force: true });
}
