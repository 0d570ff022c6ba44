/** What the hub knows by heart of readings that were just committed: the newest of each series, who is there, which gaps end. */
import { type Columns, valueAt } from "../store/columns.ts";
import type { Catalog, Series } from "./catalog.ts";
import type { Presence } from "./devices/presence.ts";
import type { GapLedger } from "./gaps/ledger.ts";
import { isHidden } from "./hidden.ts";
import type { OpenBatch } from "./ingest/batch.ts";

export interface CommittedDeps {
  readonly catalog: Pick<Catalog, "findSeries">;
  readonly presence: Pick<Presence, "reported">;
  readonly gaps: Pick<GapLedger, "arrived">;
  readonly live: { seriesAppeared(series: Series): void };
}

/** When a commit came: arrival, ms since the epoch, and now, monotonic ms. */
export interface CommitTime {
  readonly receivedMs: number;
  readonly atMs: number;
}

export class Committed {
  readonly #deps: CommittedDeps;

  constructor(deps: CommittedDeps) {
    this.#deps = deps;
  }

  /** Notes all readings of a commit. Those of one series that stand side by side, as columns bring them, are looked at together. */
  note(columns: Columns, batch: OpenBatch, commit: number, time: CommitTime): void {
    const { length, series: numbers } = columns;
    for (let from = 0, to = 0; from < length; from = to) {
      const number = numbers[from] as number;
      to = from + 1;
      while (to < length && numbers[to] === number) to++;
      const series = this.#deps.catalog.findSeries(number);
      if (series) this.#noteRun(series, columns, from, to, batch.isPast(series), commit, time);
    }
  }

  #noteRun(
    series: Series,
    columns: Columns,
    from: number,
    to: number,
    isPast: boolean,
    commit: number,
    { receivedMs, atMs }: CommitTime,
  ): void {
    const { gaps, live, presence } = this.#deps;
    if (!series.committed) {
      series.committed = true;
      live.seriesAppeared(series);
    }
    // What the device did not send now tells nothing of it; and readings of one arrival say that it is there once.
    let tells = !isPast && series.heardIn !== commit;
    if (tells) {
      const { device } = series;
      series.heardIn = commit;
      if (device.lastSeenMs === null || receivedMs > device.lastSeenMs) device.lastSeenMs = receivedMs;
    }
    let newest = -1;
    for (let index = from; index < to; index++) {
      const timeMs = columns.times[index] as number;
      gaps.arrived(series, timeMs);
      // The later arrival wins where times are equal.
      if (timeMs >= series.latestTimeMs && !isHidden(series, timeMs)) {
        series.latestTimeMs = timeMs;
        newest = index;
      }
      if (!tells) continue;
      tells = false;
      presence.reported(series, timeMs, atMs);
    }
    if (newest < 0) return;
    series.latestValue = valueAt(columns, newest, series.type);
    series.latestReceivedMs = receivedMs;
  }
}
