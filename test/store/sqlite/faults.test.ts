import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { faultOf } from "../../../server/store/sqlite/driver.ts";
import { SqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import { Random } from "../../../simulator/random.ts";
import { printedSeed } from "../../support/seed.ts";
import { batchOf, columnsOf, everything, World } from "../world.ts";
import { buildWorker, inspect, type SqliteEngine, sqliteEngine } from "./engine.ts";

await buildWorker();

let engine: SqliteEngine;
let world: World;
/** Threads started since the test began; writers and readers in turn. */
let workers: Worker[];
const collect = (worker: Worker) => void workers.push(worker);

beforeEach(async () => {
  workers = [];
  process.on("worker", collect);
  engine = sqliteEngine();
  world = new World(engine);
  await world.open();
  await world.make(1);
});

afterEach(async () => {
  process.off("worker", collect);
  await world.end();
});

const put = (timeMs: number) => world.store.append(batchOf({ columns: columnsOf(1, [[timeMs, timeMs]]) }));

async function times(): Promise<number[]> {
  return (await world.raw(everything(1))).map(([timeMs]) => timeMs);
}

describe("a lost worker", () => {
  it("[SQ16] fails what waited, comes back by itself, and everything acknowledged is there", async () => {
    await put(1);
    const restarted = vi.fn();
    await world.store.close();
    world.store = new SqliteStore({ ...options(), folder: engine.folder }, { onFatal: fail, onRestart: restarted });
    await world.open();
    const writer = workers.at(-2) as Worker;
    const pending = put(2);
    await writer.terminate();
    const outcome = await pending.then(
      () => "stored",
      (error) => error,
    );
    if (outcome !== "stored") expect(outcome).toMatchObject({ code: "store_unavailable", retryable: true });
    await put(3);
    expect(restarted).toHaveBeenCalledWith(1);
    expect(await times()).toEqual(outcome === "stored" ? [1, 2, 3] : expect.arrayContaining([1, 3]));
  });

  it("[SQ16] leaves no append in doubt: what was answered is there, what was refused is not", {
    timeout: 300_000,
  }, async () => {
    const random = new Random(printedSeed("lost writers"));
    const stored: number[] = [];
    for (let round = 0; round < 12; round++) {
      // A store that lost its writer three times within a minute gives up: each round has its own.
      await world.store.close();
      world.store = engine.create();
      await world.open();
      const writer = workers.at(-2) as Worker;
      let refused = false;
      let sent = 0;
      let kill: NodeJS.Timeout | undefined;
      while (!refused) {
        const timeMs = round * 100_000 + ++sent;
        try {
          const { columns, commit } = await put(timeMs);
          stored.push(timeMs);
          // From the first answer on: a loaded machine takes longer to start than the kill waits.
          kill ??= setTimeout(() => writer.terminate(), random.between(0, 8));
          expect([columns.length, columns.times[0]]).toEqual([1, timeMs]);
          expect(commit).toBe(stored.length + 1);
          // The new writer took over: this round's loss was settled without a refusal.
          if (workers.at(-2) !== writer) break;
        } catch {
          refused = true;
        }
      }
      clearTimeout(kill);
    }
    expect(await times()).toEqual(stored);
    expect(stored.length).toBeGreaterThanOrEqual(12);
    expect(engine.fatal).toEqual([]);
  });

  it("[SQ16] during a close settles what was called before it", async () => {
    const release = world.fail();
    const pending = put(1).then(
      () => "stored",
      (error) => error.code,
    );
    const closing = world.store.close();
    await (workers.at(-2) as Worker).terminate();
    release();
    await closing;
    expect(await pending).toBe("store_unavailable");
  });

  it("[SQ16] of the reader costs no acknowledged reading either", async () => {
    await put(1);
    await (workers.at(-1) as Worker).terminate();
    await vi.waitFor(() => put(2), 60_000);
    expect(await times()).toEqual([1, 2]);
    expect(engine.fatal).toEqual([]);
  });

  it("[SQ17] is the end at the third time within a minute", async () => {
    for (let crash = 1; crash <= 3; crash++) {
      expect(engine.fatal).toEqual([]);
      await put(crash);
      const known = workers.length;
      await (workers.at(-2) as Worker).terminate();
      if (crash < 3) await expect.poll(() => workers.length).toBe(known + 2);
    }
    await expect.poll(() => engine.fatal).toHaveLength(1);
    expect(engine.fatal[0]?.message).toMatch(/3 times within a minute/);
    await expect(put(4)).rejects.toMatchObject({ code: "store_unavailable" });
  });
});

describe("a close", () => {
  it("[SQ90] answers what was asked before, also what waits in a writer that another program holds up, and is a clean one", async () => {
    await put(1);
    const release = world.fail();
    const refused = put(2).catch(release);
    const { store } = world;
    const cuts = { everyMs: 1_000, originMs: 0 };
    const asked = [
      store.readRaw(everything(1), 10).then(({ times }) => times.length),
      store.readChanges(everything(1), 10, 1).then(({ times }) => times.length),
      store.readBuckets(everything(1), cuts, 10).then(({ count }) => count[0]),
      store.readManyBuckets([everything(1), everything(1)], cuts, 10).then((pages) => pages.length),
      store.readAt([1], 5).then(([standing]) => standing?.timeMs),
      store.timeBefore(1, 5),
      store.sizes(0, 10).then(({ series }) => series.length),
    ];
    const answers = Promise.allSettled(asked);
    await store.close();
    await refused;
    expect(await answers).toEqual(
      asked.map(() => ({ status: "fulfilled", value: 1 })).with(3, { status: "fulfilled", value: 2 }),
    );
    expect((await world.reopen()).recovered).toBe(false);
    await expect(store.readRaw(everything(1), 10)).rejects.toMatchObject({ code: "store_unavailable" });
  });
});

describe("a disk with too little room", () => {
  it("[SQ18] refuses readings below --min-free, and still answers and deletes", async () => {
    await put(1);
    await put(2);
    await world.store.close();
    world.store = new SqliteStore(
      { ...options(), folder: engine.folder, minFreeBytes: Number.MAX_SAFE_INTEGER },
      { onFatal: fail },
    );
    await world.open();
    const refusal = { code: "storage_full", retryable: true, message: expect.stringContaining("--min-free") };
    await expect(put(3)).rejects.toMatchObject(refusal);
    expect(await times()).toEqual([1, 2]);
    expect(await world.store.deleteReadings([{ series: 1, fromMs: 1, toMs: 2 }])).toMatchObject([{ removed: 1 }]);
    expect(await times()).toEqual([2]);
  });

  it("[SQ19] tells passing errors from those after which nothing can be promised", () => {
    const faults: [string, string | undefined][] = [
      ["SQLITE_FULL", "full"],
      ["SQLITE_IOERR_WRITE", "full"],
      ["SQLITE_BUSY", "busy"],
      ["SQLITE_BUSY_SNAPSHOT", "busy"],
      ["SQLITE_LOCKED", "busy"],
      ["SQLITE_IOERR_FSYNC", "fatal"],
      ["SQLITE_IOERR_READ", "fatal"],
      ["SQLITE_IOERR_FSTAT", "fatal"],
      ["SQLITE_CORRUPT", "fatal"],
      ["SQLITE_NOTADB", "fatal"],
      ["SQLITE_READONLY_DBMOVED", "fatal"],
    ];
    for (const [code, fault] of faults)
      expect([code, faultOf(new Database.SqliteError("x", code))]).toEqual([code, fault]);
    expect(faultOf(new Error("SQLITE_FULL"))).toBeUndefined();
  });
});

describe("damage", () => {
  const path = () => join(engine.folder, "hub.db");

  it("[SQ20] in the journal is refused at the start, not read as readings", async () => {
    for (let time = 1; time <= 5; time++) await put(time);
    await world.store.close();
    inspect(engine.folder, (db) => {
      const entry = db.prepare("SELECT entry FROM journal WHERE commit_number = 4").pluck().get() as Buffer;
      entry[entry.length - 1] = (entry.at(-1) as number) ^ 1;
      db.prepare("UPDATE journal SET entry = ? WHERE commit_number = 4").run(entry);
    });
    world.store = engine.create();
    await expect(world.open()).rejects.toMatchObject({
      reason: "corrupt",
      message: expect.stringContaining("checksum"),
    });
  });

  it("[SQ21] in a chunk is told to who asks for its readings; all others are answered, sealed and taken", async () => {
    const { store } = world;
    for (const start of [0, 100, 200]) {
      await put(start + 1);
      await put(start + 2);
      await (store as SqliteStore).sealAll();
      // Chunks that stay apart: what is sealed next would join a small one.
      inspect(engine.folder, (db) => db.exec("UPDATE chunks SET bytes = 9999"));
    }
    inspect(engine.folder, (db) => db.exec("UPDATE chunks SET readings = zeroblob(20) WHERE first_ms = 101"));
    const refusal = { code: "internal", retryable: false, message: expect.stringContaining("from 101 to 102") };
    await expect(world.raw(everything(1))).rejects.toMatchObject(refusal);
    expect(await world.raw({ series: 1, fromMs: 0, toMs: 100 })).toHaveLength(2);
    expect(await world.raw({ series: 1, fromMs: 200, toMs: 300 })).toHaveLength(2);
    // Late readings beside the damaged ones are sealed too.
    inspect(engine.folder, (db) => db.exec("UPDATE chunks SET bytes = 40"));
    await put(102);
    await put(150);
    await (store as SqliteStore).sealAll();
    expect(await world.raw({ series: 1, fromMs: 103, toMs: 300 })).toHaveLength(3);
    expect(engine.fatal).toEqual([]);
  });

  it("[ST62] in a chunk of one series of many is told where it is its turn, what comes before it is answered", async () => {
    await world.make(2);
    for (const time of [1, 2]) {
      await world.put(1, [[time, time]]);
      await world.put(2, [[time, time]]);
    }
    await (world.store as SqliteStore).sealAll();
    inspect(engine.folder, (db) => db.exec("UPDATE chunks SET readings = zeroblob(20) WHERE series = 2"));
    const cuts = { everyMs: 1, originMs: 0 };
    const pages = await world.store.readManyBuckets([everything(1), everything(2), everything(1)], cuts, 10);
    expect(pages.map(({ sum }) => [...sum])).toEqual([[1, 2]]);
    const refusal = { code: "internal", retryable: false, message: expect.stringContaining("from 1 to 2") };
    await expect(world.store.readManyBuckets([everything(2), everything(1)], cuts, 10)).rejects.toMatchObject(refusal);
    await expect(world.store.readAt([2], 5)).rejects.toMatchObject(refusal);
    expect(await world.store.readAt([1, 2], 5)).toEqual([{ timeMs: 2, value: 2 }]);
    await expect(world.store.readHoles(everything(2), 0, 10)).rejects.toMatchObject(refusal);
  });

  it("[SQ21] in the figures of a chunk costs nothing: its readings are asked instead", async () => {
    for (const time of [1, 2, 3]) await put(time);
    await (world.store as SqliteStore).sealAll();
    inspect(engine.folder, (db) => {
      const summary = db.prepare("SELECT summary FROM chunks").pluck().get() as Buffer;
      summary[3] = (summary[3] as number) ^ 1;
      db.prepare("UPDATE chunks SET summary = ?").run(summary);
    });
    const { sum, min, max } = await world.store.readBuckets(everything(1), { everyMs: 1_000, originMs: 0 }, 10);
    expect([sum[0], min[0], max[0]]).toEqual([6, 1, 3]);
  });

  it("[SQ22] at the end of the write-ahead log costs the commits behind it, never one in the middle, and no garbage", async () => {
    await world.store.close();
    world.store = engine.create();
    await world.open();
    for (let time = 1; time <= 40; time++) await put(time);
    // As after a loss of power: the log as it was, a stretch of it never written.
    const [database, log] = [readFileSync(path()), readFileSync(`${path()}-wal`)];
    await world.store.close();
    for (const cut of [log.length - 2_000, Math.floor(log.length / 2), Math.floor(log.length / 3) + 77]) {
      writeFileSync(path(), database);
      writeFileSync(`${path()}-wal`, log);
      rmSync(`${path()}-shm`, { force: true });
      truncateSync(`${path()}-wal`, cut);
      world.store = engine.create();
      const state = await world.open();
      const found = await times();
      expect(found).toEqual(Array.from({ length: found.length }, (_, index) => index + 1));
      expect(found.length).toBeLessThan(40);
      expect(state.recovered).toBe(true);
      expect((await put(100)).commit).toBe(state.commit + 1);
      await world.store.close();
    }
    expect(statSync(path()).size).toBeGreaterThan(0);
  });
});

function options() {
  return { workerUrl: built, minFreeBytes: 0, busyTimeoutMs: 50 };
}

const built = await buildWorker();

function fail(error: Error): void {
  throw error;
}
