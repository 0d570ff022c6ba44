/** What the main thread asks of the two workers, as plain functions by name; a link on each side turns them into messages. */

import type { MessagePort } from "node:worker_threads";
import type { Ages } from "../../protocol/keep.ts";
import type { AccessChange, AccessState, AuditRecord } from "../access.ts";
import type { BucketPage, ChangesPage, HolesPage, HolesSince, HolesSincePage, RawPage, Standing } from "../answers.ts";
import type { ChunkColumns } from "../codec/chunk.ts";
import type { Columns } from "../columns.ts";
import type { Cuts } from "../cuts.ts";
import type { Holes, LedgerEntry, Looked, Recheck } from "../ledger.ts";
import type { Mask, NewMask } from "../masks.ts";
import type { Merge, MergeCheck, MergeObstacle } from "../merges.ts";
import type { Quarantined, QuarantinePage } from "../quarantine.ts";
import type {
  Batch,
  BucketRange,
  Commit,
  Deletion,
  Latest,
  PresenceChange,
  Range,
  RawRange,
  RecentCommits,
  Refusal,
  SeriesState,
  StoreError,
  StoreOpenError,
  StoreState,
  StoreStats,
} from "../store.ts";
import type { AgedAnswer, AgedSeries, AgedTurn } from "./aged-preview.ts";
import type { StoreSettings } from "./options.ts";
import type { OpenSizes, SealedSizes } from "./series-bytes.ts";
import type { RetentionCalls } from "./writer-retention.ts";

/** The writer: journal, heads, seals, metadata. */
export interface WriterCalls extends RetentionCalls {
  open(): StoreState;
  /** `generation` tells whether the batch was sent before or after the main thread heard of the last refusal. */
  append(batch: Batch, generation: number): Commit;
  /** The readings of a commit, as long as the journal holds it. */
  committed(commit: number): Columns | null;
  recent(limitBytes: number, fromMs: number): RecentCommits;
  lastSeq(device: string, session: string): number;
  /** Readings of the range that are not in chunks yet; null where the series is not known. */
  headRows(range: Range): ChunkColumns | null;
  /** The same of the first of many ranges. */
  manyHeadRows(ranges: readonly Range[]): (ChunkColumns | null)[];
  /** Of the first of many series the last row up to `atMs` that is not in a chunk yet; null where the series is not known. */
  headsAt(series: readonly number[], atMs: number): (ChunkColumns | null)[];
  /** The last time before `beforeMs` of what is not in chunks yet, -Infinity where there is none; null where the series is not known. */
  headTimeBefore(series: number, beforeMs: number): number | null;
  seriesState(series: readonly number[]): SeriesState[];
  latest(series: readonly number[]): Latest[];
  refusals(device: string): Refusal[];
  appendPresence(changes: readonly PresenceChange[], atMs: number): void;
  deleteReadings(ranges: readonly Range[]): Deletion[];
  deleteDevice(device: string): void;
  addMask(mask: NewMask): Mask | null;
  removeMask(id: number): Mask | null;
  masks(series: readonly number[]): Mask[];
  rename(series: number, metric: string): void;
  removeAlias(device: string, metric: string): void;
  beginMerge(series: number, into: number): Merge | MergeObstacle | null;
  stepMerge(series: number): Merge | MergeObstacle | null;
  findMerge(series: number): Merge | null;
  /** From `sinceMs` on, for one slice; where to go on from then. */
  checkMerge(series: number, into: number, sinceMs: number): MergeCheck | { readonly nextMs: number } | null;
  lookedAt(): Looked[];
  rechecks(limit: number, series: number | undefined): Recheck[];
  writeLedger(entries: readonly LedgerEntry[], heardCommit: number): void;
  applyAccess(changes: readonly AccessChange[]): void;
  sealAll(): void;
  openSizes(): OpenSizes;
  stats(): StoreStats;
  /** Copies everything into an empty file, between commits; what is committed meanwhile is in it too. */
  copyInto(path: string): Promise<void>;
  close(patienceMs: number): void;
}

/** The reader: sealed chunks, merged with the head's rows that the writer gave (null: no such series, and nothing to tell); and presence. */
export interface ReaderCalls {
  open(): void;
  readRaw(range: RawRange, limit: number, head: ChunkColumns | null): RawPage | null;
  readChanges(range: Range, limit: number, silenceMs: number, head: ChunkColumns | null): ChangesPage | null;
  readManyBuckets(
    ranges: readonly BucketRange[],
    cuts: Cuts,
    limit: number,
    heads: readonly (ChunkColumns | null)[],
  ): BucketPage[];
  readAt(series: readonly number[], atMs: number, heads: readonly (ChunkColumns | null)[]): (Standing | null)[];
  readHoles(range: Range, graceMs: number, limit: number, head: ChunkColumns | null): HolesPage | null;
  readManyHoles(asked: readonly HolesSince[], limit: number, heads: readonly (ChunkColumns | null)[]): HolesSincePage[];
  timeBefore(series: number, beforeMs: number, headMs: number): number | null;
  readPresence(device: string): PresenceChange[];
  listQuarantine(device: string, before: number, limit: number): QuarantinePage;
  findQuarantine(device: string, ids: readonly number[]): Quarantined[];
  readLedger(series: readonly number[], fromMs: number, toMs: number, limit: number): Holes[];
  loadAccess(): AccessState;
  readAudit(beforeNumber: number | undefined, limit: number): AuditRecord[];
  agedTurn(of: AgedSeries, ages: readonly Ages[], nowMs: number, turn: AgedTurn): AgedAnswer;
  sealedSizes(after: number, fromMs: number, toMs: number): SealedSizes;
  close(): void;
}

export interface Request {
  readonly id: number;
  readonly name: string;
  readonly values: readonly unknown[];
  /** Asks the other worker this, with the answer behind these values; what that one answers is the answer. */
  readonly handTo?: { readonly name: string; readonly values: readonly unknown[] };
}

/** What one worker hands to the other: a request whose answer the main thread waits for, or why there is none. */
export type Handed = Request | { readonly id: number; readonly error: SentError };

/** An error that crosses threads: class and own fields would be lost otherwise. */
export type SentError =
  | { readonly kind: "store"; readonly code: StoreError["code"]; readonly message: string; readonly retryable: boolean }
  | { readonly kind: "open"; readonly reason: StoreOpenError["reason"]; readonly message: string }
  | { readonly kind: "other"; readonly message: string };

export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: SentError }
  | { readonly fatal: string }
  | { readonly trouble: string };

export interface WorkerSetup {
  readonly role: "writer" | "reader";
  readonly settings: StoreSettings;
  /** Of an `OpenFrom`, for the writer. */
  readonly openFrom?: SharedArrayBuffer;
  /** To the other one of the pair. */
  readonly between?: MessagePort;
}
