/** Which figures of the hub are near what bounds them, and by which setting that is changed. */
import type { StatusAnswer } from "../../server/protocol/index.ts";

export type Level = "ok" | "warn" | "alarm";

/** The flags of the settings that figures run into. */
export const flags = {
  series: "--limit-series",
  undecidedBytesTotal: "--limit-undecided-bytes-total",
  slowViewerBytes: "--slow-viewer-bytes",
  viewersBytes: "--viewers-bytes",
  minFreeBytes: "--min-free",
  journalBudgetBytes: "--journal-budget",
  headBudgetBytes: "--head-budget",
  walAlarmBytes: "--wal-alarm",
} as const satisfies Record<keyof StatusAnswer["limits"], string>;

/** Beyond this part of a limit a person should know of it. */
const nearShare = 0.8;
/** Free space is told of when no more than so many times what the hub leaves free is left. */
const nearFree = 2;
/** The event loop: what a person notices, and where the hub says that it is not ready, ms. */
const loopMs = { warn: 250, alarm: 1_000 } as const;
/** Acknowledgements that take longer are worth a look, ms. */
const slowAckMs = 1_000;

export function levelOf(value: number, limit: number | undefined): Level {
  if (limit === undefined || value < limit * nearShare) return "ok";
  return value < limit ? "warn" : "alarm";
}

export interface StatusLevels {
  readonly queue: Level;
  readonly loop: Level;
  readonly ack: Level;
  readonly disk: Level;
  readonly wal: Level;
  readonly series: Level;
  readonly viewers: Level;
}

export function levelsOf({
  queue,
  loopDelayMs,
  ackMs,
  store,
  series,
  slowViewers,
  limits,
}: StatusAnswer): StatusLevels {
  const { minFreeBytes = 0, undecidedBytesTotal, walAlarmBytes } = limits;
  return {
    queue: levelOf(queue.bytes, undecidedBytesTotal),
    loop: loopDelayMs.p99 > loopMs.alarm ? "alarm" : loopDelayMs.p99 > loopMs.warn ? "warn" : "ok",
    ack: ackMs.p99 > slowAckMs ? "warn" : "ok",
    disk: store.diskFreeBytes < minFreeBytes ? "alarm" : store.diskFreeBytes < minFreeBytes * nearFree ? "warn" : "ok",
    wal: levelOf(store.walBytes, walAlarmBytes),
    series: levelOf(series, limits.series),
    viewers: slowViewers > 0 ? "warn" : "ok",
  };
}
