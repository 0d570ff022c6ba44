/** Names of files, kept through a loss of power. */
import { closeSync, fsyncSync, openSync } from "node:fs";

/**
 * Writes the names in a folder to the disk: without this a loss of power may take back a file that was just renamed. Throws
 * what the system says, but where it syncs no folders at all.
 */
export function syncFolder(path: string): void {
  // Windows keeps names in a journal of its own, and syncs no folder.
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } catch (error) {
    // Some file systems (CIFS, for one) say so for every folder. PostgreSQL goes on there, too (`fsync_fname_ext` in fd.c).
    if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
  } finally {
    closeSync(folder);
  }
}
