/** What sensors send, kind by kind: each weighs differently on the disk. */
import { Random } from "../../../simulator/random.ts";
import type { Samples, Source } from "../stream-in.ts";

/** So many readings of a kind. */
export interface Filling {
  readonly name: string;
  /** Whether the obvious table is filled too: whatever a number is, it takes the same there. */
  readonly besideTable: boolean;
  /** So many that most chunks are full. */
  readonly readings: number;
  /** Readings of all sources together are about as many; all times lie before `nowMs`. */
  sources(readings: number, nowMs: number): Source[];
}

type Value = number | boolean | string;
/** The values of one series, one behind the other. */
type Series = (random: Random) => () => Value;

const sensorMs = 10_000;
const metricsOfDevice = 5;

/** A walk in two or three decimals, up to 20 of the last digit a step. */
const walk: Series = (random) => {
  const scale = random.word() % 2 === 0 ? 100 : 1_000;
  let mantissa = Math.round(random.between(1_000, 90_000));
  return () => {
    mantissa += (random.word() % 41) - 20;
    return mantissa / scale;
  };
};

/** What a computation gives: every digit counts. */
const precise: Series = (random) => {
  let value = random.between(10, 90);
  return () => {
    value += random.uniform() - 0.5;
    return value;
  };
};

/** A board that counts in 32 bits and prints what it has: 21.3 becomes 21.299999237060547. */
const float32: Series = (random) => {
  const next = walk(random);
  return () => Math.fround(next() as number);
};

const counter: Series = (random) => {
  let count = random.word() % 1_000_000;
  return () => {
    count += random.word() % 40;
    return count;
  };
};

const toggle: Series = (random) => {
  let on = random.word() % 2 === 0;
  return () => {
    on = !on;
    return on;
  };
};

const states = ["idle", "heating", "holding", "cooling", "alarm: door is open"];
const state: Series = (random) => () => states[random.word() % states.length] as string;

/** Three tones and noise, in three decimals. */
const vibration: Series = (random) => {
  let step = 0;
  return () => {
    step += 1;
    const tones = 0.8 * Math.sin(step * 0.31) + 0.3 * Math.sin(step * 0.77) + 0.1 * Math.sin(step * 1.9);
    return Math.round((tones + (random.uniform() - 0.5) * 0.2) * 1_000) / 1_000;
  };
};

interface Plan {
  readonly of: Series;
  /** Two million by default. */
  readonly readings?: number;
  readonly devices: number;
  readonly metrics?: number;
  /** The least time from one reading to the next, and how much it may be more. */
  readonly stepMs: number;
  readonly spreadMs?: number;
  /** What a device declares, ms, where it is not the default of a `Source`. */
  readonly reportInterval?: number;
  /** Readings of a frame. */
  readonly frame?: number;
  /** Of the readings of each frame this part comes with the frame after the next. */
  readonly late?: number;
}

function* frames(plan: Plan, steps: number, device: string, nowMs: number): Generator<Samples> {
  const { of, metrics = metricsOfDevice, stepMs, spreadMs = 0, frame = 1_000, late = 0 } = plan;
  const random = new Random(`size/${device}`);
  const series = Array.from({ length: metrics }, (_, index) => of(random.derive(`metric ${index}`)));
  const names = series.map((_, index) => `metric_${index + 1}`);
  const inFrame = Math.ceil(frame / metrics);
  let time = nowMs - 60_000 - steps * (stepMs + spreadMs);
  const waiting: Samples[] = [];
  for (let done = 0; done < steps; done += inFrame) {
    const rows = Array.from({ length: Math.min(inFrame, steps - done) }, () => {
      time += stepMs + (random.word() % (spreadMs + 1));
      return { time, values: series.map((next) => next()), isLate: random.uniform() < late };
    });
    const columns = (of: typeof rows): Samples => ({
      times: of.map((row) => row.time),
      values: Object.fromEntries(names.map((name, index) => [name, of.map(({ values }) => values[index] as Value)])),
    });
    yield columns(rows.filter(({ isLate }) => !isLate));
    waiting.push(columns(rows.filter(({ isLate }) => isLate)));
    const due = waiting.length > 2 ? waiting.shift() : undefined;
    if (due && due.times.length > 0) yield due;
  }
  for (const due of waiting) if (due.times.length > 0) yield due;
}

function filling(name: string, plan: Plan, besideTable = false): Filling {
  return {
    name,
    besideTable,
    readings: plan.readings ?? 2_000_000,
    sources(readings, nowMs) {
      const { devices, metrics = metricsOfDevice, reportInterval } = plan;
      const steps = Math.ceil(readings / devices / metrics);
      return Array.from({ length: devices }, (_, index) => {
        const device = `device-${index + 1}`;
        const declared = reportInterval === undefined ? {} : { reportInterval };
        return { device, ...declared, frames: frames(plan, steps, device, nowMs) };
      });
    },
  };
}

const fleet = { of: walk, readings: 10_000_000, devices: 100, stepMs: sensorMs };
/** Half a minute to nine and a half. A device that declared an interval all the same would have a gap, and a row of it, at each step. */
const onEvent = {
  readings: 200_000,
  devices: 20,
  metrics: 1,
  stepMs: 30_000,
  spreadMs: 540_000,
  reportInterval: 0,
} as const;

export const fillings: readonly Filling[] = [
  filling("500 series each 10 s", fleet, true),
  filling("the same, 5 % late", { ...fleet, late: 0.05 }),
  filling("one series at 1 kHz", { of: vibration, devices: 1, metrics: 1, stepMs: 1 }),
  filling("full precision", { of: precise, devices: 20, stepMs: sensorMs }),
  filling("32-bit floats", { of: float32, devices: 20, stepMs: sensorMs }),
  filling("counters", { of: counter, devices: 20, stepMs: sensorMs }),
  filling("booleans on event", { of: toggle, ...onEvent }),
  filling("texts on event", { of: state, ...onEvent }),
];
