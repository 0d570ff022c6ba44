/** The readings that every system is filled with, kept in memory, so that each answer can be compared with what was sent. */
import { Random } from "../../../simulator/random.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** What a metric looks like: a day's wave about `mean`, a slow drift, noise of a few last digits. */
const kinds = {
  temperature: { mean: 21, swing: 6, noise: 0.05, decimals: 2 },
  humidity: { mean: 55, swing: 12, noise: 0.2, decimals: 1 },
  pressure: { mean: 1_013, swing: 1.5, noise: 0.02, decimals: 2 },
  light: { mean: 400, swing: 390, noise: 3, decimals: 0 },
  soil: { mean: 31, swing: 1, noise: 0.02, decimals: 2 },
  co2: { mean: 620, swing: 140, noise: 2, decimals: 0 },
  power: { mean: 240, swing: 90, noise: 4, decimals: 1 },
  voltage: { mean: 230, swing: 1.5, noise: 0.2, decimals: 2 },
  current: { mean: 1.05, swing: 0.4, noise: 0.02, decimals: 3 },
  vibration: { mean: 0, swing: 0.2, noise: 0.4, decimals: 3 },
} as const;

export const metrics: readonly string[] = Object.keys(kinds);
export const devices: readonly string[] = Array.from({ length: 5 }, (_, index) => `house-${index + 1}`);

/** All devices report all metrics together. */
export class Readings {
  /** The first moment of the span, and the first behind it; both are whole hours, UTC. */
  readonly fromMs: number;
  readonly toMs: number;
  /** How often each device reported. */
  readonly steps: number;
  readonly #times: ReadonlyMap<string, Float64Array>;
  readonly #values: ReadonlyMap<string, Float64Array>;

  /** Ten days that ended with the last whole hour before `nowMs`, a report each `stepMs`, which divides an hour. */
  constructor(seed: string, stepMs: number, nowMs: number) {
    this.toMs = Math.floor((nowMs - minuteMs) / hourMs) * hourMs;
    this.fromMs = this.toMs - 10 * dayMs;
    this.steps = (this.toMs - this.fromMs) / stepMs;
    const random = new Random(seed);
    const times = devices.map((device) => [device, this.#wobble(random.derive(device), stepMs)] as const);
    this.#times = new Map(times);
    this.#values = new Map(
      times.flatMap(([device, column]) =>
        metrics.map((metric) => {
          const key = `${device}/${metric}`;
          return [key, wave(random.derive(key), kinds[metric as keyof typeof kinds], column)];
        }),
      ),
    );
  }

  get count(): number {
    return this.steps * devices.length * metrics.length;
  }

  times(device: string): Float64Array {
    return this.#times.get(device) as Float64Array;
  }

  values(device: string, metric: string): Float64Array {
    return this.#values.get(`${device}/${metric}`) as Float64Array;
  }

  /** A sensor's clock: never on a whole second, so that no reading lies on the edge of a bucket. */
  #wobble(random: Random, stepMs: number): Float64Array {
    return Float64Array.from(
      { length: this.steps },
      (_, step) => this.fromMs + step * stepMs + 1 + (random.word() % 40),
    );
  }
}

function wave(random: Random, kind: (typeof kinds)[keyof typeof kinds], times: Float64Array): Float64Array {
  const scale = 10 ** kind.decimals;
  const phase = random.uniform();
  let drift = 0;
  return times.map((timeMs) => {
    drift = drift * 0.999 + random.between(-0.02, 0.02) * kind.swing;
    const day = Math.sin(2 * Math.PI * (timeMs / dayMs + phase));
    const noise = random.between(-kind.noise, kind.noise);
    return Math.round((kind.mean + kind.swing * day + drift + noise) * scale) / scale;
  });
}
