import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { makeDatabase, openForWriting } from "../../../server/store/sqlite/driver.ts";
import { PresenceTable } from "../../../server/store/sqlite/presence-table.ts";
import { Meta, makeTables } from "../../../server/store/sqlite/schema.ts";

it("[ST43] remembers nothing of a deleted device: devices that come and go cost no memory", () => {
  const folder = mkdtempSync(join(tmpdir(), "hub-presence-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "hub.db");
  makeDatabase(path, makeTables);
  const db = openForWriting(path, 0);
  onTestFinished(() => void db.close());
  const table = new PresenceTable(db, new Meta(db));
  const write = (device: string, number: number) =>
    table.write([{ device, number, atMs: 1, state: "online", reason: "connected", sinceMs: 1 }], 1);
  write("due", 1);
  write("looked at", 2);
  table.trimmed("looked at");
  expect(table.known).toBe(2);
  for (const device of ["due", "looked at"]) {
    table.removeDevice(device);
    table.removeKnown(device);
  }
  expect(table.known).toBe(0);
  // It begins anew.
  write("looked at", 3);
  expect([...table.due]).toEqual(["looked at"]);
});
