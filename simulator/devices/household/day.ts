/**
 * A day of a home, cell by cell. The car is charged at night with what brings the day's energy to a total that is known for
 * each day beforehand: so the meter can be read at any time without adding up all the days before it.
 */
import { Noise, type Random } from "../../random.ts";
import { clamp, cloudsOf, outsideOf, seasonAt, sunAt } from "../sky.ts";
import {
  cellMs,
  cellsADay,
  paintCooking,
  paintDishwasher,
  paintEvening,
  paintFridge,
  paintHeatPump,
  paintKettle,
  paintStandby,
  paintWashing,
  type Watts,
} from "./appliances.ts";

const yearDays = 365.2425;

/** Energy is counted in watts times cells: a kWh has so many. */
export const unitsAKwh = (1_000 * 3_600_000) / cellMs;

/** What a home takes from the grid in a day goes up and down by this with the seasons, and by this from day to day, kWh. */
const winterKwh = 9;
const dailyKwh = 0.8;

/** A wallbox on three phases, each. */
const chargerWatts = 3_680;

export interface Day {
  /** What each phase takes from the grid; negative where it gives. */
  readonly phases: readonly [Watts, Watts, Watts];
  readonly solar: Watts;
  /** Energy taken from the grid before each cell, since the meter began, in watts times cells. */
  readonly taken: Float64Array;
  /** The cells in which the car charges. */
  readonly charging: { readonly from: number; readonly until: number };
}

export class Home {
  readonly #random: Random;
  readonly #phaseMs: number;
  readonly #base: number;
  readonly #peakWatts: number;
  readonly #meanKwh: number;
  readonly #firstKwh: number;
  readonly #own: Noise;
  readonly #cloudsAt: (time: number) => number;
  readonly #outsideAt: (time: number) => number;

  /** Cells begin at multiples of ten seconds and `phaseMs`. */
  constructor(random: Random, seed: string | number, phaseMs: number) {
    this.#random = random;
    this.#phaseMs = phaseMs;
    this.#base = random.between(70, 130);
    this.#peakWatts = random.between(3_500, 7_000);
    this.#meanKwh = random.between(20, 25);
    this.#firstKwh = random.between(0, 100);
    this.#own = new Noise(`${random.seed}/own`);
    this.#cloudsAt = cloudsOf(seed);
    this.#outsideAt = outsideOf(seed);
  }

  /** Day `number`, counted from the epoch. */
  day(number: number): Day {
    const firstCell = number * cellsADay;
    const random = this.#random.derive(`day/${number}`);
    const timeOf = (cell: number): number => cell * cellMs + this.#phaseMs;
    const phases = [new Int16Array(cellsADay), new Int16Array(cellsADay), new Int16Array(cellsADay)] as const;
    paintStandby(phases[0], this.#base, firstCell, this.#own);
    paintFridge(phases[0], firstCell, this.#own);
    paintKettle(phases[0], random);
    paintDishwasher(phases[0], random);
    paintEvening(phases[1], random);
    paintCooking(phases[1], random);
    paintWashing(phases[1], random);
    paintHeatPump(phases[2], firstCell, this.#own, (cell) => this.#outsideAt(timeOf(cell)));
    const solar = new Int16Array(cellsADay);
    for (let cell = 0; cell < cellsADay; cell++) {
      const watts = this.#solarAt(timeOf(firstCell + cell));
      solar[cell] = watts;
      for (const [index, line] of phases.entries())
        line[cell] = (line[cell] as number) - Math.floor((watts + index) / 3);
    }
    const wanted = this.#unitsBefore(number + 1) - this.#unitsBefore(number);
    const charging = charge(phases, Math.round(random.between(180, 540)), wanted - energyOf(phases));
    const taken = new Float64Array(cellsADay + 1);
    taken[0] = this.#unitsBefore(number);
    for (let cell = 0; cell < cellsADay; cell++) taken[cell + 1] = (taken[cell] as number) + takenIn(phases, cell);
    return { phases, solar, taken, charging };
  }

  /** Energy taken before a day since the meter began, in watts times cells: whole. */
  #unitsBefore(day: number): number {
    const season = winterKwh * (yearDays / (2 * Math.PI)) * Math.cos(2 * Math.PI * ((day - 109) / yearDays));
    const kwh = this.#firstKwh + this.#meanKwh * day + season + dailyKwh * this.#own.white(day);
    return Math.round(unitsAKwh * kwh);
  }

  #solarAt(time: number): number {
    const sun = sunAt(time);
    if (sun === 0) return 0;
    const cloud = this.#cloudsAt(time);
    // Broken clouds come and go over the roof within minutes; a clear or a closed sky does not change.
    const broken = 0.9 * cloud * (1 - cloud) * this.#own.rough(time / 240_000);
    const dimmed = 1 - 0.88 * clamp(cloud + broken, 0, 1);
    return Math.round(this.#peakWatts * sun ** 1.25 * (0.68 + 0.27 * seasonAt(time)) * dimmed);
  }
}

/** Watts of all phases together. */
export function totalOf(phases: Day["phases"], cell: number): number {
  return (phases[0][cell] as number) + (phases[1][cell] as number) + (phases[2][cell] as number);
}

/** The meter counts what is taken, and stands while the home gives. */
function takenIn(phases: Day["phases"], cell: number): number {
  return Math.max(0, totalOf(phases, cell));
}

function energyOf(phases: Day["phases"]): number {
  let sum = 0;
  for (let cell = 0; cell < cellsADay; cell++) sum += takenIn(phases, cell);
  return sum;
}

/** Charges the car with `units`, from a cell of the night on: at full power, and in the last cell with what is left. */
function charge(phases: Day["phases"], from: number, units: number): Day["charging"] {
  let left = units;
  let cell = from;
  for (; left > 0; cell++) {
    const watts = Math.min(left, 3 * chargerWatts);
    phases.forEach((line, index) => {
      line[cell] = (line[cell] as number) + Math.floor((watts + index) / 3);
    });
    left -= watts;
  }
  return { from, until: cell };
}
