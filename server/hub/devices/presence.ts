/**
 * Which devices are there: connected and reporting, connected and silent, or gone, and why. The rules are [P52]–[P56] and
 * [P75]–[P77] of `protocol/README.md`; what becomes of one device is its `PresenceMachine`'s. One timer wheel serves all
 * devices; a series costs two look-ups a commit.
 */
import type { Clock } from "../../ports.ts";
import type { PresenceState } from "../../protocol/viewer.ts";
import type { Device, Series } from "../catalog.ts";
import { graceFor, Intervals } from "./intervals.ts";
import { type ConnectionEnd, OwnConnection, type PresenceConnection } from "./own-connection.ts";
import { type EndReason, PresenceMachine, type Shown } from "./presence-machine.ts";
import { TimerWheel, type Waiting } from "./timer-wheel.ts";

export type { ConnectionEnd, PresenceConnection };

/** A device's state as people see it. */
export interface StateOfDevice extends Shown {
  /** Since when, ms since the epoch. */
  readonly since: number;
}

/** What is known of one device. */
interface Watched extends Waiting {
  readonly device: Device;
  readonly machine: PresenceMachine;
  /** One of those that all devices share. */
  shown: Shown;
  /** Since when its state is that, ms since the epoch. */
  sinceMs: number;
  /** Its own connection, while it has one. */
  connection: PresenceConnection | undefined;
  /** The gateway that speaks for it, and over which of the gateway's connections. */
  gateway: Watched | undefined;
  through: PresenceConnection | undefined;
  /** The devices that this one speaks for. */
  behind: Set<Watched> | undefined;
  /** Shortest grace of its series, ms; undefined where it has to be worked out again. */
  graceMs: number | undefined;
}

const onlineAtStart: Shown = { state: "online", reason: "hub_restart" };

/** What presence needs to know of time, and whom it tells. */
export interface PresenceOptions {
  readonly clock: Clock;
  /** What the hub before left. */
  readonly devices: Iterable<Device>;
  /** Told after each change of state or reason, with its moment, ms since the epoch: `since`, where the state is another one. */
  readonly onChange: (device: Device, state: StateOfDevice, atMs: number) => void;
}

