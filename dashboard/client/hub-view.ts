import type { DeviceEntry, LiveSeriesEntry, Subscribed, Update } from "../../server/protocol/index.ts";
import type { HubClient, Subscription } from "./hub-client.ts";

export type Value = number | boolean | string;

/** A series with its newest reading, updated in place. */
export interface SeriesView {
  entry: LiveSeriesEntry;
  value: Value | undefined;
  /** Device time of `value`, ms. */
  timeMs: number | undefined;
  /** The earliest reading known of, ms. */
  firstMs: number | undefined;
  /** Decimal places worth showing: declared, or the most seen so far, so that 21.0 does not jump to 21. */
  decimals: number;
}

/** A device with its series in order of their numbers, updated in place. */
export interface DeviceView {
  entry: DeviceEntry;
  readonly series: Map<number, SeriesView>;
}

export interface HubCounts {
  devices: number;
  online: number;
  silent: number;
  offline: number;
  series: number;
}

/** One update a second and series is all that a list can use, and what a hub with 1,000 devices can send to every tablet. */
const overviewIntervalMs = 1_000;

/** Most decimal places that are learned from values; more is noise, and can be declared. */
const mostLearnedDecimals = 3;

/** Everything the hub knows, newest values only: filled by one subscription, kept by its changes. */
export class HubView {
  readonly devices = new Map<string, DeviceView>();
  readonly #bySeries = new Map<number, SeriesView>();
  readonly #listeners = new Set<() => void>();
  readonly #client: HubClient;
  #subscription: Subscription | undefined;
  #epoch: string | undefined;
  /** What the present snapshot named; all else is gone when it is complete. */
  #named: { devices: Set<string>; series: Set<number> } | undefined;
  #complete = false;
  #valuesReceived = 0;
  #devicesVersion = 0;

  constructor(client: HubClient) {
    this.#client = client;
  }

  /** True once the hub told everything it knows at least once, and it is still that hub's data. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Values received since the page was opened. */
  get valuesReceived(): number {
    return this.#valuesReceived;
  }

  /** Changes whenever a device comes, goes or is told anew; not with readings. */
  get devicesVersion(): number {
    return this.#devicesVersion;
  }

  start(): void {
    this.#subscription ??= this.#client.subscribe(
      { interval: overviewIntervalMs, keeps: () => this.#complete && this.#named === undefined },
      {
        subscribed: (message) => this.#begin(message),
        devices: (entries) => {
          for (const entry of entries) {
            if ("removed" in entry) this.#removeDevice(entry.device);
            else this.#keepDevice(entry);
          }
          this.#changed();
        },
        series: (entries) => {
          for (const entry of entries) {
            if ("removed" in entry) this.#removeSeries(entry.series);
            else this.#keepSeries(entry);
          }
          this.#changed();
        },
        ready: () => this.#finish(),
        update: (message) => this.#advance(message),
      },
    );
  }

  stop(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
  }

  /** Calls after each change. Returns how to end it. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  counts(): HubCounts {
    const counts = { devices: this.devices.size, online: 0, silent: 0, offline: 0, series: this.#bySeries.size };
    for (const device of this.devices.values()) counts[device.entry.state] += 1;
    return counts;
  }

  #begin(message: Subscribed): void {
    if (message.resumed) return;
    if (this.#epoch !== undefined && this.#epoch !== message.epoch) {
      this.devices.clear();
      this.#bySeries.clear();
      this.#devicesVersion += 1;
      // Until it told all it knows, nothing may be called unknown, and no hub empty.
      this.#complete = false;
    }
    this.#epoch = message.epoch;
    this.#named = { devices: new Set(), series: new Set() };
  }

  /** What the new snapshot did not name was removed while this page was away. */
  #finish(): void {
    const named = this.#named;
    this.#named = undefined;
    if (named) {
      for (const id of [...this.devices.keys()]) if (!named.devices.has(id)) this.#removeDevice(id);
      for (const number of [...this.#bySeries.keys()]) if (!named.series.has(number)) this.#removeSeries(number);
    }
    this.#complete = true;
    this.#changed();
  }

  #keepDevice(entry: DeviceEntry): void {
    this.#devicesVersion += 1;
    this.#named?.devices.add(entry.device);
    const known = this.devices.get(entry.device);
    if (known) known.entry = entry;
    else this.devices.set(entry.device, { entry, series: new Map() });
  }

  #keepSeries(entry: LiveSeriesEntry): void {
    this.#named?.series.add(entry.series);
    const device = this.devices.get(entry.device);
    if (!device) return;
    const known = this.#bySeries.get(entry.series);
    const series: SeriesView = known ?? {
      entry,
      value: undefined,
      timeMs: undefined,
      firstMs: undefined,
      decimals: 0,
    };
    // A person took their number of places back: it is learned from the values again.
    if (series.entry.decimals !== undefined && entry.decimals === undefined) series.decimals = 0;
    series.entry = entry;
    if (entry.decimals !== undefined) series.decimals = entry.decimals;
    // An entry is the hub's present word: where the newest readings were removed it is older than what was known.
    series.firstMs = entry.firstTime ?? entry.time;
    series.timeMs = entry.time;
    series.value = entry.value;
    learnDecimals(series, entry.value);
    if (known) return;
    this.#bySeries.set(entry.series, series);
    device.series.set(entry.series, series);
  }

  #removeDevice(id: string): void {
    const device = this.devices.get(id);
    if (!device) return;
    for (const number of device.series.keys()) this.#bySeries.delete(number);
    this.devices.delete(id);
    this.#devicesVersion += 1;
  }

  #removeSeries(number: number): void {
    const series = this.#bySeries.get(number);
    if (!series) return;
    this.#bySeries.delete(number);
    this.devices.get(series.entry.device)?.series.delete(number);
  }

  #advance(update: Update): void {
    if (update.series.length === 0) return;
    this.#valuesReceived += update.series.length;
    for (let index = 0; index < update.series.length; index++) {
      const series = this.#bySeries.get(update.series[index] as number);
      const timeMs = update.times[index];
      const value = update.values[index];
      if (series && timeMs !== undefined && value !== undefined) newer(series, timeMs, value);
    }
    this.#changed();
  }

  #changed(): void {
    for (const call of [...this.#listeners]) call();
  }
}

/** Takes a reading; the newest by device time stays, the later arrival of two with the same time. */
function newer(series: SeriesView, timeMs: number, value: Value): void {
  if (series.firstMs === undefined || timeMs < series.firstMs) series.firstMs = timeMs;
  if (series.timeMs !== undefined && timeMs < series.timeMs) return;
  series.timeMs = timeMs;
  series.value = value;
  learnDecimals(series, value);
}

/** Counts a value's decimal places, where none are declared. */
export function learnDecimals(series: SeriesView, value: Value | undefined): void {
  if (series.entry.decimals === undefined && typeof value === "number") {
    series.decimals = Math.max(series.decimals, decimalsOf(value));
  }
}

/** Decimal places of a value, at most three, fewer for large ones: 1013.25 needs one, 0.512 three. */
export function decimalsOf(value: number): number {
  const size = Math.abs(value);
  const most = size >= 10_000 ? 0 : size >= 1_000 ? 1 : size >= 10 ? 2 : mostLearnedDecimals;
  for (let places = 0; places < most; places++) {
    const factor = 10 ** places;
    if (Math.abs(Math.round(value * factor) / factor - value) < 1e-9 * Math.max(1, size)) return places;
  }
  return most;
}
