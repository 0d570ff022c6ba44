/**
 * A weather station: fronts pass every few days. Before one the air is mild, the pressure falls and the wind backs; with it
 * come rain and gusts, the wind veers and the air turns cold; behind it the pressure climbs and showers die away. Stations of
 * one seed see the same fronts, some hours apart. Every value is a function of seed and time alone.
 */
import type { DeviceMeta } from "../../server/protocol/index.ts";
import { type Model, type ModelOptions, type Report, round } from "../model.ts";
import { Noise, Random } from "../random.ts";
import { reportAfter } from "./changes.ts";
import { clamp, outsideOf, seasonAt } from "./sky.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** One front in each span of this length, at a time of its own within it. */
const frontEveryMs = 3.4 * day;

/** What one tip of the gauge's bucket stands for, mm. */
const tipMm = 0.2;

/** The air feels the front this long before and after it, ms: how fast the signs of it come and go. */
const mildBefore = 14 * hour;
const coldAfter = 30 * hour;

/** Half of what day and night are apart under the common sky, K; a station sees more of it under a clear one. */
const outsideSwing = 4.5;

/** A front as seen from a time: ms since it passed (negative: still to come), and its strength, 0.3 to 1. */
interface Front {
  readonly sinceMs: number;
  readonly strength: number;
}

export class WeatherStation implements Model {
  readonly device: string;
  readonly meta: DeviceMeta;
  readonly intervalMs: number;
  readonly #phaseMs: number;
  /** How much later than elsewhere the fronts pass here, ms. */
  readonly #laterMs: number;
  readonly #warmer: number;
  readonly #outside: (time: number) => number;
  readonly #fronts: Noise;
  readonly #masses: Noise;
  readonly #air: Noise;
  readonly #sensor: Noise;
  #index: number;
  /** Rain since the start of `#rainDay`, up to the whole minute `#rainMinute`, mm. */
  #rainDay = Number.NaN;
  #rainMinute = 0;
  #rainMm = 0;

  constructor({ device, seed, from, rate = 1 }: ModelOptions) {
    const random = new Random(seed).derive(device);
    this.device = device;
    this.intervalMs = Math.max(1, Math.round(10_000 / rate));
    this.#phaseMs = Math.floor(random.between(0, this.intervalMs));
    this.#laterMs = random.between(0, 4) * hour;
    this.#warmer = random.between(-2, 2);
    this.#outside = outsideOf(seed);
    this.#fronts = new Noise(`${seed}/fronts`);
    this.#masses = new Noise(`${seed}/air masses`);
    this.#air = new Noise(`${random.seed}/air`);
    this.#sensor = new Noise(`${random.seed}/sensor`);
    this.#index = Math.ceil((from - this.#phaseMs) / this.intervalMs);
    this.meta = weatherMeta(device, this.intervalMs);
  }

  get nextTime(): number {
    return this.#index * this.intervalMs + this.#phaseMs;
  }

