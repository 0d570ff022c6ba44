/**
 * Which devices are there: connected and reporting, connected and silent, or gone, and why. The rules are [P52]–[P56] of
 * `protocol/README.md`. One timer serves all devices; a reading costs two look-ups.
 */
import type { Clock } from "../../ports.ts";
import type { PresenceReason, PresenceState } from "../../protocol/viewer.ts";
import type { Device, Series } from "../catalog.ts";
import { Deadlines, type Waiting } from "./deadlines.ts";
import { Intervals } from "./intervals.ts";

/** Interval of a series of which too little is known, ms. */
const unknownIntervalMs = 5 * 60_000;
/** Least grace, ms. */
const leastGraceMs = 10_000;
/** Reports that may fail to come, in intervals. */
const graceIntervals = 2.5;
/** Readings that come so soon after a cut were on their way to the disk when it happened, ms. */
const inFlightMs = 2_000;

/** A device's state as people see it. */
export interface StateOfDevice {
  readonly state: PresenceState;
  readonly reason: PresenceReason;
  /** Since when, ms since the epoch. */
  readonly since: number;
}

/**
 * Why a connection ended. `clean`: the device closed it in good order, as a sensor does that sleeps between reports, or a
 * newer connection is about to take its place. All else is offline at once.
 */
export interface ConnectionEnd {
  readonly reason: "closed" | "timeout" | "replaced";
  readonly clean: boolean;
}

/** A device's own connection, as the session holds it. */
export interface PresenceConnection {
  /** Idempotent; of no effect once a newer connection of the device has taken its place. */
  closed(end: ConnectionEnd): void;
}

/** What is known of one device. */
interface Watched extends Waiting {
  readonly device: Device;
  shown: StateOfDevice;
  /** Its own connection, while it has one. */
  connection: PresenceConnection | undefined;
  /** The gateway that speaks for it, and over which of the gateway's connections. */
  gateway: Watched | undefined;
  through: PresenceConnection | undefined;
  /** The devices that this one speaks for. */
  behind: Set<Watched> | undefined;
  /** From when grace is counted, monotonic ms: when it last connected or reported; -Infinity where that means nothing any more. */
  lastSignMs: number;
  /** The same for readings alone. */
  lastReadingMs: number;
  /** When its connection was last cut without a clean close, monotonic ms. */
  cutMs: number;
  /** Why it will be offline once grace is over. */
  reasonAfterGrace: PresenceReason;
  /** Shortest grace of its series, ms; NaN where it has to be worked out again. */
  graceMs: number;
}

/** What presence needs to know of time, and whom it tells. */
export interface PresenceOptions {
  readonly clock: Clock;
  /** Told after each change of state or reason, with its moment, ms since the epoch: `since`, where the state is another one. */
  readonly onChange: (device: Device, state: StateOfDevice, atMs: number) => void;
}

export class Presence {
  readonly #clock: Clock;
  readonly #onChange: PresenceOptions["onChange"];
  readonly #watched = new Map<Device, Watched>();
  readonly #intervals = new Intervals();
  readonly #deadlines: Deadlines<Watched>;
  readonly #atStart: StateOfDevice;
  /** The device that reported last: its next reading is likely to be the next one. */
  #reporting: Watched | undefined;
  #online = 0;
  #silent = 0;

  constructor(options: PresenceOptions) {
    this.#clock = options.clock;
    this.#onChange = options.onChange;
    this.#atStart = { state: "offline", reason: "hub_restart", since: options.clock.now() };
    this.#deadlines = new Deadlines(options.clock, (watched) => this.#settle(watched));
  }

  /** A device has a connection of its own. A connection that it had before counts for nothing from now on. */
  connected(device: Device): PresenceConnection {
    const watched = this.#watch(device);
    const connection: PresenceConnection = {
      closed: (end) => {
        if (watched.connection === connection) this.#closed(watched, end);
      },
    };
    const replaced = watched.connection !== undefined;
    watched.connection = connection;
    if (replaced) this.#leaveBehind(watched, true);
    this.#signed(watched, this.#clock.monotonic());
    return connection;
  }

  /** A gateway speaks for a device, which is connected as long as this connection of the gateway is. Cheap where nothing is new. */
  spokenFor(device: Device, gateway: Device): void {
    const watched = this.#watch(device);
    const speaker = this.#watch(gateway);
    if (watched === speaker || (watched.gateway === speaker && watched.through === speaker.connection)) return;
    watched.gateway?.behind?.delete(watched);
    watched.gateway = speaker;
    watched.through = speaker.connection;
    speaker.behind ??= new Set();
    speaker.behind.add(watched);
    if (watched.through) this.#signed(watched, this.#clock.monotonic());
  }

