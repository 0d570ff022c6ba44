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

  /** Readings came: where the ledger has looked already they are news. */
  arrived(series: number, timeMs: number): void {
    const throughMs = this.looked.get(series)?.throughMs ?? Number.NEGATIVE_INFINITY;
    if (timeMs <= throughMs) this.changed({ series, fromMs: timeMs, toMs: timeMs + 1 });
  }

  changed(range: Range): void {
    this.mark += 1;
    this.rechecks.push({ ...range, mark: this.mark, rawFromMs: Number.NEGATIVE_INFINITY });
  }

  removed(series: number): void {
    this.looked.delete(series);
    this.holes.delete(series);
    this.rechecks = this.rechecks.filter((one) => one.series !== series);
  }
}

export function memoryLedger(data: LedgerData, isKnown: (series: number) => boolean): LedgerStore {
  const write = ({ series, fromMs, toMs, holes, looked, rechecked }: LedgerEntry) => {
    const marks = new Set(rechecked.map(({ mark }) => mark));
    data.rechecks = data.rechecks.filter(({ mark }) => !marks.has(mark));
    if (!isKnown(series)) return;
    const found = holes.fromMs.map((startMs, index) => ({
      fromMs: startMs,
      toMs: holes.toMs[index] as number,
      cause: holes.cause[index] as HoleCause,
    }));
    const starts = new Set(holes.fromMs);
    const kept = (data.holes.get(series) ?? []).filter(
      (hole) => !(hole.fromMs >= fromMs && hole.fromMs < toMs) && !starts.has(hole.fromMs),
    );
    data.holes.set(
      series,
      [...kept, ...new Map(found.map((hole) => [hole.fromMs, hole])).values()].sort((a, b) => a.fromMs - b.fromMs),
    );
    if (looked.throughMs > Number.NEGATIVE_INFINITY) data.looked.set(series, { series, ...looked });
  };
  return {
    looked: async () => [...data.looked.values()],
    rechecks: async (limit, series) =>
      data.rechecks.filter((one) => series === undefined || one.series === series).slice(0, limit),
    write: async (entries) => entries.forEach(write),
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
