/** Readings that a newer hub wrote are no damage: they are named as what they are, and every file stays as it is. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { buildWorker, inspect } from "./sqlite/engine.ts";
import { StoreFolder } from "./sqlite/store-folder.ts";
import { batchOf, columnsOf, everything } from "./world.ts";

const disk = new StoreFolder(await buildWorker());

/** What holds data; the index of the log (`-shm`) is made by whoever looks into it. */
const files = () => [readFileSync(disk.file()), readFileSync(disk.file("-wal"))];

/** A store of 20 readings, sealed where `sealed`, the files as after a kill. */
async function fill(sealed: boolean): Promise<void> {
  await disk.open();
  const newSeries = [{ series: 1, device: "d", metric: "m", type: "number" as const }];
  for (let time = 1; time <= 20; time++) {
    await disk.store.append(
      batchOf({ newSeries: time === 1 ? newSeries : [], columns: columnsOf(1, [[time, time / 3]]) }),
    );
    if (sealed && time === 10) await disk.store.sealAll();
  }
  const left = ["", "-wal"].map((suffix) => [suffix, readFileSync(disk.file(suffix))] as const);
  await disk.store.close();
  for (const [suffix, bytes] of left) writeFileSync(disk.file(suffix), bytes);
}

/** Changes the database and leaves the log: it is not the last connection that closes. */
function change(sql: string, ...values: unknown[]): void {
  const witness = new Database(disk.file(), { readonly: true });
  witness.pragma("schema_version");
  inspect(disk.folder, (db) => db.prepare(sql).run(...values));
  witness.close();
}

function blobOf(sql: string): Buffer {
  const witness = new Database(disk.file(), { readonly: true });
  const blob = witness.prepare(sql).pluck().get() as Buffer;
  witness.close();
  return blob;
}

/** A blob as the next version may be: with a checksum that this one does not understand. */
function newer(blob: Buffer): Buffer {
  const changed = Buffer.from(blob);
  changed[0] = (changed[0] as number) + 1;
  changed[3] = (changed[3] as number) ^ 0xff;
  return changed;
}

it.each([
  { what: "a newer schema", says: /newer hub \(schema 99; /, make: () => change("PRAGMA user_version = 99") },
  {
    what: "a journal entry of a newer version",
    says: /newer hub \(journal version 2; this hub knows 1\)/,
    make: () =>
      change(
        "UPDATE journal SET entry = ? WHERE commit_number = 20",
        newer(blobOf("SELECT entry FROM journal WHERE commit_number = 20")),
      ),
  },
])("[SQ5] $what refuses the start in one sentence, and every file stays as it is, its log too", async (one) => {
  await fill(false);
  one.make();
  const before = files();
  expect(before[1]?.length).toBeGreaterThan(0);
  for (const _ of [1, 2]) {
    const reason = { reason: "newer_schema", message: expect.stringMatching(one.says) };
    await expect(disk.open()).rejects.toMatchObject(reason);
    await disk.store.close();
    expect(files()).toEqual(before);
  }
  expect([disk.troubles, disk.fatal]).toEqual([[], []]);
  expect(readdirSync(disk.folder).filter((name) => /corrupt|damage/.test(name))).toEqual([]);
});

it("[SQ5] a damaged version alone is damage, not a newer hub: the rest of the entry is that of this version", async () => {
  await fill(false);
  const entry = blobOf("SELECT entry FROM journal WHERE commit_number = 20");
  entry[0] = 3;
  change("UPDATE journal SET entry = ? WHERE commit_number = 20", entry);
  await disk.open();
  expect(disk.troubles).toEqual([expect.stringMatching(/damaged.*put aside/)]);
});

it("[SQ5] a chunk of a newer version is named as such in the answer, and the hub goes on beside it", async () => {
  await fill(true);
  const chunk = blobOf("SELECT readings FROM chunks");
  change("UPDATE chunks SET readings = ?", newer(chunk));
  await disk.open();
  const refusal = { code: "internal", retryable: false, message: expect.stringMatching(/newer hub \(chunk version 3/) };
  await expect(disk.store.readRaw(everything(1), 50)).rejects.toMatchObject(refusal);
  await expect(disk.store.deleteReadings([{ series: 1, fromMs: 5, toMs: 7 }])).rejects.toMatchObject(refusal);
  await disk.store.append(batchOf({ columns: columnsOf(1, [[100, 1]]) }));
  await disk.store.sealAll();
  expect((await disk.store.readRaw({ series: 1, fromMs: 11, toMs: 200 }, 50)).times).toHaveLength(11);
  await disk.store.close();
  expect(disk.fatal).toEqual([]);
  for (const trouble of disk.troubles) expect(trouble).not.toMatch(/damaged/);
  expect(readdirSync(disk.folder).filter((name) => /corrupt|damage/.test(name))).toEqual([]);
  expect(
    inspect(disk.folder, (db) => db.prepare("SELECT readings FROM chunks ORDER BY id LIMIT 1").pluck().get()),
  ).toEqual(newer(chunk));
});