  /** A reading was committed. `atMs`: monotonic time of the commit, the same for all its readings. */
  reported(series: Series, timeMs: number, atMs: number): void {
    const watched = this.#reporting?.device === series.device ? this.#reporting : this.#watch(series.device);
    this.#reporting = watched;
    if (this.#intervals.arrived(series.number, timeMs, atMs)) this.#regrace(watched, series);
    watched.lastReadingMs = atMs;
    if (watched.shown.state === "online" && watched.shown.reason !== "asleep" && watched.deadlineMs >= atMs) {
      // The deadline that stands comes too early, is found to be so, and is set again.
      watched.lastSignMs = atMs;
      return;
    }
    if (!isConnected(watched)) {
      if (atMs - watched.cutMs < inFlightMs) return;
      // A clean close stays the reason: the last readings before it may be committed after it.
      if (watched.shown.reason !== "asleep") watched.reasonAfterGrace = "timeout";
    }
    this.#signed(watched, atMs);
  }

  /** What a device or a person said of its intervals, or of `historic`, has changed. */
  declared(device: Device): void {
    const watched = this.#watched.get(device);
    if (!watched) return;
    watched.graceMs = Number.NaN;
    this.#settle(watched);
  }

  /** Forgets a device that a person removed. */
  removed(device: Device): void {
    const watched = this.#watched.get(device);
    if (!watched) return;
    this.#leaveBehind(watched, true);
    for (const child of watched.behind ?? []) child.gateway = undefined;
    watched.gateway?.behind?.delete(watched);
    // Its connection may outlive it, and its end is nobody's any more.
    watched.connection = undefined;
    this.#deadlines.set(watched, Number.POSITIVE_INFINITY);
    this.#count(watched.shown.state, -1);
    for (const series of device.series.values()) this.#intervals.forget(series.number);
    this.#watched.delete(device);
    if (this.#reporting === watched) this.#reporting = undefined;
  }

  /** Forgets a series that is empty now. */
  removedSeries(series: Series): void {
    this.#intervals.forget(series.number);
    const watched = this.#watched.get(series.device);
    if (watched) watched.graceMs = Number.NaN;
  }

  stateOf(device: Device): StateOfDevice {
    if (device.removed) return { ...this.#atStart, reason: "removed", since: this.#clock.now() };
    return this.#watched.get(device)?.shown ?? this.#atStart;
  }

  /** Declared or learned ms between reports of a device; null where it is not known yet, 0 = on event. */
  deviceInterval(device: Device): number | null {
    if (device.meta.reportInterval !== undefined) return device.meta.reportInterval;
    let shortest: number | null = null;
    for (const series of device.series.values()) {
      const interval = this.seriesInterval(series);
      if (interval === null) continue;
      // On event only where all are: any series with an interval says more.
      if (shortest === null || shortest === 0 || (interval > 0 && interval < shortest)) shortest = interval;
    }
    return shortest;
  }

  /** The same for one series. */
  seriesInterval(series: Series): number | null {
    return this.#declaredMs(series) ?? this.#intervals.learnedMs(series.number) ?? null;
  }

  /** True where the newest reading of a series is past its grace. */
  isStale(series: Series): boolean {
    const graceMs = this.#graceOf(series);
    const arrivalMs = this.#intervals.arrivalMs(series.number);
    // Of readings from before the start only the wall clock is known.
    if (arrivalMs === undefined) return this.#clock.now() - series.latestReceivedMs >= graceMs;
    return this.#clock.monotonic() - arrivalMs >= graceMs;
  }

  /** How many of `devices` devices are in which state. */
  counts(devices: number): Record<PresenceState, number> {
    return { online: this.#online, silent: this.#silent, offline: Math.max(0, devices - this.#online - this.#silent) };
  }

  stop(): void {
    this.#deadlines.stop();
  }

  #watch(device: Device): Watched {
    const known = this.#watched.get(device);
    if (known) return known;
    const watched: Watched = {
      device,
      shown: this.#atStart,
      connection: undefined,
      gateway: undefined,
      through: undefined,
      behind: undefined,
      lastSignMs: Number.NEGATIVE_INFINITY,
      lastReadingMs: Number.NEGATIVE_INFINITY,
      cutMs: Number.NEGATIVE_INFINITY,
      reasonAfterGrace: "hub_restart",
      graceMs: Number.NaN,
      deadlineMs: Number.POSITIVE_INFINITY,
      place: -1,
    };
    this.#watched.set(device, watched);
    return watched;
  }

  /** It connected or reported. */
  #signed(watched: Watched, atMs: number): void {
    watched.lastSignMs = atMs;
    this.#settle(watched);
  }

  #closed(watched: Watched, end: ConnectionEnd): void {
    watched.connection = undefined;
    if (!isConnected(watched)) this.#ended(watched, end.reason, end.clean);
    this.#leaveBehind(watched, end.clean);
  }

  /** A connection of a gateway is gone, and with it the devices behind it that have none of their own. */
  #leaveBehind(gateway: Watched, clean: boolean): void {
    for (const child of gateway.behind ?? []) {
      child.through = undefined;
      if (!child.connection) this.#ended(child, "gateway_offline", clean);
    }
  }

