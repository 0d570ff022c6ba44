import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openForReading, openForWriting } from "../../../server/store/sqlite/driver.ts";
import { lockFolder } from "../../../server/store/sqlite/lock.ts";
import { schemaVersion } from "../../../server/store/sqlite/schema.ts";
import { StoreOpenError } from "../../../server/store/store.ts";
import { batchOf, columnsOf, everything } from "../world.ts";
import { buildWorker, inspect, type SqliteEngine, sqliteEngine } from "./engine.ts";

await buildWorker();

let engine: SqliteEngine;

beforeEach(() => {
  engine = sqliteEngine();
});

afterEach(() => engine.remove());

/** Opens a store that must refuse, and says why it did. */
async function refusal(): Promise<StoreOpenError> {
  const store = engine.create();
  try {
    await store.open();
  } catch (error) {
    expect(error).toBeInstanceOf(StoreOpenError);
    return error as StoreOpenError;
  } finally {
    await store.close();
  }
  throw new Error("the store opened");
}

async function openAndClose(): Promise<void> {
  const store = engine.create();
  await store.open();
  await store.close();
}

describe("the database file", () => {
  it("[SQ1] has the pages, the name and the version that the store reads back at each open", async () => {
    await openAndClose();
    const found = inspect(engine.folder, (db) =>
      ["page_size", "auto_vacuum", "application_id", "user_version", "journal_mode"].map((name) =>
        db.pragma(name, { simple: true }),
      ),
    );
    expect(found).toEqual([4096, 2, 0x74687562, schemaVersion, "wal"]);
  });

  it("[SQ1] is one file without a log once it is closed, though the reader was at work until then", async () => {
    const store = engine.create();
    await store.open();
    const rows = Array.from({ length: 100_000 }, (_, index) => [index, index / 7] as const);
    const newSeries = [{ series: 1, device: "d", metric: "m", type: "number" as const }];
    await store.append(batchOf({ newSeries, columns: columnsOf(1, rows) }));
    await store.sealAll();
    const questions = Array.from({ length: 20 }, () => store.readRaw(everything(1), 100_000));
    await questions[0];
    await Promise.all([store.close(), Promise.allSettled(questions)]);
    expect(readdirSync(engine.folder).sort()).toEqual(["hub.db", "hub.lock"]);
  });

  it("[SQ2] syncs each commit, on the writer's and on the reader's connection, at the second open too", async () => {
    await openAndClose();
    const path = join(engine.folder, "hub.db");
    for (const open of [openForWriting, openForWriting, openForReading]) {
      const db = open(path, 50);
      expect(db.pragma("synchronous", { simple: true })).toBe(2);
      db.close();
    }
  });

  it("[SQ3] is read only by the reader", async () => {
    await openAndClose();
    const db = openForReading(join(engine.folder, "hub.db"), 50);
    expect(() => db.exec("DELETE FROM meta")).toThrow(/readonly/);
    db.close();
  });

  it("[SQ4] works from the source too, without a build", async () => {
    const fromSource = sqliteEngine({ workerUrl: undefined });
    const store = fromSource.create();
    await store.open();
    const newSeries = [{ series: 1, device: "d", metric: "m", type: "number" as const }];
    await store.append(batchOf({ newSeries, columns: columnsOf(1, [[1, 2.5]]) }));
    expect((await store.readRaw(everything(1), 10)).values).toEqual(Float64Array.of(2.5));
    await store.close();
    fromSource.remove();
  });
});

describe("a store that cannot be opened", () => {
  it("[SQ5] is refused in one sentence that says what to do", async () => {
    await openAndClose();
    inspect(engine.folder, (db) => db.pragma(`user_version = ${schemaVersion + 1}`));
    const newer = await refusal();
    expect(newer.reason).toBe("newer_schema");
    expect(newer.message).toMatch(
      new RegExp(`newer hub \\(schema ${schemaVersion + 1}; this hub knows ${schemaVersion}\\).*--data`),
    );
  });

  it("[SQ5] leaves the database of another program as it was", async () => {
    const path = join(engine.folder, "hub.db");
    const other = new Database(path);
    other.exec("CREATE TABLE mine (a)");
    other.close();
    const before = readFileSync(path);
    expect(await refusal()).toMatchObject({
      reason: "not_a_store",
      message: expect.stringContaining("another program"),
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("[SQ5] refuses a file that is no database, and a damaged one", async () => {
    const path = join(engine.folder, "hub.db");
    writeFileSync(path, "these are the notes of a person, and no database at all".repeat(200));
    expect((await refusal()).reason).toBe("not_a_store");
    rmSync(path);
    await openAndClose();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xa5, 4096));
    expect((await refusal()).reason).toBe("corrupt");
  });

  it("[SQ5] refuses a folder that it cannot make or write", async () => {
    const file = join(engine.folder, "a-file");
    writeFileSync(file, "");
    const inFile = sqliteEngine({ folder: join(file, "data") });
    await expect(inFile.create().open()).rejects.toMatchObject({ reason: "not_writable" });
    inFile.remove();
    const locked = join(engine.folder, "locked");
    mkdirSync(locked);
    chmodSync(locked, 0o500);
    const inLocked = sqliteEngine({ folder: join(locked, "data") });
    const opened = inLocked.create();
    // Root may write anywhere.
    if (process.getuid?.() === 0) await expect(opened.open()).resolves.toBeDefined();
    else await expect(opened.open()).rejects.toMatchObject({ reason: "not_writable" });
    await opened.close();
    inLocked.remove();
  });
});

describe("two hubs on one folder", () => {
  it("[SQ6] the second is refused, and let in once the first has closed", async () => {
    const first = engine.create();
    await first.open();
    expect(await refusal()).toMatchObject({ reason: "in_use", message: expect.stringContaining(engine.folder) });
    await first.close();
    await openAndClose();
  });

  it("[SQ6] a killed hub's lock is free at once", async () => {
    const path = join(engine.folder, "hub.lock");
    const source = `const db = new (require("better-sqlite3"))(${JSON.stringify(path)});
      db.pragma("journal_mode = DELETE"); db.exec("BEGIN EXCLUSIVE"); console.log("held"); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ["-e", source], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => createInterface({ input: holder.stdout }).once("line", resolve));
    expect((await refusal()).reason).toBe("in_use");
    const ended = new Promise((resolve) => holder.once("exit", resolve));
    holder.kill("SIGKILL");
    await ended;
    lockFolder(path, engine.folder)();
    await openAndClose();
  });
});
