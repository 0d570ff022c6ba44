/** The ledger of gaps: plain tables. What changes readings says so here in the same transaction. */
import type { HoleCause, Holes, LedgerEntry, LedgerStore, Looked, Recheck } from "../ledger.ts";
import type { Db } from "./driver.ts";
import type { Heads } from "./heads.ts";

/** Gaps in one answer: more series wait for the next one. */
const holesAtOnce = 50_000;

/** Where the ledger has to look again. The part that seals, deletes and masks know of it. */
export class Rechecks {
  readonly #through;
  readonly #meeting;
  readonly #remove;
  readonly #insert;
  #mark: number;

  constructor(db: Db) {
    this.#through = db.prepare("SELECT through_ms FROM looked WHERE series = ?").pluck();
    this.#meeting = db.prepare(
      "SELECT from_ms AS fromMs, to_ms AS toMs FROM recheck WHERE series = ? AND from_ms <= ? AND to_ms >= ?",
    );
    this.#remove = db.prepare("DELETE FROM recheck WHERE series = ? AND from_ms = ?");
    this.#insert = db.prepare("INSERT INTO recheck VALUES (?, ?, ?, ?)");
    this.#mark = (db.prepare("SELECT max(mark) FROM recheck").pluck().get() as number | null) ?? 0;
  }

  /** Readings of a range came that are sealed now. Behind what was looked at they are no news: who looks on meets them. */
  arrived(series: number, fromMs: number, toMs: number): void {
    const throughMs = this.#through.get(series) as number | undefined;
    if (throughMs !== undefined && fromMs <= throughMs) this.changed(series, fromMs, Math.min(toMs, throughMs + 1));
  }

  /** Readings of a range changed in another way. */
  changed(series: number, fromMs: number, toMs: number): void {
    if (fromMs >= toMs) return;
    const met = this.#meeting.all(series, toMs, fromMs) as { fromMs: number; toMs: number }[];
    for (const one of met) this.#remove.run(series, one.fromMs);
    const ends = [{ fromMs, toMs }, ...met];
    const from = Math.min(...ends.map((one) => one.fromMs));
    this.#mark += 1;
    this.#insert.run(series, from, Math.max(...ends.map((one) => one.toMs)), this.#mark);
  }
}

/** The writer's side. */
export class LedgerTables {
  readonly #heads: Heads;
  readonly #looked;
  readonly #rechecks;
  readonly #rechecksOf;
  readonly #removeHoles;
  readonly #lastBefore;
  readonly #endHole;
  readonly #rawFrom;
  readonly #through;
  readonly #putHole;
  readonly #putLooked;
  readonly #settle;

