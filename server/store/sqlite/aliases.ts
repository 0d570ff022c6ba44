/** Series under other names: plain tables, and the identity of a head. */
import type { Alias } from "../names.ts";
import { type Db, transact } from "./driver.ts";
import type { WriterParts } from "./parts.ts";

export function readAliases(db: Db): Alias[] {
  return db
    .prepare("SELECT device, metric, to_device AS toDevice, to_metric AS toMetric FROM aliases ORDER BY device, metric")
    .all() as Alias[];
}

/** Leads a name and all that led to it to another one, inside the caller's transaction. */
export function putAlias(db: Db, { device, metric, toDevice, toMetric }: Alias): void {
  db.prepare("DELETE FROM aliases WHERE device = ? AND metric = ?").run(toDevice, toMetric);
  db.prepare("UPDATE aliases SET to_device = ?, to_metric = ? WHERE to_device = ? AND to_metric = ?").run(
    ...[toDevice, toMetric, device, metric],
  );
  db.prepare("INSERT OR REPLACE INTO aliases VALUES (?, ?, ?, ?)").run(device, metric, toDevice, toMetric);
}

export function rename({ db, heads }: WriterParts, series: number, toMetric: string): void {
  const head = heads.get(series);
  if (!head || head.identity.metric === toMetric) return;
  const { device, metric } = head.identity;
  transact(db, () => {
    db.prepare("UPDATE series SET metric = ? WHERE series = ?").run(toMetric, series);
    // What was said of the new name before was said of something without a reading.
    db.prepare("UPDATE OR REPLACE metrics SET metric = ? WHERE device = ? AND metric = ?").run(
      toMetric,
      device,
      metric,
    );
    putAlias(db, { device, metric, toDevice: device, toMetric });
  });
  head.identity = { ...head.identity, metric: toMetric };
}

export function removeAlias({ db }: WriterParts, device: string, metric: string): void {
  db.prepare("DELETE FROM aliases WHERE device = ? AND metric = ?").run(device, metric);
}
