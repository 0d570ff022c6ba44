/** What a recorder has of each series, so that it can say after a cut what it lacks. */
import type { LiveSeriesEntry } from "../../server/protocol/index.ts";
import type { Value } from "../link.ts";

export interface KnownSeries {
  readonly device: string;
  readonly metric: string;
  /** Newest time that is known of it, ms since the epoch; null: it had none. */
  lastTime: number | null;
  /** Readings that the hub should have of it; undefined where late ones came, which may have taken the place of others. */
  count: number | undefined;
  /** What was asked for and may be told again as news, by time. */
  readonly ahead: Map<number, Value>;
}

/** A series of which the hub has more than is recorded. */
export interface Gap {
  readonly series: KnownSeries;
  /** As the hub told it: so many readings, of which the newest has this time. */
  readonly hubCount: number;
  readonly hubLastTime: number;
}

export class SeriesBook {
  readonly #known = new Map<number, KnownSeries>();

  get(series: number): KnownSeries | undefined {
    return this.#known.get(series);
  }

  remove(series: number): void {
    this.#known.delete(series);
  }

  clear(): void {
    this.#known.clear();
  }

  /** Takes a series as the hub has it, with all its readings so far: nothing of them is missed. */
  take(entry: LiveSeriesEntry): void {
    const { series, device, metric, lastTime, count } = entry;
    this.#known.set(series, { device, metric, lastTime, count, ahead: new Map() });
  }

  /** A series that came up while it was listened to: its readings are all still to come. */
  appear({ series, device, metric }: LiveSeriesEntry): void {
    if (!this.#known.has(series))
      this.#known.set(series, { device, metric, lastTime: null, count: 0, ahead: new Map() });
  }

  /** Takes a reading that is recorded. */
  add(series: KnownSeries, time: number): void {
    // One of the newest time is that reading again, or takes its place.
    if (time === series.lastTime) return;
    const late = series.lastTime !== null && time < series.lastTime;
    if (late) series.count = undefined;
    else {
      series.lastTime = time;
      if (series.count !== undefined) series.count++;
    }
  }

  /** True for news that are recorded already, because they were asked for. Such come once, and another value is none. */
  isAgain({ ahead }: KnownSeries, time: number, value: Value): boolean {
    const again = Object.is(ahead.get(time), value);
    ahead.delete(time);
    return again;
  }

  /** What is missing of a series that the hub tells again after a cut; undefined where nothing is. */
  gap(entry: LiveSeriesEntry): Gap | undefined {
    this.appear(entry);
    const series = this.#known.get(entry.series) as KnownSeries;
    const same = entry.lastTime === series.lastTime && entry.count === series.count;
    return same || entry.lastTime === null ? undefined : { series, hubCount: entry.count, hubLastTime: entry.lastTime };
  }
}
