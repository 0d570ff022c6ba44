/** What a start does with damaged files: put aside together, or refused, and never taken for a new store. */
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { checkDatabase } from "../../server/store/sqlite/checker.ts";
import { buildWorker, inspect } from "./sqlite/engine.ts";
import { StoreFolder } from "./sqlite/store-folder.ts";
import { batchOf, columnsOf, everything } from "./world.ts";

const disk = new StoreFolder(await buildWorker());

const aside = () => readdirSync(disk.folder).filter((name) => name.includes(".corrupt."));

/** A store of `count` readings; the files as after a kill where `killed`. Answers its epoch. */
async function fill(count: number, killed: boolean): Promise<string> {
  const { epoch } = await disk.open();
  const newSeries = [{ series: 1, device: "d", metric: "m", type: "number" as const }];
  for (let time = 1; time <= count; time++) {
    await disk.store.append(
      batchOf({ newSeries: time === 1 ? newSeries : [], columns: columnsOf(1, [[time, time / 3]]) }),
    );
  }
  const files = ["", "-wal", "-shm"].map((suffix) => [suffix, readFileSync(disk.file(suffix))] as const);
  await disk.store.close();
  if (killed) for (const [suffix, bytes] of files) writeFileSync(disk.file(suffix), bytes);
  return epoch;
}

/** Begun anew: works, is empty, says why, and has the old files beside it. */
async function expectBegunAnew(reason: RegExp, names: readonly string[]): Promise<void> {
  const state = await disk.open();
  expect(state.series).toEqual([]);
  expect(disk.troubles).toEqual([expect.stringMatching(reason)]);
  expect(disk.troubles[0]).toContain("was put aside as");
  expect(
    aside()
      .map((name) => name.replace(/\.corrupt\..*/, ""))
      .sort(),
  ).toEqual(names);
  expect(new Set(aside().map((name) => name.replace(/.*\.corrupt\./, ""))).size).toBe(1);
  const newSeries = [{ series: 1, device: "d", metric: "m", type: "number" as const }];
  await disk.store.append(batchOf({ newSeries, columns: columnsOf(1, [[1, 1]]) }));
  expect((await disk.store.readRaw(everything(1), 10)).times).toHaveLength(1);
}

