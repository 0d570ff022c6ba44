/** Who may use the hub, in a database that other programs see too. */
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { AccessChange, PersonRecord } from "../../../server/store/access.ts";
import { readBack } from "../../../server/store/sqlite/read-back.ts";
import { restore } from "../../../server/store/sqlite/restore.ts";
import { batchOf } from "../world.ts";
import { buildWorker, inspect, newFolder } from "./engine.ts";
import { StoreFolder } from "./store-folder.ts";

const disk = new StoreFolder(await buildWorker());
let place: string;

beforeEach(() => {
  place = newFolder();
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const at = Date.UTC(2026, 10, 27);
const oldDigest = "$scrypt$ln=15,r=8,p=1$b2xk$ZGlnZXN0IG9mIHRoZSBvbGQgcGFzc3dvcmQ";
const newDigest = "$scrypt$ln=15,r=8,p=1$bmV3$ZGlnZXN0IG9mIHRoZSBuZXcgcGFzc3dvcmQ";

const anna: PersonRecord = {
  ...{ id: "p1", name: "Ánna", role: "operator", devices: ["oven-*", "site/b"], password: oldDigest },
  ...{ disabled: false, createdMs: at },
};
const bob: PersonRecord = { ...anna, id: "p2", name: "Bob", role: "admin", devices: null, disabled: true };
const changes: readonly AccessChange[] = [
  { put: "person", record: anna },
  { put: "person", record: bob },
  {
    put: "session",
    record: {
      ...{ id: "s1", person: "p1", hash: "5e55", createdMs: at + 1, seenMs: at + 2, expiresMs: at + 3 },
      ...{ agent: "Firefox 150", address: "::1" },
    },
  },
  {
    put: "token",
    record: {
      ...{ id: "t1", kind: "device", name: "the oven", hash: "70ce", devices: ["oven-1"], alias: "oven", role: null },
      ...{ createdMs: at + 4, createdBy: "Bob", expiresMs: null, usedMs: at + 5, usedFrom: "10.0.0.7", replaces: null },
    },
  },
  {
    put: "audit",
    record: {
      ...{ atMs: at + 6, who: "Bob", address: "::1", action: "token.made", subject: "the oven" },
      details: { devices: ["oven-1"] },
    },
  },
];

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const rows = (table: string) => inspect(disk.folder, (db) => db.prepare(`SELECT * FROM ${table}`).all());
const person = (rest: Partial<PersonRecord>): AccessChange => ({ put: "person", record: { ...anna, ...rest } });
const names = async () => (await disk.store.access.load()).people.map(({ name }) => name);

it("[SQ91] keeps people, sessions, tokens and the log of changes in tables that any tool reads: times in ms, lists as JSON", async () => {
  await disk.open();
  await disk.store.access.apply(changes);
  expect(rows("people")).toEqual([
    {
      ...{ id: "p1", name: "Ánna", name_key: "ánna", role: "operator", devices: '["oven-*","site/b"]' },
      ...{ password: oldDigest, disabled: 0, created_ms: at },
    },
    {
      ...{ id: "p2", name: "Bob", name_key: "bob", role: "admin", devices: null },
      ...{ password: oldDigest, disabled: 1, created_ms: at },
    },
  ]);
  expect(rows("sessions")).toEqual([
    {
      ...{ id: "s1", person: "p1", hash: "5e55", created_ms: at + 1, seen_ms: at + 2, expires_ms: at + 3 },
      ...{ agent: "Firefox 150", address: "::1" },
    },
  ]);
  expect(rows("tokens")).toEqual([
    {
      ...{ id: "t1", kind: "device", name: "the oven", hash: "70ce", devices: '["oven-1"]', alias: "oven", role: null },
      ...{ created_ms: at + 4, created_by: "Bob", expires_ms: null, used_ms: at + 5, used_from: "10.0.0.7" },
      replaces: null,
    },
  ]);
  expect(rows("audit")).toEqual([
    {
      ...{ number: 1, at_ms: at + 6, who: "Bob", address: "::1", action: "token.made", subject: "the oven" },
      details: '{"devices":["oven-1"]}',
    },
  ]);
  // Nor does a person who takes rows away make a number come twice.
  inspect(disk.folder, (db) => db.exec("DELETE FROM audit"));
  await disk.store.access.apply(changes.slice(-1));
  expect(rows("audit")).toMatchObject([{ number: 2 }]);
});

it("[SQ92] takes changes where the disk has too little room for readings, and is on disk before it says so", async () => {
  await disk.open({ minFreeBytes: Number.MAX_SAFE_INTEGER });
  await expect(disk.store.append(batchOf({}))).rejects.toMatchObject({ code: "storage_full" });
  await disk.store.access.apply(changes);
  // The files as a kill at this moment would leave them.
  const left = ["", "-wal"].map((suffix) => [suffix, readFileSync(disk.file(suffix))] as const);
  await disk.store.close();
  for (const [suffix, bytes] of left) writeFileSync(disk.file(suffix), bytes);
  expect(await disk.open()).toMatchObject({ recovered: true });
  expect(await names()).toEqual(["Ánna", "Bob"]);
  expect(await disk.store.access.audit(undefined, 10)).toHaveLength(1);
});

it("[SQ93] keeps nothing of what another program's lock held up, and takes it when it comes again", async () => {
  await disk.open({ busyTimeoutMs: 50 });
  const other = new Database(disk.file());
  other.exec("BEGIN IMMEDIATE");
  await expect(disk.store.access.apply(changes)).rejects.toMatchObject({ code: "store_unavailable", retryable: true });
  expect(await names()).toEqual([]);
  other.close();
  await disk.store.access.apply(changes);
  expect(await names()).toEqual(["Ánna", "Bob"]);
});

it.each([
  { what: "which devices a person may see, cut short", sql: "UPDATE people SET devices = '[\"oven-' WHERE id = 'p1'" },
  { what: "which devices a person may see, as JSON's null", sql: "UPDATE people SET devices = 'null' WHERE id = 'p1'" },
  { what: "which devices a token is for, as no texts", sql: "UPDATE tokens SET devices = '[7]'" },
  { what: "a role that there is not", sql: "UPDATE people SET role = 'root' WHERE id = 'p1'" },
  { what: "a kind of token that there is not", sql: "UPDATE tokens SET kind = 'all'" },
  { what: "the role of a token", sql: "UPDATE tokens SET role = ''" },
])("[SQ94] makes no right of what is damaged: $what is told, and readings are taken beside it", async ({ sql }) => {
  await disk.open();
  await disk.store.access.apply(changes);
  inspect(disk.folder, (db) => db.exec(sql));
  const damaged = { code: "internal", retryable: false, message: expect.stringMatching(/is damaged on the disk/) };
  await expect(disk.store.access.load()).rejects.toMatchObject(damaged);
  await disk.store.append(batchOf({}));
  expect(disk.fatal).toEqual([]);
});

it("[SQ94] tells a damaged entry of the log, and goes on with those before it", async () => {
  await disk.open();
  await disk.store.access.apply([...changes, ...changes.slice(-1)]);
  inspect(disk.folder, (db) => db.exec("UPDATE audit SET details = '{' WHERE number = 2"));
  await expect(disk.store.access.audit(undefined, 10)).rejects.toMatchObject({
    message: expect.stringMatching(/entry 2 of the audit log cannot be read/),
  });
  expect(await disk.store.access.audit(2, 10)).toHaveLength(1);
  expect(disk.fatal).toEqual([]);
});

it("[SQ95] leaves no digest of a password that was changed, or of a person who is gone, in the file or in a copy", async () => {
  await disk.open();
  const { access } = disk.store;
  const many = Array.from({ length: 300 }, (_, index) => person({ id: `p${index}`, name: `P ${index}` }));
  await access.apply(many);
  await access.apply(
    many
      .flatMap((change) => ("put" in change && change.put === "person" ? [change.record] : []))
      .map(
        (record, index): AccessChange =>
          index % 2 === 0 ? { drop: "person", id: record.id } : person({ ...record, password: newDigest }),
      ),
  );
  const file = join(place, "copy.db");
  await disk.store.backup({ file, force: false });
  await disk.store.close();
  for (const path of [disk.file(), file]) {
    const bytes = readFileSync(path);
    expect(bytes.includes(newDigest)).toBe(true);
    expect(bytes.includes(oldDigest)).toBe(false);
  }
});

it("[SQ97] is its owner's alone: a new database, one that is brought to this schema, and no other one that somebody opened to others", async () => {
  const modes = () => ["", "-wal", "-shm"].map((suffix) => modeOf(disk.file(suffix)));
  await disk.open();
  await disk.store.close();
  chmodSync(disk.file(), 0o640);
  await disk.open();
  expect(modes()).toEqual(["640", "640", "640"]);
  await disk.store.close();
  writeFileSync(disk.file(), gunzipSync(readFileSync(new URL("schema-6.db.gz", import.meta.url))));
  chmodSync(disk.file(), 0o644);
  await disk.open();
  expect(modes()).toEqual(["600", "600", "600"]);
});

it("[SQ96] is in a copy, which is its owner's alone as the database is, and comes back as it was then", async () => {
  await disk.open();
  const { access } = disk.store;
  await access.apply(changes);
  const before = await access.load();
  for (const suffix of ["", "-wal", "-shm"]) expect(modeOf(disk.file(suffix))).toBe("600");
  const file = join(place, "copy.db");
  await disk.store.backup({ file, force: false });
  expect(modeOf(file)).toBe("600");
  // What is revoked after the copy was made is valid again once that is restored.
  await access.apply([{ drop: "token", id: "t1" }, person({ password: newDigest }), changes[4] as AccessChange]);
  await disk.store.close();
  // Whoever carried it somewhere else may have let others read it.
  chmodSync(file, 0o644);
  const folder = join(place, "data");
  await restore(file, folder, async (path) => readBack(path));
  expect(modeOf(join(folder, "hub.db"))).toBe("600");
  await disk.open({ folder });
  expect(await disk.store.access.load()).toEqual(before);
  await disk.store.access.apply(changes.slice(-1));
  expect((await disk.store.access.audit(undefined, 10)).map(({ number }) => number)).toEqual([2, 1]);
});
