/** Copies of the data, made while a hub uses it and while none does, and what becomes of bad ones. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BackupOrder } from "../../../server/store/backups.ts";
import { type BackupSource, backUp } from "../../../server/store/sqlite/backup.ts";
import { backUpAtRest } from "../../../server/store/sqlite/backup-at-rest.ts";
import { copyInto } from "../../../server/store/sqlite/copy.ts";
import { openForReading } from "../../../server/store/sqlite/driver.ts";
import { type ReadBack, readBack } from "../../../server/store/sqlite/read-back.ts";
import { restore } from "../../../server/store/sqlite/restore.ts";
import { schemaVersion } from "../../../server/store/sqlite/schema.ts";
import { StoreError, type StoreState } from "../../../server/store/store.ts";
import { builtVerifier } from "../../support/built.ts";
import { batchOf, columnsOf, everything, type Row } from "../world.ts";
import { buildWorker, newFolder } from "./engine.ts";
import { StoreFolder } from "./store-folder.ts";

const disk = new StoreFolder(await buildWorker());
const verifierUrl = builtVerifier();

let place: string;
let file: string;

beforeEach(() => {
  place = newFolder();
  file = join(place, "copy.db");
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const readHere = async (path: string): Promise<ReadBack> => readBack(path);
const newSeries = [{ series: 1, device: "boiler", metric: "temperature", type: "number" as const }];
const rowsOf = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, index): Row => [from + index, (from + index) / 7]);

/** Readings at 0 to `count - 1` ms, some in chunks, some of these overlapping, the last ones in the journal. */
async function fill(count: number): Promise<StoreState> {
  const state = await disk.open({ verifierUrl });
  const { store } = disk;
  const third = Math.floor(count / 3);
  await store.append(batchOf({ newSeries, columns: columnsOf(1, rowsOf(third, 2 * third)) }));
  await store.sealAll();
  await store.append(batchOf({ columns: columnsOf(1, [...rowsOf(0, third), [third + 1, -1], [third + 1, 3]]) }));
  await store.sealAll();
  await store.append(batchOf({ columns: columnsOf(1, [...rowsOf(2 * third, count), [third + 2, -2]]) }));
  return state;
}

/** The files as after a kill. */
async function leave(): Promise<void> {
  const files = ["", "-wal"].map((suffix) => [suffix, readFileSync(disk.file(suffix))] as const);
  await disk.store.close();
  for (const [suffix, bytes] of files) writeFileSync(disk.file(suffix), bytes);
}

/** A copy of a store with so many readings. */
async function copied(count: number): Promise<void> {
  await fill(count);
  await disk.store.close();
  await backUp({ file, force: false }, source());
}

/** What a store at rest gives, with other steps in the place of its own. */
function source(steps: Partial<BackupSource> = {}): BackupSource {
  const copy = async (path: string): Promise<void> => {
    const db = openForReading(disk.file(), 0);
    await copyInto(db, path);
    db.close();
  };
  return { ...{ folder: disk.folder, minFreeBytes: 0, copy, verify: readHere }, ...steps };
}

function change(path: string, work: (db: Database.Database) => void): void {
  const db = new Database(path);
  work(db);
  db.close();
}

