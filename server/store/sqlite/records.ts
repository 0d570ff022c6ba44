/** The plain tables: series, what is known of devices and metrics, refusals. Any SQLite tool reads them. */
import { CodecError } from "../codec/bytes.ts";
import type { ValueType } from "../columns.ts";
import { maxRefusalsPerDevice } from "../keeping.ts";
import type { Batch, DeviceRecord, MetricRecord, NewSeries, Refusal } from "../store.ts";
import type { Db } from "./driver.ts";
import { SeriesHead } from "./head.ts";
import { QuarantineTable } from "./quarantine.ts";
import { storedJson } from "./stored-json.ts";

interface SeriesRow {
  readonly series: number;
  readonly device: string;
  readonly metric: string;
  readonly type: ValueType;
  readonly sinceCommit: number;
  readonly throughCommit: number | null;
  readonly count: number | null;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** Of a sound row the text, or the eight bytes of a number; a boolean is 0 or 1. */
  readonly lastValue: unknown;
  readonly lastReceivedMs: number | null;
}

export class Records {
  readonly #db: Db;
  readonly #insertSeries;
  readonly #putDevice;
  readonly #putMetric;
  readonly #insertRefusal;
  readonly #pruneRefusals;
  readonly #refusals;
  #quarantine: QuarantineTable | undefined;

  constructor(db: Db) {
    this.#db = db;
    this.#insertSeries = db.prepare("INSERT INTO series VALUES (?, ?, ?, ?, ?)");
    this.#putDevice = db.prepare("INSERT OR REPLACE INTO devices VALUES (?, ?, ?)");
    this.#putMetric = db.prepare("INSERT OR REPLACE INTO metrics VALUES (?, ?, ?)");
    this.#insertRefusal = db.prepare("INSERT INTO refusals (device, at_ms, code, message, row) VALUES (?, ?, ?, ?, ?)");
    this.#pruneRefusals = db.prepare(
      `DELETE FROM refusals WHERE device = ? AND id <=
       (SELECT id FROM refusals WHERE device = ? ORDER BY id DESC LIMIT 1 OFFSET ${maxRefusalsPerDevice})`,
    );
    this.#refusals = db.prepare(
      "SELECT device, at_ms AS atMs, code, message, row FROM refusals WHERE device = ? ORDER BY id DESC",
    );
  }

  /** Not there before it is asked for: a copy of an older schema has no such table, and is read back by its series. */
  get quarantine(): QuarantineTable {
    this.#quarantine ??= new QuarantineTable(this.#db);
    return this.#quarantine;
  }

  /** Writes what a batch says of series, devices, metrics and refusals, inside the caller's transaction. */
  write(commit: number, made: readonly NewSeries[], batch: Batch): void {
    for (const { series, device, metric, type } of made) this.#insertSeries.run(series, device, metric, type, commit);
    for (const record of batch.devices) {
      this.#putDevice.run(record.device, record.firstSeenMs, JSON.stringify(record.meta));
    }
    for (const record of batch.metrics) this.#putMetric.run(record.device, record.metric, JSON.stringify(record.meta));
    for (const { device, atMs, code, message, row } of batch.refusals) {
      this.#insertRefusal.run(device, atMs, code, message, row);
    }
    for (const device of new Set(batch.refusals.map((refusal) => refusal.device)))
      this.#pruneRefusals.run(device, device);
    if (batch.quarantine) this.quarantine.write(batch.quarantine);
  }

  devices(): DeviceRecord[] {
    const rows = this.#db.prepare("SELECT device, first_seen_ms AS firstSeenMs, meta FROM devices").all();
    return (rows as { device: string; firstSeenMs: number; meta: string }[]).map((row) => ({
      ...row,
      meta: storedJson(row.meta, `what is known of ${row.device}`),
    }));
  }

  metrics(): MetricRecord[] {
    const rows = this.#db.prepare("SELECT device, metric, meta FROM metrics").all();
    return (rows as { device: string; metric: string; meta: string }[]).map((row) => ({
      ...row,
      meta: storedJson(row.meta, `what is known of ${row.device} ${row.metric}`),
    }));
  }

  /** Newest first. */
  refusals(device: string): Refusal[] {
    return this.#refusals.all(device) as Refusal[];
  }

  /** Every series with what is known of its sealed part, in order of number. Throws `CodecError` where that is damaged. */
  heads(): SeriesHead[] {
    const rows = this.#db
      .prepare(
        `SELECT series, device, metric, type, since_commit AS sinceCommit, through_commit AS throughCommit, count, first_ms AS firstMs, last_ms AS lastMs,
         last_value AS lastValue, last_received_ms AS lastReceivedMs FROM series LEFT JOIN sealed USING (series) ORDER BY series`,
      )
      .all() as SeriesRow[];
    return rows.map((row) => {
      const { series, device, metric, type, throughCommit, count, firstMs, lastMs, lastValue, lastReceivedMs } = row;
      const head = new SeriesHead({ series, device, metric, type });
      // What the journal has for this number from before it was given out belongs to nobody.
      head.sealed = { throughCommit: throughCommit ?? row.sinceCommit - 1, count: count ?? 0, firstMs, lastMs };
      if (lastMs !== null && lastValue !== null) {
        head.sealedNewest = { timeMs: lastMs, value: fromSql(lastValue, type), receivedMs: lastReceivedMs ?? 0 };
      }
      return head;
    });
  }

  /** Deletes what the plain tables hold of a device, but for its series. */
  removeDevice(device: string): void {
    for (const table of ["devices", "metrics", "refusals"]) {
      this.#db.prepare(`DELETE FROM ${table} WHERE device = ?`).run(device);
    }
    this.quarantine.remove(device);
    this.#db.prepare("DELETE FROM aliases WHERE device = ? OR to_device = ?").run(device, device);
  }

  /** Deletes a series; its chunks and tiers wait in `doomed` until they are taken away in slices. */
  removeSeries(series: number): void {
    this.#db.prepare("DELETE FROM series WHERE series = ?").run(series);
    for (const table of ["sealed", "rolled", "stale", "masks", "holes", "looked", "recheck"]) {
      this.#db.prepare(`DELETE FROM ${table} WHERE series = ?`).run(series);
    }
    this.#db.prepare("INSERT OR IGNORE INTO doomed VALUES (?)").run(series);
  }
}

/** A value as `sealed` holds it. A damaged row has values of any kind: SQLite tells kinds by row, and not by column. */
function fromSql(stored: unknown, type: ValueType): number | boolean | string {
  if (typeof stored === "string" && type === "string") return stored;
  if (!Buffer.isBuffer(stored) || stored.length !== 8 || type === "string")
    throw new CodecError(`the newest value of a series of type ${type} is none`);
  const value = stored.readDoubleLE(0);
  return type === "boolean" ? value !== 0 : value;
}
