/** The SQLite engine on a folder of its own, for tests. */
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import Database from "better-sqlite3";
import type { SqliteStoreOptions } from "../../../server/store/sqlite/options.ts";
import { SqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import { builtStoreWorker, builtVerifier } from "../../support/built.ts";
import type { Engine } from "../world.ts";

/** A new folder for a database. */
export function newFolder(): string {
  return mkdtempSync(join(process.env.HUB_TEST_FOLDER ?? tmpdir(), "hub-store-"));
}

export interface SqliteEngine extends Engine {
  readonly folder: string;
  /** What the store reported as fatal. */
  readonly fatal: Error[];
  create(): SqliteStore;
}

let built: URL | undefined;

/** The worker as the server's build has it; built once a test file where that is of other sources: a worker that is translated at each start takes half a second. */
export async function buildWorker(): Promise<URL> {
  built ??= builtStoreWorker();
  if (built) return built;
  // Loaded where it is used: a test after a build does not need it.
  const { build } = await import("vite");
  const root = resolve(import.meta.dirname, "../../..");
  const outDir = mkdtempSync(join(process.env.HUB_TEST_FOLDER ?? tmpdir(), "hub-worker-"));
  symlinkSync(join(root, "node_modules"), join(outDir, "node_modules"));
  await build({
    ...{ root, configFile: false, logLevel: "warn" },
    build: { ssr: "server/store/sqlite/worker.ts", outDir, emptyOutDir: false, target: "node20", copyPublicDir: false },
  });
  built = pathToFileURL(join(outDir, "worker.js"));
  return built;
}

/** Looks into the database of a store beside it, as any SQLite tool would. */
export function inspect<T>(folder: string, look: (db: Database.Database) => T): T {
  const db = new Database(join(folder, "hub.db"));
  try {
    return look(db);
  } finally {
    db.close();
  }
}

/** `sealed`: every append is followed by a seal of all heads, so that the rules hold for chunks as for heads. */
export function sqliteEngine(options: Partial<SqliteStoreOptions> = {}, sealed = false): SqliteEngine {
  const folder = newFolder();
  const settings: SqliteStoreOptions = {
    ...{
      folder,
      workerUrl: built,
      verifierUrl: builtVerifier(),
      minFreeBytes: 0,
      busyTimeoutMs: 50,
      onCorrupt: "refuse",
    },
    ...options,
  };
  const fatal: Error[] = [];
  const engine: SqliteEngine = {
    ...{ folder, fatal },
    create: () => new SqliteStore(settings, { onFatal: (error) => void fatal.push(error) }),
    // Another program holds the write lock: what SQLite really says then.
    fail() {
      const other = new Database(join(folder, "hub.db"));
      other.exec("BEGIN IMMEDIATE");
      return () => other.close();
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  return sealed ? { ...engine, settle: (store) => (store as SqliteStore).sealAll() } : engine;
}
