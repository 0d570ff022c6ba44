/** The files of a store as the system sees them: what is missing before it opens them, and whether they are still its own. */
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { applicationId } from "./driver.ts";

const suspicionSuffix = ".damage";
const uncheckedSuffix = ".unchecked";
/** What holds commits beside the database: our log, and the journal of a program that turned the log off. */
const logSuffixes = ["-wal", "-journal"] as const;
const suffixes = ["", ...logSuffixes, "-shm", suspicionSuffix, uncheckedSuffix] as const;
const magic = Buffer.from("SQLite format 3\0");
const applicationIdAt = 68;

/** Size in bytes; 0 where there is no such file. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Lets nobody but their owner read a database and its log, whose mode SQLite gives to those that follow it. A disk that knows no owners, and a file of somebody else's, stay as they are. */
export function keepToOwner(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) {
    try {
      chmodSync(`${path}${suffix}`, 0o600);
    } catch {}
  }
}

/**
 * What no database engine says, since to it such files are a new database: one whose readings are gone. `isKnown`: a hub has
 * opened this folder before. Undefined where all is well.
 */
export function lossBeforeOpen(path: string, isKnown: boolean): string | undefined {
  if (sizeOf(path) > 0) return undefined;
  if (logSuffixes.some((suffix) => sizeOf(`${path}${suffix}`) > 0))
    return `${path} is ${existsSync(path) ? "empty" : "gone"} and its log is there`;
  return existsSync(path) && isKnown ? `${path} is empty` : undefined;
}

/** Whether a file that SQLite cannot read is the database of another program, or none at all as far as its first bytes tell. */
export function looksForeign(path: string): boolean {
  const head = headOf(path);
  return isDatabase(head) && !isOurs(head);
}

/** Whether the first bytes of a file are those of a hub's database. */
export function looksOurs(path: string): boolean {
  const head = headOf(path);
  return isDatabase(head) && isOurs(head);
}

/** Whether the first bytes of a file are not written yet: SQLite may write its first page last. */
export function looksUnbegun(path: string): boolean {
  return headOf(path).every((byte) => byte === 0);
}

const isDatabase = (head: Buffer): boolean => head.subarray(0, magic.length).equals(magic);
const isOurs = (head: Buffer): boolean => head.readUInt32BE(applicationIdAt) === applicationId;

function headOf(path: string): Buffer {
  const head = Buffer.alloc(applicationIdAt + 4);
  const file = openSync(path, "r");
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return head;
}

/** Renames the database and what belongs to it, all with the same ending; answers the database's new path. Nothing is deleted. */
export function setAside(path: string, nowMs: number): string {
  // Without colons, which some systems do not allow in names.
  const ending = `.corrupt.${new Date(nowMs).toISOString().replaceAll(/[-:]/g, "")}`;
  for (const suffix of suffixes) {
    const file = `${path}${suffix}`;
    if (existsSync(file)) renameSync(file, `${file}${ending}`);
  }
  return `${path}${ending}`;
}

/** Whether an earlier run met damage: then the database is looked through before it is opened. */
export function isSuspect(path: string): boolean {
  return existsSync(path) && existsSync(`${path}${suspicionSuffix}`);
}

/** Leaves word for the next start. It looks for itself: a backup may have been put in the database's place by then. */
export function suspect(path: string, text: string): void {
  writeFileSync(`${path}${suspicionSuffix}`, `${text}\n`);
}

/** Nothing was found. */
export function acquit(path: string): void {
  rmSync(`${path}${suspicionSuffix}`, { force: true });
}

/** Whether a look through the database after an unclean stop was begun and never ended. */
export function isUnchecked(path: string): boolean {
  return existsSync(`${path}${uncheckedSuffix}`);
}

/** Leaves word that the next start looks through the database too, however cleanly this run ends. */
export function leaveUnchecked(path: string): void {
  try {
    writeFileSync(`${path}${uncheckedSuffix}`, "");
  } catch {
    // A disk without room: no reading is lost by it, and damage is met by who reads it.
  }
}

/** The look ended, whatever it found. */
export function checked(path: string): void {
  rmSync(`${path}${uncheckedSuffix}`, { force: true });
}

/**
 * Files that a connection holds open. SQLite goes on writing where one was deleted or replaced, into what nobody can ever
 * open again.
 */
export class HeldFiles {
  readonly #files: readonly { readonly path: string; readonly inode: number }[];

  constructor(path: string) {
    this.#files = [path, `${path}-wal`].map((file) => ({ path: file, inode: statSync(file).ino }));
  }

  /** The first file that is no longer the one that was opened; undefined where all are. */
  moved(): string | undefined {
    for (const { path, inode } of this.#files) {
      if (statSync(path, { throwIfNoEntry: false })?.ino !== inode) return path;
    }
    return undefined;
  }
}
