/**
 * What devices said of their metrics, held once: devices of one kind say the same, there may be thousands of them, and most of
 * what the hub holds of a device that idles would be this.
 */
import type { MetricMeta } from "../protocol/metadata.ts";
import { type Described, saidAlone } from "./described.ts";

/** What was said of some metrics, in the form in which a device has it that said this and nothing else. Never changed. */
export interface MetricKind {
  readonly said: Readonly<Record<string, MetricMeta>>;
  readonly own: ReadonlyMap<string, Described<MetricMeta>>;
  /** What counts. */
  readonly meta: ReadonlyMap<string, MetricMeta>;
}

/** Kinds that are known; beyond it the one that was met longest ago is forgotten, and held by those who have it. */
const mostKinds = 256;
/** What is longer than this as JSON is shared by nobody: a gateway that describes hundreds of metrics is the only one of its kind. */
const longestShared = 4_096;

export const noMetrics: MetricKind = kindOf({});

export class MetricKinds {
  /** By what was said, as JSON; the one that was met last is the last. */
  readonly #kinds = new Map<string, MetricKind>();

  /** The kind that says this: the same object for all who say the same. */
  of(said: MetricKind["said"] = noMetrics.said): MetricKind {
    const key = JSON.stringify(said);
    if (key === "{}") return noMetrics;
    if (key.length > longestShared) return kindOf(said);
    const kind = this.#kinds.get(key) ?? kindOf(said);
    this.#kinds.delete(key);
    this.#kinds.set(key, kind);
    if (this.#kinds.size > mostKinds) this.#kinds.delete(this.#kinds.keys().next().value ?? "");
    return kind;
  }
}

function kindOf(said: MetricKind["said"]): MetricKind {
  const entries = Object.entries(said);
  return { said, own: new Map(entries.map(([name, meta]) => [name, saidAlone(meta)])), meta: new Map(entries) };
}
