/**
 * The duty of a bus: laps with a short charge after each, then the depot until it is full and its time is up. A duty takes
 * the same time whatever the traffic was, so that any moment can be asked for without those before it.
 */
import type { Random } from "../../random.ts";
import { energyOf, lapOf, type Stretch } from "./drive.ts";
import type { Route } from "./route.ts";

/** From one duty to the next, and how much of it stays for the depot at least, s. */
const dutySeconds = 4 * 3_600;
const depotSeconds = 40 * 60;

const kwhFull = 60;

/** The chargers at the terminus and in the depot bring so many percent a second. */
const terminusRate = 45 / 3_600 / (kwhFull / 100);
const depotRate = 110 / 3_600 / (kwhFull / 100);

/** Charging slows down above this level, and ends at that one, %. */
const slowsAt = 80;
const fullAt = 95;
/** What the slower charging tends to: it gets to `fullAt` in a finite time. */
const tendsTo = 95.5;

export interface Moment {
  readonly state: "driving" | "stopped" | "charging" | "parked";
  /** m/s. */
  readonly speed: number;
  /** m since the duty began; laps add up. */
  readonly along: number;
  /** %. */
  readonly battery: number;
}

/** Something that lasts from `from` (s since the duty began) on. */
interface Part {
  readonly from: number;
  /** m since the duty began. */
  readonly along: number;
  /** At its beginning, %. */
  readonly battery: number;
  readonly stretch?: Stretch;
  /** Percent a second, where it charges. */
  readonly rate?: number;
}

export class Duties {
  readonly #route: Route;
  readonly #random: Random;
  readonly #offset: number;
  #latest: { readonly number: number; readonly parts: readonly Part[] } | undefined;

  constructor(route: Route, random: Random) {
    this.#route = route;
    this.#random = random;
    this.#offset = Math.floor(random.between(0, dutySeconds));
  }

  /** `time`: ms since the epoch. */
  at(time: number): Moment {
    const seconds = time / 1_000 - this.#offset;
    const number = Math.floor(seconds / dutySeconds);
    if (this.#latest?.number !== number) this.#latest = { number, parts: this.#plan(number) };
    const since = seconds - number * dutySeconds;
    const { parts } = this.#latest;
    let [low, high] = [0, parts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((parts[middle] as Part).from <= since) low = middle;
      else high = middle - 1;
    }
    return momentOf(parts[low] as Part, since);
  }

  #plan(number: number): Part[] {
    const random = this.#random.derive(`duty/${number}`);
    const parts: Part[] = [];
    let from = 0;
    let along = 0;
    let battery = fullAt;
    const charge = (rate: number, seconds: number): void => {
      parts.push({ from, along, battery, rate });
      battery = charged(battery, rate, seconds);
      from += seconds;
    };
    for (;;) {
      const lap = lapOf(this.#route, random);
      const last = lap.at(-1) as Stretch;
      const begin = from;
      if (begin + last.from + last.seconds > dutySeconds - depotSeconds) break;
      for (const stretch of lap) {
        parts.push({ from: begin + stretch.from, along: along + stretch.along, battery, stretch });
        battery -= percent(energyOf(stretch, stretch.seconds));
      }
      from = begin + last.from + last.seconds;
      along += this.#route.length;
      charge(terminusRate, random.between(150, 360));
    }
    charge(depotRate, dutySeconds - from);
    return parts;
  }
}

function momentOf({ from, along, battery, stretch, rate = 0 }: Part, since: number): Moment {
  const seconds = since - from;
  if (!stretch) {
    const level = charged(battery, rate, seconds);
    return { state: level < fullAt ? "charging" : "parked", speed: 0, along, battery: level };
  }
  const speed = stretch.speed + stretch.acceleration * seconds;
  return {
    state: stretch.speed === 0 && stretch.acceleration === 0 ? "stopped" : "driving",
    speed,
    along: along + ((stretch.speed + speed) / 2) * seconds,
    battery: battery - percent(energyOf(stretch, seconds)),
  };
}

/** Level after so many seconds at the charger, %. */
function charged(battery: number, rate: number, seconds: number): number {
  const straight = Math.max(0, (slowsAt - battery) / rate);
  if (seconds <= straight) return battery + rate * seconds;
  const begun = Math.max(battery, slowsAt);
  const faded = Math.exp((-rate * (seconds - straight)) / (tendsTo - slowsAt));
  return Math.max(battery, Math.min(fullAt, tendsTo - (tendsTo - begun) * faded));
}

function percent(joules: number): number {
  return joules / 36_000 / kwhFull;
}