  /** The connection that carried a device is gone; after a clean close it may be asleep. */
  #ended(watched: Watched, reason: PresenceReason, clean: boolean): void {
    watched.reasonAfterGrace = reason;
    if (!clean) watched.cutMs = this.#clock.monotonic();
    // Connecting alone is no report, and who loads the past does not sleep between reports.
    watched.lastSignMs = clean && !watched.device.meta.historic ? watched.lastReadingMs : Number.NEGATIVE_INFINITY;
    this.#settle(watched);
  }

  /** Works out the state now, shows it, and waits for the moment when it may change by itself. */
  #settle(watched: Watched): void {
    const connected = isConnected(watched);
    const dueMs = watched.lastSignMs + this.#graceOfDevice(watched);
    const within = this.#clock.monotonic() < dueMs;
    if (connected) this.#show(watched, within ? "online" : "silent", within ? "connected" : "no_reading");
    else if (!within) this.#show(watched, "offline", watched.reasonAfterGrace);
    else this.#show(watched, "online", reasonWithoutConnection(watched.reasonAfterGrace));
    this.#deadlines.set(watched, within ? dueMs : Number.POSITIVE_INFINITY);
  }

  #show(watched: Watched, state: PresenceState, reason: PresenceReason): void {
    const { shown } = watched;
    if (shown.state === state && shown.reason === reason) return;
    const sameState = shown.state === state;
    this.#count(shown.state, -1);
    this.#count(state, 1);
    const atMs = this.#clock.now();
    watched.shown = { state, reason, since: sameState ? shown.since : atMs };
    this.#onChange(watched.device, watched.shown, atMs);
  }

  #count(state: PresenceState, by: 1 | -1): void {
    if (state === "online") this.#online += by;
    else if (state === "silent") this.#silent += by;
  }

  #declaredMs(series: Series): number | undefined {
    return series.device.metricMeta.get(series.metric)?.reportInterval ?? series.device.meta.reportInterval;
  }

  /** Grace of a series, ms; Infinity where nothing is expected of it. */
  #graceOf(series: Series): number {
    if (series.device.meta.historic) return Number.POSITIVE_INFINITY;
    return graceFor(this.#declaredMs(series) ?? this.#intervals.learnedMs(series.number));
  }

  #graceOfDevice(watched: Watched): number {
    if (Number.isNaN(watched.graceMs)) watched.graceMs = this.#shortestGrace(watched.device);
    return watched.graceMs;
  }

  #shortestGrace(device: Device): number {
    if (device.meta.historic) return Number.POSITIVE_INFINITY;
    let shortestMs = Number.POSITIVE_INFINITY;
    for (const series of device.series.values()) shortestMs = Math.min(shortestMs, this.#graceOf(series));
    return device.series.size > 0 ? shortestMs : graceFor(device.meta.reportInterval);
  }

  /** The interval of a series is another one now. */
  #regrace(watched: Watched, series: Series): void {
    const graceMs = this.#graceOf(series);
    // Longer now, it may have been the shortest: worked out when it is needed, and a deadline too early does no harm.
    watched.graceMs = graceMs < watched.graceMs ? graceMs : Number.NaN;
    if (watched.shown.state === "online")
      this.#deadlines.set(watched, Math.min(watched.deadlineMs, this.#clock.monotonic() + graceMs));
  }
}

/** By itself, or through its gateway. */
function isConnected(watched: Watched): boolean {
  return watched.connection !== undefined || watched.through !== undefined;
}

/** Why a device is online that has no connection. Take-overs are told: of two programs under one id each throws the other out. */
function reasonWithoutConnection(reasonAfterGrace: PresenceReason): PresenceReason {
  if (reasonAfterGrace === "replaced") return "replaced";
  return reasonAfterGrace === "timeout" ? "reporting" : "asleep";
}

function graceFor(intervalMs: number | undefined): number {
  if (intervalMs === 0) return Number.POSITIVE_INFINITY;
  return Math.max(graceIntervals * (intervalMs ?? unknownIntervalMs), leastGraceMs);
}
