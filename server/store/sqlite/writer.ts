/** The writer: takes batches into the journal and the heads, answers from memory, and keeps house between commits. */
import { randomUUID } from "node:crypto";
import { CodecError, NewerVersionError } from "../codec/bytes.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import type { Columns } from "../columns.ts";
import { newerOf, strangeBatch, strangeNumberIn } from "../keeping.ts";
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
import { Chunks } from "./chunks.ts";
import { deleteDevice, deleteRanges } from "./deletes.ts";
import { type Db, faultOf, isDamage, openForWriting, transact } from "./driver.ts";
import { HeldFiles, sizeOf, suspect } from "./files.ts";
import { FreeSpace } from "./free-space.ts";
import { SeriesHead } from "./head.ts";
import { Heads } from "./heads.ts";
import { JournalLog } from "./journal-log.ts";
import { commitsCutOff } from "./log-check.ts";
import { keepLog } from "./log-keeper.ts";
import { Maintenance } from "./maintenance.ts";
import { Marks } from "./marks.ts";
import { databasePath, type StoreSettings } from "./options.ts";
import type { WriterParts } from "./parts.ts";
import { PresenceTable } from "./presence-table.ts";
import { Records } from "./records.ts";
import { sliceRows } from "./rows.ts";
import { checkSchema, Meta, migrateSchema, toOpenError } from "./schema.ts";
import { Sealer } from "./seal.ts";

export class Writer {
  readonly #space: FreeSpace;
  readonly #path: string;
  readonly #parts: WriterParts;
  readonly #meta: Meta;
  readonly #maintenance: Maintenance;
  readonly #onFatal: (message: string) => void;
  readonly #onTrouble: (message: string) => void;
  readonly #files: HeldFiles;
  readonly #state: StoreState;
  #commit = 0;
  #nextSeries: number;
  /** Arrival of the newest commit that was found at the start. */
  #receivedMs: number | null = null;
  /** Batches of this generation or an older one stand behind a refused one. */
  #refused = { generation: -1, error: new StoreError("store_unavailable", "") };
  #fatal: StoreError | undefined;

  /**
   * Opens and recovers. Throws `StoreOpenError`. `onFatal` hears, once, of a store that can promise nothing any more;
   * `onTrouble` of what was lost while it goes on.
   */
  constructor(settings: StoreSettings, onFatal: (message: string) => void, onTrouble: (message: string) => void) {
    this.#space = new FreeSpace(settings.folder, settings.minFreeBytes);
    this.#onFatal = onFatal;
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
      const journal = new JournalLog(db, settings.journalBudgetBytes);
      const heads = new Heads(journal);
      this.#parts = {
        ...{ db, journal, heads, meta: this.#meta },
        chunks: new Chunks(db),
        marks: new Marks(db),
        presence: new PresenceTable(db, this.#meta),
        records: new Records(db),
        sealer: new Sealer(db, heads, settings.chunkBytes),
      };
      this.#nextSeries = Number(this.#meta.get("next_series"));
      this.#recover();
      const recovered = this.#meta.get("clean") === "0";
      if (recovered && !hadLog && settings.expectLog) {
        this.#missReadings(`${log} is not there: if that file was lost, so are the newest readings in it`);
      }
      if (cutOff > 0) this.#missReadings(`${log} is damaged, and readings of ${cutOff} commits in it or more are lost`);
      this.#meta.set("clean", "0");
      // From the first moment on the database itself says that it is in use: without its log it must not look like a new one.
      if (!recovered) db.pragma("wal_checkpoint(PASSIVE)");
      this.#files = new HeldFiles(this.#path);
      this.#state = this.#describe(recovered);
    } catch (error) {
      opened?.close();
      throw toOpenError(error, this.#path);
    } finally {
      release();
    }
    this.#maintenance = new Maintenance(this.#parts, settings, this.#commit, (error) => this.#fail(error));
    this.#maintenance.wake();
  }

  get state(): StoreState {
    return this.#state;
  }

  append(batch: Batch, generation: number): Commit {
    if (this.#fatal) throw this.#fatal;
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
      this.#requireFiles();
    } catch (error) {
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
    this.#maintenance.took(commit, bytes, batch.columns.length);
    return { commit, columns: batch.columns, commitMs: performance.now() - startMs };
  }

  committed(commit: number): Columns | null {
    return this.#parts.journal.columns(commit);
  }

  recent(limitBytes: number, fromMs: number): RecentCommits {
    return this.#guarded(() => this.#parts.journal.recent(limitBytes, fromMs, Number(this.#meta.get("whole_after"))));
  }

  lastSeq(device: string, session: string): number {
    return this.#parts.marks.lastSeq(device, session);
  }

  headRows({ series, fromMs, toMs }: Range): ChunkColumns | null {
    const head = this.#parts.heads.get(series);
    return head ? sliceRows(head.rows(), fromMs, toMs) : null;
  }

  headTimeBefore(series: number, beforeMs: number): number | null {
    return this.#parts.heads.get(series)?.timeBefore(beforeMs) ?? null;
  }

  seriesState(numbers: readonly number[]): SeriesState[] {
    return this.#known(numbers).map((head) => this.#parts.sealer.stateOf(head));
  }

  latest(numbers: readonly number[]): Latest[] {
    return this.#known(numbers).flatMap((head) => this.#latestOf(head));
  }

  refusals(device: string): Refusal[] {
    return this.#parts.records.refusals(device);
  }

  appendPresence(changes: readonly PresenceChange[], atMs: number): void {
    const { db, presence } = this.#parts;
    this.#guarded(() => {
      this.#space.require();
      transact(db, () => presence.write(changes, atMs));
    });
    this.#maintenance.wrote();
  }

