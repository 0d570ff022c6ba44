/**
 * A greenhouse: the sun by season and hour (UTC) behind drifting clouds warms it, hot air turns dry, short waterings in
 * daylight wet the soil, which dries out again. Every value is a function of seed and time alone.
 */
import type { DeviceMeta } from "../../server/protocol/index.ts";
import type { Value } from "../link.ts";
import { type Model, type ModelOptions, type Report, round } from "../model.ts";
import { Noise, Random } from "../random.ts";
import { reportAfter } from "./changes.ts";
import { clamp, cloudsOf, outsideOf, sunAt } from "./sky.ts";

const minute = 60_000;
const hour = 60 * minute;

/** The heater keeps the air near this, the vents open above that, °C. */
const heatBelow = 14;
const ventAbove = 28;

/** Soil reports come with every so many-th report. */
const soilEvery = 6;

/** Soil loses its water to 1/e in this time; what was given a day ago counts no more. */
const dryingMs = 6 * hour;

export class Greenhouse implements Model {
  readonly device: string;
  readonly meta: DeviceMeta;
  readonly intervalMs: number;
  readonly #phaseMs: number;
  readonly #pulseAtMs: number;
  readonly #cloudsAt: (time: number) => number;
  readonly #outsideAt: (time: number) => number;
  readonly #air: Noise;
  readonly #sensor: Noise;
  #index: number;
  #valve: boolean | undefined;
  #state: string | undefined;

  constructor({ device, seed, from, rate = 1 }: ModelOptions) {
    const random = new Random(seed).derive(device);
    this.device = device;
    this.intervalMs = Math.max(1, Math.round(random.choice([2_000, 3_000, 5_000]) / rate));
    this.#phaseMs = Math.floor(random.between(0, this.intervalMs));
    const warmer = random.between(-1.5, 1.5);
    this.#pulseAtMs = random.between(2, 50) * minute;
    // Greenhouses of one seed stand under the same sky; the air inside and the sensors are each one's own.
    this.#cloudsAt = cloudsOf(seed);
    const outsideAt = outsideOf(seed);
    this.#outsideAt = (time) => outsideAt(time) + warmer;
    this.#air = new Noise(`${random.seed}/air`);
    this.#sensor = new Noise(`${random.seed}/sensor`);
    this.#index = Math.ceil((from - this.#phaseMs) / this.intervalMs);
    this.meta = greenhouseMeta(device, this.intervalMs);
  }

  get nextTime(): number {
    return this.#index * this.intervalMs + this.#phaseMs;
  }

