/** Decides the moment for everything that is not a commit: sealing, saving marks, trimming, checkpoints, clearing up. */
import { pageBytes, transact, walLimitBytes } from "./driver.ts";
import { sizeOf } from "./files.ts";
import type { SeriesHead } from "./head.ts";
import { databasePath, type StoreSettings } from "./options.ts";
import type { WriterParts } from "./parts.ts";
import type { Sealed } from "./seal.ts";

/** No commit for this long: the hub is idle, and what waits is done. */
const idleMs = 100;
/** A checkpoint moves at most about this much while commits wait for it. */
const checkpointBytes = 4 * 2 ** 20;
/** An idle hub moves the log into the database from here on. */
const idleCheckpointBytes = 2 ** 20;
/** Slices get longer once so many of them are due, up to `maxLengthening` times. */
const backlogSlices = 4;
const maxLengthening = 16;
/** After a failed slice (a full disk) the next attempt waits, ms. */
const retryMs = 1000;
/** A close seals early until the journal is no longer than this, but not for longer than `closingMs`. */
const keptAtClose = 16 * 2 ** 20;
const closingMs = 3000;
/** Chunks of deleted series taken away in one slice. */
const doomedPerSlice = 256;
/** Pages given back to the system in one idle slice; a reserve stays for the next seals. */
const vacuumPages = 512;
const sparePages = 4096;
/** Bytes of memory that a reading takes in a head, with the room that heads grow by. */
const headBytesPerReading = 24;
/** Below this fill of its budget nothing is sealed for it. From here on a first round ends just as the budget is full. */
const sweepFrom = 1 / Math.E;

export class Maintenance {
  readonly #parts: WriterParts;
  readonly #settings: StoreSettings;
  readonly #onError: (error: unknown) => void;
  readonly #statements;
  #commit = 0;
  #stopped = false;
  #soon: NodeJS.Immediate | undefined;
  #idle: NodeJS.Timeout | undefined;