/** Looks into a copy as any tool would. */
function look<T>(path: string, work: (db: Database.Database) => T): T {
  const db = new Database(path, { readonly: true });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

describe("a copy", () => {
  it("[SQ50] that is made while readings come in has each that was acknowledged before, once, and was read back", async () => {
    const { epoch } = await fill(3_000);
    const { store } = disk;
    let acknowledged = 3_000;
    let ended = false;
    const sending = (async () => {
      for (let next = acknowledged; !ended; next += 10) {
        await store.append(batchOf({ columns: columnsOf(1, rowsOf(next, next + 10)) }));
        acknowledged = next + 10;
      }
    })();
    await store.append(batchOf({}));
    const before = acknowledged;
    const made = await store.backup({ file, force: false });
    ended = true;
    await sending;
    expect(made.readings).toBeGreaterThanOrEqual(before);
    expect(made.readings).toBeLessThanOrEqual(acknowledged);
    expect(made).toMatchObject({ series: 1, bytes: statSync(file).size });
    expect(readdirSync(place)).toEqual(["copy.db"]);
    // One plain file: it is read where nothing can be written, and by anybody's SQLite.
    expect([...readFileSync(file).subarray(18, 20)]).toEqual([1, 1]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await store.close();

    const folder = join(place, "data");
    expect(await restore(file, folder, readHere)).toMatchObject({ readings: made.readings, series: 1 });
    const restored = await disk.open({ folder });
    expect(restored).toMatchObject({ recovered: false, series: [{ count: made.readings }] });
    expect(restored.epoch).not.toBe(epoch);
    expect(disk.troubles).toEqual([]);
    const page = await disk.store.readRaw(everything(1), 1e6);
    expect([...page.times]).toEqual(rowsOf(0, made.readings).map(([time]) => time));
    expect([...page.values.subarray(1_000, 1_004)]).toEqual([1_000 / 7, 3, -2, 1_003 / 7]);
    expect(page.values.at(-1)).toBe((made.readings - 1) / 7);
  });

  it("[SQ51] of data that no hub uses has what lies in the log, and leaves every file as it was", async () => {
    await fill(600);
    await leave();
    const before = ["", "-wal"].map((suffix) => readFileSync(disk.file(suffix)));
    expect(before[1]?.length).toBeGreaterThan(0);
    const made = await backUpAtRest({ file, force: false, data: disk.folder }, verifierUrl);
    expect(made).toMatchObject({ readings: 600, series: 1 });
    expect(["", "-wal"].map((suffix) => readFileSync(disk.file(suffix)))).toEqual(before);
    expect(await disk.open()).toMatchObject({ recovered: true, series: [{ count: 600 }] });
    await expect(backUpAtRest({ file, force: true, data: disk.folder }, verifierUrl)).rejects.toMatchObject({
      reason: "in_use",
    });
  });

  it("[SQ52] whose process is killed in the middle leaves FILE.part alone, and the next one begins anew", async () => {
    await copied(20_000);
    const script = join(import.meta.dirname, "dying-backup.ts");
    const other = join(place, "other.db");
    const { signal } = spawnSync(process.execPath, ["--import", "tsx", script, disk.folder, other]);
    expect(signal).toBe("SIGKILL");
    expect(readdirSync(place)).toEqual(expect.arrayContaining(["copy.db", "other.db.part"]));
    expect(readdirSync(place)).not.toContain("other.db");
    expect(await backUp({ file: other, force: false }, source())).toMatchObject({ readings: 20_000 });
    expect(readdirSync(place)).toEqual(["copy.db", "other.db"]);
  });

  it("[SQ52] takes nothing away that bears the name FILE.part and is no copy that was begun", async () => {
    await copied(600);
    const [part, other] = [join(place, "other.db.part"), join(place, "other.db")];
    writeFileSync(part, "half a download");
    await expect(backUp({ file: other, force: true }, source())).rejects.toMatchObject({ code: "conflict" });
    expect(readFileSync(part, "utf8")).toBe("half a download");
    rmSync(part);
    mkdirSync(part);
    await expect(backUp({ file: other, force: true }, source())).rejects.toMatchObject({ code: "conflict" });
    expect(readdirSync(place).sort()).toEqual(["copy.db", "other.db.part"]);
  });

  it("[SQ52] of a hub that is stopped meanwhile is none, and leaves nothing", async () => {
    await copied(20_000);
    const copy = (path: string): Promise<void> => {
      const db = openForReading(disk.file(), 0);
      const copying = copyInto(db, path, 1);
      setImmediate(() => setImmediate(() => db.close()));
      return copying;
    };
    const other = { file: join(place, "other.db"), force: false };
    await expect(backUp(other, source({ copy }))).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringMatching(/was stopped/),
    });
    expect(readdirSync(place)).toEqual(["copy.db"]);
  });

  it("[SQ53] that is damaged gets no name, and the one before it stays", async () => {
    await copied(600);
    const before = readFileSync(file);
    const copy = async (path: string): Promise<void> => {
      await source().copy(path);
      change(path, (db) => db.exec("UPDATE chunks SET readings = zeroblob(20)"));
    };
    const made = backUp({ file, force: true }, source({ copy }));
    await expect(made).rejects.toMatchObject({ code: "internal", message: expect.stringMatching(/is damaged/) });
    expect(readdirSync(place)).toEqual(["copy.db"]);
    expect(readFileSync(file)).toEqual(before);
  });

  it("[SQ54] is made in no place where it would be lost with the data, or another file with it", async () => {
    await copied(60);
    const order = (to: string, force = false): BackupOrder => ({ file: to, force });
    const refused = (what: BackupOrder, code: string, says: RegExp) =>
      expect(backUp(what, source()), says.source).rejects.toMatchObject({
        code,
        message: expect.stringMatching(says),
      });
    const stranger = join(place, "letter.txt");
    writeFileSync(stranger, "Dear all,\n".repeat(100));
    mkdirSync(join(place, "sub"));
    await refused(order("copy.db"), "invalid_value", /whole path/);
    await refused(order(join(place, "none", "copy.db")), "invalid_value", /There is no folder/);
    await refused(order(join(disk.folder, "copy.db")), "invalid_value", /in a folder of a hub's data/);
    await refused(
      order(join(disk.folder, "..", disk.folder.split("/").at(-1) as string, "hub.db"), true),
      "invalid_value",
      /data/,
    );
    await refused(order(join(place, "sub"), true), "invalid_value", /is not a file/);
    await refused(order(file), "conflict", /is there already/);
    // Nor is --force offered for it, which would not replace it.
    for (const force of [false, true]) await refused(order(stranger, force), "conflict", /is no copy of a hub's data/);
    await refused({ ...order(file, true), data: place }, "not_found", /keeps its data in/);
    expect(await backUp(order(file, true), source())).toMatchObject({ readings: 60 });
    expect(readdirSync(place).sort()).toEqual(["copy.db", "letter.txt", "sub"]);
  });

  it("[SQ55] for which there is no room is refused before it takes any, and one that meets the end of the disk leaves nothing", async () => {
    await copied(60);
    const other = { file: join(place, "other.db"), force: false };
    const narrow = source({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    await expect(backUp(other, narrow)).rejects.toMatchObject({
      code: "storage_full",
      message: expect.stringMatching(/takes about \d+ bytes; the disk of .* has \d+ free/),
    });
    const copy = (path: string): Promise<void> => {
      writeFileSync(path, "begun");
      return Promise.reject(new StoreError("storage_full", "The disk is full."));
    };
    await expect(backUp(other, source({ copy }))).rejects.toMatchObject({ code: "storage_full" });
    expect(readdirSync(place)).toEqual(["copy.db"]);
  });
});

describe("what is restored", () => {
  /** A sound one, made once. */
  let good: Buffer | undefined;
  const damages: readonly { what: string; says: RegExp; damage: () => void }[] = [
    {
      what: "with a chunk of other bytes",
      says: /damaged/,
      damage: () => change(file, (db) => db.exec("UPDATE chunks SET readings = zeroblob(40)")),
    },
    {
      what: "with an entry of the journal missing",
      says: /damaged/,
      damage: () => change(file, (db) => db.exec("UPDATE journal SET entry = zeroblob(40)")),
    },
    {
      what: "with a row of a tier that cannot be read",
      says: /damaged/,
      damage: () =>
        change(file, (db) => db.exec("INSERT INTO tiers VALUES (1, 1, 60000, 0, 86400000, 3, 20, zeroblob(20))")),
    },
    {
      what: "that lost a chunk",
      says: /boiler temperature has \d+ sealed readings, and its row says \d+/,
      damage: () => change(file, (db) => db.exec("DELETE FROM chunks")),
    },
    {
      what: "with garbage for its pages",
      says: /damaged/,
      damage: () => writeFileSync(file, readFileSync(file).fill(0xa5, 8192)),
    },
    {
      what: "that is cut",
      says: /damaged/,
      damage: () => writeFileSync(file, readFileSync(file).subarray(0, statSync(file).size - 8192)),
    },
    {
      what: "of a newer hub",
      says: /newer hub \(schema 99; /,
      damage: () => change(file, (db) => db.pragma("user_version = 99")),
    },
    {
      what: "with a trigger in it",
      says: /oops is not of this hub/,
      damage: () =>
        change(file, (db) => db.exec("CREATE TRIGGER oops AFTER INSERT ON journal BEGIN DELETE FROM chunks; END")),
    },
    {
      what: "with a table that is not ours",
      says: /extra is not as this hub makes it/,
      damage: () => change(file, (db) => db.exec("CREATE TABLE extra (a)")),
    },
    { what: "that is something else", says: /no copy of a hub's data/, damage: () => writeFileSync(file, "hello") },
    { what: "that is not there", says: /There is no file/, damage: () => rmSync(file) },
    {
      what: "that is a running hub's database without its log",
      says: /has a log beside it/,
      damage: () => writeFileSync(`${file}-wal`, "x"),
    },
  ];
  it.each(damages)("[SQ56] is no copy $what, and nothing is left behind", async ({ says, damage }) => {
    if (good) writeFileSync(file, good);
    else {
      await copied(900);
      good = readFileSync(file);
    }
    damage();
    const folder = join(place, "data");
    await expect(restore(file, folder, readHere)).rejects.toThrow(says);
    const left = readdirSync(place).includes("data") ? readdirSync(folder) : [];
    expect(left.filter((name) => name !== "hub.lock")).toEqual([]);
  });

  it("[SQ57] goes where no data is, and takes the place of none", async () => {
    await copied(90);
    const before = readFileSync(disk.file());
    await expect(restore(file, disk.folder, readHere)).rejects.toThrow(
      /is there: a copy is restored only where no data/,
    );
    expect(readFileSync(disk.file())).toEqual(before);
    await disk.open();
    rmSync(disk.file());
    await expect(restore(file, disk.folder, readHere)).rejects.toThrow(/Another hub is using the data/);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    "[SQ58] from a copy of schema %i is of this one, with all that it held",
    async (version) => {
      const old = gunzipSync(readFileSync(new URL(`schema-${version}.db.gz`, import.meta.url)));
      writeFileSync(disk.file(), old);
      // No hub has brought it to this schema yet, and the copy has the schema that it has.
      await backUpAtRest({ file, force: false, data: disk.folder }, verifierUrl);
      expect(look(file, (db) => db.pragma("user_version", { simple: true }))).toBe(version);
      const before = readFileSync(file);
      const folder = join(place, "data");
      const made = await restore(file, folder, readHere);
      expect(made.readings).toBeGreaterThan(90);
      expect(readFileSync(file)).toEqual(before);
      expect(look(join(folder, "hub.db"), (db) => db.pragma("user_version", { simple: true }))).toBe(schemaVersion);
      const state = await disk.open({ folder });
      expect(state.recovered).toBe(false);
      expect(state.series.reduce((sum, { count }) => sum + count, 0)).toBe(made.readings);
    },
  );
});