  report(stride = 1): Report {
    const time = this.nextTime;
    const free = this.#freeAt(time);
    const temperature = this.temperatureAt(time, free);
    const readings: [string, Value][] = [
      ["temperature", round(temperature + 0.06 * this.#sensor.white(time), 1)],
      ["humidity", round(this.humidityAt(time, temperature) + 0.4 * this.#sensor.white(time + 0.5e12), 1)],
      ["light", this.lightAt(time)],
    ];
    if (this.#index % soilEvery === 0 || stride > 1) readings.push(["soil-moisture", this.soilAt(time)]);
    const valve = this.valveAt(time);
    if (valve !== this.#valve) readings.push(["valve", valve]);
    const state = this.#stateAt(time, free, valve);
    if (state !== this.#state) readings.push(["state", state]);
    this.#valve = valve;
    this.#state = state;
    this.#index = reportAfter(this.#index, stride);
    return { time, readings };
  }

  /** Light inside, lx: 0 to 75,000. */
  lightAt(time: number): number {
    const dimmed = 1 - 0.8 * this.#cloudsAt(time);
    return Math.round(74_000 * sunAt(time) ** 1.15 * dimmed * (0.99 + 0.01 * this.#air.smooth(time / 7_000)));
  }

  /** Air inside, °C. */
  temperatureAt(time: number, free = this.#freeAt(time)): number {
    let steered = free;
    if (free > ventAbove) steered = ventAbove + 0.35 * (free - ventAbove);
    if (free < heatBelow) steered = heatBelow - 0.12 * (heatBelow - free);
    return steered + 0.5 * this.#air.rough(time / (9 * minute));
  }

  /** What the air would have without heater and vents, °C. Walls and soil store heat: it follows the light of two hours. */
  #freeAt(time: number): number {
    let light = 0;
    for (let back = 0; back < 5; back++) light += this.lightAt(time - back * 25 * minute) / 5;
    return this.#outsideAt(time) + 16 * (light / 45_000);
  }

  /** Relative humidity inside, %. */
  humidityAt(time: number, temperature = this.temperatureAt(time)): number {
    const wet = this.#pulses(time, 25 * minute, 1);
    return clamp(88 - 2.3 * (temperature - heatBelow) + 5 * wet + 3 * this.#air.rough(time / (31 * minute)), 20, 99);
  }

  /** Water in the soil, % of its volume. */
  soilAt(time: number): number {
    return round(clamp(16 + this.#pulses(time, dryingMs, 24) * 4.2 + 0.15 * this.#sensor.white(time), 5, 70), 1);
  }

  /** True while water runs: three to seven minutes of each daylight hour, longer on a warm one. */
  valveAt(time: number): boolean {
    const start = this.#pulseStart(Math.floor(time / hour));
    return start !== undefined && time >= start && time < start + this.#pulseLength(start);
  }

  #stateAt(time: number, free: number, valve: boolean): string {
    if (valve) return "watering";
    if (free > ventAbove) return "venting";
    if (free < heatBelow) return "heating";
    return sunAt(time) > 0 ? "growing" : "resting";
  }

  /** When the watering of an hour (counted from the epoch) begins; undefined at night. */
  #pulseStart(hourIndex: number): number | undefined {
    const start = hourIndex * hour + this.#pulseAtMs;
    return sunAt(start) > 0.05 ? start : undefined;
  }

  #pulseLength(start: number): number {
    return (3 + clamp(this.#outsideAt(start) / 6, 0, 4)) * minute;
  }

  /** Waterings of the last `hours`, each risen while it ran and faded since with time constant `fadeMs`. */
  #pulses(time: number, fadeMs: number, hours: number): number {
    let sum = 0;
    const now = Math.floor(time / hour);
    for (let index = now - hours; index <= now; index++) {
      const start = this.#pulseStart(index);
      if (start === undefined || start > time) continue;
      const length = this.#pulseLength(start);
      const given = Math.min(1, (time - start) / length) * (length / (5 * minute));
      sum += given * Math.exp(-Math.max(0, time - start - length) / fadeMs);
    }
    return sum;
  }
}

function greenhouseMeta(device: string, reportInterval: number): DeviceMeta {
  const place = device.slice(device.lastIndexOf("/") + 1).replace("-", " ");
  return {
    name: `Greenhouse ${place}`,
    kind: "greenhouse",
    reportInterval,
    labels: { site: place.replace(/ .*/, "") },
    metrics: {
      temperature: {
        label: "Air temperature",
        unit: "°C",
        decimals: 1,
        min: 0,
        max: 45,
        zones: [
          { to: 8, level: "alarm", label: "frost" },
          { from: 8, to: 32, level: "ok" },
          { from: 32, to: 38, level: "warn", label: "hot" },
          { from: 38, level: "alarm", label: "too hot" },
        ],
      },
      humidity: { label: "Humidity", unit: "%", decimals: 1, min: 0, max: 100 },
      light: { label: "Light", unit: "lx", decimals: 0, min: 0, max: 80_000 },
      "soil-moisture": {
        label: "Soil moisture",
        unit: "%",
        decimals: 1,
        min: 0,
        max: 70,
        reportInterval: reportInterval * soilEvery,
        zones: [{ to: 12, level: "warn", label: "dry" }],
      },
      valve: { label: "Watering valve", kind: "state", reportInterval: 0 },
      state: { label: "State", kind: "state", reportInterval: 0 },
    },
  };
}
