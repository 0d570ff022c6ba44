/** What the memory engine keeps. */
import { randomUUID } from "node:crypto";
import type { Value, ValueType } from "../columns.ts";
import type { Mask } from "../masks.ts";
import type { Merge } from "../merges.ts";
import type { Alias } from "../names.ts";
import type { DeviceRecord, Mark, MetricRecord, PastCommit, PresenceChange, Refusal, SeriesState } from "../store.ts";
import { AccessData } from "./access.ts";
import { LedgerData } from "./ledger.ts";
import { QuarantineData } from "./quarantine.ts";
import { RetentionData } from "./retention.ts";

export interface MemorySeries {
  readonly series: number;
  readonly device: string;
  readonly metric: string;
  readonly type: ValueType;
  /** Readings by device time; sorted when asked. */
  readonly readings: Map<number, { value: Value; receivedMs: number }>;
}

export function stateOf({ series, device, metric, type, readings }: MemorySeries): SeriesState {
  const times = [...readings.keys()].sort((a, b) => a - b);
  const ends = { firstTimeMs: times[0] ?? null, lastTimeMs: times.at(-1) ?? null };
  return { series, device, metric, type, ...ends, count: times.length };
}

export interface SessionMark extends Mark {
  readonly usedMs: number;
}

/** What survives `close` and a new `MemoryStore` on the same data, so that reopening can be tested as for a real engine. */
export class MemoryData {
  readonly epoch = randomUUID();
  commit = 0;
  nextSeries = 1;
  readonly commits: PastCommit[] = [];
  /** The commit from which on nothing was deleted. */
  wholeAfter = 0;
  /** True between `open` and `close`. */
  open = false;
  readonly series = new Map<number, MemorySeries>();
  readonly masks = new Map<number, Mask>();
  nextMask = 1;
  readonly devices = new Map<string, DeviceRecord>();
  readonly metrics = new Map<string, MetricRecord>();
  /** In order of device and metric. */
  aliases: readonly Alias[] = [];
  readonly merges = new Map<number, Merge>();
  /** Readings that a step of a merge moves: few, so that a merge takes several. */
  movedAtOnce = 3;
  /** Marks of each device, newest use last. */
  readonly marks = new Map<string, SessionMark[]>();
  readonly refusals = new Map<string, Refusal[]>();
  readonly quarantine = new QuarantineData();
  /** Changes of each device, in the order of their numbers. */
  readonly presence = new Map<string, PresenceChange[]>();
  nextPresence = 1;
  readonly ledger = new LedgerData();
  readonly retention = new RetentionData();
  readonly access = new AccessData();
  /** Of the newest commit, and of the newest `appendPresence`; null before the first. */
  receivedMs: number | null = null;
  aliveMs: number | null = null;
}
