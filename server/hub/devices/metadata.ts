/** What devices say of themselves, kept in the catalog and written with the next batch where it is new. */
import type { DeviceMeta, MetricMeta } from "../../protocol/metadata.ts";
import { type Device, type DeviceOwnMeta, describeDevice, describeMetrics, shareMetrics } from "../catalog.ts";
import { type Described, differs, saidAlone } from "../described.ts";
import type { OpenBatch } from "../ingest/batch.ts";
import type { MetricKind, MetricKinds } from "../metric-kinds.ts";

const ownFields = ["name", "kind", "reportInterval", "historic", "commands", "labels"] as const;

/** What a device said in one message. Its session keeps it as long as it is connected: what can be shared is. */
export interface Said {
  readonly own: DeviceOwnMeta;
  readonly metrics: MetricKind;
}

export function saidIn(message: DeviceMeta, kinds: MetricKinds): Said {
  const own: DeviceOwnMeta = {};
  for (const field of ownFields) if (message[field] !== undefined) Object.assign(own, { [field]: message[field] });
  return { own, metrics: kinds.of(message.metrics) };
}

/**
 * Merges what was said into what was said before: a field that is given replaces the one before, metrics by themselves.
 * What a person changed stays what counts. Notes in `batch` what changed. Returns true where anything did.
 */
export function mergeMetadata(device: Device, said: Said, batch: OpenBatch): boolean {
  const own: DeviceOwnMeta = { ...device.own.said, ...said.own };
  let changed = false;
  if (differs(device.own.said, own)) {
    describeDevice(device, { ...device.own, said: differs(own, said.own) ? own : said.own });
    batch.addDevice(device);
    changed = true;
  }
  const metrics = newMetrics(device, said.metrics);
  for (const [metric] of metrics) batch.addMetric(device, metric);
  if (metrics.length > 0) describeMetrics(device, metrics);
  shareMetrics(device, said.metrics);
  return changed || metrics.length > 0;
}

/** What a device has not said before of its metrics. */
function newMetrics(device: Device, { said, own }: MetricKind): [metric: string, own: Described<MetricMeta>][] {
  if (device.metricsOwn === own) return [];
  const found: [string, Described<MetricMeta>][] = [];
  for (const [name, meta] of Object.entries(said)) {
    const metric = presentName(device, name);
    if (metric !== name && said[metric]) continue;
    const known = device.metricsOwn.get(metric);
    const merged: MetricMeta = { ...known?.said, ...meta };
    if (known && !differs(known.said, merged)) continue;
    found.push([metric, known ? { ...known, said: merged } : saidAlone(merged)]);
  }
  return found;
}

/** Metrics that a device (undefined where it is new) would be described by after `said`. */
export function describedMetrics(device: Device | undefined, said: Pick<DeviceMeta, "metrics">): number {
  let count = device?.metricMeta.size ?? 0;
  for (const name of Object.keys(said.metrics ?? {})) {
    if (!device?.metricMeta.has(presentName(device, name))) count++;
  }
  return count;
}

/** A device that goes on with the old name of a metric means the one that it has now. */
function presentName(device: Device, metric: string): string {
  const lead = device.leads?.get(metric);
  return lead?.toDevice === device.id ? lead.toMetric : metric;
}
