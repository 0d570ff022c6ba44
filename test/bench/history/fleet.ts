/**
 * The readings that both sides are filled with: a hundred devices, and one series a thousand times a second. Each is a function
 * of its place, so that tens of millions are held nowhere, and the right answer to any question is made anew from the seed.
 */
import type { Samples, Source } from "../stream-in.ts";

const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** Fixed, so that a table that was filled once is the right one for every later run. A whole day, UTC. */
const endMs = Date.UTC(2026, 10, 1);
const shakeMs = 2 * hourMs;

/** A day's wave and a slower one about `mean`, and noise of a few last digits. */
const kinds = {
  temperature: { mean: 21, swing: 6, noise: 0.05, decimals: 2 },
  humidity: { mean: 55, swing: 12, noise: 0.2, decimals: 1 },
  pressure: { mean: 1_013, swing: 4, noise: 0.02, decimals: 2 },
  power: { mean: 240, swing: 90, noise: 4, decimals: 1 },
  current: { mean: 1.05, swing: 0.4, noise: 0.02, decimals: 3 },
} as const;

export const metrics: readonly string[] = Object.keys(kinds);
/** The series at 1 kHz. */
export const shaken = { device: "mill", metric: "vibration" } as const;

export interface Span {
  /** Included. */
  readonly fromMs: number;
  /** Excluded. */
  readonly toMs: number;
}

/** Columns of a span. */
export interface Rows {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** How much of it there is. */
export interface Extent {
  readonly devices: number;
  readonly days: number;
  /** From one report of a device to its next. Divides a minute; at least 10 s. */
  readonly stepMs: number;
  /** How long the mill shakes, ms. */
  readonly shakeMs?: number;
}

export class Fleet {
  readonly devices: readonly string[];
  readonly fromMs: number;
  readonly toMs = endMs;
  readonly #extent: Extent;
  readonly #seed: number;

  constructor(seed: number, extent: Extent) {
    this.#seed = seed;
    this.#extent = extent;
    this.devices = Array.from(
      { length: extent.devices },
      (_, index) => `machine-${String(index + 1).padStart(3, "0")}`,
    );
    this.fromMs = endMs - extent.days * dayMs;
  }

  /** How often each device reports. */
  get steps(): number {
    return (this.toMs - this.fromMs) / this.#extent.stepMs;
  }

  get shakes(): number {
    return this.#extent.shakeMs ?? shakeMs;
  }

  get count(): number {
    return this.steps * this.devices.length * metrics.length + this.shakes;
  }

  /** Names it among others. */
  get key(): string {
    const { devices, days, stepMs } = this.#extent;
    return `seed-${this.#seed}-${devices}-devices-${days}-days-${stepMs}-ms-${this.shakes}-shakes`;
  }

  /** The readings of a series in a span whose ends are whole steps, in order. */
  rows(device: string, metric: string, { fromMs, toMs }: Span): Rows {
    if (device === shaken.device) return this.#shaking(Math.max(fromMs, this.toMs - this.shakes), toMs);
    const { stepMs } = this.#extent;
    const from = Math.max(0, (fromMs - this.fromMs) / stepMs);
    const length = (toMs - this.fromMs) / stepMs - from;
    const value = this.#wave(device, metric);
    const time = this.#clock(device);
    const times = Float64Array.from({ length }, (_, index) => time(from + index));
    return { times, values: times.map((timeMs, index) => value(from + index, timeMs)) };
  }

  /** What each device sends, in frames of a thousand readings or so. */
  sources(): Source[] {
    const { stepMs } = this.#extent;
    const inFrame = 200;
    const source = (device: string, names: readonly string[], span: Span, frameMs: number): Source => ({
      device,
      frames: this.#frames(device, names, span, frameMs),
    });
    return [
      ...this.devices.map((device) => source(device, metrics, this, inFrame * stepMs)),
      source(shaken.device, [shaken.metric], { fromMs: this.toMs - this.shakes, toMs: this.toMs }, 2_000),
    ];
  }

  *#frames(device: string, names: readonly string[], { fromMs, toMs }: Span, frameMs: number): Generator<Samples> {
    for (let at = fromMs; at < toMs; at += frameMs) {
      const span = { fromMs: at, toMs: Math.min(at + frameMs, toMs) };
      const columns = names.map((metric) => this.rows(device, metric, span));
      yield {
        times: [...(columns[0] as Rows).times],
        values: Object.fromEntries(columns.map(({ values }, index) => [names[index] as string, [...values]])),
      };
    }
  }

  /** When a device reports: never on the edge of a bucket. Every second one keeps to its clock, the others are late by up to 40 ms. */
  #clock(device: string): (step: number) => number {
    const { stepMs } = this.#extent;
    const word = hash(device, this.#seed);
    const startMs = this.fromMs + 100 + (word % 9_000);
    const jitter = Number(device.at(-1)) % 2;
    return (step) => startMs + step * stepMs + jitter * (mix(word ^ step) % 40);
  }

  #wave(device: string, metric: string): (step: number, timeMs: number) => number {
    const { mean, swing, noise, decimals } = kinds[metric as keyof typeof kinds];
    const word = hash(`${device}/${metric}`, this.#seed);
    const scale = 10 ** decimals;
    const phase = (word % 1_000) / 160;
    return (step, timeMs) => {
      const days = (timeMs - this.fromMs) / dayMs;
      const waves = Math.sin(2 * Math.PI * days + phase) + 0.3 * Math.sin(days + phase);
      const chance = mix(word + Math.imul(step, 0x9e3779b1)) / 2 ** 31 - 1;
      return Math.round((mean + swing * waves + noise * chance) * scale) / scale;
    };
  }

  #shaking(fromMs: number, toMs: number): Rows {
    const word = hash(shaken.device, this.#seed);
    const times = Float64Array.from({ length: Math.max(0, toMs - fromMs) }, (_, index) => fromMs + index);
    const values = times.map((timeMs) => {
      const step = timeMs - this.fromMs;
      const tones = 0.8 * Math.sin(step * 0.31) + 0.3 * Math.sin(step * 0.77);
      return Math.round((tones + 0.1 * (mix(word + Math.imul(step, 0x9e3779b1)) / 2 ** 31 - 1)) * 1_000) / 1_000;
    });
    return { times, values };
  }
}

/** Spreads each bit of a word over all of it (the finalizer of MurmurHash3); 0 … 2³² − 1. */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A word of a text: FNV-1a. */
function hash(text: string, seed: number): number {
  let h = 0x811c9dc5 ^ mix(seed);
  for (let index = 0; index < text.length; index++) h = Math.imul(h ^ text.charCodeAt(index), 0x01000193);
  return mix(h);
}
