/** A store in a folder of its own for each test of a file, to be opened, closed and damaged. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { SqliteStoreOptions } from "../../../server/store/sqlite/options.ts";
import { SqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import type { StoreState } from "../../../server/store/store.ts";
import { builtVerifier } from "../../support/built.ts";
import { newFolder } from "./engine.ts";

export class StoreFolder {
  folder = "";
  /** What the stores told, in sentences. */
  troubles: string[] = [];
  fatal: string[] = [];
  readonly #workerUrl: URL;
  #store: SqliteStore | undefined;

  /** Makes the folder before each test, and removes it after it. */
  constructor(workerUrl: URL) {
    this.#workerUrl = workerUrl;
    beforeEach(() => {
      this.folder = newFolder();
      this.troubles = [];
      this.fatal = [];
    });
    afterEach(async () => {
      await this.#store?.close();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** The one that was opened last. */
  get store(): SqliteStore {
    if (!this.#store) throw new Error("no store was opened");
    return this.#store;
  }

  /** Path of the database, or of its log with `-wal`. */
  file(suffix = ""): string {
    return join(this.folder, `hub.db${suffix}`);
  }

  async open(options: Partial<SqliteStoreOptions> = {}): Promise<StoreState> {
    this.#store = new SqliteStore(
      { folder: this.folder, workerUrl: this.#workerUrl, verifierUrl: builtVerifier(), minFreeBytes: 0, ...options },
      {
        onFatal: (error) => void this.fatal.push(error.message),
        onTrouble: (message) => void this.troubles.push(message),
      },
    );
    return this.#store.open();
  }
}
