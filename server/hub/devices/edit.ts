/** Changes that people make to what is known of devices and their metrics. */
import type { Clock } from "../../ports.ts";
import type { DeviceEdit } from "../../protocol/edit.ts";
import { Refusal } from "../../protocol/errors.ts";
import { type Limits, limitText } from "../../protocol/limits.ts";
import type { MetricMeta } from "../../protocol/metadata.ts";
import type { StoreError } from "../../store/store.ts";
import { type Device, type DeviceOwnMeta, describeDevice, describeMetrics } from "../catalog.ts";
import { type Described, differs, editedWith, saidAlone } from "../described.ts";
import type { Committer } from "../ingest/committer.ts";
import { describedMetrics } from "./metadata.ts";

export interface EditDeps {
  readonly committer: Pick<Committer, "open" | "touch">;
  readonly clock: Clock;
  readonly limits: Pick<Limits, "metricsPerDevice">;
  /** Something is different for whoever looks at the device. */
  readonly onDescribed: (device: Device) => void;
}

/** One part of a change, and what was there before it. */
interface Change<Meta extends object> {
  readonly before: Described<Meta> | undefined;
  readonly after: Described<Meta>;
}

/** Resolves once the change is on disk. Throws a `Refusal`; then nothing changed. */
export async function editDevice(device: Device, edit: DeviceEdit, deps: EditDeps): Promise<void> {
  const { committer, clock, limits, onDescribed } = deps;
  const { metrics, ...own } = edit;
  const count = describedMetrics(device, { metrics: metrics as DeviceMetrics });
  if (count > limits.metricsPerDevice) {
    const limit = limitText("metricsPerDevice", limits.metricsPerDevice);
    throw new Refusal("not_allowed", `${device.id} would have ${count} metrics: ${limit}`);
  }
  const ownChange: Change<DeviceOwnMeta> = { before: device.own, after: editedWith(device.own, own) };
  const metricChanges = new Map<string, Change<MetricMeta>>();
  for (const [metric, changes] of Object.entries(metrics ?? {})) {
    const before = device.metricsOwn.get(metric);
    const present: Described<MetricMeta> = before ?? saidAlone({});
    const after = changes === null ? saidAlone(present.said) : editedWith(present, changes);
    if (differs(present.edited, after.edited)) metricChanges.set(metric, { before, after });
  }
  const batch = committer.open;
  const ownDiffers = differs(ownChange.before?.edited ?? {}, ownChange.after.edited);
  if (!ownDiffers && metricChanges.size === 0) return;
  if (ownDiffers) {
    describeDevice(device, ownChange.after);
    batch.addDevice(device);
  }
  for (const metric of metricChanges.keys()) batch.addMetric(device, metric);
  describeMetrics(
    device,
    Array.from(metricChanges, ([metric, { after }]) => [metric, after] as const),
  );
  const error = await new Promise<StoreError | undefined>((resolve) => {
    const sender = { decided: () => resolve(undefined), refused: (_: unknown, why: StoreError) => resolve(why) };
    batch.receipt(sender, clock.monotonic());
    committer.touch();
  });
  if (error) {
    if (ownDiffers) takeBackOwn(device, ownChange);
    takeBackMetrics(device, metricChanges);
    throw new Refusal(error.code, error.message);
  }
  onDescribed(device);
}

type DeviceMetrics = Parameters<typeof describedMetrics>[1]["metrics"];

/** What the device said meanwhile stays, and so does a change that another person made after this one. */
function takeBackOwn(device: Device, { before, after }: Change<DeviceOwnMeta>): void {
  if (device.own.edited !== after.edited || !before) return;
  describeDevice(device, { said: device.own.said, edited: before.edited });
}

function takeBackMetrics(device: Device, changes: ReadonlyMap<string, Change<MetricMeta>>): void {
  const back: [metric: string, own: Described<MetricMeta>][] = [];
  for (const [metric, { before, after }] of changes) {
    const present = device.metricsOwn.get(metric);
    if (present?.edited === after.edited)
      back.push([metric, { said: present.said, edited: before?.edited ?? saidAlone({}).edited }]);
  }
  describeMetrics(device, back);
}
