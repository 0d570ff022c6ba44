/** The journal's table: one row a commit, appended at one end and trimmed at the other. */
import { CodecError } from "../codec/bytes.ts";
import { decodeJournal, encodeJournal, type JournalEntry } from "../codec/journal.ts";
import { type Columns, readingBytes } from "../columns.ts";
import type { PastCommit, RecentCommits } from "../store.ts";
import type { Db } from "./driver.ts";

/** Trimming waits until it frees this part of what the journal may hold: each one costs a transaction. */
const trimShare = 1 / 16;

export class JournalLog {
  readonly #db: Db;
  readonly #insert;
  readonly #entry;
  readonly #trim;
  readonly #forgotten;
  /** What each row is, in order; commits follow each other without a gap. */
  #rows: { commit: number; receivedMs: number; bytes: number }[] = [];
  #start = 0;
  #bytes = 0;

  constructor(db: Db) {
    this.#db = db;
    this.#insert = db.prepare("INSERT INTO journal VALUES (?, ?)");
    this.#entry = db.prepare("SELECT entry FROM journal WHERE commit_number = ?").pluck();
    this.#trim = db.prepare("DELETE FROM journal WHERE commit_number < ?");
    this.#forgotten = db.prepare("DELETE FROM forgotten WHERE commit_number < ?");
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** When a commit that is in the journal arrived, ms. */
  receivedMs(commit: number): number {
    const first = this.#rows[this.#start]?.commit ?? 0;
    return this.#rows[this.#start + commit - first]?.receivedMs ?? 0;
  }

  /** Writes an entry inside the caller's transaction; answers its size. `note` follows once that is durable. */
  write(commit: number, entry: JournalEntry): number {
    const blob = encodeJournal(entry);
    this.#insert.run(commit, blob);
    return blob.length;
  }

  /** Takes note of a durable entry. */
  note(commit: number, receivedMs: number, bytes: number): void {
    this.#rows.push({ commit, receivedMs, bytes });
    this.#bytes += bytes;
  }

  /** Every entry in order of commit; also learns their sizes. */
  *replay(): Generator<[commit: number, entry: JournalEntry]> {
    const rows = this.#db
      .prepare("SELECT commit_number AS commitNumber, entry FROM journal ORDER BY commit_number")
      .iterate();
    let expected: number | undefined;
    for (const row of rows as IterableIterator<{ commitNumber: number; entry: unknown }>) {
      if (!Buffer.isBuffer(row.entry)) throw new CodecError(`commit ${row.commitNumber} is no entry of the journal`);
      if (expected !== undefined && row.commitNumber !== expected) {
        throw new CodecError(`commit ${row.commitNumber} follows where ${expected} should`);
      }
      expected = row.commitNumber + 1;
      const entry = decodeJournal(row.entry);
      this.note(row.commitNumber, entry.receivedMs, row.entry.length);
      yield [row.commitNumber, entry];
    }
  }

  /** The readings of a commit; null where it was trimmed. */
  columns(commit: number): Columns | null {
    const entry = this.#entry.get(commit) as Buffer | undefined;
    return entry ? decodeJournal(entry).columns : null;
  }

  /** The newest commits within these limits, none up to `wholeAfter`; see `TelemetryStore.recent`. */
  recent(limitBytes: number, fromMs: number, wholeAfter: number): RecentCommits {
    const newest = this.#rows.at(-1)?.commit ?? 0;
    const commits: PastCommit[] = [];
    let bytes = 0;
    for (let index = this.#rows.length - 1; index >= this.#start; index--) {
      const { commit, receivedMs } = this.#rows[index] as { commit: number; receivedMs: number };
      const columns = commit > wholeAfter && receivedMs >= fromMs ? this.columns(commit) : null;
      if (columns === null) break;
      bytes += columns.length * readingBytes;
      if (bytes > limitBytes) break;
      commits.push({ commit, receivedMs, columns });
    }
    return { afterCommit: Math.max(wholeAfter, newest - commits.length), commits: commits.reverse() };
  }

  /** The commits up to which the marks of deleted devices no longer count. */
  forgotten(): Map<string, number> {
    const rows = this.#db.prepare("SELECT device, commit_number FROM forgotten").raw().all();
    return new Map(rows as [string, number][]);
  }

  /** Whether it holds nothing but the newest commit. */
  get isTrimmed(): boolean {
    return this.#rows.length - this.#start <= 1;
  }

  /** When the newest commit arrived, ms; 0 where there is none. */
  get newestMs(): number {
    return this.#rows.at(-1)?.receivedMs ?? 0;
  }

  /** The first of the newest commits that arrived at `fromMs` or later and take no more than `bytes`; the one after the newest where none does. */
  newestFrom(fromMs: number, bytes: number): number {
    let left = bytes;
    let index = this.#rows.length;
    for (; index > this.#start; index--) {
      const row = this.#rows[index - 1] as { receivedMs: number; bytes: number };
      left -= row.bytes;
      if (left < 0 || row.receivedMs < fromMs) break;
    }
    return this.#rows[index]?.commit ?? (this.#rows.at(-1)?.commit ?? 0) + 1;
  }

  /** Up to which commit (excluded) trimming is worth its while, where everything before `keepFrom` may go; undefined where it is not. */
  worthTrimming(keepFrom: number, budgetBytes: number): number | undefined {
    return this.trimmable(keepFrom, budgetBytes * trimShare);
  }

  /** Up to which commit (excluded) entries may go that are not needed from `keepFrom` on; undefined where they are less than `leastBytes`. */
  trimmable(keepFrom: number, leastBytes: number): number | undefined {
    const newest = this.#rows.at(-1);
    if (newest === undefined) return undefined;
    // The newest entry always stays: it holds the commit number that the next start goes on from.
    const before = Math.min(keepFrom, newest.commit);
    let bytes = 0;
    for (let index = this.#start; bytes < leastBytes; index++) {
      const row = this.#rows[index];
      if (row === undefined || row.commit >= before) return undefined;
      bytes += row.bytes;
    }
    return before;
  }

  /** Deletes entries before a commit inside the caller's transaction; `trimmed` follows once that is durable. */
  trim(before: number): void {
    this.#trim.run(before);
    this.#forgotten.run(before);
  }

  trimmed(before: number): void {
    for (let row = this.#rows[this.#start]; row !== undefined && row.commit < before; row = this.#rows[this.#start]) {
      this.#bytes -= row.bytes;
      this.#start += 1;
    }
    if (this.#start * 2 > this.#rows.length) {
      this.#rows = this.#rows.slice(this.#start);
      this.#start = 0;
    }
  }
}
