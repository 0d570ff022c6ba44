/**
 * What the hub knows by heart: every device and every series with its newest reading. Loaded from the store at start,
 * changed by `ingest` (new series), by each commit (newest readings) and by people (metadata, removal).
 */
import type { DeviceMeta, MetricMeta } from "../protocol/metadata.ts";
import { compileSelectors } from "../protocol/selector.ts";
import type { Value, ValueType } from "../store/columns.ts";
import type { Alias } from "../store/names.ts";
import type { DeviceRecord, MetricRecord, StoreState } from "../store/store.ts";
import { type Described, differs, effectiveOf, fromRecordMeta, saidAlone } from "./described.ts";
import { type Hiding, isHidden, noteMasks } from "./hidden.ts";
import { type MetricKind, MetricKinds, noMetrics } from "./metric-kinds.ts";

/** One series. The object lives as long as the series, so that per-reading work is a field access. */
export interface Series {
  /** The hub's own number; never reused. */
  readonly number: number;
  readonly device: Device;
  /** A person may change it: `Catalog.rename`. */
  metric: string;
  readonly type: ValueType;
  /** True once one of its readings is on disk; before that no viewer and no query knows of it. */
  committed: boolean;
  /** The newest reading by device time; `latestTimeMs` is -Infinity where there is none. */
  latestTimeMs: number;
  latestValue: Value;
  latestReceivedMs: number;
  /** The commit that brought what its device sent of it last; 0 where none did since the start. */
  heardIn: number;
  /** What is hidden of it; undefined where nothing is, which is so of nearly all. */
  masks?: Hiding | undefined;
  /** True where its first readings were refused for now and none came since: nothing of it is on its way to the disk. */
  refused: boolean;
  /** Its readings are becoming those of the series that its name leads to. */
  merging: boolean;
}

/** Metadata of a device without the part that belongs to its metrics. */
export type DeviceOwnMeta = Omit<DeviceMeta, "metrics">;

export interface Device {
  readonly id: string;
  readonly firstSeenMs: number;
  /** What counts: what a person changed, then what the device said. Set by `describeDevice`. */
  meta: DeviceOwnMeta;
  own: Described<DeviceOwnMeta>;
  /** The same of its metrics; others may share it. Set by `describeMetrics`. */
  metricMeta: ReadonlyMap<string, MetricMeta>;
  metricsOwn: ReadonlyMap<string, Described<MetricMeta>>;
  series: Map<string, Series>;
  /** What comes under these metrics is stored elsewhere. */
  leads: Map<string, Alias> | undefined;
  /** Other names that lead to a metric of this device. */
  ledHere: Map<string, readonly Alias[]> | undefined;
  /** The gateway that spoke for it last, if not itself. */
  via: string | undefined;
  /** Last time anything came from it, ms; null where nothing did since the store began. */
  lastSeenMs: number | null;
  /** How far its clock is ahead of the hub's, ms; undefined where it is not known. */
  skewMs: number | undefined;
  /** Number of the batch in which it sent readings of now last; 0 for none. */
  sentIn: number;
  /** True once a person removed it: sessions holding it must look it up again. */
  removed: boolean;
}

/** Of all devices that have none. */
const noSeries: Map<string, Series> = new Map();

export class Catalog {
  readonly kinds = new MetricKinds();
  readonly #devices = new Map<string, Device>();
  readonly #series = new Map<number, Series>();
  #nextSeries: number;

