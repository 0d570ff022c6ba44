/** What goes between the oracle and the store's process. */
import type { Value } from "../../../server/store/columns.ts";
import type { SqliteStoreOptions } from "../../../server/store/sqlite/options.ts";
import type { Batch, StoreState, TelemetryStore } from "../../../server/store/store.ts";
import type { Death } from "./deaths.ts";

/** A batch whose readings are rows: columns are typed arrays, and messages between processes do not keep those apart. */
export interface SentBatch extends Omit<Batch, "columns"> {
  readonly rows: readonly (readonly [series: number, timeMs: number, value: Value])[];
}

/** Small ones, so that a short life seals, merges and trims. */
export type Budgets = Pick<
  SqliteStoreOptions,
  "chunkBytes" | "journalBudgetBytes" | "headBudgetBytes" | "headsPerSlice" | "sliceMs" | "restMs" | "tiers"
>;

/** The process' only argument, as JSON. */
export interface Setup {
  readonly folder: string;
  readonly workerUrl: string;
  readonly verifierUrl: string;
  /** Written by a writer that dies where it was told to. */
  readonly notePath: string;
  readonly budgets: Budgets;
  /** While it opens. */
  readonly death?: Death | undefined;
}

type Asked =
  | (
      | "open"
      | "close"
      | "stats"
      | "addMask"
      | "removeMask"
      | "deleteReadings"
      | "deleteDevice"
      | "appendPresence"
      | "readPresence"
      | "lastSeq"
      | "refusals"
    )
  | ("seriesState" | "latest" | "readRaw" | "readChanges" | "timeBefore" | "readBuckets");

/** The calls of a store's process. */
export interface Calls extends Pick<TelemetryStore, Asked> {
  /** Answers with the commit's number. */
  append(batch: SentBatch): Promise<number>;
  rename: TelemetryStore["names"]["rename"];
  removeAlias: TelemetryStore["names"]["removeAlias"];
  beginMerge: TelemetryStore["merges"]["begin"];
  stepMerge: TelemetryStore["merges"]["step"];
  findMerge: TelemetryStore["merges"]["find"];
  /** By its age whatever is older goes, once; answers how many readings that still are. */
  thin(beforeMs: number): Promise<number>;
  /** Nothing more goes. */
  thinNoMore(): Promise<void>;
  listQuarantine: TelemetryStore["quarantine"]["list"];
  /** Closes cleanly and opens again, in the same process. */
  reopen(): Promise<StoreState>;
  sealAll(): Promise<void>;
  arm(death: Death): Promise<void>;
}

export interface Request {
  readonly calls: Calls;
  readonly message: { readonly id: number; readonly name: keyof Calls; readonly values: readonly unknown[] };
}

export type Reply =
  | { readonly started: true }
  | { readonly complaint: string }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };
