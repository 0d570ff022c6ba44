/**
 * A small sensor that runs on two cells: it wakes up every quarter of an hour, connects, reports and is cut off again. Its
 * cells go flat over months, sooner read in the cold, until somebody changes them. Every value is a function of seed and
 * time alone.
 */
import type { DeviceMeta } from "../../server/protocol/index.ts";
import type { Value } from "../link.ts";
import { type Model, type ModelOptions, type Report, round } from "../model.ts";
import { Noise, Random } from "../random.ts";
import { reportAfter } from "./changes.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Reports come this part of the interval early or late: cheap clocks drift. */
const jitter = 0.02;

/** Under this voltage the sensor asks for new cells. */
const lowVolts = 2.45;

interface Climate {
  readonly label: string;
  /** Mean over the year, °C. */
  readonly mean: number;
  /** Half of what summer and winter are apart, K. */
  readonly season: number;
  /** Half of what day and night are apart, K. */
  readonly daily: number;
  /** Mean relative humidity, %. */
  readonly humidity: number;
}

const climates = {
  cellar: { label: "Cellar", mean: 12.5, season: 2, daily: 0.2, humidity: 72 },
  attic: { label: "Attic", mean: 17, season: 9, daily: 4.5, humidity: 48 },
  freezer: { label: "Freezer", mean: -19, season: 0, daily: 0, humidity: 60 },
  garden: { label: "Garden", mean: 10, season: 9, daily: 4.5, humidity: 74 },
} as const satisfies Record<string, Climate>;

/** Where sensors are: the last part of the device id, before its number. */
export const batteryPlaces: readonly string[] = Object.keys(climates);

export class BatterySensor implements Model {
  readonly device: string;
  readonly meta: DeviceMeta;
  readonly sleeps = true;
  readonly intervalMs: number;
  readonly #phaseMs: number;
  readonly #climate: Climate;
  /** What a set of cells lasts, ms. */
  readonly #lifeMs: number;
  /** Age of the cells at the epoch, in lives. */
  readonly #agedBefore: number;
  /** Mean strength of its radio at the receiver, dBm. */
  readonly #signal: number;
  readonly #air: Noise;
  readonly #sensor: Noise;
  #index: number;
  #low: boolean | undefined;

  constructor({ device, seed, from, rate = 1 }: ModelOptions) {
    const random = new Random(seed).derive(device);
    const place = device.slice(device.lastIndexOf("/") + 1).replace(/-\d+$/, "");
    this.device = device;
    this.intervalMs = Math.max(1, Math.round((15 * minute) / rate));
    this.#phaseMs = Math.floor(random.between(0, this.intervalMs));
    this.#lifeMs = random.between(150, 420) * day;
    this.#agedBefore = random.uniform();
    this.#signal = random.between(-82, -58);
    this.#climate = Object.hasOwn(climates, place) ? climates[place as keyof typeof climates] : climates.cellar;
    this.#air = new Noise(`${random.seed}/air`);
    this.#sensor = new Noise(`${random.seed}/sensor`);
    this.#index = Math.floor((from - this.#phaseMs) / this.intervalMs);
    this.#index -= this.nextTime > from ? 1 : 0;
    this.meta = batteryMeta(device, this.#climate, this.intervalMs);
  }

  get nextTime(): number {
    const late = Math.floor(jitter * this.intervalMs * this.#sensor.white(this.#index + 2e12));
    return this.#index * this.intervalMs + this.#phaseMs + late;
  }

  report(stride = 1): Report {
    const time = this.nextTime;
    const temperature = this.temperatureAt(time);
    const readings: [string, Value][] = [
      ["temperature", round(temperature + 0.06 * this.#sensor.white(time), 1)],
      ["humidity", round(this.humidityAt(time) + 0.4 * this.#sensor.white(time + 0.5e12), 0)],
      ["battery", round(this.voltsAt(time) + 0.004 * this.#sensor.white(time + 1e12), 2)],
      ["signal", Math.round(this.signalAt(time))],
    ];
    const low = this.lowAt(time);
    if (low !== this.#low) readings.push(["battery-low", low]);
    this.#low = low;
    this.#index = reportAfter(this.#index, stride);
    return { time, readings };
  }

  /** °C. A freezer warms up by a few degrees when it thaws its coils, twice a day. */
  temperatureAt(time: number): number {
    const { mean, season, daily } = this.#climate;
    const afternoon = Math.cos((2 * Math.PI * (time - 15 * hour)) / day);
    const summer = Math.sin((2 * Math.PI * (time / day - 107)) / 365.2425);
    const thawing = mean < 0 ? 4 * Math.max(0, 1 - Math.abs((time % (12 * hour)) - 4 * hour) / (50 * minute)) : 0;
    const wander = (0.4 + 0.25 * season) * this.#air.rough(time / (31 * hour));
    return mean + season * summer + daily * afternoon + wander + thawing;
  }

  /** Relative humidity, %: lower where it is warmer than usual. */
  humidityAt(time: number): number {
    const warmer = this.temperatureAt(time) - this.#climate.mean;
    const humidity = this.#climate.humidity - 1.5 * warmer + 5 * this.#air.rough(time / (19 * hour) + 1e5);
    return Math.min(99, Math.max(15, humidity));
  }

  /** Of both cells in row, V: flat for most of their life, then a knee; lower in the cold. */
  voltsAt(time: number): number {
    const cold = 0.003 * Math.max(0, 20 - this.temperatureAt(time));
    return restVolts(this.#ageAt(time)) - cold;
  }

  /** True from the day on which the rested cells are under `lowVolts`, until they are changed. */
  lowAt(time: number): boolean {
    return restVolts(this.#ageAt(time)) < lowVolts;
  }

  /** Received signal strength, dBm: doors and weather, and a fade now and then. */
  signalAt(time: number): number {
    const fade = Math.max(0, this.#air.smooth(time / (40 * minute) + 3e5) - 0.6);
    return (
      this.#signal + 4 * this.#air.rough(time / (7 * hour) + 2e5) - 25 * fade + 1.5 * this.#sensor.white(time + 3e12)
    );
  }

  /** How far its cells are: 0 just changed, 1 about to be. */
  #ageAt(time: number): number {
    const lives = time / this.#lifeMs + this.#agedBefore;
    return lives - Math.floor(lives);
  }
}

function restVolts(age: number): number {
  return 3.08 - 0.33 * age - 0.5 * age ** 9;
}

function batteryMeta(device: string, { label, mean }: Climate, reportInterval: number): DeviceMeta {
  const number = /-(\d+)$/.exec(device)?.[1];
  return {
    name: number === undefined ? label : `${label} ${number}`,
    kind: "battery sensor",
    reportInterval,
    metrics: {
      temperature: {
        label: "Temperature",
        unit: "°C",
        decimals: 1,
        ...(mean < 0 ? { zones: [{ from: -12, level: "alarm", label: "thawing" }] } : {}),
      },
      humidity: { label: "Humidity", unit: "%", decimals: 0, min: 0, max: 100 },
      battery: {
        label: "Battery",
        unit: "V",
        decimals: 2,
        min: 2,
        max: 3.2,
        role: "battery",
        zones: [{ to: lowVolts, level: "warn", label: "low" }],
      },
      signal: {
        label: "Radio signal",
        unit: "dBm",
        decimals: 0,
        min: -110,
        max: -30,
        zones: [{ to: -95, level: "warn", label: "weak" }],
      },
      "battery-low": { label: "Battery low", kind: "state", reportInterval: 0 },
    },
  };
}