  /** `commit` is the newest one. `onError` is told of each failed slice; a passing failure is tried again later. */
  constructor(parts: WriterParts, settings: StoreSettings, commit: number, onError: (error: unknown) => void) {
    this.#parts = parts;
    this.#settings = settings;
    this.#commit = commit;
    this.#onError = onError;
    const { db } = parts;
    this.#statements = {
      walFrames: db.prepare("PRAGMA wal_checkpoint(NOOP)").raw(),
      doomed: db.prepare("SELECT series FROM doomed LIMIT 1").pluck(),
      removeChunks: db.prepare(
        `DELETE FROM chunks WHERE id IN (SELECT id FROM chunks WHERE series = ? LIMIT ${doomedPerSlice})`,
      ),
      undoom: db.prepare("DELETE FROM doomed WHERE series = ?"),
    };
  }

  /** A batch was committed. */
  took(commit: number, journalBytes: number, readings: number): void {
    const { journalBudgetBytes, headBudgetBytes } = this.#settings;
    const { heads, journal } = this.#parts;
    this.#commit = commit;
    const forJournal = sweepShare(journalBytes, journal.bytes, journalBudgetBytes);
    // In a steady round heads are half full on average.
    const forHeads = sweepShare((readings * headBytesPerReading) / 2, heads.bytes, headBudgetBytes);
    heads.advanceSweep(Math.max(forJournal, forHeads));
    // Batches that come fast enough are all read before the event loop gets to what waits for its turn.
    if (this.#soon && heads.due >= this.#settings.headsPerSlice * 2) this.#betweenCommits();
    this.wrote();
  }

  /** The log has grown: looks for work, at once where there is much of it. */
  wrote(): void {
    if (this.#isSealing() || this.#walBytes() >= checkpointBytes)
      this.#soon ??= setImmediate(() => this.#betweenCommits());
    this.wake();
  }

  /** Looks for work at the next idle moment. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#idle) this.#idle.refresh();
    else this.#idle = setTimeout(() => this.#whenIdle(), idleMs);
  }

  /** Seals every head, however small, and empties the journal. */
  sealAll(): void {
    const { db, heads, marks, journal, sealer } = this.#parts;
    const open = heads.all().filter((head) => head.length > 0);
    const saved = [...marks.unsavedBefore(Number.POSITIVE_INFINITY)];
    const sealed = transact(db, () => {
      for (const device of saved) marks.save(device, this.#commit);
      journal.trim(this.#commit);
      return open.map((head) => sealer.seal(head, this.#commit));
    });
    this.#applySeals(sealed);
    for (const device of saved) marks.saved(device);
    journal.trimmed(this.#commit);
  }

  /** Shortens the journal before a close, so that the next start has little to read; gives up after a while. */
  shorten(): void {
    const { heads, journal } = this.#parts;
    const endMs = performance.now() + closingMs;
    while (journal.bytes > keptAtClose && performance.now() < endMs) {
      heads.makeDue(this.#settings.headsPerSlice);
      this.#seal();
      if (!this.#trim() && heads.oldestCommit() === Number.POSITIVE_INFINITY) return;
    }
  }

  stop(): void {
    this.#stopped = true;
    clearImmediate(this.#soon);
    clearTimeout(this.#idle);
  }

  #isSealing(): boolean {
    return this.#parts.heads.due >= this.#settings.headsPerSlice;
  }

  #betweenCommits(): void {
    clearImmediate(this.#soon);
    this.#soon = undefined;
    const done = this.#attempt(() => {
      this.#seal();
      this.#trim();
      if (this.#walBytes() < checkpointBytes) return;
      // A busy hub is never idle, and what was deleted or is too much has to go all the same.
      this.#purge();
      this.#trimPresence();
      this.#checkpoint();
    });
    // Not for the log: what a checkpoint left in it a reader holds, and the next commit tries again.
    if (done && this.#isSealing()) this.#soon ??= setImmediate(() => this.#betweenCommits());
  }

  #whenIdle(): void {
    this.#idle = undefined;
    let more = false;
    let held = false;
    const done = this.#attempt(() => {
      more = [this.#seal(), this.#trim(), this.#purge(), this.#trimPresence(), this.#vacuum()].includes(true);
      if (!more && this.#walBytes() >= idleCheckpointBytes) this.#checkpoint();
      held = !more && this.#cutLog();
    });
    if (this.#stopped || (done && !more && !held)) return;
    this.#idle ??= setTimeout(() => this.#whenIdle(), done && !held ? 0 : retryMs);
  }

  #attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }

  /** Seals due heads for one slice; true where some are left. */
  #seal(): boolean {
    const { db, heads, sealer } = this.#parts;
    const { sliceMs, headsPerSlice } = this.#settings;
    // A hub that takes in more than short slices can seal must wait for longer ones, or its memory would grow without end.
    const lengthened = Math.min(Math.max(heads.due / (headsPerSlice * backlogSlices), 1), maxLengthening);
    const endMs = performance.now() + sliceMs * lengthened;
    let head = heads.next();
    if (!head) return false;
    const taken: SeriesHead[] = [];
    let sealed: Sealed[] = [];
    try {
      sealed = transact(db, () => {
        const written: Sealed[] = [];
        for (; head; head = performance.now() < endMs ? heads.next() : undefined) {
          taken.push(head);
          written.push(sealer.seal(head, this.#commit));
        }
        return written;
      });
    } catch (error) {
      for (const one of taken) heads.putBack(one);
      throw error;
    }
    this.#applySeals(sealed);
    return heads.due > 0;
  }

  #applySeals(sealed: readonly Sealed[]): void {
    for (const { head, state, newest, fullAt } of sealed) {
      // What the rows do not add to the sealed part took the place of something there.
      this.#parts.heads.tally.overwritten += head.length - (state.count - head.sealed.count);
      head.sealed = state;
      head.sealedNewest = newest;
      head.fullAt = fullAt;
      this.#parts.heads.clear(head);
    }
  }

  /** Saves marks for `sliceMs`, and trims the journal by the same transaction that saves the last of them. True where more is left. */
  #trim(): boolean {
    const { db, heads, journal, marks } = this.#parts;
    const before = journal.worthTrimming(heads.oldestCommit());
    if (before === undefined) return false;
    const endMs = performance.now() + this.#settings.sliceMs;
    const saved: string[] = [];
    const complete = transact(db, () => {
      for (const device of marks.unsavedBefore(before)) {
        if (performance.now() >= endMs) return false;
        marks.save(device, this.#commit);
        saved.push(device);
      }
      journal.trim(before);
      return true;
    });
    for (const device of saved) marks.saved(device);
    if (complete) journal.trimmed(before);
    return !complete;
  }

  /** Takes away changes of presence beyond what is kept, for `sliceMs`; true where more devices are to be looked at. */
  #trimPresence(): boolean {
    const { db, presence } = this.#parts;
    if (presence.due.size === 0) return false;
    const endMs = performance.now() + this.#settings.sliceMs;
    const looked: string[] = [];
    transact(db, () => {
      for (const device of presence.due) {
        if (performance.now() >= endMs) return;
        presence.trim(device);
        looked.push(device);
      }
    });
    for (const device of looked) presence.trimmed(device);
    return presence.due.size > 0;
  }

  /** Takes away chunks of deleted series; true where some are left. */
  #purge(): boolean {
    const { doomed, removeChunks, undoom } = this.#statements;
    const series = doomed.get() as number | undefined;
    if (series === undefined) return false;
    transact(this.#parts.db, () => {
      if (removeChunks.run(series).changes < doomedPerSlice) undoom.run(series);
    });
    return true;
  }

  /** Gives free pages back to the system; true where there are more. */
  #vacuum(): boolean {
    const { db } = this.#parts;
    const free = db.pragma("freelist_count", { simple: true }) as number;
    if (free <= sparePages) return false;
    db.pragma(`incremental_vacuum(${Math.min(vacuumPages, free - sparePages)})`);
    return free - vacuumPages > sparePages;
  }

  /** Never waits for a reader: what one still needs stays in the log until the next time. */
  #checkpoint(): void {
    this.#parts.db.pragma("wal_checkpoint(PASSIVE)");
  }

  /** Cuts a log that a reader made long: a commit does so, and an idle hub makes none. True where somebody still holds it. */
  #cutLog(): boolean {
    const { db } = this.#parts;
    const { folder, busyTimeoutMs } = this.#settings;
    if (sizeOf(`${databasePath(folder)}-wal`) <= walLimitBytes) return false;
    // It "blocks (calls the busy-handler callback)" while somebody reads the log (sqlite.org/c3ref/wal_checkpoint_v2.html): without one it gives up at once.
    db.pragma("busy_timeout = 0");
    try {
      const [row] = db.pragma("wal_checkpoint(TRUNCATE)") as { busy: number }[];
      return row?.busy !== 0;
    } finally {
      db.pragma(`busy_timeout = ${busyTimeoutMs}`);
    }
  }

  /** What the log holds that the database file does not, bytes. */
  #walBytes(): number {
    const [, frames, moved] = this.#statements.walFrames.get() as [number, number, number];
    return (frames - moved) * pageBytes;
  }
}

/** The part of a round that the sweep must make for `added` bytes, so that a round takes as long as what is held took to come. */
function sweepShare(added: number, held: number, budget: number): number {
  return held < budget * sweepFrom ? 0 : added / Math.min(held, budget);
}
