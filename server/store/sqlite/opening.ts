/** What becomes of damaged data at a start. */
import { type StoreEvents, StoreOpenError } from "../store.ts";
import { createDatabase } from "./creation.ts";
import { acquit, isSuspect, looksForeign, lossBeforeOpen, setAside, sizeOf } from "./files.ts";

/** What can be done with a database that is there. */
export interface Opening<T> {
  open(): Promise<T>;
  /** Looks through all of it; what is wrong, or null. */
  check(): Promise<string | null>;
}

/**
 * Opens the database at `path` by `open`; makes it first where there is none. A damaged one is put aside under another name
 * and begun anew, or refused.
 * `isKnown`: a hub has held this folder before.
 */
export async function openOrBeginAnew<T>(
  path: string,
  isKnown: boolean,
  onCorrupt: "rename" | "refuse",
  events: Pick<StoreEvents, "onTrouble">,
  { open, check }: Opening<T>,
): Promise<T> {
  let found = lossBeforeOpen(path, isKnown) ?? null;
  if (found === null && isSuspect(path)) {
    found = await check();
    if (found === null) acquit(path);
  }
  let damage = found === null ? undefined : `The database is damaged (${found}).`;
  if (damage === undefined) {
    try {
      if (sizeOf(path) === 0) createDatabase(path);
      return await open();
    } catch (error) {
      damage = damageIn(error, path, isKnown);
      if (damage === undefined) throw error;
    }
  }
  if (onCorrupt === "refuse") {
    const advice = "restore it from a backup, or begin anew beside it with --on-corrupt rename";
    throw new StoreOpenError("corrupt", `${damage.replace(/\.$/, "")}: ${advice}.`);
  }
  const aside = setAside(path, Date.now());
  events.onTrouble?.(`${damage} It was put aside as ${aside}, and the hub began anew without it.`);
  createDatabase(path);
  return open();
}

/** What is damaged; undefined where the error says something else. */
function damageIn(error: unknown, path: string, isKnown: boolean): string | undefined {
  if (!(error instanceof StoreOpenError)) return undefined;
  if (error.reason === "corrupt") return error.message;
  // Only where a hub has been before can a file that SQLite does not know be a hub's database with a damaged beginning.
  const isOurs = error.reason === "not_a_store" && isKnown && !looksForeign(path);
  return isOurs ? `The beginning of ${path} is damaged.` : undefined;
}