  deleteReadings(ranges: readonly Range[]): Deletion[] {
    const deleted = this.#guarded(() => deleteRanges(this.#parts, ranges, this.#commit));
    // Nothing else may ever arrive, and what was deleted has to leave the file all the same.
    this.#maintenance.wrote();
    return deleted;
  }

  deleteDevice(device: string): void {
    this.#guarded(() => deleteDevice(this.#parts, device, this.#commit));
    this.#maintenance.wrote();
  }

  sealAll(): void {
    this.#guarded(() => this.#maintenance.sealAll());
  }

  stats(): StoreStats {
    return {
      overwritten: this.#parts.heads.tally.overwritten,
      bytes: sizeOf(this.#path),
      walBytes: sizeOf(`${this.#path}-wal`),
      journalBytes: this.#parts.journal.bytes,
      headBytes: this.#parts.heads.bytes,
      diskFreeBytes: this.#space.bytes,
    };
  }

  close(): void {
    this.#maintenance.stop();
    const { db } = this.#parts;
    try {
      if (!this.#fatal) {
        this.#maintenance.shorten();
        this.#meta.set("clean", "1");
        db.pragma("wal_checkpoint(TRUNCATE)");
      }
    } catch (error) {
      // Nothing is lost: what could not be tidied is in the journal.
      this.#fail(error);
    } finally {
      db.close();
    }
  }

  /** Rebuilds heads and marks from the journal. */
  #recover(): void {
    const { heads, journal, marks, records } = this.#parts;
    for (const head of records.heads()) heads.add(head);
    const forgotten = journal.forgotten();
    for (const [commit, { receivedMs, marks: found, columns }] of journal.replay()) {
      this.#commit = commit;
      this.#receivedMs = receivedMs;
      for (const mark of found) {
        if (commit > (forgotten.get(mark.device) ?? 0)) marks.apply(mark, receivedMs, commit);
      }
      heads.replay(columns, commit);
    }
    heads.resumeSweep();
    heads.tally.overwritten = 0;
  }

  #describe(recovered: boolean): StoreState {
    const { heads, presence, records, sealer } = this.#parts;
    const all = heads.all();
    return {
      epoch: this.#meta.get("epoch"),
      commit: this.#commit,
      nextSeries: this.#nextSeries,
      series: all.map((head) => sealer.stateOf(head)),
      latest: all.flatMap((head) => this.#latestOf(head)),
      devices: records.devices(),
      metrics: records.metrics(),
      nextPresence: presence.next,
      aliveMs: newerOf(this.#receivedMs, presence.aliveMs),
      recovered,
    };
  }

  #known(numbers: readonly number[]): SeriesHead[] {
    return numbers.flatMap((number) => this.#parts.heads.get(number) ?? []);
  }

  #latestOf(head: SeriesHead): Latest[] {
    const newest = this.#parts.heads.newest(head);
    return newest ? [{ series: head.identity.series, ...newest }] : [];
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
    const refusal = this.#fail(error);
    this.#refused = { generation, error: refusal };
    return refusal;
  }

  #guarded<T>(work: () => T): T {
    if (this.#fatal) throw this.#fatal;
    try {
      const result = work();
      this.#requireFiles();
      return result;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** What was just committed is on disk only as long as its files are in the folder. */
  #requireFiles(): void {
    const moved = this.#files.moved();
    if (moved === undefined) return;
    throw this.#end(`${moved} was deleted or replaced while the hub was using it`);
  }

  /** The log went missing, or a part of it, with what was in it: senders and viewers must not go on from numbers that are gone. */
  #missReadings(what: string): void {
    this.#meta.set("epoch", randomUUID());
    this.#onTrouble(`The hub was not stopped cleanly, and ${what}.`);
  }

  /** What an error means: a passing one is told to the caller, a fatal one ends all promises; others are bugs and end this thread. */
  #fail(error: unknown): StoreError {
    if (error instanceof StoreError) return error;
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof NewerVersionError)
      return new StoreError("internal", `These readings were written by a newer hub (${text}).`, false);
    if (error instanceof CodecError) {
      this.#onTrouble(`Some readings on the disk are damaged (${text}).`);
      return new StoreError("internal", `These readings are damaged on the disk (${text}).`, false);
    }
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    if (fault === "full")
      return new StoreError("storage_full", `The disk is full (${text}); readings are taken again when there is room.`);
    if (fault === "busy")
      return new StoreError("store_unavailable", `The database is locked by another program (${text}).`);
    if (isDamage(error)) suspect(this.#path, text);
    return this.#end(text);
  }

  #end(text: string): StoreError {
    if (!this.#fatal) {
      this.#fatal = new StoreError("internal", `The store failed and stopped (${text}).`, false);
      this.#onFatal(this.#fatal.message);
    }
    return this.#fatal;
  }
}
