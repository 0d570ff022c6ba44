/** Says in `/health` and in the log that the disk has no room and readings are refused: nobody else may be there to hear it. */
import { sizeText } from "../../config-values.ts";
import type { Clock, Log } from "../../ports.ts";
import { roomText } from "../../store/sizes.ts";
import type { StoreStats, TelemetryStore } from "../../store/store.ts";
import { StoreWatch } from "./store-watch.ts";
import { ToldTrouble } from "./told-trouble.ts";

export interface SpaceAlarmDeps {
  readonly store: Pick<TelemetryStore, "stats">;
  readonly clock: Clock;
  readonly log: Log;
  /** What the hub says of itself in `/health`, one sentence each; the alarm's stands there as long as it lasts. */
  readonly troubles: string[];
  /** Called at each look that finds room. */
  readonly onRoom: () => void;
  /** Below this much free space readings are refused. */
  readonly minFreeBytes: number;
}

const periodMs = 1_000;

export class SpaceAlarm {
  readonly #deps: SpaceAlarmDeps;
  readonly #watch: StoreWatch;
  readonly #trouble: ToldTrouble;

  /** Judges what the store `told` at its opening, so that a hub never calls itself well before the first look; looks once a second until `stop`. */
  constructor(deps: SpaceAlarmDeps, told: Pick<StoreStats, "diskFreeBytes">) {
    this.#deps = deps;
    this.#trouble = new ToldTrouble(deps.troubles);
    this.#judge(told);
    this.#watch = new StoreWatch({ ...deps, everyMs: periodMs, judge: (stats) => this.#judge(stats) });
  }

  stop(): void {
    this.#watch.stop();
  }

  #judge({ diskFreeBytes }: Pick<StoreStats, "diskFreeBytes">): void {
    const { log, minFreeBytes, onRoom } = this.#deps;
    const isFull = diskFreeBytes < Math.max(1, minFreeBytes);
    const room =
      minFreeBytes > 0
        ? `has ${roomText(diskFreeBytes)} free, less than ${sizeText(minFreeBytes)} (--min-free)`
        : "is full";
    const sentence = isFull
      ? `The disk of the data ${room}: readings are refused until there is room again.`
      : undefined;
    const change = this.#trouble.tell(sentence);
    // One line a change, not one a second.
    if (change === "begins" && sentence !== undefined) log.warn(sentence);
    if (change === "ends") log.info("the disk has room again, and readings are taken", { diskFreeBytes });
    if (!isFull) onRoom();
  }
}