export class Presence {
  readonly #clock: Clock;
  readonly #onChange: PresenceOptions["onChange"];
  readonly #watched = new Map<Device, Watched>();
  readonly #intervals = new Intervals();
  readonly #wheel: TimerWheel<Watched>;
  readonly #atStart: StateOfDevice;
  /** The device that reported last: its next reading is likely to be the next one. */
  #reporting: Watched | undefined;
  #online = 0;
  #silent = 0;
  /** One function for all connections. */
  readonly #onClosed = (connection: OwnConnection<Watched>, end: ConnectionEnd) => {
    const watched = connection.of;
    if (watched.connection === connection) this.#closed(watched, end);
  };

  constructor(options: PresenceOptions) {
    this.#clock = options.clock;
    this.#onChange = options.onChange;
    this.#atStart = { state: "offline", reason: "hub_restart", since: options.clock.now() };
    this.#wheel = new TimerWheel(options.clock, (watched) => this.#settle(watched));
    for (const device of options.devices) this.#expect(device);
  }

  /** A device has a connection of its own. A connection that it had before counts for nothing from now on. */
  connected(device: Device): PresenceConnection {
    const watched = this.#watch(device);
    const connection = new OwnConnection(watched, this.#onClosed);
    watched.connection = connection;
    watched.machine.connected(this.#wheel.now());
    this.#settle(watched);
    for (const child of watched.behind ?? []) this.#bringBack(child, connection);
    return connection;
  }

  /** A gateway speaks for a device, which is connected as long as this connection of the gateway is. Cheap where nothing is new. */
  spokenFor(device: Device, gateway: Device): void {
    const speaker = this.#watch(gateway);
    const watched = this.#watch(device);
    if (!speaker.connection || watched === speaker || watched.through === speaker.connection) return;
    watched.gateway?.behind?.delete(watched);
    watched.gateway = speaker;
    watched.through = speaker.connection;
    speaker.behind ??= new Set();
    speaker.behind.add(watched);
    watched.machine.connected(this.#wheel.now());
    this.#settle(watched);
  }

  /** Readings of a series were committed, the first of which bears `timeMs`. `atMs`: monotonic time of the commit. */
  reported(series: Series, timeMs: number, atMs: number): void {
    const watched = this.#reporting?.device === series.device ? this.#reporting : this.#watch(series.device);
    this.#reporting = watched;
    if (this.#intervals.arrived(series.number, timeMs, atMs)) this.#regrace(watched, series);
    const nowMs = this.#wheel.now(atMs);
    // A deadline that stands comes too early, is found to be so, and is set again.
    const within = watched.shown.state === "online" && nowMs < watched.deadlineMs;
    if (watched.machine.reported(nowMs, within)) this.#settle(watched);
  }

  /** Readings of a device came and were refused, since none are taken of anybody. `atMs` as in `reported`. */
  refused(device: Device, atMs: number): void {
    const watched = this.#watch(device);
    const nowMs = this.#wheel.now(atMs);
    const within = watched.shown.state === "online" && nowMs < watched.deadlineMs;
    if (watched.machine.refused(nowMs, within)) this.#settle(watched);
  }

  /** What a device or a person said of its intervals, or of `historic`, has changed. */
  declared(device: Device): void {
    const watched = this.#watched.get(device);
    if (!watched) return;
    watched.graceMs = undefined;
    this.#settle(watched);
  }

  /** Forgets a device that a person removed. */
  removed(device: Device): void {
    const watched = this.#watched.get(device);
    if (!watched) return;
    // Nobody waits for it to be back, as for one that answered no ping.
    this.#leaveBehind(watched, { reason: "timeout", clean: true });
    for (const child of watched.behind ?? []) child.gateway = undefined;
    watched.gateway?.behind?.delete(watched);
    // Its connection may outlive it, and its end is nobody's any more.
    watched.connection = undefined;
    this.#wheel.set(watched, Number.POSITIVE_INFINITY);
    this.#count(watched.shown.state, -1);
    for (const series of device.series.values()) this.#intervals.forget(series.number);
    this.#watched.delete(device);
    if (this.#reporting === watched) this.#reporting = undefined;
  }

  /** Forgets a series that is empty now. */
  removedSeries(series: Series): void {
    this.#intervals.forget(series.number);
    const watched = this.#watched.get(series.device);
    if (watched) watched.graceMs = undefined;
  }

  stateOf(device: Device): StateOfDevice {
    if (device.removed) return { ...this.#atStart, reason: "removed", since: this.#clock.now() };
    const watched = this.#watched.get(device);
    return watched ? stateNow(watched) : this.#atStart;
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

  /** True where the interval of a series is learned. */
  isLearned(series: Series): boolean {
    return this.#declaredMs(series) === undefined && this.#intervals.learnedMs(series.number) !== undefined;
  }

  /** How long without a reading breaks a series, as its device declared it, ms; Infinity where it did not: what is learned of rare events says little of the past. */
  silenceMs(series: Series): number {
    return graceFor(this.#declaredMs(series) ?? 0);
  }

  /** How long without a reading breaks a series, as its device declared it or as it was learned, ms; Infinity where neither is known. */
  graceMs(series: Series): number {
    return graceFor(this.#declaredMs(series) ?? this.#intervals.learnedMs(series.number) ?? 0);
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
    this.#wheel.stop();
  }

  #watch(device: Device): Watched {
    const known = this.#watched.get(device);
    if (known) return known;
    const watched: Watched = {
      device,
      machine: new PresenceMachine(),
      shown: this.#atStart,
      sinceMs: this.#atStart.since,
      connection: undefined,
      gateway: undefined,
      through: undefined,
      behind: undefined,
      graceMs: undefined,
      deadlineMs: Number.POSITIVE_INFINITY,
      slot: -1,
    };
    this.#watched.set(device, watched);
    return watched;
  }

  /** The hub starts: what reported to the one before has the rest of its grace to come back, where it said how often it reports. */
  #expect(device: Device): void {
    let receivedMs = Number.NEGATIVE_INFINITY;
    let declared = false;
    for (const series of device.series.values()) {
      receivedMs = Math.max(receivedMs, series.latestReceivedMs);
      declared ||= this.#declaredMs(series) !== undefined;
    }
    const graceMs = this.#shortestGrace(device);
    // Only the wall clock knows the time between; of what is told on event nobody knows when it would be missed.
    const agoMs = Math.max(0, this.#clock.now() - receivedMs);
    if (!declared || graceMs === Number.POSITIVE_INFINITY || agoMs >= graceMs) return;
    const watched = this.#watch(device);
    watched.machine.restarted(this.#wheel.now() - agoMs);
    watched.shown = onlineAtStart;
    this.#count("online", 1);
    this.#settle(watched);
  }

  #closed(watched: Watched, end: ConnectionEnd): void {
    watched.connection = undefined;
    if (!watched.through) this.#ended(watched, end.reason, end);
    this.#leaveBehind(watched, end);
  }

  /** A connection of a gateway is gone, and with it the devices behind it that have none of their own. */
  #leaveBehind(gateway: Watched, end: ConnectionEnd): void {
    for (const child of gateway.behind ?? []) {
      child.through = undefined;
      if (!child.connection) this.#ended(child, "gateway_offline", end);
    }
  }

  /** A gateway is back, and with it those behind it that went with it. */
  #bringBack(child: Watched, connection: PresenceConnection): void {
    if (!child.through && !child.machine.leftWithGateway) return;
    child.through = connection;
    child.machine.gatewayBack();
    this.#settle(child);
  }

  #ended(watched: Watched, reason: EndReason, end: ConnectionEnd): void {
    // Who loads the past does not sleep between reports.
    const sleeps = end.clean && !watched.device.meta.historic;
    // Who answered no ping was waited for before.
    const returns = watched.shown.state === "online" && end.reason !== "timeout";
    watched.machine.ended(reason, { sleeps, returns }, this.#wheel.now());
    this.#settle(watched);
  }

  /** Works out the state now, shows it, and waits for the moment when it may change by itself. */
  #settle(watched: Watched): void {
    const { machine } = watched;
    const graceMs = this.#graceOfDevice(watched);
    const dueMs = machine.deadlineMs(graceMs);
    const within = this.#wheel.now() < dueMs;
    this.#show(watched, machine.shown(within));
    this.#wheel.set(watched, within ? dueMs : Number.POSITIVE_INFINITY);
  }

  #show(watched: Watched, next: Shown): void {
    const { shown } = watched;
    const { state, reason } = next;
    if (shown.state === state && shown.reason === reason) return;
    // What held over a restart was not known: what is known now begins now.
    const sameState = shown.state === state && shown.reason !== "hub_restart";
    this.#count(shown.state, -1);
    this.#count(state, 1);
    const atMs = this.#clock.now();
    watched.shown = next;
    if (!sameState) watched.sinceMs = atMs;
    this.#onChange(watched.device, stateNow(watched), atMs);
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
    // Who loads the past over HTTP is there as long as it does.
    if (watched.device.meta.historic && !isConnected(watched)) return graceFor(undefined);
    watched.graceMs ??= this.#shortestGrace(watched.device);
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
    watched.graceMs = graceMs < (watched.graceMs ?? 0) ? graceMs : undefined;
    if (watched.shown.state === "online")
      this.#wheel.set(watched, Math.min(watched.deadlineMs, this.#wheel.now() + graceMs));
  }
}

function stateNow({ shown, sinceMs }: Watched): StateOfDevice {
  return { state: shown.state, reason: shown.reason, since: sinceMs };
}

/** By itself, or through its gateway. */
function isConnected(watched: Watched): boolean {
  return watched.connection !== undefined || watched.through !== undefined;
}
