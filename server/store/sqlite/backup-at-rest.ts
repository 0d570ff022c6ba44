/** A copy of data that no hub uses at the moment. */
import { join } from "node:path";
import { type Backup, BackupError, type BackupOrder } from "../backups.ts";
import { StoreOpenError } from "../store.ts";
import { backUp } from "./backup.ts";
import { copyInto } from "./copy.ts";
import { openForReading } from "./driver.ts";
import { isSuspect, lossBeforeOpen, sizeOf } from "./files.ts";
import { lockFolder } from "./lock.ts";
import { commitsCutOff } from "./log-check.ts";
import { databasePath } from "./options.ts";
import { checkSchema, toOpenError } from "./schema.ts";
import { verifyAside } from "./verify.ts";

/**
 * As `backUp`, of the folder `order.data`, whose files stay as they are. No hub can start on it meanwhile. `verifier`: the
 * built program. Throws a `BackupError`, or a `StoreOpenError`: `in_use` where a hub runs.
 */
export async function backUpAtRest(
  order: BackupOrder & { readonly data: string },
  verifier: URL | undefined,
): Promise<Backup> {
  const folder = order.data;
  const path = databasePath(folder);
  if (sizeOf(path) === 0 && lossBeforeOpen(path, true) === undefined)
    throw new BackupError("not_found", `There is no data of a hub in ${folder}: name its folder with --data.`);
  let unlock = (): void => {};
  try {
    unlock = lockFolder(join(folder, "hub.lock"), folder);
    requireSound(path);
    return await backUp(order, {
      ...{ folder, minFreeBytes: 0 },
      async copy(to) {
        // One that only reads is never the last to write the log back: what was left there stays there.
        const db = openForReading(path, 0);
        try {
          checkSchema(db, path);
          await copyInto(db, to);
        } finally {
          db.close();
        }
      },
      verify: (copied) => verifyAside(verifier, copied),
    });
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw toOpenError(error, path);
  } finally {
    unlock();
  }
}

/** Damage that a copy would not show is told before one is made. */
function requireSound(path: string): void {
  const loss = lossBeforeOpen(path, true);
  const cutOff = commitsCutOff(`${path}-wal`) > 0 ? `the log beside ${path} is damaged` : undefined;
  const suspicion = isSuspect(path) ? `a hub met damage in ${path}` : undefined;
  const found = loss ?? cutOff ?? suspicion;
  if (found === undefined) return;
  throw new StoreOpenError("corrupt", `No copy was made, since ${found}: start the hub, which says what can be saved.`);
}
