/** Databases of older hubs, written by the hub as it was right before the next schema, and closed in good order. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { schemaVersion } from "../../../server/store/sqlite/schema.ts";
import type { SqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import { batchOf, columnsOf, everything, type Row, rowsOf, World } from "../world.ts";
import { buildWorker, inspect, type SqliteEngine, sqliteEngine } from "./engine.ts";
import { deletedOfSchema3, lateOfSchema3, rowsOfSchema3 } from "./schema-3.ts";
import { deletedOfSchema4, lastOfSchema4, lateOfSchema4, rowsOfSchema4 } from "./schema-4.ts";
import * as of6 from "./schema-6.ts";

await buildWorker();

const at = Date.UTC(2026, 10, 24);
const at2 = Date.UTC(2026, 10, 25);
const epoch = "67f7d6b0-8f97-414a-a6df-c4da71d17983";
const schema1 = fixture("schema-1.db.gz");
/** Its last three commits are whole in the journal, though readings of the first were deleted after them. */
const schema2 = fixture("schema-2.db.gz");
const schema3 = fixture("schema-3.db.gz");
/** One with tiers that the hub of schema 4 made, and the same as one of schema 5 made them anew. */
const withTiers = { 4: fixture("schema-4.db.gz"), 5: fixture("schema-5.db.gz") };
const schema6 = fixture("schema-6.db.gz");
const temperatures = Array.from({ length: 100 }, (_, index): Row => [at + index * 1_000, index / 10]);

let engine: SqliteEngine;
let world: World;

function fixture(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(name, import.meta.url)));
}

function use(database: Buffer): void {
  writeFileSync(join(engine.folder, "hub.db"), database);
}

beforeEach(() => {
  engine = sqliteEngine();
  world = new World(engine);
  use(schema1);
  // The lock tells that a hub has been here.
  writeFileSync(join(engine.folder, "hub.lock"), "");
});

afterEach(() => world.end());

const version = () => inspect(engine.folder, (db) => db.pragma("user_version", { simple: true }));
const tables = () =>
  inspect(engine.folder, (db) => db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all());

async function lookWhole(): Promise<void> {
  const { store } = world;
  expect(await world.raw(everything(1))).toEqual(temperatures);
  const burning = await store.readRaw(everything(2), 10);
  expect([...burning.times, ...burning.values]).toEqual([at, at + 60_000, 1, 0]);
  const door = await store.readRaw(everything(3), 10);
  expect(Array.from(door.values, (index) => door.strings[index])).toEqual(["open", "shut"]);
  expect(await world.raw(everything(4))).toEqual([]);
  expect(await world.buckets(everything(1), 60_000, at)).toMatchObject([{ count: 60 }, { count: 40, last: 9.9 }]);
  expect(await store.lastSeq("boiler-1", "first")).toBe(12);
  expect(await store.lastSeq("site/door", "s")).toBe(3);
  expect(await store.lastSeq("gone", "first")).toBe(0);
  expect(await store.refusals("boiler-1")).toEqual([
    { ...{ device: "boiler-1", atMs: at, code: "invalid_value" }, message: "no number", row: expect.any(String) },
  ]);
}

it("[SQ26] finds everything in a database of schema 1, and keeps presence in it from now on", async () => {
  expect(version()).toBe(1);
  const state = await world.open();
  expect(state).toMatchObject({ epoch, commit: 2, nextSeries: 5, recovered: false });
  expect(state).toMatchObject({ nextPresence: 1, aliveMs: at + 60_000 });
  expect(state.devices).toEqual([{ device: "boiler-1", firstSeenMs: at, meta: { said: { name: "Boiler" } } }]);
  expect(state.metrics).toEqual([{ device: "boiler-1", metric: "temperature", meta: { said: { unit: "°C" } } }]);
  expect(state.series.map(({ series, count }) => [series, count])).toEqual([
    [1, 100],
    [2, 2],
    [3, 2],
  ]);
  await lookWhole();
  const change = { device: "boiler-1", number: 1, atMs: at, state: "online", reason: "connected", sinceMs: at };
  await world.store.appendPresence([change], at + 90_000);
  await world.store.append(batchOf({ marks: [{ device: "new", session: "s", seq: 1 }] }));
  expect(await world.reopen()).toMatchObject({ epoch, commit: 3, nextPresence: 2, aliveMs: at + 90_000 });
  await lookWhole();
  expect(await world.store.readPresence("boiler-1")).toEqual([change]);
  expect(version()).toBe(schemaVersion);
});

it("[SQ26] leaves schema 1 whole where the migration breaks off in the middle, and does it at the next start", async () => {
  // Met by the last statement but one of the migration, when the new table is there already.
  inspect(engine.folder, (db) => db.exec("INSERT INTO meta VALUES ('next_presence', 'x')"));
  await expect(world.open()).rejects.toThrow(/UNIQUE constraint failed: meta.key/);
  expect(version()).toBe(1);
  expect(tables()).not.toContain("presence");
  inspect(engine.folder, (db) => db.exec("DELETE FROM meta WHERE key = 'next_presence'"));
  await world.open();
  await lookWhole();
  expect(tables()).toContain("presence");
  expect(version()).toBe(schemaVersion);
});

