import { rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { createDatabase } from "../../../server/store/sqlite/creation.ts";
import { settingsOf } from "../../../server/store/sqlite/options.ts";
import { Writer } from "../../../server/store/sqlite/writer.ts";
import { batchOf, columnsOf } from "../world.ts";
import { newFolder } from "./engine.ts";

it("[ST5] stores nothing behind a hole, even where the cause is gone before the refusal was heard", () => {
  const folder = newFolder();
  const fail = (message: string): never => {
    throw new Error(message);
  };
  createDatabase(join(folder, "hub.db"));
  const writer = new Writer(settingsOf({ folder, minFreeBytes: 0, busyTimeoutMs: 10 }, false), fail, fail);
  const newSeries = [{ series: 1, device: "d", metric: "m", type: "number" as const }];
  const append = (timeMs: number, generation: number) =>
    writer.append(batchOf({ newSeries, columns: columnsOf(1, [[timeMs, timeMs]]) }), generation);
  expect(append(1, 0).commit).toBe(1);

  const other = new Database(join(folder, "hub.db"));
  other.exec("BEGIN IMMEDIATE");
  expect(() => append(2, 0)).toThrow(/locked/);
  other.close();
  // Sent before the main thread knew of the refusal.
  expect(() => append(3, 0)).toThrow(/locked/);
  expect(append(4, 1).commit).toBe(2);

  const range = { series: 1, fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
  expect(writer.headRows(range)?.times).toEqual(Float64Array.of(1, 4));
  writer.close();
  rmSync(folder, { recursive: true, force: true });
});
