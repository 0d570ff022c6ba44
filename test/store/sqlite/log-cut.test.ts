/** A log that a reader made long is cut once nobody holds it (F9), by a hub at rest too: it makes no commit that would do it. */
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it, vi } from "vitest";
import { batchOf, columnsOf } from "../world.ts";
import { buildWorker, sqliteEngine } from "./engine.ts";

await buildWorker();
/** What a log may keep. */
const keptBytes = 64 * 2 ** 20;
/** Texts are long here: the log is to grow by few commits. */
const text = "x".repeat(2 ** 20);

it("[SQ28] is cut by a hub at rest once the reader that held it lets go, and nothing is lost", async () => {
  const engine = sqliteEngine();
  const store = engine.create();
  await store.open();
  const reader = new Database(join(engine.folder, "hub.db"), { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM meta").get();
  let series = 0;
  while ((await store.stats()).walBytes <= keptBytes) {
    series += 1;
    const newSeries = [{ series, device: "d", metric: `m${series}`, type: "string" as const }];
    await store.append(batchOf({ newSeries, columns: columnsOf(series, [[1, `${series} ${text}`]]) }));
  }
  // Nothing is left to do that would commit.
  await store.sealAll();
  reader.close();
  await vi.waitFor(async () => expect((await store.stats()).walBytes).toBeLessThanOrEqual(keptBytes), {
    timeout: 60_000,
  });
  // It waits for locks as before.
  const other = new Database(join(engine.folder, "hub.db"));
  other.exec("BEGIN IMMEDIATE");
  await expect(store.append(batchOf({}))).rejects.toThrow(/locked/);
  other.close();
  expect((await store.append(batchOf({}))).commit).toBe(series + 1);
  const found = await store.latest(Array.from({ length: series }, (_, index) => index + 1));
  expect(found.map(({ value }) => String(value).replace(/ x+$/, ""))).toEqual(found.map((one) => `${one.series}`));
  expect(found).toHaveLength(series);
  await store.close();
  expect(engine.fatal).toEqual([]);
  engine.remove();
});
