/**
 * One hub a folder. A transaction held open on a small side database is the lock: the system frees it with the process,
 * however that ends, and it works across containers, which a process id in a file does not.
 */
import { StoreOpenError } from "../store.ts";
import { faultOf, openPlain } from "./driver.ts";

/** Takes the lock or throws `StoreOpenError` "in_use"; the answer gives it back. */
export function lockFolder(path: string, folder: string): () => void {
  const db = openPlain(path);
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (faultOf(error) !== "busy") throw error;
    throw new StoreOpenError(
      "in_use",
      `Another hub is using the data in ${folder}: stop it, or choose another folder with --data.`,
    );
  }
  return () => db.close();
}