  constructor(state: StoreState) {
    this.#nextSeries = state.nextSeries;
    for (const record of state.devices) this.#loadDevice(record);
    this.#loadMetrics(state.metrics);
    for (const alias of state.aliases) this.#lead(alias);
    for (const known of state.series) {
      // It was written ahead of readings that were refused then: nothing is stored under its number, and no type is settled.
      if (known.count === 0) continue;
      const series = this.#add(this.device(known.device, 0), known.metric, known.type, known.series);
      series.committed = true;
    }
    noteMasks(this.#series.values(), state.masks);
    for (const newest of state.latest) {
      const series = this.#series.get(newest.series);
      if (series) advanceLatest(series, newest.timeMs, newest.value, newest.receivedMs);
    }
  }

  get deviceCount(): number {
    return this.#devices.size;
  }

  get seriesCount(): number {
    return this.#series.size;
  }

  devices(): IterableIterator<Device> {
    return this.#devices.values();
  }

  findDevice(id: string): Device | undefined {
    return this.#devices.get(id);
  }

  findSeries(number: number): Series | undefined {
    return this.#series.get(number);
  }

  /** The device, made if it is new. */
  device(id: string, nowMs: number): Device {
    const known = this.#devices.get(id);
    if (known) return known;
    const made: Device = {
      id,
      firstSeenMs: nowMs,
      meta: {},
      own: saidAlone({}),
      metricMeta: noMetrics.meta,
      metricsOwn: noMetrics.own,
      series: noSeries,
      leads: undefined,
      ledHere: undefined,
      via: undefined,
      lastSeenMs: null,
      skewMs: undefined,
      sentIn: 0,
      removed: false,
    };
    this.#devices.set(id, made);
    return made;
  }

  /** A new series under the next free number. The caller has checked that there is none and that the limits allow it. */
  addSeries(device: Device, metric: string, type: ValueType): Series {
    return this.#add(device, metric, type, this.#nextSeries++);
  }

  /** The series that takes what comes under a metric; undefined where none does yet, and where the name leads to another one. */
  taking(device: Device, metric: string): Series | undefined {
    const known = device.series.get(metric);
    if (known?.refused) {
      // Its first readings were refused for now: nothing is stored under its number, and a later number may be by now.
      this.removeSeries(known);
      return undefined;
    }
    return known?.merging && device.leads?.has(metric) ? undefined : known;
  }

  /** Gives a series another name, with what is known of its metric; the old one leads there from now on. */
  rename(series: Series, metric: string): void {
    const { device, metric: before } = series;
    device.series.delete(before);
    series.metric = metric;
    device.series.set(metric, series);
    const own = device.metricsOwn.get(before);
    if (own) {
      describeMetrics(device, [
        [before, undefined],
        [metric, own],
      ]);
    }
    this.lead({ device: device.id, metric: before, toDevice: device.id, toMetric: metric });
  }

  /** Leads a name, and all that led to it, to another one. */
  lead(alias: Alias): void {
    const { device, metric, toDevice, toMetric } = alias;
    const before = this.findDevice(device)?.ledHere?.get(metric) ?? [];
    this.removeLead(toDevice, toMetric);
    for (const one of before) {
      this.removeLead(one.device, one.metric);
      if (one.device !== toDevice || one.metric !== toMetric) this.#lead({ ...one, toDevice, toMetric });
    }
    this.removeLead(device, metric);
    this.#lead(alias);
  }

  /** What comes under this name is stored under it again. */
  removeLead(device: string, metric: string): void {
    const leads = this.findDevice(device)?.leads;
    const alias = leads?.get(metric);
    if (!alias) return;
    leads?.delete(metric);
    const led = this.findDevice(alias.toDevice)?.ledHere;
    const left = (led?.get(alias.toMetric) ?? []).filter((one) => one !== alias);
    if (left.length > 0) led?.set(alias.toMetric, left);
    else led?.delete(alias.toMetric);
  }

  /** Forgets a series, of which nothing is stored any more. */
  removeSeries(series: Series): void {
    this.#series.delete(series.number);
    if (series.device.series.get(series.metric) === series) series.device.series.delete(series.metric);
  }

  /** Forgets a device and its series. */
  removeDevice(device: Device): void {
    for (const series of device.series.values()) this.#series.delete(series.number);
    for (const { metric } of [...(device.leads?.values() ?? [])]) this.removeLead(device.id, metric);
    for (const one of [...(device.ledHere?.values() ?? [])].flat()) this.removeLead(one.device, one.metric);
    device.removed = true;
    this.#devices.delete(device.id);
  }

  /** Committed series whose device and metric match, by device then metric. */
  select(devices: readonly string[] | undefined, metrics: readonly string[] | undefined): Series[] {
    const matchesMetric = compileSelectors(metrics);
    const found: Series[] = [];
    for (const device of this.selectDevices(devices)) {
      for (const series of device.series.values()) {
        if (series.committed && matchesMetric(series.metric)) found.push(series);
      }
    }
    return found;
  }

  /** Devices that match, in order of their ids. */
  selectDevices(devices: readonly string[] | undefined): Device[] {
    const matches = compileSelectors(devices);
    const found: Device[] = [];
    for (const device of this.#devices.values()) if (matches(device.id)) found.push(device);
    return found.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  }

  #add(device: Device, metric: string, type: ValueType, number: number): Series {
    const series: Series = {
      number,
      device,
      metric,
      type,
      committed: false,
      latestTimeMs: Number.NEGATIVE_INFINITY,
      latestValue: 0,
      latestReceivedMs: 0,
      heardIn: 0,
      refused: false,
      merging: false,
    };
    this.#series.set(number, series);
    if (device.series === noSeries) device.series = new Map();
    device.series.set(metric, series);
    return series;
  }

  #lead(alias: Alias): void {
    const to = this.device(alias.toDevice, 0);
    to.ledHere ??= new Map();
    const led = to.ledHere;
    const from = this.device(alias.device, 0);
    from.leads ??= new Map();
    from.leads.set(alias.metric, alias);
    led.set(alias.toMetric, [...(led.get(alias.toMetric) ?? []), alias]);
  }