describe("a damaged database", () => {
  const damages: readonly { what: string; reason: RegExp; names: readonly string[]; damage: () => void }[] = [
    {
      what: "with garbage for its pages",
      ...{ reason: /damaged/, names: ["hub.db"] },
      damage: () => writeFileSync(disk.file(), readFileSync(disk.file()).fill(0xa5, 4096)),
    },
    {
      what: "with a bad header",
      ...{ reason: /beginning .* is damaged/, names: ["hub.db"] },
      damage: () => writeFileSync(disk.file(), readFileSync(disk.file()).fill(0, 0, 32)),
    },
    { what: "without a byte", reason: /is empty/, names: ["hub.db"], damage: () => truncateSync(disk.file(), 0) },
    {
      what: "that is cut",
      ...{ reason: /damaged/, names: ["hub.db"] },
      damage: () => truncateSync(disk.file(), 3 * 4096 + 77),
    },
    {
      what: "whose version was lost",
      ...{ reason: /version is gone/, names: ["hub.db"] },
      damage: () => inspect(disk.folder, (db) => db.pragma("user_version = 0")),
    },
    {
      what: "that lacks a table",
      ...{ reason: /damaged \(no such table/, names: ["hub.db"] },
      damage: () => inspect(disk.folder, (db) => db.exec("DROP TABLE marks")),
    },
    {
      what: "with a hole in its journal",
      ...{ reason: /commit 3 follows where 2 should/, names: ["hub.db"] },
      damage: () => inspect(disk.folder, (db) => db.exec("DELETE FROM journal WHERE commit_number = 2")),
    },
    // One bit tells the kind of a value in a row: bytes become a text, or a number.
    {
      what: "with a text in its journal",
      ...{ reason: /commit 3 is no entry of the journal/, names: ["hub.db"] },
      damage: () => inspect(disk.folder, (db) => db.exec("UPDATE journal SET entry = 'x' WHERE commit_number = 3")),
    },
    ...["7", "'x'", "x'00'"].map((value) => ({
      what: `whose newest value is ${value}`,
      ...{ reason: /newest value of a series of type number is none/, names: ["hub.db"] },
      damage: () =>
        inspect(disk.folder, (db) => db.exec(`INSERT OR REPLACE INTO sealed VALUES (1, 1, 1, 1, 1, ${value}, 0)`)),
    })),
    {
      what: "with half of what a device said",
      ...{ reason: /what is known of d cannot be read/, names: ["hub.db"] },
      damage: () => inspect(disk.folder, (db) => db.exec(`INSERT INTO devices VALUES ('d', 0, '{"name":')`)),
    },
  ];

  it.each(damages)("[SQ24] $what is put aside, and the hub begins anew and says so", async (one) => {
    await fill(20, false);
    one.damage();
    await expectBegunAnew(one.reason, one.names);
  });

  it.each(damages)("[SQ24] $what is left alone with --on-corrupt refuse", async (one) => {
    await fill(20, false);
    one.damage();
    const before = readFileSync(disk.file());
    await expect(disk.open({ onCorrupt: "refuse" })).rejects.toMatchObject({
      ...{ reason: "corrupt", message: expect.stringMatching(/backup, .*--on-corrupt rename\.$/) },
    });
    expect(aside()).toEqual([]);
    expect(readFileSync(disk.file()).equals(before)).toBe(true);
  });

  it("[SQ24] that is sound and was rebuilt with other pages is refused with advice, and never put aside", async () => {
    await fill(20, false);
    inspect(disk.folder, (db) => {
      db.pragma("journal_mode = DELETE");
      db.pragma("page_size = 8192");
      db.exec("VACUUM");
    });
    await expect(disk.open()).rejects.toMatchObject({
      message: expect.stringMatching(/8192.*page_size = 4096.*VACUUM/),
    });
    expect(aside()).toEqual([]);
  });

  it("[SQ24] is put aside together with its log", async () => {
    await fill(20, true);
    truncateSync(disk.file(), 0);
    await expectBegunAnew(/is empty and its log is there/, ["hub.db", "hub.db-shm", "hub.db-wal"]);
  });

  it("[SQ24] that is gone leaves a log that is not taken for nothing", async () => {
    await fill(20, true);
    rmSync(disk.file());
    await expectBegunAnew(/is gone and its log is there/, ["hub.db-shm", "hub.db-wal"]);
  });

  it("[SQ24] of someone else is refused at the second try as at the first, and never renamed", async () => {
    writeFileSync(disk.file(), "these are the notes of a person, and no database at all".repeat(200));
    for (const _ of [1, 2]) {
      await expect(disk.open()).rejects.toMatchObject({ reason: "not_a_store" });
      await disk.store.close();
    }
    expect(readdirSync(disk.folder)).toEqual(["hub.db"]);
  });
});

describe("after an unclean stop", () => {
  it("[SQ24] a sound database is looked through and goes on", async () => {
    await fill(20, true);
    expect((await disk.open()).recovered).toBe(true);
    await expect.poll(() => disk.store.readRaw(everything(1), 50)).toMatchObject({ nextFromMs: null });
    expect([disk.troubles, disk.fatal, aside()]).toEqual([[], [], []]);
  });

  it("[SQ24] a log larger than any buffer is read like any other", async () => {
    await fill(20, true);
    truncateSync(disk.file("-wal"), 2 ** 31 + 2 ** 20);
    expect(await disk.open()).toMatchObject({ recovered: true, commit: 20 });
    expect((await disk.store.readRaw(everything(1), 50)).times).toHaveLength(20);
    expect([disk.troubles, disk.fatal, aside()]).toEqual([[], [], []]);
  });

  /** Where nothing but a look through all tables meets it. */
  function damageQuietly(): void {
    inspect(disk.folder, (db) => {
      db.exec("UPDATE meta SET value = '0' WHERE key = 'clean'");
      const root = db
        .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'refusals_by_device'")
        .pluck()
        .get() as number;
      db.close();
      const bytes = readFileSync(disk.file());
      writeFileSync(disk.file(), bytes.fill(0xa5, (root - 1) * 4096, root * 4096));
    });
  }

  async function expectFound(): Promise<void> {
    await vi.waitFor(() => expect(disk.fatal).toHaveLength(1), 60_000);
    expect(disk.fatal[0]).toMatch(/damaged \(.*refusals.*next start/);
    await disk.store.close();
  }

  it("[SQ89] a close ends the look through the tables, however long one takes, and the next start looks again", async () => {
    await fill(20, false);
    damageQuietly();
    const verifierUrl = new URL("./sqlite/endless-look.mjs", import.meta.url);
    await disk.open({ verifierUrl });
    // That the log is not there either.
    disk.troubles = [];
    const said = disk.file(".looking");
    await vi.waitFor(() => expect(existsSync(said)).toBe(true), 60_000);
    const looking = Number(readFileSync(said, "utf8"));
    await disk.store.close();
    expect(() => process.kill(looking, 0)).toThrow(/ESRCH/);
    expect([existsSync(disk.file("-wal")), disk.troubles, disk.fatal]).toEqual([false, [], []]);
    expect((await disk.open()).recovered).toBe(false);
    await expectFound();
    expect(existsSync(disk.file(".unchecked"))).toBe(false);
  });

  it("[SQ89] one that could not be made is told, and made at the next start, which is the last where nothing is found", async () => {
    await fill(20, true);
    await disk.open({ verifierUrl: new URL("file:///not/there.js") });
    await vi.waitFor(() => expect(disk.troubles).toHaveLength(1), 60_000);
    expect(disk.troubles[0]).toMatch(/could not be looked through/);
    await disk.store.close();
    expect((await disk.open()).recovered).toBe(false);
    await vi.waitFor(() => expect(existsSync(disk.file(".unchecked"))).toBe(false), 60_000);
    expect([disk.troubles.length, disk.fatal]).toEqual([1, []]);
  });

  it("[SQ24] damage that no question met is found beside the running hub, which ends; the next start puts it aside", async () => {
    await fill(20, false);
    damageQuietly();
    await disk.open();
    await expectFound();
    expect(existsSync(disk.file(".damage"))).toBe(true);
    disk.troubles = [];
    await expectBegunAnew(/refusals/, ["hub.db", "hub.db-shm", "hub.db-wal", "hub.db.damage"]);
  });

  it("[SQ24] an index that lacks what its table has is damage: what is asked for by it would not be there", async () => {
    await fill(20, false);
    expect(checkDatabase(disk.file(), 1_000)).toBeNull();
    inspect(disk.folder, (db) => {
      const sql = db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'refusals_by_device'").pluck().get() as string;
      db.exec("INSERT INTO refusals (device, at_ms, code, message, row) VALUES ('d', 0, '', '', '')");
      db.exec("DROP INDEX refusals_by_device");
      db.exec(sql.replace("(device", "(device || 'x'"));
      db.unsafeMode();
      db.pragma("writable_schema = ON");
      db.prepare("UPDATE sqlite_schema SET sql = ? WHERE name = 'refusals_by_device'").run(sql);
    });
    expect(checkDatabase(disk.file(), 1_000)).toMatch(/in the table refusals: row 1 missing from index/);
  });

  it("[SQ24] a suspicion that is not confirmed is dropped: a backup may stand in the place by then", async () => {
    await fill(3, false);
    writeFileSync(disk.file(".damage"), "as an earlier run left it");
    await disk.open();
    expect((await disk.store.readRaw(everything(1), 10)).times).toHaveLength(3);
    expect([existsSync(disk.file(".damage")), disk.troubles, aside()]).toEqual([false, [], []]);
  });

  it("[SQ24] a log that is gone is said, and makes another epoch: numbers of before may be given out again", async () => {
    const epoch = await fill(20, true);
    rmSync(disk.file("-wal"));
    rmSync(disk.file("-shm"));
    const state = await disk.open();
    expect(disk.troubles).toEqual([expect.stringMatching(/-wal is not there/)]);
    expect(state.epoch).not.toBe(epoch);
  });
});

describe("a log that is damaged in the middle", () => {
  it.each([
    { what: "in a page", at: 0.4 },
    { what: "in its header", at: 0 },
  ])("[SQ24] $what: the loss is told, and what lies before is there", async ({ at }) => {
    const epoch = await fill(40, true);
    const log = readFileSync(disk.file("-wal"));
    const place = Math.floor(log.length * at) + 20;
    log[place] = (log[place] as number) ^ 4;
    writeFileSync(disk.file("-wal"), log);
    const state = await disk.open();
    expect(disk.troubles).toEqual([expect.stringMatching(/-wal is damaged, and readings of \d+ commits/)]);
    expect(state.epoch).not.toBe(epoch);
    const { times } = await disk.store.readRaw(everything(1), 50);
    expect([...times]).toEqual(Array.from(times, (_, index) => index + 1));
    expect(times.length).toBeLessThan(40);
  });

  it("[SQ24] at its end, as a loss of power leaves it, is nothing to tell", async () => {
    await fill(40, true);
    const log = readFileSync(disk.file("-wal"));
    log[log.length - 100] = (log[log.length - 100] as number) ^ 4;
    writeFileSync(disk.file("-wal"), log);
    await disk.open();
    expect(disk.troubles).toEqual([]);
    expect((await disk.store.readRaw(everything(1), 50)).times).toHaveLength(39);
  });
});

describe("files that are taken away from under a running store", () => {
  it.each(["", "-wal"])("[SQ24] hub.db%s: nothing more is acknowledged", async (suffix) => {
    await fill(3, false);
    await disk.open();
    await disk.store.append(batchOf({ columns: columnsOf(1, [[100, 1]]) }));
    rmSync(disk.file(suffix));
    const refusal = { code: "internal", retryable: false, message: expect.stringContaining("deleted or replaced") };
    await expect(disk.store.append(batchOf({ columns: columnsOf(1, [[101, 1]]) }))).rejects.toMatchObject(refusal);
    expect(disk.fatal).toHaveLength(1);
  });
});