it("[SQ26] leaves schema 1 whole where another program holds the database, and says so", async () => {
  const letGo = world.fail();
  await expect(world.open()).rejects.toThrow(/locked/);
  letGo();
  expect(version()).toBe(1);
  await world.open();
  await lookWhole();
});

it("[SQ27] keeps presence in a table that any tool reads, and in a disk with too little room what is of the hub itself alone", async () => {
  await world.open();
  const change = { device: "boiler-1", number: 1, atMs: at, state: "online", reason: "connected", sinceMs: at };
  await world.store.appendPresence([change], at);
  expect(inspect(engine.folder, (db) => db.prepare("SELECT * FROM presence").all())).toEqual([
    { device: "boiler-1", number: 1, at_ms: at, state: "online", reason: "connected", since_ms: at },
  ]);
  await world.store.close();
  const full = sqliteEngine({ folder: engine.folder, minFreeBytes: Number.MAX_SAFE_INTEGER }).create();
  await full.open();
  const ofHub = { ...change, device: " ", number: 3, state: "refusing", reason: "storage_full" };
  for (const changes of [[{ ...change, number: 2 }], [ofHub, { ...change, number: 2 }]])
    await expect(full.appendPresence(changes, at)).rejects.toMatchObject({ code: "storage_full" });
  await full.appendPresence([ofHub], at);
  await full.appendPresence([], at);
  expect([await full.readPresence("boiler-1"), await full.readPresence(" ")]).toEqual([[change], [ofHub]]);
  await full.close();
});

it.each([
  { of: "a hub that noted no deletion", noted: undefined },
  // What one build noted another one on the same schema did not know of, and may have deleted since.
  { of: "hubs of which not each noted them", noted: "0" },
])("[SQ26] finds everything in a database of schema 2 of $of, and gives nothing back from before it", async (one) => {
  use(schema2);
  if (one.noted !== undefined) {
    inspect(engine.folder, (db) => db.prepare("INSERT INTO meta VALUES ('whole_after', ?)").run(one.noted));
  }
  expect(version()).toBe(2);
  const state = await world.open();
  expect(state).toMatchObject({ commit: 3, nextSeries: 3, recovered: false, nextPresence: 2, aliveMs: at2 + 100_000 });
  const left = temperatures.flatMap(([time, value], index): Row[] =>
    index >= 50 && index < 55 ? [] : [[time - at + at2, value]],
  );
  expect(await world.raw(everything(1))).toEqual(left);
  expect(await world.store.readPresence("boiler-1")).toMatchObject([{ number: 1, state: "online" }]);
  expect(await world.store.lastSeq("boiler-1", "first")).toBe(8);
  expect(await world.store.recent(1e6, 0)).toEqual({ afterCommit: 4, commits: [] });
  await world.store.append(batchOf({}));
  await world.store.append(batchOf({ columns: columnsOf(1, [[at2 + 200_000, 1]]) }));
  await world.reopen();
  const { afterCommit, commits } = await world.store.recent(1e6, 0);
  expect([afterCommit, commits.map(({ commit }) => commit)]).toEqual([4, [5]]);
  expect(version()).toBe(schemaVersion);
});

it("[SQ26] finds every reading of a database of schema 3: in chunks of format 1, in its journal, late, deleted, of each type", async () => {
  use(schema3);
  expect(version()).toBe(3);
  const state = await world.open();
  expect(state).toMatchObject({ commit: 22, nextSeries: 6, recovered: false, nextPresence: 2 });
  expect(state.series).toHaveLength(5);
  const { fromMs, toMs } = deletedOfSchema3;
  const temperatures = new Map([...rowsOfSchema3(1), ...lateOfSchema3()]);
  const left = [...temperatures].filter(([time]) => time < fromMs || time >= toMs).sort(([a], [b]) => a - b);
  for (const moved of [false, true]) {
    for (const { series, type } of state.series) {
      const page = await world.store.readRaw(everything(series), 3_000);
      expect(rowsOf(page, type)).toEqual(series === 1 ? left : rowsOfSchema3(series));
    }
    expect(await world.store.lastSeq("boiler-1", "first")).toBe(20);
    // Read again once all of it is sealed as this hub seals.
    if (!moved) await (world.store as SqliteStore).sealAll();
  }
  expect(version()).toBe(schemaVersion);
  expect(tables()).toEqual(expect.arrayContaining(["tiers", "rolled", "stale", "usage"]));
});

