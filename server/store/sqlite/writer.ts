/** The writer: takes batches into the journal and the heads, answers from memory, and keeps house between commits. */
import { randomUUID } from "node:crypto";
import type { ChunkColumns } from "../codec/chunk.ts";
import type { Columns } from "../columns.ts";
import { isOfHub, strangeBatch, strangeNumberIn } from "../keeping.ts";
import type { LedgerEntry } from "../ledger.ts";
import type { Mask, NewMask } from "../masks.ts";
import {
  type Batch,
  type Commit,
  type Deletion,
  type Latest,
  type NewSeries,
  type PresenceChange,
  type Range,
  type RecentCommits,
  type Refusal,
  type SeriesState,
  StoreError,
  type StoreState,
  type StoreStats,
} from "../store.ts";
import { Budget } from "./budget.ts";
import { Chunks } from "./chunks.ts";
import { copyInto } from "./copy.ts";
import { deleteDevice, deleteRanges } from "./deletes.ts";
import { type Db, openForWriting, transact, waitAtMost } from "./driver.ts";
import { Failures } from "./failures.ts";
import { sizeOf } from "./files.ts";
import { FreeSpace } from "./free-space.ts";
import { SeriesHead } from "./head.ts";
import { Heads } from "./heads.ts";
import { addMask, removeMask } from "./hiding.ts";
import { JournalLog } from "./journal-log.ts";
import { LedgerTables } from "./ledger.ts";
import { commitsCutOff } from "./log-check.ts";
import { keepLog } from "./log-keeper.ts";
import { Maintenance } from "./maintenance.ts";
import { Marks } from "./marks.ts";
import { MaskTable } from "./masks.ts";
import { OpenFrom } from "./open-from.ts";
import { databasePath, type StoreSettings } from "./options.ts";
import type { WriterParts } from "./parts.ts";
import { Policies } from "./policies.ts";
import { PresenceTable } from "./presence-table.ts";
import { Records } from "./records.ts";
import { describe, latestOf, recover } from "./recovery.ts";
import { noRows, sliceRows } from "./rows.ts";
import { checkSchema, Meta, migrateSchema, toOpenError } from "./schema.ts";
import { Sealer } from "./seal.ts";
import { type OpenSizes, openSizes } from "./series-bytes.ts";
import { Staleness } from "./stale.ts";
import { Usage } from "./usage.ts";
import { type RetentionCalls, writerRetention } from "./writer-retention.ts";

export class Writer {
  readonly #space: FreeSpace;
  readonly #path: string;
  readonly #parts: WriterParts;
  readonly #meta: Meta;
  readonly ledger: LedgerTables;
  readonly #maintenance: Maintenance;
  readonly retention: RetentionCalls;
  readonly #onTrouble: (message: string) => void;
  readonly #failures: Failures;
  readonly #state: StoreState;
  #commit = 0;
  #nextSeries: number;
  /** Batches of this generation or an older one stand behind a refused one. */
  #refused = { generation: -1, error: new StoreError("store_unavailable", "") };

