/** The plain indexed table with all readings, filled once and kept: SQLite takes minutes for it, each time the same. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { z } from "zod";
import { bytesIn } from "../process-figures.ts";
import { type Fleet, metrics, type Rows, shaken } from "./fleet.ts";

/** Raised where the readings or the table change. */
const version = 1;
const noteSchema = z.strictObject({ rows: z.number(), seconds: z.number() });

export interface Table {
  readonly folder: string;
  /** Of all its files. */
  readonly bytes: number;
  /** How long it took to fill, s. */
  readonly seconds: number;
}

/** The table in `cache`, filled where it is not there yet. Throws where it has another number of rows than it should. */
export async function tableOf(fleet: Fleet, cache: string, say: (line: string) => void): Promise<Table> {
  const folder = join(cache, `table-${version}-${fleet.key}`);
  const note = join(folder, "filled.json");
  if (!existsSync(note)) {
    say(`filling the table in ${cache} with ${fleet.count} readings, once`);
    const draft = `${folder}.part`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    const startMs = performance.now();
    const rows = await fill(join(draft, "readings.db"), fleet);
    const seconds = (performance.now() - startMs) / 1_000;
    writeFileSync(join(draft, "filled.json"), JSON.stringify({ rows, seconds }));
    renameSync(draft, folder);
  }
  const { rows, seconds } = noteSchema.parse(JSON.parse(readFileSync(note, "utf8")));
  if (rows !== fleet.count) throw new Error(`the table in ${folder} has ${rows} rows, not ${fleet.count}`);
  return { folder, seconds, bytes: bytesIn(folder) };
}

/** Reports of all devices that are written in one transaction. */
const stepsATurn = 200;

/**
 * As the obvious hub fills it: in the order in which readings arrive, into the table and its index at once. In large
 * transactions, without a sync each: kinder than life is.
 */
async function fill(path: string, fleet: Fleet): Promise<number> {
  const db = new Database(path);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = NORMAL");
  db.exec("CREATE TABLE readings (device TEXT NOT NULL, metric TEXT NOT NULL, time INTEGER NOT NULL, value REAL)");
  db.exec("CREATE INDEX readings_by_series ON readings (device, metric, time)");
  const insert = db.prepare("INSERT INTO readings (device, metric, time, value) VALUES (?, ?, ?, ?)");
  let rows = 0;
  const put = (device: string, metric: string, { times, values }: Rows, index: number): void => {
    insert.run(device, metric, times[index], values[index]);
    rows += 1;
  };
  const stepMs = (fleet.toMs - fleet.fromMs) / fleet.steps;
  const turn = db.transaction((fromMs: number, toMs: number) => {
    const reports = fleet.devices.flatMap((device) =>
      metrics.map((metric) => ({ device, metric, of: fleet.rows(device, metric, { fromMs, toMs }) })),
    );
    for (let step = 0; step < (toMs - fromMs) / stepMs; step++)
      for (const { device, metric, of } of reports) put(device, metric, of, step);
    const of = fleet.rows(shaken.device, shaken.metric, { fromMs, toMs });
    for (let index = 0; index < of.times.length; index++) put(shaken.device, shaken.metric, of, index);
  });
  const turnMs = stepsATurn * stepMs;
  for (let at = fleet.fromMs; at < fleet.toMs; at += turnMs) {
    turn(at, Math.min(at + turnMs, fleet.toMs));
    // Who interrupts the run is heard.
    await new Promise(setImmediate);
  }
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
  return rows;
}
