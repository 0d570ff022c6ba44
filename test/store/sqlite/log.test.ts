/** The write-ahead log between commits: it is moved into the database wherever it grows, and nobody spins where it cannot be. */
import { rmSync } from "node:fs";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createDatabase } from "../../../server/store/sqlite/creation.ts";
import { databasePath, settingsOf } from "../../../server/store/sqlite/options.ts";
import { Writer } from "../../../server/store/sqlite/writer.ts";
import { batchOf, columnsOf, everything } from "../world.ts";
import { newFolder } from "./engine.ts";

const mib = 2 ** 20;

let folder: string;
let writer: Writer;

beforeEach(() => {
  folder = newFolder();
  createDatabase(databasePath(folder));
  const fail = (message: string): never => expect.unreachable(message);
  writer = new Writer(settingsOf({ folder, minFreeBytes: 0 }, false), fail, fail);
});

afterEach(() => {
  writer.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One reading each of series 1 to `count`. */
function fill(count: number): void {
  const newSeries = Array.from({ length: count }, (_, index) => ({
    ...{ series: index + 1, device: "d", metric: `m${index}`, type: "number" as const },
  }));
  const rows = newSeries.map(({ series }) => columnsOf(series, [[1, series]]));
  writer.append(batchOf({ newSeries }), 0);
  for (const columns of rows) writer.append(batchOf({ columns }), 0);
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

it("[SQ29] stays short while series after series is deleted", async () => {
  fill(1_000);
  for (let series = 1; series <= 1_000; series++) {
    writer.deleteReadings([everything(series)]);
    await turn();
  }
  expect(writer.stats().walBytes).toBeLessThan(16 * mib);
});

it("[SQ30] lets the thread rest while a reader holds it and nothing comes in", async () => {
  fill(1);
  const reader = new Database(databasePath(folder), { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM meta").get();
  const rows = Array.from({ length: 5_000 }, (_, index) => [index, Math.sqrt(index)] as const);
  while (writer.stats().walBytes < 8 * mib) {
    writer.append(batchOf({ columns: columnsOf(1, rows) }), 0);
    await turn();
  }
  const turns = vi.spyOn(globalThis, "setImmediate");
  for (let waited = 0; waited < 100; waited++) await turn();
  const own = turns.mock.calls.length - 100;
  turns.mockRestore();
  reader.close();
  expect(own).toBeLessThan(20);
});
