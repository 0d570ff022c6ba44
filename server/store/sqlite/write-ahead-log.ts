/** The write-ahead log as the writer keeps it: how long it is, and how it is moved into the database. */
import { type Db, pageBytes, walLimitBytes } from "./driver.ts";
import { sizeOf } from "./files.ts";
import { databasePath, type StoreSettings } from "./options.ts";

export class WriteAheadLog {
  readonly #db: Db;
  readonly #path: string;
  readonly #database: string;
  readonly #busyTimeoutMs: number;
  readonly #frames;
  readonly #pages;

  constructor(db: Db, { folder, busyTimeoutMs }: StoreSettings) {
    this.#db = db;
    this.#database = databasePath(folder);
    this.#path = `${this.#database}-wal`;
    this.#pages = db.prepare("PRAGMA page_count").pluck();
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#frames = db.prepare("PRAGMA wal_checkpoint(NOOP)").raw();
  }

  /** What the log holds that the database file does not, bytes. */
  get bytes(): number {
    const [, frames, moved] = this.#frames.get() as [number, number, number];
    return (frames - moved) * pageBytes;
  }

  /** True where the database file gets so much shorter with what the log holds: pages that were given back stay in it until then. */
  shortens(bytes: number): boolean {
    return sizeOf(this.#database) - (this.#pages.get() as number) * pageBytes >= bytes;
  }

  /** Never waits for a reader: what one still needs stays in the log until the next time. */
  checkpoint(): void {
    this.#db.pragma("wal_checkpoint(PASSIVE)");
  }

  /** Cuts a log that a reader made long: a commit does so, and an idle hub makes none. True where somebody still holds it. */
  cut(): boolean {
    if (sizeOf(this.#path) <= walLimitBytes) return false;
    // It "blocks (calls the busy-handler callback)" while somebody reads the log (sqlite.org/c3ref/wal_checkpoint_v2.html): without one it gives up at once.
    this.#db.pragma("busy_timeout = 0");
    try {
      const [row] = this.#db.pragma("wal_checkpoint(TRUNCATE)") as { busy: number }[];
      return row?.busy !== 0;
    } finally {
      this.#db.pragma(`busy_timeout = ${this.#busyTimeoutMs}`);
    }
  }
}
