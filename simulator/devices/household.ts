/**
 * A home on three phases: a fridge, a kettle, a washing machine, a heat pump, a car, the sun on its roof, and a meter whose
 * counter wraps. Power is the mean of ten seconds, so that the counter is its exact sum. All is a function of seed and time.
 */
import type { DeviceMeta } from "../../server/protocol/index.ts";
import type { Value } from "../link.ts";
import type { Model, ModelOptions, Report } from "../model.ts";
import { Random } from "../random.ts";
import { nextReport } from "./changes.ts";
import { cellMs, cellsADay } from "./household/appliances.ts";
import { type Day, Home, totalOf, unitsAKwh } from "./household/day.ts";

/** The counter counts Wh in 16 bits, as cheap meters do: after 65.535 kWh comes 0. */
export const wrapsAfterWh = 65_536;

/** The car charges for longer than this: 2 kWh at 11 kW take eleven minutes. */
const shortestChargeMs = 6 * 60_000;

export class Household implements Model {
  readonly device: string;
  readonly meta: DeviceMeta;
  readonly intervalMs: number;
  readonly #phaseMs: number;
  readonly #home: Home;
  readonly #told = new Map<string, Value>();
  /** The day that was asked for last. */
  #latest: { readonly number: number; readonly day: Day } | undefined;
  #index: number;

  constructor({ device, seed, from, rate = 1 }: ModelOptions) {
    const random = new Random(seed).derive(device);
    this.device = device;
    this.intervalMs = Math.max(1, Math.round(cellMs / rate));
    this.#phaseMs = Math.floor(random.between(0, Math.min(cellMs, this.intervalMs)));
    this.#home = new Home(random, seed, this.#phaseMs);
    this.#index = Math.ceil((from - this.#phaseMs) / this.intervalMs);
    this.meta = householdMeta(device, this.intervalMs);
  }

  get nextTime(): number {
    return this.#timeOf(this.#index);
  }

  report(stride = 1): Report {
    const time = this.nextTime;
    const cell = this.#cellAt(time);
    const { phases, solar, taken } = this.#day(Math.floor(cell / cellsADay));
    const at = cell - Math.floor(cell / cellsADay) * cellsADay;
    const power = totalOf(phases, at);
    const part = (time - this.#phaseMs - cell * cellMs) / cellMs;
    const units = (taken[at] as number) + Math.max(0, power) * part;
    const readings: [string, Value][] = [
      ["power", power],
      ["solar", solar[at] as number],
      ["energy", counter(units)],
      ["power-l1", phases[0][at] as number],
      ["power-l2", phases[1][at] as number],
      ["power-l3", phases[2][at] as number],
    ];
    const charges = this.#chargesAt(this.#index);
    if (this.#told.get("charging") !== charges) readings.push(["charging", charges]);
    this.#told.set("charging", charges);
    const step = Math.max(1, Math.floor(shortestChargeMs / this.intervalMs));
    const stateAt = (index: number): string => String(this.#chargesAt(index));
    this.#index = stride === 1 ? this.#index + 1 : nextReport(this.#index, stride, step, stateAt);
    return { time, readings };
  }

  #timeOf(index: number): number {
    return index * this.intervalMs + this.#phaseMs;
  }

  /** The ten seconds that end at this time, or last at it. */
  #cellAt(time: number): number {
    return Math.ceil((time - this.#phaseMs) / cellMs) - 1;
  }

  #chargesAt(index: number): boolean {
    const cell = this.#cellAt(this.#timeOf(index));
    const number = Math.floor(cell / cellsADay);
    const { from, until } = this.#day(number).charging;
    return cell - number * cellsADay >= from && cell - number * cellsADay < until;
  }

  #day(number: number): Day {
    if (this.#latest?.number !== number) this.#latest = { number, day: this.#home.day(number) };
    return this.#latest.day;
  }
}

/** kWh as the display of the meter has them, from watts times cells. */
function counter(units: number): number {
  const wattHours = Math.floor((units * 1_000) / unitsAKwh) % wrapsAfterWh;
  return (wattHours < 0 ? wattHours + wrapsAfterWh : wattHours) / 1_000;
}

function householdMeta(device: string, reportInterval: number): DeviceMeta {
  const place = device.slice(device.lastIndexOf("/") + 1).replace("-", " ");
  const phase = (line: number) => ({ label: `Power on L${line}`, unit: "W", decimals: 0 });
  return {
    name: `Home ${place}`,
    kind: "household",
    reportInterval,
    metrics: {
      power: {
        label: "Power from the grid",
        unit: "W",
        decimals: 0,
        zones: [
          { to: 0, level: "ok", label: "surplus" },
          { from: 17_000, level: "warn", label: "near the fuse" },
        ],
      },
      solar: { label: "Solar power", unit: "W", decimals: 0, min: 0 },
      energy: { label: "Energy from the grid", unit: "kWh", decimals: 3, kind: "counter", min: 0, max: 65.536 },
      "power-l1": phase(1),
      "power-l2": phase(2),
      "power-l3": phase(3),
      charging: { label: "Car charging", kind: "state", reportInterval: 0 },
    },
  };
}
