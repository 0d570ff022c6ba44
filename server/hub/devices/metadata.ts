/** What devices say of themselves, kept in the catalog and written with the next batch where it is new. */
import type { DeviceMeta, MetricMeta } from "../../protocol/metadata.ts";
import { type Device, type DeviceOwnMeta, describeDevice, describeMetric } from "../catalog.ts";
import { saidAlone } from "../described.ts";
import type { OpenBatch } from "../ingest/batch.ts";

const ownFields = ["name", "kind", "reportInterval", "historic", "commands", "labels"] as const;

/**
 * Merges what was said into what was said before: a field that is given replaces the one before, metrics by themselves.
 * What a person changed stays what counts. Notes in `batch` what changed. Returns true where anything did.
 */
export function mergeMetadata(device: Device, said: DeviceMeta, batch: OpenBatch): boolean {
  const own: DeviceOwnMeta = { ...device.own.said };
  for (const field of ownFields) if (said[field] !== undefined) Object.assign(own, { [field]: said[field] });
  let changed = false;
  if (differs(device.own.said, own)) {
    describeDevice(device, { ...device.own, said: own });
    batch.addDevice(device);
    changed = true;
  }
  for (const [name, meta] of Object.entries(said.metrics ?? {})) {
    const metric = presentName(device, name);
    if (metric !== name && said.metrics?.[metric]) continue;
    const known = device.metricsOwn.get(metric);
    const merged: MetricMeta = { ...known?.said, ...meta };
    if (known && !differs(known.said, merged)) continue;
    describeMetric(device, metric, known ? { ...known, said: merged } : saidAlone(merged));
    batch.addMetric(device, metric);
    changed = true;
  }
  return changed;
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

export function differs(before: object, after: object): boolean {
  // Both are small, come from JSON, and keep the order of their fields when merged.
  return JSON.stringify(before) !== JSON.stringify(after);
}
