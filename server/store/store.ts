/**
 * What the hub asks of a store. Engines: `memory/` (short and obvious, the reference in tests) and `sqlite/` (the default).
 * The numbered rules are in README.md beside this file and are kept by one contract suite for every engine.
 *
 * A series is known by a number that is global to the store and never reused. Its type never changes: a series that
 * lost its last reading is removed, and the next reading of that device and metric makes a new one.
 */
import type { AccessStore } from "./access.ts";
import type { BucketPage, ChangesPage, HolesPage, HolesSince, HolesSincePage, RawPage, Standing } from "./answers.ts";
import type { Backup, BackupOrder } from "./backups.ts";
import type { Columns, Value, ValueType } from "./columns.ts";
import type { Cuts } from "./cuts.ts";
import type { LedgerStore } from "./ledger.ts";
import type { Mask, MaskStore } from "./masks.ts";
import type { Merge, MergeStore } from "./merges.ts";
import type { Alias, NameStore } from "./names.ts";
import type { QuarantineChange, QuarantineStore } from "./quarantine.ts";
import type { RetentionStore } from "./retention.ts";
import type { RoomStats, SeriesSizes } from "./sizes.ts";

/** A series that comes into being with its first reading. */
export interface NewSeries {
  readonly series: number;
  readonly device: string;
  readonly metric: string;
  readonly type: ValueType;
}

/** A sender's highest decided sequence number: everything up to `seq` of (`device`, `session`) is stored or refused for good. */
export interface Mark {
  readonly device: string;
  readonly session: string;
  readonly seq: number;
}

/** A reading that was refused for good, kept for the person who asks why it is not there. */
export interface Refusal {
  readonly device: string;
  /** Arrival, ms since the epoch. */
  readonly atMs: number;
  readonly code: string;
  readonly message: string;
  /** The raw row as JSON text, shortened to 1,000 characters. */
  readonly row: string;
}

