/**
 * What happens in a building on a day, from midnight to midnight: people come and go through a door and in a lift, a boiler
 * burns and fails, an alarm panel is armed and goes off.
 */
import type { MetricMeta } from "../../../server/protocol/index.ts";
import type { Value } from "../../link.ts";
import type { Random } from "../../random.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
export const dayMs = 24 * hour;

/** Something that happens, `at` ms after midnight. */
export interface Happening {
  readonly at: number;
  readonly readings: readonly (readonly [metric: string, value: Value])[];
}

export interface Part {
  readonly label: string;
  readonly kind: string;
  readonly metrics: Readonly<Record<string, MetricMeta>>;
  /** Happenings of a day on average, about. */
  readonly perDay: number;
  /** A day in rising time; each ends as the next begins. `weekend`: hardly anybody is there. */
  readonly happen: (random: Random, weekend: boolean) => Generator<Happening>;
}

/** People at work, 0 to 1, by ms after midnight: they come at seven, eat at noon, leave from four on. */
function busyAt(at: number, weekend: boolean): number {
  const hours = at / hour;
  if (hours < 6 || hours > 21) return 0.02;
  if (weekend) return 0.08;
  const peak = (around: number, width: number) => Math.exp(-(((hours - around) / width) ** 2));
  return 0.15 + 0.85 * Math.min(1, peak(8, 0.8) + 0.7 * peak(12.2, 0.7) + peak(17, 1) + 0.35 * peak(13, 4));
}

/** When people come, one after the other: none follows within `apartMs`, none comes in the last minutes of the day. */
function* comings(random: Random, weekend: boolean, meanMs: number, apartMs: number): Generator<number> {
  for (let at = 0; ; at += apartMs) {
    // Thinning of a steady stream keeps the pace right where the hour changes.
    do at += random.exponential(meanMs);
    while (!random.chance(busyAt(at, weekend)));
    if (at > dayMs - 15 * minute) return;
    yield at;
  }
}

function* door(random: Random, weekend: boolean): Generator<Happening> {
  for (const at of comings(random, weekend, 2 * minute, 45 * second)) {
    yield { at, readings: [["open", true]] };
    yield { at: at + random.between(3, 40) * second, readings: [["open", false]] };
  }
}

function* lift(random: Random, weekend: boolean): Generator<Happening> {
  let floor = 0;
  for (const at of comings(random, weekend, 3 * minute, 75 * second)) {
    const called = floor === 0 || random.chance(0.4) ? Math.floor(random.between(1, 7)) : 0;
    if (called === floor) continue;
    const arrives = at + (4 + 3 * Math.abs(called - floor)) * second;
    yield { at, readings: [["mode", called > floor ? "up" : "down"]] };
    yield {
      at: arrives,
      readings: [
        ["floor", called],
        ["mode", "doors open"],
      ],
    };
    yield { at: arrives + random.between(6, 30) * second, readings: [["mode", "idle"]] };
    floor = called;
  }
}

function* boiler(random: Random): Generator<Happening> {
  const faultAfter = random.chance(0.15) ? random.between(2, 20) * hour : Number.POSITIVE_INFINITY;
  let wasDown = false;
  for (let at = random.between(1, 25) * minute; at < dayMs - 90 * minute; ) {
    yield { at, readings: [["mode", "ignition"]] };
    at += random.between(8, 15) * second;
    if (at > faultAfter && !wasDown) {
      wasDown = true;
      yield {
        at,
        readings: [
          ["mode", "fault"],
          ["flame", false],
          ["message", "E04: no flame after ignition"],
        ],
      };
      at += random.between(10, 55) * minute;
      yield {
        at,
        readings: [
          ["mode", "standby"],
          ["message", "reset by hand"],
        ],
      };
    } else {
      yield {
        at,
        readings: [
          ["mode", "heating"],
          ["flame", true],
        ],
      };
      at += random.between(4, 14) * minute;
      yield {
        at,
        readings: [
          ["mode", "standby"],
          ["flame", false],
        ],
      };
    }
    at += random.between(10, 30) * minute * (at > 6 * hour && at < 22 * hour ? 1 : 2.2);
  }
}

function* alarmPanel(random: Random, weekend: boolean): Generator<Happening> {
  const zone = random.choice(["front door", "loading dock", "window 2", "cellar"]);
  let at = random.between(1, 4.5) * hour;
  if (random.chance(0.2)) {
    yield {
      at,
      readings: [
        ["state", "alarm"],
        ["tamper", random.chance(0.2)],
        ["zone", zone],
      ],
    };
    at += random.between(3, 12) * minute;
    yield {
      at,
      readings: [
        ["state", "acknowledged"],
        ["tamper", false],
      ],
    };
    at += random.between(2, 9) * minute;
  }
  yield {
    at,
    readings: [
      ["state", "armed"],
      ["zone", "all"],
    ],
  };
  if (weekend && random.chance(0.7)) return;
  at = random.between(6.1, 7.2) * hour;
  yield {
    at,
    readings: [
      ["state", "entry delay"],
      ["zone", "front door"],
    ],
  };
  yield {
    at: at + random.between(9, 28) * second,
    readings: [
      ["state", "disarmed"],
      ["zone", "none"],
    ],
  };
  // Lunch: the cellar is watched while nobody is at the desk.
  at = random.between(11.8, 12.4) * hour;
  yield {
    at,
    readings: [
      ["state", "partly armed"],
      ["zone", "cellar"],
    ],
  };
  yield {
    at: at + random.between(35, 70) * minute,
    readings: [
      ["state", "disarmed"],
      ["zone", "none"],
    ],
  };
  at = random.between(19.5, 22) * hour;
  yield {
    at,
    readings: [
      ["state", "exit delay"],
      ["zone", "front door"],
    ],
  };
  yield {
    at: at + 60 * second,
    readings: [
      ["state", "armed"],
      ["zone", "all"],
    ],
  };
}

const state = (label: string): MetricMeta => ({ label, kind: "state", reportInterval: 0 });

export const parts = {
  door: { label: "Door", kind: "door", metrics: { open: state("Open") }, perDay: 330, happen: door },
  lift: {
    label: "Lift",
    kind: "lift",
    metrics: { mode: state("Mode"), floor: { ...state("Floor"), decimals: 0 } },
    perDay: 300,
    happen: lift,
  },
  boiler: {
    label: "Boiler",
    kind: "boiler",
    metrics: { mode: state("Mode"), flame: state("Flame"), message: state("Message") },
    perDay: 120,
    happen: boiler,
  },
  alarm: {
    label: "Alarm panel",
    kind: "alarm panel",
    metrics: { state: state("State"), zone: state("Zone"), tamper: state("Tamper") },
    perDay: 7,
    happen: alarmPanel,
  },
} as const satisfies Record<string, Part>;
