/**
 * Watches the store's write-ahead log. It starts over whenever all of it is in the database and nobody reads an older state;
 * a reader that holds one for long makes it grow until the disk is full (sqlite.org/wal.html, section 6, "Avoiding Excessively
 * Large WAL Files").
 */
import type { Clock, Log } from "../../ports.ts";
import type { StoreStats, TelemetryStore } from "../../store/store.ts";
import { StoreWatch } from "./store-watch.ts";
import { ToldTrouble } from "./told-trouble.ts";

export interface LogAlarmDeps {
  readonly store: Pick<TelemetryStore, "stats">;
  readonly clock: Clock;
  readonly log: Log;
  /** What the hub says of itself in `/health`, one sentence each; the alarm's stands there as long as it lasts. */
  readonly troubles: string[];
  /** A longer log raises the alarm, bytes. */
  readonly alarmBytes: number;
}

const periodMs = 1_000;
const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

export class LogAlarm {
  readonly #deps: LogAlarmDeps;
  readonly #watch: StoreWatch;
  readonly #trouble: ToldTrouble;

  /** Looks once a second until `stop`. */
  constructor(deps: LogAlarmDeps) {
    this.#deps = deps;
    this.#trouble = new ToldTrouble(deps.troubles);
    this.#watch = new StoreWatch({ ...deps, everyMs: periodMs, judge: (stats) => this.#judge(stats) });
  }

  stop(): void {
    this.#watch.stop();
  }

  #judge({ walBytes }: StoreStats): void {
    const { alarmBytes, log } = this.#deps;
    const sentence =
      walBytes <= alarmBytes
        ? undefined
        : `The database's write-ahead log has ${mebibytes(walBytes)}, more than ${mebibytes(alarmBytes)} (--wal-alarm): another program probably holds an old state of the database open; the log shrinks by itself when that one lets go.`;
    const change = this.#trouble.tell(sentence);
    // One line a change, not one a second.
    if (change === "begins" && sentence !== undefined) log.warn(sentence);
    if (change === "ends") log.info("the database's write-ahead log is short again", { walBytes });
  }
}
