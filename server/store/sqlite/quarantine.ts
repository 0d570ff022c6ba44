/** The quarantine: plain tables, written with the batch in which its rows came or were decided on. */
import type { Value } from "../columns.ts";
import type { QuarantineChange, Quarantined, QuarantinePage } from "../quarantine.ts";
import type { Db } from "./driver.ts";

/** The writer's side. */
export class QuarantineTable {
  readonly #insert;
  readonly #decide;
  readonly #oldestOf;
  readonly #oldest;
  readonly #lose;
  readonly #removeOf;
  readonly #removeLost;
  readonly #count;
  /** Rows of each device: to count them anew costs a commit as much as hundreds of readings. Undefined until they are asked for. */
  #counts: Map<string, number> | undefined;
  #all = 0;

  constructor(db: Db) {
    this.#insert = db.prepare(
      "INSERT INTO quarantine (device, metric, time_ms, value, at_ms, code) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#decide = db.prepare("DELETE FROM quarantine WHERE id = ? RETURNING device").pluck();
    this.#oldestOf = db.prepare(
      "DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE device = ? ORDER BY id LIMIT ?)",
    );
    this.#oldest = db
      .prepare("DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine ORDER BY id LIMIT ?) RETURNING device")
      .pluck();
    this.#lose = db.prepare(
      "INSERT INTO quarantine_lost VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
    );
    this.#removeOf = db.prepare("DELETE FROM quarantine WHERE device = ?");
    this.#removeLost = db.prepare("DELETE FROM quarantine_lost WHERE device = ?");
    this.#count = db.prepare("SELECT device, count(*) AS count FROM quarantine GROUP BY device");
  }

  /** Inside the caller's transaction; where that is taken back, `recount` has to follow. */
  write({ added, decided, lost, limits }: QuarantineChange): void {
    // Counted before anything is changed.
    this.#known();
    for (const id of decided) {
      const device = this.#decide.get(id) as string | undefined;
      if (device !== undefined) this.#note(device, -1);
    }
    for (const { device, metric, timeMs, value, atMs, code } of added) {
      this.#insert.run(device, metric, timeMs, toText(value), atMs, code);
      this.#note(device, 1);
    }
    for (const { device, count } of lost) this.#lose.run(device, count);
    for (const device of new Set(added.map((row) => row.device))) {
      const surplus = (this.#known().get(device) ?? 0) - limits.perDevice;
      if (surplus <= 0) continue;
      this.#oldestOf.run(device, surplus);
      this.#note(device, -surplus);
      this.#lose.run(device, surplus);
    }
    if (added.length === 0 || this.#all <= limits.inAll) return;
    for (const device of this.#oldest.all(this.#all - limits.inAll) as string[]) {
      this.#note(device, -1);
      this.#lose.run(device, 1);
    }
  }

  /** The device goes. Inside the caller's transaction. */
  remove(device: string): void {
    this.#removeOf.run(device);
    this.#removeLost.run(device);
    this.recount();
  }

  /** What was counted is not what is there. */
  recount(): void {
    this.#counts = undefined;
  }

  #note(device: string, change: number): void {
    const counts = this.#known();
    const count = (counts.get(device) ?? 0) + change;
    if (count > 0) counts.set(device, count);
    else counts.delete(device);
    this.#all += change;
  }

  #known(): Map<string, number> {
    if (this.#counts) return this.#counts;
    const rows = this.#count.all() as { device: string; count: number }[];
    this.#counts = new Map(rows.map(({ device, count }) => [device, count]));
    this.#all = rows.reduce((sum, { count }) => sum + count, 0);
    return this.#counts;
  }
}

/** The reader's side. */
export interface QuarantineReader {
  list(device: string, before: number, limit: number): QuarantinePage;
  find(device: string, ids: readonly number[]): Quarantined[];
}

export function quarantineReader(db: Db): QuarantineReader {
  const columns = "id, device, metric, time_ms AS timeMs, value, at_ms AS atMs, code";
  const list = db.prepare(`SELECT ${columns} FROM quarantine WHERE device = ? AND id < ? ORDER BY id DESC LIMIT ?`);
  const find = db.prepare(`SELECT ${columns} FROM quarantine WHERE id = ? AND device = ?`);
  const count = db.prepare("SELECT count(*) FROM quarantine WHERE device = ?").pluck();
  const lost = db.prepare("SELECT count FROM quarantine_lost WHERE device = ?").pluck();
  return {
    list: (device, before, limit) => ({
      rows: (list.all(device, before, limit) as Row[]).map(fromRow),
      count: count.get(device) as number,
      lost: (lost.get(device) as number | undefined) ?? 0,
    }),
    find: (device, ids) =>
      [...new Set(ids)]
        .sort((a, b) => a - b)
        .flatMap((id) => (find.get(id, device) as Row | undefined) ?? [])
        .map(fromRow),
  };
}

type Row = Omit<Quarantined, "value"> & { readonly value: string };

function fromRow(row: Row): Quarantined {
  return { ...row, value: JSON.parse(row.value) as Value };
}

/** JSON, which has a minus zero that `stringify` does not write. */
function toText(value: Value): string {
  return Object.is(value, -0) ? "-0" : JSON.stringify(value);
}