/** What a device says of itself and what a person changed, as JSON-ready data. The store does not look inside `meta`. */
export interface DeviceRecord {
  readonly device: string;
  /** ms since the epoch. */
  readonly firstSeenMs: number;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** What is known of one metric of a device beyond its readings (unit, label, kind, …). */
export interface MetricRecord {
  readonly device: string;
  readonly metric: string;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** A change in whether a device is there, or of the hub itself, when it ran and when it refused all readings (`device` is then blank, as no device's is). The store does not look into its words. */
export interface PresenceChange {
  readonly device: string;
  /** Rises with each change of any device, never restarts: the order in which they happened, whatever the clock did. */
  readonly number: number;
  /** Hub time, ms since the epoch. */
  readonly atMs: number;
  readonly state: string;
  readonly reason: string;
  /** Since when it is in this state, ms since the epoch; another time than `atMs` where only the reason changed. */
  readonly sinceMs: number;
}

/** One group commit: all of it becomes durable, or nothing. */
export interface Batch {
  /** Arrival of the batch, ms since the epoch. */
  readonly receivedMs: number;
  /** Series whose first readings are in this batch or in a later one. */
  readonly newSeries: readonly NewSeries[];
  /** Readings; the buffers move to the store and come back in `Commit`. */
  readonly columns: Columns;
  readonly marks: readonly Mark[];
  readonly refusals: readonly Refusal[];
  /** Inserted or replaced whole. */
  readonly devices: readonly DeviceRecord[];
  readonly metrics: readonly MetricRecord[];
  readonly quarantine?: QuarantineChange | undefined;
}

/** The answer to `append`: the batch is on disk. */
export interface Commit {
  /** Rises by one with each commit, never restarts: the live `offset`. */
  readonly commit: number;
  /** The batch's columns, handed back. */
  readonly columns: Columns;
  /** How long the transaction took, fsync included, ms. */
  readonly commitMs: number;
}

/** A commit of the past, as it was appended. */
export interface PastCommit {
  readonly commit: number;
  /** Arrival, ms since the epoch. */
  readonly receivedMs: number;
  readonly columns: Columns;
}

/** The newest commits, for viewers that were cut before a restart. */
export interface RecentCommits {
  /** Whoever knows all up to this commit, or a later one, lacks nothing but `commits`. Where nothing may be relied on it is above the newest. */
  readonly afterCommit: number;
  /** In order, without a hole, up to the newest. */
  readonly commits: readonly PastCommit[];
}

/** What became of a range. */
export interface Deletion {
  /** Readings that went. */
  readonly removed: number;
  /** Nothing was left of the series, and it went with its type. */
  readonly seriesRemoved: boolean;
}

/** What the store knows of one series without reading its past. */
export interface SeriesState {
  readonly series: number;
  readonly device: string;
  readonly metric: string;
  readonly type: ValueType;
  /** Device times of the first and last reading, ms; of an empty series both are null. */
  readonly firstTimeMs: number | null;
  readonly lastTimeMs: number | null;
  /** Readings kept: two of one millisecond count once. */
  readonly count: number;
}

/** The reading of a series with the greatest device time. */
export interface Latest {
  readonly series: number;
  readonly timeMs: number;
  readonly value: Value;
  /** Arrival, ms since the epoch. */
  readonly receivedMs: number;
}

/** What the hub loads into memory once, at start. */
export interface StoreState {
  /** Made with the database; changes when it is restored from a backup. */
  readonly epoch: string;
  /** The newest commit; 0 in a new store. */
  readonly commit: number;
  /** The next free series number. */
  readonly nextSeries: number;
  readonly series: readonly SeriesState[];
  readonly latest: readonly Latest[];
  /** By series, then from the earliest on. */
  readonly masks: readonly Mask[];
  readonly devices: readonly DeviceRecord[];
  readonly metrics: readonly MetricRecord[];
  /** Other names of series, by device and metric. */
  readonly aliases: readonly Alias[];
  /** Merges under way. */
  readonly merges: readonly Pick<Merge, "series" | "into">[];
  /** The next free number of a change of presence. */
  readonly nextPresence: number;
  /** When a hub is last known to have run on this store, ms since the epoch: its newest commit or `appendPresence`. Null in a new one. */
  readonly aliveMs: number | null;
  /** True where the store was not closed cleanly before. */
  readonly recovered: boolean;
}

/** A half-open range of one series: `fromMs` included, `toMs` excluded; both may be ±Infinity. */
export interface Range {
  readonly series: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A range whose readings are wanted one by one. */
export interface RawRange extends Range {
  /** True: those that masks hide, too. */
  readonly withHidden?: boolean | undefined;
}

/** A range of a number series that is wanted in buckets. */
export interface BucketRange extends Range {
  /** Asks for `steps`, too; one longer than this is a silence, and has no area. Infinity for none. */
  readonly maxStepMs?: number | undefined;
  /** Which of them matter; both where it is missing. Of the others it tells whatever it likes. */
  readonly steps?: readonly ("rise" | "area")[] | undefined;
  /** True: no buckets are wanted, only `each`. */
  readonly counting?: boolean | undefined;
}

/** What `status` tells of the store; sizes in bytes. */
export interface StoreStats extends RoomStats {
  /**
   * Readings that a later arrival of the same millisecond took the place of, since the store was opened. One that was the
   * newest of its series is counted at once, an older one at the latest when what came for its series is sealed.
   */
  readonly overwritten: number;
  /** Database file(s) without the write-ahead log. */
  readonly bytes: number;
  readonly walBytes: number;
  readonly journalBytes: number;
  readonly headBytes: number;
  readonly diskFreeBytes: number;
}

/** Why a store cannot do what was asked. `retryable`: the same may succeed later, nothing of it was stored. */
export class StoreError extends Error {
  readonly code: "store_unavailable" | "storage_full" | "internal";
  readonly retryable: boolean;
  /** `message` says what happened, what is allowed, and which setting it hit with its present value. */
  constructor(code: StoreError["code"], message: string, retryable = true) {
    super(message);
    this.name = "StoreError";
    this.code = code;
    this.retryable = retryable;
  }
}

/** A store that can't be opened: the message is one sentence for a person and says what to do. */
export class StoreOpenError extends Error {
  readonly reason: "in_use" | "not_writable" | "newer_schema" | "corrupt" | "not_a_store";
  constructor(reason: StoreOpenError["reason"], message: string) {
    super(message);
    this.name = "StoreOpenError";
    this.reason = reason;
  }
}

export interface TelemetryStore extends MaskStore {
  /** Who may use the hub, and who changed what; once it is open. Of no device: it outlives them all. */
  readonly access: AccessStore;
  /** How long what is kept, and how much room it may take; once it is open. */
  readonly retention: RetentionStore;
  /** Where readings are missing, and why; once it is open. */
  readonly ledger: LedgerStore;
  readonly merges: MergeStore;
  /** Readings that were refused for their time; once it is open. */
  readonly quarantine: QuarantineStore;

  readonly names: NameStore;
  /** Opens, recovers, and tells what is there. Once, before anything else. Throws `StoreOpenError`. */
  open(): Promise<StoreState>;

  /**
   * Commits a batch; resolves once it is on disk. Batches are committed in the order of the calls. Rejects with a
   * `StoreError`, and then every append that was called before the rejection was delivered is rejected too: nothing
   * behind a hole is ever stored.
   */
  append(batch: Batch): Promise<Commit>;

  /**
   * The newest commits as they were appended: about `limitBytes` at most, at 20 bytes a reading, and none that arrived before
   * `fromMs`. What was deleted since must not come back, and whoever saw it has to be told: nothing reaches back behind a
   * deletion, nor behind the commit after it, with which viewers were told.
   */
  recent(limitBytes: number, fromMs: number): Promise<RecentCommits>;

  /** The highest decided sequence number of a sender's session; 0 where it is not known. */
  lastSeq(device: string, session: string): Promise<number>;

  /** Readings of a range, at most `limit` a page. A number that no series has gives an empty page. */
  readRaw(range: RawRange, limit: number): Promise<RawPage>;

  /**
   * Like `readRaw`, but only readings whose value differs from the one before it in the range (the first always), or that came
   * more than `silenceMs` after it.
   */
  readChanges(range: Range, limit: number, silenceMs: number): Promise<ChangesPage>;

  /** The device time of the last reading of a series before `beforeMs` (excluded), ms; null where there is none, or no such series. */
  timeBefore(series: number, beforeMs: number): Promise<number | null>;

  /** A number series in buckets, at most `limit` a page. A number that no series has gives an empty page. */
  readBuckets(range: BucketRange, cuts: Cuts, limit: number): Promise<BucketPage>;

  /**
   * As `readBuckets` for each of these ranges, with one question for all of them. Answers a page each for as many of the first
   * as take little time, at least one: whoever asked goes on with the others, and so lets other questions through. A range that
   * cannot be read fails the question only where it is the first.
   */
  readManyBuckets(ranges: readonly BucketRange[], cuts: Cuts, limit: number): Promise<BucketPage[]>;

  /** What stood at `atMs` in each of these series, null where nothing did; of as many of the first as take little time, at least one. */
  readAt(series: readonly number[], atMs: number): Promise<(Standing | null)[]>;

  /** Where a series has no reading for longer than `graceMs` between two readings of the range, at most `limit` a page. */
  readHoles(range: Range, graceMs: number, limit: number): Promise<HolesPage>;

  /** The first page of each, at most `limit` a page; of as many of the first as take little time, at least one. */
  readManyHoles(asked: readonly HolesSince[], limit: number): Promise<HolesSincePage[]>;

  /** State of these series now, in the order asked; unknown numbers are left out. */
  seriesState(series: readonly number[]): Promise<SeriesState[]>;

  /** The newest reading of these series now, in the order asked; unknown or empty ones are left out. */
  latest(series: readonly number[]): Promise<Latest[]>;

  /** The last refusals of a device, newest first, at most 100. */
  refusals(device: string): Promise<Refusal[]>;

  /**
   * Keeps changes of presence, all of them or none, and notes that the hub runs at `atMs` (ms since the epoch); with none it
   * notes that alone. Resolves once durable. A number that was kept before is kept once. A small transaction of its own:
   * commits wait for it, so give it a few hundred at a time. Changes of devices need room as readings do; those of the hub
   * alone, and none, do not.
   */
  appendPresence(changes: readonly PresenceChange[], atMs: number): Promise<void>;

  /** The changes of a device in the order of their numbers; of too many the least telling are gone (`keeping.ts`). */
  readPresence(device: string): Promise<PresenceChange[]>;

  /**
   * Removes ranges for good, all of them or none; a series left empty is removed with its range. No series may stand in it
   * twice. Resolves once durable, with what went of each. Commits wait for it, so give it a few at a time.
   */
  deleteReadings(ranges: readonly Range[]): Promise<Deletion[]>;

  /** Removes a device: its series with all readings, its metadata, marks, refusals, quarantine and presence. Resolves once durable. */
  deleteDevice(device: string): Promise<void>;

  /** What each series takes, and how many of its readings are of the range: `fromMs` included, `toMs` excluded. */
  sizes(fromMs: number, toMs: number): Promise<SeriesSizes>;

  stats(): Promise<StoreStats>;

  /**
   * Copies everything into a file, and reads the copy back; every reading that was acknowledged before is in it. Rejects with a
   * `BackupError`, also while another one is made. An engine that keeps nothing has none.
   */
  backup?(order: BackupOrder): Promise<Backup>;

  /** Settles what is pending and closes cleanly; what can wait for the next start is done for about `patienceMs` at most. Idempotent. */
  close(patienceMs?: number): Promise<void>;
}

/** What an engine is given besides its own settings. */
export interface StoreEvents {
  /** The store can't promise anything any more (sync error, damaged file, three worker crashes in a minute): the hub must stop acknowledging and exit. */
  readonly onFatal: (error: Error) => void;
  /** The worker was lost and is back; `crashes` within the last minute. */
  readonly onRestart?: (crashes: number) => void;
  /** The store goes on, and something was lost or cannot be read: one sentence for a person. */
  readonly onTrouble?: (message: string) => void;
}
