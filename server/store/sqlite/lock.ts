/**
 * One hub a folder. A transaction held open on a small side database is the lock: the system frees it with the process,
 * however that ends, and it works across containers, which a process id in a file does not.
 */
import { StoreOpenError } from "../store.ts";
import { type Db, faultOf, openPlain } from "./driver.ts";

/** Takes the lock or throws `StoreOpenError` "in_use"; the answer gives it back. */
export function lockFolder(path: string, folder: string): () => void {
  let db: Db | undefined;
  try {
    // Opening looks into the file, which is refused as well while another hub holds it.
    db = openPlain(path);
    db.exec("BEGIN EXCLUSIVE");
    const held = db;
    return () => held.close();
  } catch (error) {
    db?.close();
    if (faultOf(error) !== "busy") throw error;
    throw new StoreOpenError(
      "in_use",
      `Another hub is using the data in ${folder}: stop it, or choose another folder with --data.`,
    );
  }
}