it.each([
  { schema: 4, changed: 2 },
  { schema: 5, changed: 0 },
] as const)(
  "[SQ26] finds every reading of a database of schema $schema, and its tiers tell the same, also where something changed after they were made",
  async ({ schema, changed }) => {
    use(withTiers[schema]);
    expect(version()).toBe(schema);
    const stale = () => inspect(engine.folder, (db) => db.prepare("SELECT count(*) FROM stale").pluck().get());
    expect(stale()).toBe(changed);
    expect(await world.open()).toMatchObject({ commit: 53, nextSeries: 2, recovered: false, nextPresence: 2 });
    const { fromMs, toMs } = deletedOfSchema4;
    const left = [...rowsOfSchema4(), ...lateOfSchema4, lastOfSchema4].filter(
      ([time]) => time < fromMs || time >= toMs,
    );
    left.sort(([a], [b]) => a - b);
    const hours = new Map<number, number[]>();
    for (const [time, value] of left) {
      const hourMs = Math.floor(time / 3_600_000) * 3_600_000;
      hours.set(hourMs, [...(hours.get(hourMs) ?? []), value as number]);
    }
    const expected = [...hours].map(([times, values]) => ({
      ...{ times, count: values.length, first: values[0], last: values.at(-1) },
      ...{ min: Math.min(...values), max: Math.max(...values) },
    }));
    for (const renewed of [false, true]) {
      expect(await world.raw(everything(1))).toEqual(left);
      expect(await world.buckets(everything(1), 3_600_000)).toMatchObject(expected);
      // Asked again once the tiers are made anew.
      if (!renewed) await (world.store as SqliteStore).sealAll();
    }
    expect(stale()).toBe(0);
    expect(version()).toBe(schemaVersion);
  },
);

it("[SQ26] finds all that a database of schema 6 holds, tiers and settings too, adds tables to it, and changes no other", async () => {
  // Nothing that is done at rest: what it changes then is not of the migration.
  world = new World(sqliteEngine({ folder: engine.folder, restMs: 3_600_000 }));
  use(schema6);
  expect(version()).toBe(6);
  const untouched = ["chunks", "sealed", "tiers", "rolled", "holes", "looked", "policies", "aliases", "quarantine"];
  const look = () =>
    inspect(engine.folder, (db) => untouched.map((table) => db.prepare(`SELECT * FROM ${table}`).all()));
  const objects = () =>
    inspect(engine.folder, (db) => db.prepare("SELECT name, sql FROM sqlite_schema").all() as { name: string }[]);
  const [rows, made] = [look(), objects()];
  const mask = { ...of6.maskOfSchema6, id: 1 };
  for (const _ of ["migrated", "opened again"]) {
    const state = await (world.state ? world.reopen() : world.open());
    expect(look()).toEqual(rows);
    expect(state).toMatchObject({ commit: 7, nextSeries: 3, recovered: false, nextPresence: 2, masks: [mask] });
    expect(state.devices).toEqual([of6.deviceOfSchema6]);
    expect(state.metrics).toEqual([of6.metricOfSchema6]);
    const renamed = { device: "site/door", metric: "dor", toDevice: "site/door", toMetric: "open" };
    expect(state.aliases).toEqual([renamed]);
    expect(state.latest).toMatchObject([{ series: 1 }, { series: 2, value: false }]);
    const { store } = world;
    const all = await store.readRaw({ ...everything(1), withHidden: true }, 100_000);
    expect(rowsOf(all, "number")).toEqual(of6.powerOfSchema6());
    const { fromMs, toMs } = mask;
    const shown = of6.powerOfSchema6().filter(([time]) => time < fromMs || time >= toMs);
    const hours = await world.buckets(everything(1), 3_600_000);
    expect(hours.reduce((sum, { count }) => sum + count, 0)).toBe(shown.length);
    expect(rowsOf(await store.readRaw(everything(2), 10), "boolean")).toEqual(of6.doorOfSchema6);
    expect(await store.lastSeq("boiler-1", "first")).toBe(of6.markOfSchema6.seq);
    expect(await store.readPresence("boiler-1")).toEqual([of6.presenceOfSchema6]);
    expect(await store.retention.policies()).toEqual(of6.policiesOfSchema6);
    const aside = { rows: [{ ...of6.asideOfSchema6, id: 1 }], count: 1, lost: 3 };
    expect(await store.quarantine.list("boiler-1", 10, 10)).toEqual(aside);
    expect(await store.ledger.looked()).toEqual([{ series: 1, ...of6.lookedOfSchema6 }]);
    const ends = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
    expect(await store.ledger.read([2], ...ends, 10)).toEqual([of6.holesOfSchema6]);
    expect(await store.access.load()).toEqual({ people: [], sessions: [], tokens: [] });
    expect(await store.access.audit(undefined, 10)).toEqual([]);
  }
  expect(version()).toBe(schemaVersion);
  const added = objects().filter(({ name }) => !name.startsWith("sqlite_") && !made.some((one) => one.name === name));
  expect(objects()).toEqual(expect.arrayContaining(made));
  expect(added.map(({ name }) => name).sort()).toEqual(["audit", "people", "sessions", "sessions_by_person", "tokens"]);
  await world.store.close();
  // As a hub of schema 6 kept it: what a person said the data may take.
  world.store = sqliteEngine({ folder: engine.folder, budget: "said" }).create();
  await world.open();
  expect((await world.store.stats()).budget).toBe(of6.budgetOfSchema6);
});
