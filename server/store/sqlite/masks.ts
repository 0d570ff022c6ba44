/**
 * Masks: what they hide stays where it is, in chunks, heads and tiers, and is left out where a question is answered. So one
 * comes and goes with a row, nothing is made anew, and of a thinned stretch the tiers come back as they were: had hidden
 * readings been taken out of those, nothing could put them back.
 */
import type { ChunkColumns } from "../codec/chunk.ts";
import { holding, type Interval, joined } from "../intervals.ts";
import type { Mask, NewMask } from "../masks.ts";
import type { Db } from "./driver.ts";
import type { NewestReading, SeriesHead } from "./head.ts";
import type { Heads } from "./heads.ts";
import { noRows } from "./rows.ts";
import { lastShown, type Masked, SegmentReader, UnreadableChunk } from "./segments.ts";
import { standingIn } from "./standing.ts";

const columns = "id, series, from_ms AS fromMs, to_ms AS toMs, at_ms AS atMs, note";

/** What is hidden of a range, as the snapshot of `db` has it. */
export function maskReader(db: Db): Masked {
  const find = db.prepare(
    "SELECT from_ms AS fromMs, to_ms AS toMs FROM masks WHERE series = ? AND from_ms < ? AND to_ms > ?",
  );
  return (series, fromMs, toMs) => {
    const found = find.all(series, toMs, fromMs) as Interval[];
    return found.length === 0 ? found : joined(found);
  };
}

/** The writer's side: the table, and what it answers from heads. */
export class MaskTable {
  readonly #db: Db;
  readonly #insert;
  readonly #find;
  readonly #ofSeries;
  readonly #remove;
  readonly #removeWithin;
  readonly #lastReceived;
  readonly #segments: SegmentReader;
  readonly #reader: Masked;
  /** Series that have masks, or had some: others are not looked up. */
  readonly #masked: Set<number>;

  constructor(db: Db) {
    this.#db = db;
    this.#insert = db.prepare("INSERT INTO masks (series, from_ms, to_ms, at_ms, note) VALUES (?, ?, ?, ?, ?)");
    this.#find = db.prepare(`SELECT ${columns} FROM masks WHERE id = ?`);
    this.#ofSeries = db.prepare(`SELECT ${columns} FROM masks WHERE series = ? ORDER BY from_ms, id`);
    this.#remove = db.prepare("DELETE FROM masks WHERE id = ?");
    this.#removeWithin = db.prepare("DELETE FROM masks WHERE series = ? AND from_ms >= ? AND to_ms <= ?");
    this.#lastReceived = db
      .prepare("SELECT max(received_ms) FROM chunks WHERE series = ? AND last_ms >= ? AND first_ms <= ?")
      .pluck();
    this.#segments = new SegmentReader(db);
    this.#reader = maskReader(db);
    this.#masked = new Set(db.prepare("SELECT DISTINCT series FROM masks").pluck().all() as number[]);
  }

  /** By series, then from the earliest on. */
  all(): Mask[] {
    return this.#db.prepare(`SELECT ${columns} FROM masks ORDER BY series, from_ms, id`).all() as Mask[];
  }

  of(series: number): Mask[] {
    return this.#masked.has(series) ? (this.#ofSeries.all(series) as Mask[]) : [];
  }

  /** Undefined where there is no such mask. */
  find(id: number): Mask | undefined {
    return this.#find.get(id) as Mask | undefined;
  }

  /** Inside the caller's transaction, as all that changes the table. */
  add({ series, fromMs, toMs, atMs, note }: NewMask): Mask {
    const { lastInsertRowid } = this.#insert.run(series, fromMs, toMs, atMs, note);
    this.#masked.add(series);
    return { id: Number(lastInsertRowid), series, fromMs, toMs, atMs, note };
  }

  remove(id: number): void {
    this.#remove.run(id);
  }

  /** Removes masks that hold nothing but what lies in a range. */
  removeWithin(series: number, { fromMs, toMs }: Interval): void {
    if (this.#masked.has(series)) this.#removeWithin.run(series, fromMs, toMs);
  }

  /** The newest reading of a series that is not hidden, sealed or not. */
  newestShown(heads: Heads, head: SeriesHead): NewestReading | undefined {
    const { series, type } = head.identity;
    const newest = heads.newest(head);
    if (newest === undefined || !this.#masked.has(series)) return newest;
    const hidden = this.#hiddenUpTo(series, newest.timeMs);
    if (!holding(hidden, newest.timeMs)) return newest;
    try {
      const before = (endMs: number) => Math.max(head.timeBefore(endMs), this.#segments.timeBefore(series, endMs));
      const timeMs = lastShown(hidden, newest.timeMs, before);
      const open = head.rowAt(timeMs);
      const isOpen = open.times[0] === timeMs;
      const standing = standingIn(this.#segments, series, timeMs, isOpen ? open : noRows(type));
      if (!standing) return undefined;
      // Not known closer than that of the newest reading beside it.
      const receivedMs = isOpen ? heads.lastReceivedMs(head) : this.#lastReceived.get(series, timeMs, timeMs);
      return { ...standing, receivedMs: receivedMs as number };
    } catch (error) {
      // Whoever asks for these readings hears of the damage.
      if (error instanceof UnreadableChunk) return undefined;
      throw error;
    }
  }

  /** Of what a head holds the last time before `beforeMs` that is not hidden, ms; -Infinity for none. */
  timeBefore(head: SeriesHead, beforeMs: number): number {
    return lastShown(this.#hiddenUpTo(head.identity.series, beforeMs), beforeMs, (endMs) => head.timeBefore(endMs));
  }

  /** Whether a series has a reading in one of these stretches, sealed or not, hidden or not. Throws `UnreadableChunk`. */
  hasAnyIn(head: SeriesHead, spans: readonly Interval[]): boolean {
    const before = (endMs: number) =>
      Math.max(head.timeBefore(endMs), this.#segments.timeBefore(head.identity.series, endMs));
    return spans.some(({ fromMs, toMs }) => before(toMs) >= fromMs);
  }

  /** The last row of a head at `atMs` or before it that is not hidden; without rows where there is none. */
  rowAt(head: SeriesHead, atMs: number): ChunkColumns {
    const row = head.rowAt(atMs);
    const mask = holding(this.#hiddenUpTo(head.identity.series, atMs), row.times[0] ?? Number.NaN);
    return mask ? this.rowAt(head, mask.fromMs - 1) : row;
  }

  #hiddenUpTo(series: number, timeMs: number): Interval[] {
    return this.#masked.has(series) ? this.#reader(series, Number.NEGATIVE_INFINITY, timeMs + 1) : [];
  }
}