  #loadDevice(record: DeviceRecord): void {
    const device = this.device(record.device, record.firstSeenMs);
    describeDevice(device, fromRecordMeta<DeviceOwnMeta>(record.meta));
  }

  #loadMetrics(records: readonly MetricRecord[]): void {
    const described = new Map<string, [string, Described<MetricMeta>][]>();
    for (const { device, metric, meta } of records) {
      const own = fromRecordMeta<MetricMeta>(meta);
      const before = described.get(device);
      if (before) before.push([metric, own]);
      else described.set(device, [[metric, own]]);
    }
    for (const [id, metrics] of described) {
      const device = this.device(id, 0);
      describeMetrics(device, metrics);
      shareMetrics(device, this.kinds.of(Object.fromEntries(metrics.map(([name, { said }]) => [name, said]))));
    }
  }
}

/** Sets what is known of a device, its metrics apart. */
export function describeDevice(device: Device, own: Described<DeviceOwnMeta>): void {
  device.own = own;
  device.meta = effectiveOf(own);
}

/** Sets what is known of some metrics of a device, in this order; undefined where nothing is known any more. */
export function describeMetrics(
  device: Device,
  changes: Iterable<readonly [metric: string, own: Described<MetricMeta> | undefined]>,
): void {
  const metricsOwn = new Map(device.metricsOwn);
  const metricMeta = new Map(device.metricMeta);
  for (const [metric, own] of changes) {
    if (own) {
      metricsOwn.set(metric, own);
      metricMeta.set(metric, effectiveOf(own));
    } else {
      metricsOwn.delete(metric);
      metricMeta.delete(metric);
    }
  }
  device.metricsOwn = metricsOwn;
  device.metricMeta = metricMeta;
}

export function describeMetric(device: Device, metric: string, own: Described<MetricMeta>): void {
  describeMetrics(device, [[metric, own]]);
}

/** Lets a device hold what is known of its metrics together with others, where that is what this kind says. */
export function shareMetrics(device: Device, kind: MetricKind): void {
  const { metricsOwn } = device;
  if (metricsOwn === kind.own || metricsOwn.size !== kind.own.size) return;
  for (const [metric, { said, edited }] of metricsOwn) {
    const other = kind.own.get(metric);
    if (!other || differs(said, other.said) || Object.keys(edited).length > 0) return;
  }
  device.metricsOwn = kind.own;
  device.metricMeta = kind.meta;
}

/** Takes a reading as the newest one unless a later one is known; the later arrival wins where times are equal. */
export function advanceLatest(series: Series, timeMs: number, value: Value, receivedMs: number): void {
  const { device } = series;
  if (device.lastSeenMs === null || receivedMs > device.lastSeenMs) device.lastSeenMs = receivedMs;
  if (timeMs < series.latestTimeMs || isHidden(series, timeMs)) return;
  series.latestTimeMs = timeMs;
  series.latestValue = value;
  series.latestReceivedMs = receivedMs;
}
