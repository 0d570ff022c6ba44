/**
 * A milling machine: jobs in three shifts, a motor that draws what the cut needs, heat that follows the work, a bearing that
 * wears for days until it seizes and is replaced, and its vibration at 1 kHz. Every value is a function of seed and time alone.
 */
import type { DeviceMeta } from "../../server/protocol/index.ts";
import type { Value } from "../link.ts";
import { type Model, type ModelOptions, type Report, round, type Samples } from "../model.ts";
import { Noise, Random } from "../random.ts";
import { nextReport } from "./changes.ts";
import { shiftAt } from "./factory/calendar.ts";
import { Plan } from "./factory/plan.ts";
import { type Motion, rmsOf, Vibration } from "./factory/vibration.ts";
import { seasonAt } from "./sky.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** A frame of vibration is as long as the time since the one before, but no longer than this, ms. */
const frameMs = 1_000;

/** Warmth comes and goes with this time constant; what was done more slots ago than these counts no more. */
const warmingMs = 35 * minute;
const warmSlots = 4;

/** A job, a pause, a repair take longer than this. */
const shortestStateMs = 4 * minute;

/** Wear from which on somebody should come. */
const alarmWear = 0.8;

export class Factory implements Model {
  readonly device: string;
  readonly meta: DeviceMeta;
  readonly intervalMs: number;
  readonly samplesPerReport: number;
  readonly plan: Plan;
  readonly #phaseMs: number;
  readonly #hall: Noise;
  readonly #sensor: Noise;
  readonly #vibration: Vibration;
  readonly #told = new Map<string, Value>();
  #index: number;

  constructor({ device, seed, from, rate = 1 }: ModelOptions) {
    const random = new Random(seed).derive(device);
    this.device = device;
    this.intervalMs = Math.max(1, Math.round(1_000 / rate));
    this.samplesPerReport = Math.min(frameMs, this.intervalMs);
    this.#phaseMs = Math.floor(random.between(0, this.intervalMs));
    this.plan = new Plan(random);
    this.#hall = new Noise(`${seed}/hall`);
    this.#sensor = new Noise(`${random.seed}/sensor`);
    this.#vibration = new Vibration(random.seed);
    this.#index = Math.ceil((from - this.#phaseMs) / this.intervalMs);
    this.meta = factoryMeta(device, this.intervalMs);
  }

  get nextTime(): number {
    return this.#timeOf(this.#index);
  }

  report(stride = 1): Report {
    const time = this.nextTime;
    const motion = this.motionAt(time);
    const readings: [string, Value][] = [
      ["vibration-rms", round(rmsOf(motion), 3)],
      ["speed", Math.round(motion.speed + (motion.speed > 30 ? 2 * this.#sensor.white(time) : 0))],
      ["current", round(this.currentAt(time, motion), 2)],
      ["temperature", round(this.temperatureAt(time) + 0.05 * this.#sensor.white(time + 0.5e12), 1)],
      ["wear", round(100 * motion.wear, 2)],
    ];
    for (const [metric, value] of Object.entries(this.#statesAt(time, motion.wear))) {
      if (this.#told.get(metric) !== value) readings.push([metric, value]);
      this.#told.set(metric, value);
    }
    const stateAt = (index: number): string => JSON.stringify(this.#statesAt(this.#timeOf(index)));
    const step = Math.max(1, Math.floor(shortestStateMs / this.intervalMs));
    this.#index = stride === 1 ? this.#index + 1 : nextReport(this.#index, stride, step, stateAt);
    // A thinned past has the level alone: the waves of a second in every few minutes are no use.
    return { time, readings, ...(stride === 1 ? { samples: this.#samplesUntil(time) } : {}) };
  }

  #timeOf(index: number): number {
    return index * this.intervalMs + this.#phaseMs;
  }

  #statesAt(time: number, wear = this.plan.wearAt(time)): Readonly<Record<string, Value>> {
    const state = this.plan.stateAt(time);
    return { state, alarm: state === "failed" || wear >= alarmWear, shift: shiftAt(time) };
  }

  motionAt(time: number, wear = this.plan.wearAt(time)): Motion {
    const { speed, turns, run } = this.plan.shaftAt(time);
    return { speed, turns, cutting: run ? this.plan.cuttingAt(run, time) : 0, wear };
  }

  /** Current of the motor, A: 0.3 while it stands, 25 at its start, 5 to 19 with the work. */
  currentAt(time: number, motion = this.motionAt(time)): number {
    const { run } = this.plan.shaftAt(time);
    const electronics = 0.3 + 0.02 * this.#sensor.white(time + 1e12);
    if (!run || time >= run.end) return electronics;
    const part = motion.speed / run.speed;
    const torque = 0.16 * part + motion.cutting + 0.25 * motion.wear ** 3;
    return electronics + Math.hypot(4.2 * Math.min(1, 4 * part), 17 * torque + 24 * (1 - part));
  }

  /** Temperature of the bearing, °C: the hall's, and the warmth that the runs of the last hours have left. */
  temperatureAt(time: number): number {
    let warmth = 0;
    for (const run of this.plan.runsBefore(time, warmSlots)) {
      const until = Math.min(time, run.end);
      const wear = this.plan.wearAt((run.start + until) / 2);
      const steady = 12 + 20 * run.load * (run.speed / 1_500) + 18 * wear ** 3;
      warmth += steady * (Math.exp(-(time - until) / warmingMs) - Math.exp(-(time - run.start) / warmingMs));
    }
    const afternoon = Math.cos((2 * Math.PI * ((time % day) - 15 * 60 * minute)) / day);
    return 20 + 2.5 * seasonAt(time) + 1.2 * afternoon + this.#hall.rough(time / (40 * minute)) + warmth;
  }

  #samplesUntil(end: number): Samples {
    const count = this.samplesPerReport;
    const wear = this.plan.wearAt(end);
    const times = Array.from({ length: count }, (_, index) => end - count + index);
    const vibration = times.map((time) => round(this.#vibration.at(time, this.motionAt(time, wear)), 2));
    return { times, values: { vibration } };
  }
}

function factoryMeta(device: string, reportInterval: number): DeviceMeta {
  const place = device.slice(device.lastIndexOf("/") + 1).replace("-", " ");
  return {
    name: place.charAt(0).toUpperCase() + place.slice(1),
    kind: "machine",
    reportInterval,
    metrics: {
      vibration: { label: "Vibration", unit: "m/s²", decimals: 2 },
      "vibration-rms": {
        label: "Vibration level",
        unit: "m/s²",
        decimals: 3,
        min: 0,
        zones: [
          { to: 1.2, level: "ok" },
          { from: 1.2, to: 1.8, level: "warn", label: "worn" },
          { from: 1.8, level: "alarm", label: "about to seize" },
        ],
      },
      speed: { label: "Speed", unit: "rpm", decimals: 0, min: 0, max: 2_000 },
      current: { label: "Motor current", unit: "A", decimals: 2, min: 0, max: 32 },
      temperature: {
        label: "Bearing temperature",
        unit: "°C",
        decimals: 1,
        min: 0,
        max: 100,
        zones: [{ from: 65, level: "warn", label: "hot" }],
      },
      wear: { label: "Wear", unit: "%", decimals: 2, min: 0, max: 100 },
      state: { label: "State", kind: "state", reportInterval: 0 },
      alarm: { label: "Alarm", kind: "state", reportInterval: 0 },
      shift: { label: "Shift", kind: "state", reportInterval: 0 },
    },
  };
}
