/**
 * What in a building reports when something happens and only then: a door, a lift, a boiler, an alarm panel. What happens on a
 * day follows from seed and day alone, so that each day can be made without those before it.
 */
import type { DeviceMeta } from "../../server/protocol/index.ts";
import type { Model, ModelOptions, Report } from "../model.ts";
import { Random } from "../random.ts";
import { dayMs, type Part, parts } from "./building/parts.ts";

/** What is in a building: the last part of the device id, before its number. */
export const buildingParts: readonly string[] = Object.keys(parts);

export class BuildingPart implements Model {
  readonly device: string;
  readonly meta: DeviceMeta;
  readonly intervalMs: number;
  readonly #part: Part;
  readonly #random: Random;
  /** A day takes so long, ms: at twice the rate things happen twice as fast. */
  readonly #dayMs: number;
  #day: number;
  #reports: readonly Report[];
  #next = 0;

  constructor({ device, seed, from, rate = 1 }: ModelOptions) {
    const name = device.slice(device.lastIndexOf("/") + 1).replace(/-\d+$/, "");
    this.#part = Object.hasOwn(parts, name) ? parts[name as keyof typeof parts] : parts.door;
    this.device = device;
    this.#random = new Random(seed).derive(device);
    this.#dayMs = dayMs / rate;
    this.intervalMs = this.#dayMs / this.#part.perDay;
    this.meta = buildingMeta(device, this.#part);
    this.#day = Math.floor(from / this.#dayMs);
    this.#reports = this.#make(this.#day);
    // The change before `from` says what holds at it; it may have been yesterday.
    if ((this.#reports[0]?.time ?? Number.POSITIVE_INFINITY) > from) this.#reports = this.#make(--this.#day);
    while ((this.#reports[this.#next + 1]?.time ?? Number.POSITIVE_INFINITY) <= from) this.#next++;
    this.#skipEnd();
  }

  get nextTime(): number {
    return (this.#reports[this.#next] as Report).time;
  }

  /** Changes are few, and each matters: all are told, whatever the stride. */
  report(): Report {
    const report = this.#reports[this.#next] as Report;
    this.#next++;
    this.#skipEnd();
    return report;
  }

  #skipEnd(): void {
    while (this.#next >= this.#reports.length) {
      this.#reports = this.#make(++this.#day);
      this.#next = 0;
    }
  }

  #make(index: number): Report[] {
    const weekend = (((index + 3) % 7) + 7) % 7 > 4;
    const reports: Report[] = [];
    let last = Math.ceil(index * this.#dayMs) - 1;
    for (const { at, readings } of this.#part.happen(this.#random.derive(String(index)), weekend)) {
      last = Math.max(last + 1, Math.round((index + at / dayMs) * this.#dayMs));
      reports.push({ time: last, readings });
    }
    return reports;
  }
}

function buildingMeta(device: string, { label, kind, metrics }: Part): DeviceMeta {
  const number = /-(\d+)$/.exec(device)?.[1];
  return { name: number === undefined ? label : `${label} ${number}`, kind, reportInterval: 0, metrics };
}
