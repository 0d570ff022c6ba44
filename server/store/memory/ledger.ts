/** The ledger of gaps of the memory engine. */
import type { HoleCause, LedgerEntry, LedgerStore, Looked, Recheck } from "../ledger.ts";
import type { Range } from "../store.ts";

interface Hole {
  readonly fromMs: number;
  readonly toMs: number;
  readonly cause: HoleCause;
}

/** What survives a restart. */
export class LedgerData {
  readonly looked = new Map<number, Looked>();
  readonly holes = new Map<number, Hole[]>();
  rechecks: Recheck[] = [];
  mark = 0;
  /** The newest commit with readings of each series. */
  readonly commits = new Map<number, number>();

  /** Readings came: where the ledger has looked already they are news. */
  arrived(series: number, timeMs: number, commit: number): void {
    this.commits.set(series, commit);
    const throughMs = this.looked.get(series)?.throughMs ?? Number.NEGATIVE_INFINITY;
    if (timeMs <= throughMs) this.changed({ series, fromMs: timeMs, toMs: timeMs + 1 });
  }

  changed(range: Range): void {
    this.mark += 1;
    this.rechecks.push({ ...range, mark: this.mark, rawFromMs: Number.NEGATIVE_INFINITY });
  }

  removed(series: number): void {
    this.looked.delete(series);
    this.commits.delete(series);
    this.holes.delete(series);
    this.rechecks = this.rechecks.filter((one) => one.series !== series);
  }
}

export function memoryLedger(data: LedgerData, isKnown: (series: number) => boolean): LedgerStore {
  const write = (entry: LedgerEntry, heardCommit: number) => {
    const { series, fromMs, toMs, isAtReading, holes, looked, rechecked } = entry;
    const marks = new Set(rechecked.map(({ mark }) => mark));
    data.rechecks = data.rechecks.filter(({ mark }) => !marks.has(mark));
    if (!isKnown(series)) return;
    const found = holes.fromMs.map((startMs, index) => ({
      fromMs: startMs,
      toMs: holes.toMs[index] as number,
      cause: holes.cause[index] as HoleCause,
    }));
    let kept = (data.holes.get(series) ?? []).filter((hole) => !(hole.fromMs >= fromMs && hole.fromMs < toMs));
    const notOver = (readingMs: number) => kept.filter((hole) => !(hole.fromMs < readingMs && hole.toMs > readingMs));
    if (isAtReading) kept = notOver(fromMs);
    for (const hole of found) {
      kept = notOver(hole.fromMs).filter((one) => one.fromMs !== hole.fromMs);
      kept.push(hole);
    }
    data.holes.set(
      series,
      kept.sort((a, b) => a.fromMs - b.fromMs),
    );
    const isHeard = (data.commits.get(series) ?? 0) <= heardCommit;
    const mostMs = isHeard
      ? Number.POSITIVE_INFINITY
      : (data.looked.get(series)?.throughMs ?? Number.NEGATIVE_INFINITY);
    const throughMs = Math.min(looked.throughMs, mostMs);
    if (throughMs > Number.NEGATIVE_INFINITY) data.looked.set(series, { series, graceMs: looked.graceMs, throughMs });
  };
  return {
    looked: async () => [...data.looked.values()],
    rechecks: async (limit, series) =>
      data.rechecks.filter((one) => series === undefined || one.series === series).slice(0, limit),
    write: async (entries, heardCommit) => {
      for (const entry of entries) write(entry, heardCommit);
    },
    read: async (series, fromMs, toMs, limit) =>
      series.map((number) => {
        const found = (data.holes.get(number) ?? []).filter((hole) => hole.toMs > fromMs && hole.fromMs < toMs);
        const told = found.slice(0, limit);
        return {
          fromMs: told.map((hole) => hole.fromMs),
          toMs: told.map((hole) => hole.toMs),
          cause: told.map((hole) => hole.cause),
        };
      }),
  };
}
