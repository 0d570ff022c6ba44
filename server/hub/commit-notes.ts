/** What the hub knows by heart of readings that were just committed: the newest of each series, who is there, which gaps end. */
import { type Columns, valueAt } from "../store/columns.ts";
import type { Catalog, Series } from "./catalog.ts";
import type { Presence } from "./devices/presence.ts";
import type { GapLedger } from "./gaps/ledger.ts";
import { isHidden } from "./hidden.ts";
import type { OpenBatch } from "./ingest/batch.ts";

export interface CommitNotesDeps {
  readonly catalog: Pick<Catalog, "findSeries">;
  readonly presence: Pick<Presence, "reported">;
  readonly gaps: Pick<GapLedger, "arrived">;
  readonly live: { seriesAppeared(series: Series): void };
}

/** Which commit it was, and when it came: arrival, ms since the epoch, and now, monotonic ms. */
export interface CommitStamp {
  readonly commit: number;
  readonly receivedMs: number;
  readonly atMs: number;
}

export class CommitNotes {
  readonly #deps: CommitNotesDeps;

  constructor(deps: CommitNotesDeps) {
    this.#deps = deps;
  }

  /** Notes all readings of a commit. Those of one series that stand side by side, as columns bring them, are looked at together. */
  note(columns: Columns, batch: Pick<OpenBatch, "isPast">, stamp: CommitStamp): void {
    const { length, series: numbers } = columns;
    for (let from = 0, to = 0; from < length; from = to) {
      const number = numbers[from] as number;
      to = from + 1;
      while (to < length && numbers[to] === number) to++;
      const series = this.#deps.catalog.findSeries(number);
      if (series) this.#noteRun(series, columns, from, to, batch.isPast(series), stamp);
    }
  }

  #noteRun(series: Series, columns: Columns, from: number, to: number, isPast: boolean, stamp: CommitStamp): void {
    const { gaps, live, presence } = this.#deps;
    const { commit, receivedMs, atMs } = stamp;
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
      // Behind the first look at the gaps, which goes by the interval known before, and ahead of the next one.
      tells = false;
      noteNewest(series, columns, newest, receivedMs);
      presence.reported(series, timeMs, atMs);
    }
    noteNewest(series, columns, newest, receivedMs);
  }
}

/** The value of the newest reading; `index` is -1 where none of these is. */
function noteNewest(series: Series, columns: Columns, index: number, receivedMs: number): void {
  if (index < 0) return;
  series.latestValue = valueAt(columns, index, series.type);
  series.latestReceivedMs = receivedMs;
}
