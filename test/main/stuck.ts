/** `stuck.ts FOLDER WORKER`: acknowledges 50 readings, a number a line, begins to close, and ends at once while another thread is in a call that has no end. */
import { once } from "node:events";
import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { endAtOnce } from "../../server/main/end-at-once.ts";
import { SqliteStore } from "../../server/store/sqlite/sqlite-store.ts";
import { batchOf, columnsOf } from "../store/world.ts";

const [folder = "", worker = ""] = process.argv.slice(2);
const endless = `
  const { parentPort } = require("node:worker_threads");
  const Database = require("better-sqlite3");
  parentPort.postMessage("begins");
  new Database(":memory:").prepare("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n").get();
`;

const store = new SqliteStore({ folder, workerUrl: new URL(worker), minFreeBytes: 0 }, { onFatal: () => {} });
await store.open();
for (let at = 1; at <= 50; at++) {
  const newSeries = at === 1 ? [{ series: 1, device: "d", metric: "m", type: "number" as const }] : [];
  await store.append(batchOf({ newSeries, columns: columnsOf(1, [[at, at]]) }));
  // At once: this process ends without emptying what it would write.
  writeSync(1, `${at}\n`);
}
await once(new Worker(endless, { eval: true, execArgv: [] }), "message");
void store.close();
endAtOnce();
