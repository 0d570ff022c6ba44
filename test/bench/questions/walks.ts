/**
 * The readings that both sides are filled with: 100 devices with 50 metrics each, 10 s apart, random walks in two or three decimals.
 * A few series go back thirty days, the others hours or minutes: so that ten million readings are enough for a month of one series,
 * a day of a hundred devices and the newest of five thousand. Each walk is made anew from the seed.
 */
import { Random } from "../../../simulator/random.ts";
import type { Samples, Source } from "../stream-in.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
export const stepMs = 10_000;
/** Fixed, so that what was filled once is right for every later run. A whole day, UTC. */
const endMs = Date.UTC(2026, 10, 1);

/** How far back which series go, ms; all end together. Whole steps. */
export interface Extent {
  readonly name: string;
  readonly devices: number;
  readonly metrics: number;
  /** The first metrics of the first devices. */
  readonly deep: { readonly devices: number; readonly metrics: number; readonly ms: number };
  /** The first metric of the other devices. */
  readonly wideMs: number;
  /** All else. */
  readonly restMs: number;
}

/** 30 series of 259,200 readings, 70 of 9,360, 4,900 of 444: 10,606,800. */
export const tenMillion: Extent = {
  name: "10.6 M",
  devices: 100,
  metrics: 50,
  deep: { devices: 30, metrics: 1, ms: 30 * dayMs },
  wideMs: 26 * hourMs,
  restMs: 74 * minuteMs,
};

/** 500 series of 259,200 readings, 4,500 of 90: 130,005,000. */
export const manyMillion: Extent = {
  name: "130 M",
  devices: 100,
  metrics: 50,
  deep: { devices: 100, metrics: 5, ms: 30 * dayMs },
  wideMs: 0,
  restMs: 15 * minuteMs,
};

/** For a smoke: next to nothing. */
export function smokeOf({ name }: Extent): Extent {
  return {
    ...{ name, devices: 4, metrics: 3, wideMs: 26 * hourMs, restMs: 30 * minuteMs },
    deep: { devices: 2, metrics: 1, ms: 2 * dayMs },
  };
}

export interface Span {
  /** Included. */
  readonly fromMs: number;
  /** Excluded. */
  readonly toMs: number;
}

export interface Rows {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** A walk of up to 20 of the last digit a step. */
class Walk {
  readonly scale: number;
  readonly #random: Random;
  #mantissa: number;

  constructor(seed: string) {
    this.#random = new Random(seed);
    this.scale = this.#random.word() % 2 === 0 ? 100 : 1_000;
    this.#mantissa = Math.round(this.#random.between(1_000, 90_000));
  }

  /** The next value, times `scale`. */
  next(): number {
    this.#mantissa += (this.#random.word() % 41) - 20;
    return this.#mantissa;
  }
}

export class Walks {
  readonly devices: readonly string[];
  readonly metrics: readonly string[];
  readonly extent: Extent;
  readonly toMs = endMs;
  readonly #seed: string;
  readonly #known = new Map<string, { readonly scale: number; readonly mantissas: Int32Array }>();

  constructor(seed: string, extent: Extent) {
    this.#seed = seed;
    this.extent = extent;
    this.devices = numbered("machine-", extent.devices);
    this.metrics = numbered("metric_", extent.metrics);
  }

