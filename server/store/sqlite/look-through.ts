/** The look through a database after an unclean stop, beside the hub that runs on it; a stop ends it, and the next start begins it anew. */
import { checked, leaveUnchecked, suspect } from "./files.ts";
import { databasePath, type SqliteStoreOptions, settingsOf } from "./options.ts";
import { checkAside } from "./verify.ts";

export interface LookEvents {
  /** Damage was found; the next start puts the database aside. */
  readonly onDamage: (error: Error) => void;
  readonly onTrouble?: ((message: string) => void) | undefined;
}

export class LookThrough {
  readonly #options: SqliteStoreOptions;
  readonly #events: LookEvents;
  readonly #end = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: SqliteStoreOptions, events: LookEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Aborted once the store closes: for all that looks through files in a process of its own. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** What is wrong with the database, or null. Rejects where nobody could look, or `end` was called. */
  check(): Promise<string | null> {
    const { verifierUrl, folder } = this.#options;
    return checkAside(verifierUrl, databasePath(folder), settingsOf(this.#options, false).busyTimeoutMs, this.signal);
  }

  /** Begins to look. */
  begin(): void {
    this.#running = this.#look(databasePath(this.#options.folder));
  }

  /** Resolves once nobody looks any more, and has the database open for it. */
  async end(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  async #look(path: string): Promise<void> {
    try {
      const found = await this.check();
      if (found !== null) suspect(path, found);
      checked(path);
      if (found === null) return;
      this.#events.onDamage(new Error(`The database ${path} is damaged (${found}): the next start deals with it.`));
    } catch (error) {
      leaveUnchecked(path);
      const text = error instanceof Error ? error.message : String(error);
      if (!this.signal.aborted) this.#events.onTrouble?.(`The database could not be looked through: ${text}.`);
    }
  }
}