  report(stride = 1): Report {
    const time = this.nextTime;
    this.#index = reportAfter(this.#index, stride);
    const temperature = this.temperatureAt(time);
    const wind = this.windAt(time);
    return {
      time,
      readings: [
        ["temperature", round(temperature + 0.04 * this.#sensor.white(time), 1)],
        ["humidity", round(this.humidityAt(time, temperature) + 0.3 * this.#sensor.white(time + 0.5e12), 0)],
        ["pressure", round(this.pressureAt(time) + 0.03 * this.#sensor.white(time + 1e12), 1)],
        ["wind-speed", round(wind.speed, 1)],
        ["wind-gust", round(wind.gust, 1)],
        ["wind-direction", Math.round(wind.direction) % 360],
        ["rain", round(Math.floor(this.#rainTodayAt(time) / tipMm + 1e-9) * tipMm, 1)],
      ],
    };
  }

  /** Pressure at sea level, hPa: it falls for a day before a front and climbs within half a day behind it. */
  pressureAt(time: number): number {
    let pressure = 1_016 + 9 * this.#masses.smooth(time / (7 * day)) + 0.25 * this.#air.rough(time / hour);
    for (const { sinceMs, strength } of this.#frontsAround(time))
      pressure -= 18 * strength * Math.exp(1 - Math.hypot(1, sinceMs / (sinceMs < 0 ? 15 * hour : 9 * hour) / 0.9));
    return pressure;
  }

  /** °C. */
  temperatureAt(time: number): number {
    // Clouds keep noon cool and the night warm.
    const swing = (3.5 + 1.9 * seasonAt(time)) * (1.5 - this.#cloudAt(time));
    return this.#meanAt(time) + swing * afternoonAt(time) + 0.5 * this.#air.rough(time / (11 * minute));
  }

  /** Relative humidity, %: from the dew point of the air mass, which the warmth of noon does not change. */
  humidityAt(time: number, temperature = this.temperatureAt(time)): number {
    const wet = this.#cloudAt(time);
    const dewPoint = this.#meanAt(time) - 6.5 + 5 * wet + 1.2 * this.#air.rough(time / (47 * minute) + 500);
    const dry = clamp((100 * vapour(dewPoint)) / vapour(temperature), 12, 99);
    return dry + (97 - dry) * clamp(this.rainRateAt(time) / 4, 0, 0.8);
  }

  /** Speed and gust in m/s, direction in degrees from 0 (north) to less than 360, where it comes from. */
  windAt(time: number): { speed: number; gust: number; direction: number } {
    const afternoon = Math.max(0, Math.cos((2 * Math.PI * (time - 14 * hour)) / day));
    let mean = 3 + 2.2 * this.#masses.rough(time / (9 * hour) + 1e4) + 1.2 * afternoon;
    let direction = 280 + 150 * this.#masses.smooth(time / (2.3 * day) + 2e4);
    let squall = 0;
    for (const { sinceMs, strength } of this.#frontsAround(time)) {
      mean += 7 * strength * Math.exp(-((sinceMs / (7 * hour)) ** 2));
      squall += strength * Math.exp(-((sinceMs / (40 * minute)) ** 2));
      direction += 62 * strength * Math.tanh(sinceMs / (35 * minute)) * Math.exp(-Math.abs(sinceMs) / (22 * hour));
    }
    mean = Math.max(0.2, mean);
    const turbulence = this.#air.rough(time / 25_000 + 1e6);
    const speed = Math.max(0, mean * (1 + 0.32 * turbulence));
    const gust = Math.max(speed, mean * (1.35 + 0.3 * Math.abs(this.#air.smooth(time / 40_000 + 2e6)) + 0.5 * squall));
    // Light air wanders about.
    direction += (9 + 30 / (1 + mean)) * this.#air.rough(time / 70_000 + 3e6);
    return { speed, gust, direction: ((direction % 360) + 360) % 360 };
  }

  /** mm/h: steady where a front passes, in bursts behind it. */
  rainRateAt(time: number): number {
    let rate = 0;
    for (const { sinceMs, strength } of this.#frontsAround(time)) {
      const band = clamp(1 - Math.abs(sinceMs + 0.6 * hour) / (2.6 * hour), 0, 1);
      rate += 6 * strength * band * (0.6 + 0.4 * this.#air.rough(time / (9 * minute) + 4e6));
      if (sinceMs <= 0 || sinceMs > 12 * hour) continue;
      const shower = Math.max(0, this.#air.smooth(time / (14 * minute) + 5e6) - 0.45) / 0.55;
      rate += 34 * strength * shower * (1 - sinceMs / (12 * hour));
    }
    return rate;
  }

  /** Rain since midnight (UTC), mm: whole minutes are added up from midnight on, so that the sum is the same wherever it was begun. */
  #rainTodayAt(time: number): number {
    const today = Math.floor(time / day);
    const minutes = Math.floor((time - today * day) / minute);
    if (today !== this.#rainDay || minutes < this.#rainMinute) {
      this.#rainDay = today;
      this.#rainMinute = 0;
      this.#rainMm = 0;
    }
    for (; this.#rainMinute < minutes; this.#rainMinute++)
      this.#rainMm += this.rainRateAt(today * day + this.#rainMinute * minute) / 60;
    return this.#rainMm;
  }

  /** Of the air mass, without day and night, °C. */
  #meanAt(time: number): number {
    let mean = this.#outside(time) - outsideSwing * afternoonAt(time) + this.#warmer;
    for (const { sinceMs, strength } of this.#frontsAround(time)) {
      const behind = 1 / (1 + Math.exp(-sinceMs / (13 * minute)));
      mean += 3 * strength * (1 - behind) * Math.exp(Math.min(0, sinceMs) / mildBefore);
      mean -= 5 * strength * behind * Math.exp(-Math.max(0, sinceMs) / coldAfter);
    }
    return mean;
  }

  /** Share of the sky, 0 to 1. */
  #cloudAt(time: number): number {
    let cloud = 0.35 + 0.4 * this.#masses.rough(time / (8 * hour) + 4e4);
    for (const { sinceMs, strength } of this.#frontsAround(time))
      cloud += strength * Math.exp(-((sinceMs / (9 * hour)) ** 2));
    return clamp(cloud, 0, 1);
  }

  #frontsAround(time: number): Front[] {
    const here = time - this.#laterMs;
    const slot = Math.floor(here / frontEveryMs);
    return [slot - 2, slot - 1, slot, slot + 1].map((index) => ({
      sinceMs: here - (index + 0.5 + 0.38 * this.#fronts.white(2 * index)) * frontEveryMs,
      strength: 0.65 + 0.35 * this.#fronts.white(2 * index + 1),
    }));
  }
}

/** 1 at three in the afternoon (UTC), -1 at three in the night. */
function afternoonAt(time: number): number {
  return Math.cos((2 * Math.PI * (time - 15 * hour)) / day);
}

/** Pressure of saturated vapour as Magnus has it, but for a constant factor. */
function vapour(celsius: number): number {
  return Math.exp((17.625 * celsius) / (243.04 + celsius));
}

function weatherMeta(device: string, reportInterval: number): DeviceMeta {
  const place = device.slice(device.lastIndexOf("/") + 1).replace("-", " ");
  return {
    name: `Weather ${place}`,
    kind: "weather station",
    reportInterval,
    metrics: {
      temperature: { label: "Temperature", unit: "°C", decimals: 1, min: -25, max: 40 },
      humidity: { label: "Humidity", unit: "%", decimals: 0, min: 0, max: 100 },
      pressure: { label: "Pressure at sea level", unit: "hPa", decimals: 1, min: 960, max: 1_050 },
      "wind-speed": { label: "Wind", unit: "m/s", decimals: 1, min: 0, max: 30 },
      "wind-gust": {
        label: "Gusts",
        unit: "m/s",
        decimals: 1,
        min: 0,
        max: 45,
        zones: [
          { from: 17, to: 25, level: "warn", label: "storm" },
          { from: 25, level: "alarm", label: "heavy storm" },
        ],
      },
      "wind-direction": { label: "Wind from", unit: "°", decimals: 0, min: 0, max: 360 },
      rain: { label: "Rain since midnight", unit: "mm", decimals: 1, kind: "counter", min: 0 },
    },
  };
}
