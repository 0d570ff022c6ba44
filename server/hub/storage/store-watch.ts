/** Judges the figures of a store again and again, one look at a time. */
import type { Clock, Timer } from "../../ports.ts";
import type { StoreStats, TelemetryStore } from "../../store/store.ts";

export interface StoreWatchOptions {
  readonly store: Pick<TelemetryStore, "stats">;
  readonly clock: Clock;
  /** Between two looks, ms. */
  readonly everyMs: number;
  readonly judge: (stats: StoreStats) => void;
}

export class StoreWatch {
  readonly #options: StoreWatchOptions;
  readonly #timer: Timer;
  #asking = false;
  #stopped = false;

  /** Looks each `everyMs` until `stop`; before that only where somebody asks for it. */
  constructor(options: StoreWatchOptions) {
    this.#options = options;
    this.#timer = options.clock.every(options.everyMs, () => void this.look());
  }

  /** Passes where one is under way. */
  async look(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const { store, judge } = this.#options;
    // A store that cannot tell has worse to say, and says it elsewhere.
    const stats = await store.stats().catch(() => undefined);
    this.#asking = false;
    if (stats && !this.#stopped) judge(stats);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer.cancel();
  }
}
