/** Makes a copy of the data that is known to be good: under its name stands nothing that was not read back. */
import { closeSync, existsSync, openSync, realpathSync, renameSync, rmSync, statfsSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, isAbsolute, join, relative } from "node:path";
import { type Backup, BackupError, type BackupOrder } from "../backups.ts";
import { StoreError } from "../store.ts";
import { syncFolder } from "../sync-folder.ts";
import { looksOurs, looksUnbegun, sizeOf } from "./files.ts";
import { databasePath } from "./options.ts";
import type { ReadBack } from "./read-back.ts";

/** What is copied. */
export interface BackupSource {
  /** Folder of the data. */
  readonly folder: string;
  /** So much of the disk of the data stays free. */
  readonly minFreeBytes: number;
  /** Copies the database into an empty file; on disk when it resolves. */
  copy(path: string): Promise<void>;
  /** Reads a copy back. */
  verify(path: string): Promise<ReadBack>;
}

/** Makes copies, one at a time. */
export class Backups {
  #isBusy = false;

  async make(order: BackupOrder, source: BackupSource): Promise<Backup> {
    if (this.#isBusy) throw new BackupError("conflict", "A copy is being made already: wait for it.");
    this.#isBusy = true;
    try {
      return await backUp(order, source);
    } finally {
      this.#isBusy = false;
    }
  }
}

/**
 * Copies into `FILE.part`, reads that back, and renames it. Whatever ends it leaves nothing under the name of the copy, or
 * what stood there before. Throws a `BackupError`.
 */
export async function backUp(order: BackupOrder, source: BackupSource): Promise<Backup> {
  const begunMs = performance.now();
  const { file } = order;
  const part = `${file}.part`;
  try {
    requireData(order, source.folder);
    requirePlace(order, source.folder);
    requireRoom(file, source);
    requireLeftover(part);
    clear(part);
    // Readable for the hub's own user alone, as the data is that lies in it.
    closeSync(openSync(part, "wx", 0o600));
  } catch (error) {
    throw explained(error, file);
  }
  try {
    await source.copy(part);
    const found = await source.verify(part);
    if ("damage" in found) {
      const advice = "start the hub anew, which looks the data through, and keep the copies that you have";
      throw new BackupError("internal", `The copy was read back and is damaged (${found.damage}): ${advice}.`);
    }
    await sync(part);
    // It took a while, and somebody else may have put something there.
    requirePlace(order, source.folder);
    renameSync(part, file);
    syncFolder(dirname(file));
    return { ...found, bytes: sizeOf(file), ms: performance.now() - begunMs };
  } catch (error) {
    clear(part);
    throw explained(error, file);
  }
}

function requireData({ data }: BackupOrder, folder: string): void {
  if (data === undefined || (existsSync(data) && realpathSync(data) === realpathSync(folder))) return;
  throw new BackupError("not_found", `This hub keeps its data in ${folder}, not in ${data}.`);
}

function requirePlace({ file, force }: BackupOrder, folder: string): void {
  if (!isAbsolute(file))
    throw new BackupError("invalid_value", `${file} is not a whole path: give one from the root on.`);
  const parent = dirname(file);
  if (!statSync(parent, { throwIfNoEntry: false })?.isDirectory())
    throw new BackupError("invalid_value", `There is no folder ${parent}: make it first.`);
  if (isWithin(realpathSync(parent), realpathSync(folder)) || existsSync(join(parent, "hub.lock"))) {
    const why = "what takes the data away takes the copy away with it. Choose another place, best on another disk";
    throw new BackupError("invalid_value", `${file} lies in a folder of a hub's data: ${why}.`);
  }
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isFile())
    throw new BackupError("invalid_value", `${file} is not a file: give the copy a name of its own.`);
  // A word too many must not cost somebody a file that was never a copy: --force is not even offered.
  if (!looksOurs(file)) {
    const why = "is there already, and is no copy of a hub's data, which alone --force replaces";
    throw new BackupError("conflict", `${file} ${why}: choose another name.`);
  }
  if (!force)
    throw new BackupError("conflict", `${file} is there already: choose another name, or replace it by --force.`);
}

/** What bears the name of an attempt may be a download of somebody else: only what an attempt leaves is taken away. */
function requireLeftover(part: string): void {
  const found = statSync(part, { throwIfNoEntry: false });
  if (!found || (found.isFile() && (looksUnbegun(part) || looksOurs(part)))) return;
  const why = "and the copy would grow under that name";
  throw new BackupError("conflict", `${part} is there already, ${why}: move it away, or choose another name.`);
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}

function requireRoom(file: string, { folder, minFreeBytes }: BackupSource): void {
  const parent = dirname(file);
  const database = databasePath(folder);
  const needed = sizeOf(database) + sizeOf(`${database}-wal`);
  const { bavail, bsize } = statfsSync(parent);
  const free = bavail * bsize;
  const kept = statSync(parent).dev === statSync(folder).dev ? minFreeBytes : 0;
  if (free >= needed + kept) return;
  const rest = kept > 0 ? `, and ${kept} of them stay free for the hub (--min-free)` : "";
  const message = `The copy takes about ${needed} bytes; the disk of ${parent} has ${free} free${rest}. Make room, or choose another disk.`;
  throw new BackupError("storage_full", message);
}

/** Takes away what an earlier attempt left. A journal of that would be played back into the next one. */
function clear(part: string): void {
  for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(`${part}${suffix}`, { force: true });
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function explained(error: unknown, file: string): unknown {
  if (error instanceof BackupError) return error;
  if (error instanceof StoreError) return new BackupError(error.code, error.message);
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (/^(ENOSPC|EDQUOT|EFBIG)$/.test(code))
    return new BackupError("storage_full", `The disk of ${file} is full (${code}): make room, or choose another disk.`);
  if (/^(EACCES|EPERM|EROFS)$/.test(code)) {
    const whose = "it is the user of the hub who writes the copy";
    return new BackupError("not_allowed", `${file} cannot be written (${code}): ${whose}.`);
  }
  if ((error as Error).name === "AbortError")
    return new BackupError("store_unavailable", "The hub was stopped before the copy was read back.");
  return /^E[A-Z]+$/.test(code) ? new BackupError("invalid_value", `${file} cannot be written (${message}).`) : error;
}
