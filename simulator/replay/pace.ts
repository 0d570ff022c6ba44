/** When a moment of a file is played, and which time it then has. */
import type { Contents } from "./recording.ts";

/** Times as fast as it was recorded, or as fast as the hub takes it. */
export type Speed = number | "max";

export interface PaceOptions {
  readonly speed: Speed;
  /** Begin again after the end, until it is stopped. */
  readonly loop?: boolean;
  /**
   * Give readings the time at which they are sent; at `max` the last one is now, and the others lie before it as in the
   * file. Otherwise times stay as they were recorded.
   */
  readonly shiftToNow?: boolean;
}

/** One run of a file, or its laps. All times in ms since the epoch. */
export class Pace {
  readonly #options: PaceOptions;
  readonly #contents: Contents;
  readonly #begunAt: number;
  #lap = 0;

  constructor(options: PaceOptions, contents: Contents, now: number) {
    this.#options = options;
    this.#contents = contents;
    this.#begunAt = now;
  }

  /** The file is over: the next round follows after the mean time between two of its moments. */
  nextLap(): void {
    this.#lap++;
  }

  /** When this moment is to be sent; undefined: at once. */
  due(time: number): number | undefined {
    const { speed } = this.#options;
    return speed === "max" ? undefined : this.#begunAt + this.#since(time) / speed;
  }

  /** The time to be told to the hub. */
  told(time: number): number {
    const { speed, shiftToNow } = this.#options;
    if (!shiftToNow) return time;
    if (speed === "max") return this.#begunAt - (this.#contents.lastTime - time);
    return Math.round(this.#begunAt + this.#since(time) / speed);
  }

  #since(time: number): number {
    const { firstTime, lastTime, intervalMs } = this.#contents;
    return time - firstTime + this.#lap * (lastTime - firstTime + intervalMs);
  }
}