  get count(): number {
    const readings = (device: string): number =>
      this.metrics.reduce((sum, metric) => sum + this.#steps(device, metric), 0);
    return this.devices.reduce((sum, device) => sum + readings(device), 0);
  }

  /** Names it among others. */
  get key(): string {
    const { deep, wideMs, restMs } = this.extent;
    return `walks-${this.#seed}-${this.devices.length}x${this.metrics.length}-${deep.devices}x${deep.metrics}x${deep.ms}-${wideMs}-${restMs}`;
  }

  /** Devices and metrics whose series go back furthest. */
  get deep(): { readonly devices: readonly string[]; readonly metrics: readonly string[]; readonly ms: number } {
    const { devices, metrics, ms } = this.extent.deep;
    return { devices: this.devices.slice(0, devices), metrics: this.metrics.slice(0, metrics), ms };
  }

  /** How far back all devices have readings of the first `metrics` of them, ms. */
  get wide(): { readonly metrics: readonly string[]; readonly ms: number } {
    const { wideMs } = this.extent;
    return wideMs > 0 ? { metrics: this.metrics.slice(0, 1), ms: wideMs } : this.deep;
  }

  /** The readings of a series in a span, in order. */
  rows(device: string, metric: string, { fromMs, toMs }: Span): Rows {
    const { scale, mantissas } = this.#walk(device, metric);
    const [startMs, offsetMs] = [this.#startMs(device, metric), this.#offsetMs(device)];
    const stepAt = (timeMs: number): number =>
      Math.min(mantissas.length, Math.max(0, Math.ceil((timeMs - startMs - offsetMs) / stepMs)));
    const from = stepAt(fromMs);
    const length = stepAt(toMs) - from;
    return {
      times: Float64Array.from({ length }, (_, index) => startMs + offsetMs + (from + index) * stepMs),
      values: Float64Array.from({ length }, (_, index) => (mantissas[from + index] as number) / scale),
    };
  }

  /** The newest value of a series. */
  newest(device: string, metric: string): number {
    const { scale, mantissas } = this.#walk(device, metric);
    return (mantissas.at(-1) as number) / scale;
  }

  /** What each device sends, in frames of a thousand readings at most, in the order in which it measured. */
  sources(): Source[] {
    return this.devices.map((device) => ({ device, frames: this.frames(device, 1_000) }));
  }

  /** Frames of so many readings at most. In each all columns are full: a metric that begins later begins with a frame. */
  *frames(device: string, readings: number): Generator<Samples> {
    const series = this.metrics.map((metric) => ({
      ...{ metric, startMs: this.#startMs(device, metric), walk: new Walk(this.#nameOf(device, metric)) },
    }));
    const starts = [...new Set(series.map(({ startMs }) => startMs))].sort((a, b) => a - b);
    for (const [index, startMs] of starts.entries()) {
      const sent = series.filter((one) => one.startMs <= startMs);
      const untilMs = starts[index + 1] ?? endMs;
      const frameMs = Math.max(1, Math.floor(readings / sent.length)) * stepMs;
      for (let at = startMs; at < untilMs; at += frameMs) {
        const length = (Math.min(at + frameMs, untilMs) - at) / stepMs;
        const times = Array.from({ length }, (_, step) => at + this.#offsetMs(device) + step * stepMs);
        const column = (walk: Walk): number[] => Array.from({ length }, () => walk.next() / walk.scale);
        yield { times, values: Object.fromEntries(sent.map(({ metric, walk }) => [metric, column(walk)])) };
      }
    }
  }

  #steps(device: string, metric: string): number {
    return (endMs - this.#startMs(device, metric)) / stepMs;
  }

  #startMs(device: string, metric: string): number {
    const { deep, wideMs, restMs } = this.extent;
    const [place, column] = [this.devices.indexOf(device), this.metrics.indexOf(metric)];
    if (place < deep.devices && column < deep.metrics) return endMs - deep.ms;
    return endMs - (column === 0 && wideMs > 0 ? wideMs : restMs);
  }

  /** A device measures at its own moment of each ten seconds: never on the edge of a bucket. */
  #offsetMs(device: string): number {
    return 1 + ((this.devices.indexOf(device) * 97) % (stepMs - 1));
  }

  #nameOf(device: string, metric: string): string {
    return `${this.#seed}/${device}/${metric}`;
  }

  #walk(device: string, metric: string): { readonly scale: number; readonly mantissas: Int32Array } {
    const name = this.#nameOf(device, metric);
    const known = this.#known.get(name);
    if (known) return known;
    const walk = new Walk(name);
    const made = {
      scale: walk.scale,
      mantissas: Int32Array.from({ length: this.#steps(device, metric) }, () => walk.next()),
    };
    this.#known.set(name, made);
    return made;
  }
}

function numbered(prefix: string, length: number): string[] {
  const digits = String(length).length;
  return Array.from({ length }, (_, index) => prefix + String(index + 1).padStart(digits, "0"));
}
