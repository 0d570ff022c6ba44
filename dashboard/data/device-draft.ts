/** What a person types about a device, the change that it comes to, and which field a refusal is about. */
import type { DeviceMeta, MetricMeta } from "../../server/protocol/index.ts";

/** Fields as they stand in a form: texts. */
export interface MetricDraft {
  readonly metric: string;
  label: string;
  unit: string;
  decimals: string;
}

export interface DeviceDraft {
  name: string;
  kind: string;
  /** Seconds; empty: not touched. */
  interval: string;
  labels: { name: string; value: string }[];
  metrics: MetricDraft[];
}

type Edit<Meta> = { [Field in keyof Meta]?: Meta[Field] | null };

/** The body of `PATCH devices/{id}`. */
export type DeviceChange = Omit<Edit<DeviceMeta>, "metrics"> & { metrics?: Record<string, Edit<MetricMeta> | null> };

/** Only what differs. An emptied field takes a person's change back. */
export function changeOf(before: DeviceDraft, after: DeviceDraft): DeviceChange {
  const change: DeviceChange = {};
  for (const field of ["name", "kind"] as const) {
    if (after[field] !== before[field]) change[field] = after[field] === "" ? null : after[field];
  }
  if (after.interval !== before.interval) {
    change.reportInterval = after.interval === "" ? null : Number(after.interval) * 1_000;
  }
  const labels = labelsOf(after);
  if (JSON.stringify(labels) !== JSON.stringify(labelsOf(before))) change.labels = labels;
  for (const [index, metric] of after.metrics.entries()) {
    const known = before.metrics[index];
    const edit: Edit<MetricMeta> = {};
    for (const field of ["label", "unit"] as const) {
      if (metric[field] !== known?.[field]) edit[field] = metric[field] === "" ? null : metric[field];
    }
    if (metric.decimals !== known?.decimals) edit.decimals = metric.decimals === "" ? null : Number(metric.decimals);
    if (Object.keys(edit).length > 0) change.metrics = { ...change.metrics, [metric.metric]: edit };
  }
  return change;
}

function labelsOf({ labels }: DeviceDraft): Record<string, string> {
  return Object.fromEntries(labels.filter(({ name }) => name !== "").map(({ name, value }) => [name, value]));
}

/** A label that is there twice: one of the two would be lost. */
export function doubleLabel({ labels }: DeviceDraft): string | undefined {
  const names = labels.map(({ name }) => name).filter((name) => name !== "");
  return names.find((name, index) => names.indexOf(name) !== index);
}

/** As the hub writes the path of a field, each part cut short. */
export function fieldPath(...parts: readonly string[]): string {
  return parts.map((part) => part.slice(0, 40)).join(".");
}

/** What a refusal says of each field: the hub begins each problem with the path. What is about none of `paths` is `rest`. */
export function problemsByField(
  message: string,
  paths: readonly string[],
): { readonly of: ReadonlyMap<string, string>; readonly rest: string | undefined } {
  const of = new Map<string, string>();
  const rest: string[] = [];
  for (const problem of message.split("; ")) {
    // A name may begin with another one: the longest that fits is meant.
    const path = paths
      .filter((each) => problem.startsWith(`${each} `) || problem.startsWith(`${each}:`))
      .sort((a, b) => b.length - a.length)[0];
    if (path === undefined) rest.push(problem);
    else of.set(path, problem.slice(path.length).replace(/^:? /, ""));
  }
  return { of, rest: rest.length > 0 ? rest.join("; ") : undefined };
}