  constructor(db: Db, heads: Heads) {
    this.#heads = heads;
    this.#looked = db.prepare("SELECT series, through_ms AS throughMs, grace_ms AS graceMs FROM looked");
    const rechecks =
      "SELECT series, from_ms AS fromMs, to_ms AS toMs, mark, raw_from_ms AS rawFromMs FROM recheck LEFT JOIN rolled USING (series)";
    this.#rechecks = db.prepare(`${rechecks} LIMIT ?`);
    this.#rechecksOf = db.prepare(`${rechecks} WHERE series = ? LIMIT ?`);
    this.#removeHoles = db.prepare("DELETE FROM holes WHERE series = ? AND from_ms >= ? AND from_ms < ?");
    this.#lastBefore = db.prepare(
      "SELECT from_ms AS fromMs, to_ms AS toMs FROM holes WHERE series = ? AND from_ms < ? ORDER BY from_ms DESC LIMIT 1",
    );
    this.#endHole = db.prepare("UPDATE holes SET to_ms = ? WHERE series = ? AND from_ms = ?");
    this.#rawFrom = db.prepare("SELECT raw_from_ms FROM rolled WHERE series = ?").pluck();
    this.#through = db.prepare("SELECT through_ms FROM looked WHERE series = ?").pluck();
    this.#putHole = db.prepare("INSERT OR REPLACE INTO holes VALUES (?, ?, ?, ?)");
    this.#putLooked = db.prepare(
      "INSERT INTO looked VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET through_ms = excluded.through_ms, grace_ms = excluded.grace_ms",
    );
    this.#settle = db.prepare("DELETE FROM recheck WHERE series = ? AND from_ms = ? AND mark = ?");
  }

  looked(): Looked[] {
    return (this.#looked.all() as Looked[]).map((one) => {
      const head = this.#heads.get(one.series);
      // What is not sealed may hold late readings that nobody looked at before a kill.
      if (!head || head.length === 0) return one;
      return { ...one, throughMs: Math.min(one.throughMs, head.firstMs() - 1) };
    });
  }

  rechecks(limit: number, series: number | undefined): Recheck[] {
    const rows = series === undefined ? this.#rechecks.all(limit) : this.#rechecksOf.all(series, limit);
    return (rows as (Omit<Recheck, "rawFromMs"> & { rawFromMs: number | null })[]).map((row) => ({
      ...row,
      rawFromMs: row.rawFromMs ?? Number.NEGATIVE_INFINITY,
    }));
  }

  /** Inside the caller's transaction. */
  write(entries: readonly LedgerEntry[], heardCommit: number): void {
    for (const { series, fromMs, toMs, isAtReading, holes, looked, rechecked } of entries) {
      for (const one of rechecked) this.#settle.run(series, one.fromMs, one.mark);
      const head = this.#heads.get(series);
      if (!head) continue;
      const rawFromMs = (this.#rawFrom.get(series) as number | null | undefined) ?? Number.NEGATIVE_INFINITY;
      // Of what was thinned away nobody can tell anew.
      const startMs = Math.max(fromMs, rawFromMs);
      if (startMs < toMs) this.#removeHoles.run(series, startMs, toMs);
      if (isAtReading && fromMs >= rawFromMs) this.#endAt(series, fromMs, rawFromMs, looked.graceMs);
      for (const [index, holeMs] of holes.fromMs.entries()) {
        if (holeMs < rawFromMs) continue;
        this.#endAt(series, holeMs, rawFromMs, looked.graceMs);
        this.#putHole.run(series, holeMs, holes.toMs[index], holes.cause[index]);
      }
      // Late readings of a commit that was not heard of yet, sealed meanwhile, would be looked at by nobody after a kill.
      const isHeard = head.sealed.throughCommit <= heardCommit;
      // Not beyond what is sealed: of late readings among the rest nobody would hear after a kill.
      const mostMs = isHeard ? head.sealed.lastMs : (this.#through.get(series) as number | undefined);
      const throughMs = Math.min(looked.throughMs, mostMs ?? Number.NEGATIVE_INFINITY);
      if (throughMs > Number.NEGATIVE_INFINITY) this.#putLooked.run(series, throughMs, looked.graceMs);
    }
  }

  /** At `readingMs` a reading stands: no gap reaches over it. The last one before alone may: none overlaps another. */
  #endAt(series: number, readingMs: number, rawFromMs: number, graceMs: number): void {
    const last = this.#lastBefore.get(series, readingMs) as { fromMs: number; toMs: number } | undefined;
    if (!last || last.toMs <= readingMs) return;
    // The readings before its begin are gone, and what is left of it nobody would find again.
    if (last.fromMs < rawFromMs && readingMs - last.fromMs > graceMs) this.#endHole.run(readingMs, series, last.fromMs);
    else this.#removeHoles.run(series, last.fromMs, last.fromMs + 1);
  }
}

/** The reader's side: gaps of series in a range. */
export function ledgerReader(db: Db): (...asked: Parameters<LedgerStore["read"]>) => Holes[] {
  const before = db.prepare("SELECT max(from_ms) FROM holes WHERE series = ? AND from_ms <= ?").pluck();
  const find = db.prepare(
    "SELECT from_ms AS fromMs, to_ms AS toMs, cause FROM holes WHERE series = ? AND from_ms >= ? AND to_ms > ? AND from_ms < ? ORDER BY from_ms LIMIT ?",
  );
  return (series, fromMs, toMs, limit) => {
    const found: Holes[] = [];
    let count = 0;
    for (const number of series) {
      const startMs = (before.get(number, fromMs) as number | null) ?? fromMs;
      const rows = find.all(number, startMs, fromMs, toMs, limit) as {
        fromMs: number;
        toMs: number;
        cause: HoleCause;
      }[];
      found.push({
        fromMs: rows.map((row) => row.fromMs),
        toMs: rows.map((row) => row.toMs),
        cause: rows.map((row) => row.cause),
      });
      count += rows.length;
      if (count >= holesAtOnce) break;
    }
    return found;
  };
}