  /**
   * Opens and recovers. Throws `StoreOpenError`. `onFatal` hears, once, of a store that can promise nothing any more;
   * `onTrouble` of what was lost while it goes on.
   */
  constructor(
    settings: StoreSettings,
    onFatal: (message: string) => void,
    onTrouble: (message: string) => void,
    openFrom = new OpenFrom(),
  ) {
    this.#space = new FreeSpace(settings.folder, settings.minFreeBytes);
    this.#onTrouble = onTrouble;
    this.#path = databasePath(settings.folder);
    const log = `${this.#path}-wal`;
    const hadLog = sizeOf(log) > 0;
    const cutOff = settings.expectLog ? commitsCutOff(log) : 0;
    const release = keepLog(this.#path, settings.busyTimeoutMs);
    let opened: Db | undefined;
    try {
      const db = openForWriting(this.#path, settings.busyTimeoutMs);
      opened = db;
      checkSchema(db, this.#path);
      migrateSchema(db);
      this.#meta = new Meta(db);
      const journal = new JournalLog(db);
      const heads = new Heads(journal, openFrom);
      const stale = new Staleness(db, settings.tiers);
      this.#parts = {
        ...{ db, journal, heads, stale, meta: this.#meta },
        budget: new Budget(db, this.#meta, settings.budget, () => this.#space.bytes),
        chunks: new Chunks(db),
        marks: new Marks(db),
        masks: new MaskTable(db),
        policies: new Policies(db, settings.keep),
        presence: new PresenceTable(db, this.#meta),
        records: new Records(db),
        sealer: new Sealer(db, heads, stale, settings.chunkBytes),
        usage: new Usage(db),
      };
      this.ledger = new LedgerTables(db, heads);
      this.#nextSeries = Number(this.#meta.get("next_series"));
      const found = recover(this.#parts);
      this.#commit = found.commit;
      const recovered = this.#meta.get("clean") === "0";
      // All is read before anything is written: what cannot be read is left as it was.
      const state = describe(this.#parts, found, this.#nextSeries, recovered);
      if (recovered && !hadLog && settings.expectLog) {
        this.#missReadings(`${log} is not there: if that file was lost, so are the newest readings in it`);
      }
      if (cutOff > 0) this.#missReadings(`${log} is damaged, and readings of ${cutOff} commits in it or more are lost`);
      this.#meta.set("clean", "0");
      // From the first moment on the database itself says that it is in use: without its log it must not look like a new one.
      if (!recovered) db.pragma("wal_checkpoint(PASSIVE)");
      this.#failures = new Failures(this.#path, onFatal, onTrouble);
      // Missed readings have given the data another epoch.
      this.#state = { ...state, epoch: this.#meta.get("epoch") };
    } catch (error) {
      opened?.close();
      throw toOpenError(error, this.#path);
    } finally {
      release();
    }
    this.#maintenance = new Maintenance(this.#parts, settings, this.#commit, (error) =>
      this.#failures.toStoreError(error),
    );
    this.#maintenance.wake();
    const write = (work: () => void) => this.#failures.guard(work);
    this.retention = writerRetention(this.#parts, write, () => this.#maintenance.wrote());
  }

  get state(): StoreState {
    return this.#state;
  }

  append(batch: Batch, generation: number): Commit {
    if (this.#failures.fatal) throw this.#failures.fatal;
    if (generation <= this.#refused.generation) throw this.#refused.error;
    const startMs = performance.now();
    const commit = this.#commit + 1;
    const { db, heads, journal, marks, records } = this.#parts;
    const made = this.#newIn(batch.newSeries);
    let bytes = 0;
    try {
      this.#requireKnown(batch);
      this.#space.require();
      bytes = transact(db, () => {
        records.write(commit, made, batch);
        const next = made.at(-1);
        if (next) this.#meta.set("next_series", String(next.series + 1));
        return journal.write(commit, batch);
      });
      this.#failures.requireFiles();
    } catch (error) {
      records.quarantine.recount();
      throw this.#refuse(error, generation);
    }
    this.#commit = commit;
    journal.note(commit, batch.receivedMs, bytes);
    for (const one of made) {
      this.#nextSeries = one.series + 1;
      heads.add(new SeriesHead(one));
    }
    for (const mark of batch.marks) marks.apply(mark, batch.receivedMs, commit);
    heads.push(batch.columns, commit);
    this.#maintenance.took(commit, bytes, batch.columns.length, startMs);
    return { commit, columns: batch.columns, commitMs: performance.now() - startMs };
  }

  committed(commit: number): Columns | null {
    return this.#parts.journal.columns(commit);
  }

  recent(limitBytes: number, fromMs: number): RecentCommits {
    return this.#failures.guard(() =>
      this.#parts.journal.recent(limitBytes, fromMs, Number(this.#meta.get("whole_after"))),
    );
  }

  lastSeq(device: string, session: string): number {
    return this.#parts.marks.lastSeq(device, session);
  }

  headRows({ series, fromMs, toMs }: Range): ChunkColumns | null {
    const head = this.#parts.heads.get(series);
    if (!head) return null;
    // Questions about what is long sealed copy nothing.
    const newestMs = head.newestRow()?.timeMs;
    if (newestMs === undefined || newestMs < fromMs || head.firstMs() >= toMs) return noRows(head.identity.type);
    return sliceRows(head.rows(), fromMs, toMs);
  }

  headRowAt(series: number, atMs: number): ChunkColumns | null {
    const head = this.#parts.heads.get(series);
    return head ? this.#parts.masks.rowAt(head, atMs) : null;
  }

  headTimeBefore(series: number, beforeMs: number): number | null {
    const head = this.#parts.heads.get(series);
    return head ? this.#parts.masks.timeBefore(head, beforeMs) : null;
  }

  seriesState(numbers: readonly number[]): SeriesState[] {
    return this.#known(numbers).map((head) => this.#parts.sealer.stateOf(head));
  }

  latest(numbers: readonly number[]): Latest[] {
    return this.#known(numbers).flatMap((head) => latestOf(this.#parts, head));
  }

  refusals(device: string): Refusal[] {
    return this.#parts.records.refusals(device);
  }

  appendPresence(changes: readonly PresenceChange[], atMs: number): void {
    const { db, presence } = this.#parts;
    this.#failures.guard(() => {
      // A hub that refuses readings has to note since when: a few rows, for which room was left.
      if (!changes.every(isOfHub)) this.#space.require();
      transact(db, () => presence.write(changes, atMs));
    });
    this.#maintenance.wrote();
  }

  deleteReadings(ranges: readonly Range[]): Deletion[] {
    const deleted = this.#failures.guard(() => deleteRanges(this.#parts, ranges, this.#commit));
    // Nothing else may ever arrive, and what was deleted has to leave the file all the same.
    this.#maintenance.wrote();
    return deleted;
  }

  deleteDevice(device: string): void {
    this.#failures.guard(() => deleteDevice(this.#parts, device, this.#commit));
    this.#maintenance.wrote();
  }

  addMask(mask: NewMask): Mask | null {
    return this.#failures.guard(() => addMask(this.#parts, mask, this.#commit));
  }

  removeMask(id: number): Mask | null {
    return this.#failures.guard(() => removeMask(this.#parts, id, this.#commit));
  }

  masks(series: readonly number[]): Mask[] {
    return series.flatMap((number) => this.#parts.masks.of(number));
  }

  /** A change of what is kept, in transactions of its own; `commit` is the newest one. */
  change<T>(work: (parts: WriterParts, commit: number) => T): T {
    const done = this.#failures.guard(() => work(this.#parts, this.#commit));
    this.#maintenance.wrote();
    return done;
  }

  writeLedger(entries: readonly LedgerEntry[], heardCommit: number): void {
    this.#failures.guard(() => {
      this.#space.require();
      transact(this.#parts.db, () => this.ledger.write(entries, heardCommit));
    });
    this.#maintenance.wrote();
  }

  sealAll(): void {
    this.#failures.guard(() => this.#maintenance.sealAll());
  }

  openSizes(): OpenSizes {
    return openSizes(this.#parts);
  }

  stats(): StoreStats {
    const { budget, policies, usage } = this.#parts;
    return {
      ...budget.stats,
      ...{ bytesPerDay: usage.bytesPerDay, aged: policies.gone },
      overwritten: this.#parts.heads.tally.overwritten,
      bytes: sizeOf(this.#path),
      walBytes: sizeOf(`${this.#path}-wal`),
      journalBytes: this.#parts.journal.bytes,
      headBytes: this.#parts.heads.bytes,
      diskFreeBytes: this.#space.bytes,
    };
  }

  copyInto(path: string): Promise<void> {
    const { fatal } = this.#failures;
    if (fatal) return Promise.reject(fatal);
    return copyInto(this.#parts.db, path).catch((error: unknown) => {
      throw this.#failures.toStoreError(error);
    });
  }

  /** Tidies up for no longer than `patienceMs` allows: what is left is in the journal and the log, and the next start goes on from there. */
  close(patienceMs = Number.POSITIVE_INFINITY): void {
    this.#maintenance.stop();
    const { db } = this.#parts;
    try {
      if (!this.#failures.fatal) {
        waitAtMost(db, patienceMs / 4);
        this.#maintenance.shorten(patienceMs / 2);
        this.#meta.set("clean", "1");
        db.pragma("wal_checkpoint(TRUNCATE)");
      }
    } catch (error) {
      // Nothing is lost: what could not be tidied is in the journal.
      this.#failures.toStoreError(error);
    } finally {
      db.close();
    }
  }

  #known(numbers: readonly number[]): SeriesHead[] {
    return numbers.flatMap((number) => this.#parts.heads.get(number) ?? []);
  }

  /** New series that are not known yet; a batch that is sent again names them again. Numbers are never used twice. */
  #newIn(named: readonly NewSeries[]): NewSeries[] {
    return named.filter(({ series }) => series >= this.#nextSeries).sort((a, b) => a.series - b.series);
  }

  /** Readings that nobody could ever find again are refused aloud, not skipped. */
  #requireKnown(batch: Batch): void {
    const strange = strangeNumberIn(batch, this.#nextSeries, (series) => this.#parts.heads.get(series) !== undefined);
    if (strange !== undefined) throw strangeBatch(strange);
  }

  /** The error for a batch whose transaction failed; those that stand behind it get the same. */
  #refuse(error: unknown, generation: number): StoreError {
    const refusal = this.#failures.toStoreError(error);
    this.#refused = { generation, error: refusal };
    return refusal;
  }

  /** The log went missing, or a part of it, with what was in it: senders and viewers must not go on from numbers that are gone. */
  #missReadings(what: string): void {
    this.#meta.set("epoch", randomUUID());
    this.#onTrouble(`The hub was not stopped cleanly, and ${what}.`);
  }
}
