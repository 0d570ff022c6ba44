/** What a store keeps of readings that were refused for their time: whole, until a person decides on them. */
import type { Value } from "./columns.ts";

/** A reading as it came, and why it was refused. */
export interface SetAside {
  readonly device: string;
  readonly metric: string;
  /** The time that it came with, ms. */
  readonly timeMs: number;
  readonly value: Value;
  /** Arrival, ms since the epoch. */
  readonly atMs: number;
  readonly code: string;
}

export interface Quarantined extends SetAside {
  /** Rises in the order of arrival and is never given twice. */
  readonly id: number;
}

/** What a batch changes in the quarantine, in one transaction with its readings. */
export interface QuarantineChange {
  readonly added: readonly SetAside[];
  /** Readings that were decided on, by id: those that are stored go with the same batch. */
  readonly decided: readonly number[];
  /** Readings of a device that were not even added. */
  readonly lost: readonly { readonly device: string; readonly count: number }[];
  /** Beyond them the oldest go, and are counted as lost. */
  readonly limits: QuarantineLimits;
}

export interface QuarantineLimits {
  readonly perDevice: number;
  /** Of all devices together. */
  readonly inAll: number;
}

/** Some of what is kept of a device. */
export interface QuarantinePage {
  /** The newest first. */
  readonly rows: readonly Quarantined[];
  /** All that is kept of the device. */
  readonly count: number;
  /** Readings of the device that were not kept, or had to make room. */
  readonly lost: number;
}

export interface QuarantineStore {
  /** What arrived before the one of id `before`, at most `limit`. */
  list(device: string, before: number, limit: number): Promise<QuarantinePage>;

  /** Those of these ids that are there and of that device, in the order of their ids. */
  find(device: string, ids: readonly number[]): Promise<Quarantined[]>;
}
