/** Devices and series as viewers and HTTP show them: the catalog's objects turned into the entries of the contract. */
import type { DeviceEntry, LiveSeriesEntry, PresenceReason, PresenceState, SeriesEntry } from "../protocol/viewer.ts";
import type { SeriesState } from "../store/store.ts";
import type { Device, Series } from "./catalog.ts";

/** What entries need to know of presence. */
export interface PresenceView {
  /** The device's state now, and since when, ms since the epoch. */
  stateOf(device: Device): { readonly state: PresenceState; readonly reason: PresenceReason; readonly since: number };
  /** Declared or learned ms between reports; null where it is not known yet, 0 = on event. */
  deviceInterval(device: Device): number | null;
  /** The same for one series. */
  seriesInterval(series: Series): number | null;
  /** True where that of a series is learned. */
  isLearned(series: Series): boolean;
  /** How long without a reading breaks a series, as its device declared it or as it was learned, ms; Infinity where neither is known. */
  graceMs(series: Series): number;
  /** True where the series' newest reading is past its grace. */
  isStale(series: Series): boolean;
}

/** Span and size of a series, as the store counts them. */
export type SeriesSpan = Pick<SeriesState, "firstTimeMs" | "lastTimeMs" | "count">;

/** Of a series that the store does not know (any more). */
export const emptySpan: SeriesSpan = { firstTimeMs: null, lastTimeMs: null, count: 0 };

/** Whether whom it is told may know of a device: others are not named, neither as a gateway nor as where readings came from. */
export type Sees = (device: string) => boolean;

const everything: Sees = () => true;

/** A device's entry in `devices` messages and `GET devices`. */
export function deviceEntryOf(device: Device, presence: PresenceView, sees: Sees = everything): DeviceEntry {
  const { name, kind, labels, historic } = device.meta;
  let seriesCount = 0;
  for (const series of device.series.values()) if (series.committed) seriesCount++;
  return {
    device: device.id,
    ...(name === undefined ? {} : { name }),
    ...(kind === undefined ? {} : { kind }),
    ...(labels === undefined ? {} : { labels }),
    ...(device.via === undefined || !sees(device.via) ? {} : { via: device.via }),
    ...presence.stateOf(device),
    lastSeen: device.lastSeenMs,
    reportInterval: presence.deviceInterval(device),
    ...(historic === undefined ? {} : { historic }),
    ...(device.skewMs === undefined ? {} : { skew: device.skewMs }),
    seriesCount,
  };
}

/** A series' entry in `GET series`. */
export function seriesEntryOf(
  series: Series,
  span: SeriesSpan,
  presence: PresenceView,
  sees: Sees = everything,
): SeriesEntry {
  const names = series.device.ledHere?.get(series.metric)?.filter(({ device }) => sees(device));
  return {
    series: series.number,
    device: series.device.id,
    metric: series.metric,
    type: series.type,
    ...series.device.metricMeta.get(series.metric),
    reportInterval: presence.seriesInterval(series),
    ...(presence.isLearned(series) ? { learned: true } : {}),
    firstTime: span.firstTimeMs,
    lastTime: span.lastTimeMs,
    count: span.count,
    ...(series.masks ? { masks: series.masks.count } : {}),
    ...(names === undefined || names.length === 0
      ? {}
      : { aliases: names.map(({ device, metric }) => ({ device, metric })) }),
  };
}

/** A series' entry in `series` messages: with its newest reading, if it has one. */
export function liveSeriesEntryOf(
  series: Series,
  span: SeriesSpan,
  presence: PresenceView,
  sees?: Sees,
): LiveSeriesEntry {
  const entry = seriesEntryOf(series, span, presence, sees);
  if (!Number.isFinite(series.latestTimeMs)) return entry;
  return { ...entry, value: series.latestValue, time: series.latestTimeMs };
}
