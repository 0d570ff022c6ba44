/**
 * How far each sender's sessions are decided. The journal's entries carry the marks; before an entry is trimmed, what it
 * says is in the table of marks, so that the memory outlives the journal.
 */
import { keepNewestSessions, useTime } from "../keeping.ts";
import type { Mark } from "../store.ts";
import type { Db } from "./driver.ts";

interface SessionMark extends Mark {
  /** When the session was last heard of, ms. */
  readonly usedMs: number;
}

export class Marks {
  /** Per device, in order of use, the newest last. */
  readonly #marks = new Map<string, SessionMark[]>();
  /** Devices whose marks the table does not have yet, with the commit that changed them first; the oldest first. */
  readonly #unsaved = new Map<string, number>();
  readonly #clear;
  readonly #insert;
  readonly #forget;

  constructor(db: Db) {
    this.#clear = db.prepare("DELETE FROM marks WHERE device = ?");
    this.#insert = db.prepare("INSERT INTO marks VALUES (?, ?, ?, ?)");
    this.#forget = db.prepare(
      "INSERT INTO forgotten VALUES (?, ?) ON CONFLICT DO UPDATE SET commit_number = excluded.commit_number",
    );
    const saved = db.prepare("SELECT device, session, seq, used_ms AS usedMs FROM marks ORDER BY used_ms").all();
    for (const mark of saved as SessionMark[]) {
      const known = this.#marks.get(mark.device);
      if (known) known.push(mark);
      else this.#marks.set(mark.device, [mark]);
    }
  }

  lastSeq(device: string, session: string): number {
    return this.#marks.get(device)?.find((mark) => mark.session === session)?.seq ?? 0;
  }

  /** Takes a mark of a durable commit. */
  apply(mark: Mark, receivedMs: number, commit: number): void {
    const marks = this.#marks.get(mark.device) ?? [];
    const usedMs = useTime(marks, receivedMs);
    const known = marks.find((other) => other.session === mark.session);
    const others = marks.filter((other) => other !== known);
    const seq = Math.max(mark.seq, known?.seq ?? 0);
    this.#marks.set(mark.device, keepNewestSessions([...others, { ...mark, seq, usedMs }], usedMs));
    if (!this.#unsaved.has(mark.device)) this.#unsaved.set(mark.device, commit);
  }

  /** Devices with marks of commits before `commit` that the table does not have yet. */
  *unsavedBefore(commit: number): Generator<string> {
    for (const [device, first] of this.#unsaved) {
      if (first >= commit) return;
      yield device;
    }
  }

  /**
   * Writes a device's marks inside the caller's transaction; `saved` follows once that is durable. What the journal says of
   * them up to `commit`, the newest one, no longer counts: taken a second time, old ones would push new ones out.
   */
  save(device: string, commit: number): void {
    this.#clear.run(device);
    this.#forget.run(device, commit);
    for (const { session, seq, usedMs } of this.#marks.get(device) ?? [])
      this.#insert.run(device, session, seq, usedMs);
  }

  /** The marks of this device that were written are durable. */
  saved(device: string): void {
    this.#unsaved.delete(device);
  }

  /** Deletes a device's marks from the table; what the journal says of them up to `commit` no longer counts. */
  removeStored(device: string, commit: number): void {
    this.#clear.run(device);
    this.#forget.run(device, commit);
  }

  /** The other half of `removeStored`, once that is durable. */
  removeKnown(device: string): void {
    this.#marks.delete(device);
    this.#unsaved.delete(device);
  }
}
