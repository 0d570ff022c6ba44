/** What series had at the moment that the crosshair points at, to the reading: a bucket's mean is no reading. */
import type { LatestAnswer } from "../../server/protocol/index.ts";
import type { HubApi } from "../client/hub-api.ts";
import { keyOf, type SeriesName } from "./explore-choice.ts";

/** The crosshair points at a moment once it stayed for so long, ms. */
const restMs = 150;

export type StandingReading = LatestAnswer["latest"][number];

export interface StandingOptions {
  readonly api: Pick<HubApi, "get">;
  readonly series: () => readonly SeriesName[];
  readonly changed: () => void;
}

/** Asks for one moment at a time; all charts share the crosshair, and this. */
export class Standing {
  readonly #options: StandingOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #end: AbortController | undefined;
  #wantedMs: number | undefined;
  #readings: ReadonlyMap<string, StandingReading> = new Map();

  constructor(options: StandingOptions) {
    this.#options = options;
  }

  /** The last reading of a series at or before the crosshair, once the hub told it; none where it counts as stale by then. */
  of(key: string): StandingReading | undefined {
    const reading = this.#readings.get(key);
    return reading?.stale ? undefined : reading;
  }

  /** The crosshair moved there, or went. Charts have it at nearly the same moment: within `nearMs` it is the same one. */
  point(timeMs: number | undefined, nearMs: number): void {
    const at = timeMs === undefined ? undefined : Math.floor(timeMs);
    if (at !== undefined && this.#wantedMs !== undefined && Math.abs(at - this.#wantedMs) <= nearMs) return;
    if (at === this.#wantedMs) return;
    this.#wantedMs = at;
    clearTimeout(this.#timer);
    this.#end?.abort();
    this.#readings = new Map();
    if (at !== undefined) this.#timer = setTimeout(() => void this.#ask(at), restMs);
  }

  async #ask(at: number): Promise<void> {
    const series = this.#options.series();
    if (series.length === 0) return;
    const end = new AbortController();
    this.#end = end;
    const device = [...new Set(series.map((one) => one.device))];
    const metric = [...new Set(series.map((one) => one.metric))];
    try {
      const params = { device, metric, at };
      const { latest } = await this.#options.api.get<LatestAnswer>("latest", {
        ...{ params, signal: end.signal, quiet: true },
      });
      if (this.#end !== end || this.#wantedMs !== at) return;
      this.#readings = new Map(latest.map((reading) => [keyOf(reading), reading]));
      this.#options.changed();
    } catch {
      // The mean of the bucket stays; whoever moves the crosshair asks again.
    }
  }
}
