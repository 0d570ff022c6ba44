/** What the SQLite engine can be told. Every budget is bytes, every duration ms. */
import { join } from "node:path";
import type { Ages } from "../../protocol/keep.ts";
import { auditKept } from "../access.ts";
import type { BudgetSetting } from "../retention.ts";
import { defaultTiers, type TierShape } from "./plan.ts";

export interface SqliteStoreOptions {
  /** Folder of the database; made where it is missing. */
  readonly folder: string;
  /** The built worker (`server/store/sqlite/worker.ts` compiled). Without it the source is run through tsx: development and tests. */
  readonly workerUrl?: URL | undefined;
  /** The built program that reads a copy back (`verifier.ts` compiled). Without it the source is run, as of the worker. */
  readonly verifierUrl?: URL | undefined;
  /** What becomes of a damaged database at the start: put aside under another name and begun anew, or not opened. Default `rename`. */
  readonly onCorrupt?: "rename" | "refuse" | undefined;
  /** Below this much free space on the disk appends are refused with `storage_full`. Default 512 MB. */
  readonly minFreeBytes?: number | undefined;
  /** What the database may hold, bytes: beyond it the oldest raw readings go. `auto`: chosen at the first start. `said`: what `setBudget` kept. Default `off`: no budget. */
  readonly budget?: BudgetSetting | "said" | undefined;
  /** How long what is kept of series that no policy matches. Default: all, for ever. */
  readonly keep?: Ages | undefined;
  /** Entries of the audit log that are kept, the newest. Default 100,000. */
  readonly auditKept?: number | undefined;
  /** The journal is kept near or below this size by sealing heads early: bounds the time of a restart. Default 64 MiB. */
  readonly journalBudgetBytes?: number | undefined;
  /** Memory of all heads together is kept near or below this by sealing them early. Default 128 MiB. */
  readonly headBudgetBytes?: number | undefined;
  /** Encoded size that a chunk should have. Default 4,640: a page of its own, and little more, is full (`fit.ts`). */
  readonly chunkBytes?: number | undefined;
  /** How long a commit waits for another program that has locked the database before it is refused, ms. Default 5,000. */
  readonly busyTimeoutMs?: number | undefined;
  /** Between commits heads are sealed once so many are due, since each slice costs a sync; an idle hub waits for none. Default 64. */
  readonly headsPerSlice?: number | undefined;
  /** How long one slice of sealing may hold up a commit. Default 4 ms. */
  readonly sliceMs?: number | undefined;
  /** The tiers of buckets. Default: minute, 15 minutes, hour and day, 1,440 buckets a frame, 30 readings a bucket. */
  readonly tiers?: TierShape | undefined;
  /** Without a commit for this long the hub is at rest: what it holds in memory is sealed, and the file made short. Default 10,000. */
  readonly restMs?: number | undefined;
}

/** Options with their defaults, as plain data that crosses to the workers. */
export interface StoreSettings {
  readonly folder: string;
  readonly minFreeBytes: number;
  readonly budget: BudgetSetting | "said";
  readonly keep: Ages;
  readonly auditKept: number;
  readonly journalBudgetBytes: number;
  readonly headBudgetBytes: number;
  readonly chunkBytes: number;
  readonly sliceMs: number;
  readonly tiers: TierShape;
  readonly restMs: number;
  readonly headsPerSlice: number;
  readonly busyTimeoutMs: number;
  /** A database that was not closed cleanly should have its log beside it: not so after a thread was lost, which takes it in. */
  readonly expectLog: boolean;
}

export function settingsOf(options: SqliteStoreOptions, expectLog: boolean): StoreSettings {
  return {
    expectLog,
    folder: options.folder,
    minFreeBytes: options.minFreeBytes ?? 512_000_000,
    budget: options.budget ?? "off",
    keep: options.keep ?? {},
    auditKept: options.auditKept ?? auditKept,
    journalBudgetBytes: options.journalBudgetBytes ?? 64 * 2 ** 20,
    headBudgetBytes: options.headBudgetBytes ?? 128 * 2 ** 20,
    chunkBytes: options.chunkBytes ?? 4640,
    headsPerSlice: options.headsPerSlice ?? 64,
    sliceMs: options.sliceMs ?? 4,
    tiers: options.tiers ?? defaultTiers,
    restMs: options.restMs ?? 10_000,
    busyTimeoutMs: options.busyTimeoutMs ?? 5000,
  };
}

/** The database in a data folder. */
export function databasePath(folder: string): string {
  return join(folder, "hub.db");
}
