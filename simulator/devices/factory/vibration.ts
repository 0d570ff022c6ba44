/**
 * What an acceleration sensor on the bearing's housing feels: the shaft's unbalance and its harmonics, the cutter's teeth, the
 * hum of the motor, and the tones of a bearing (a deep-groove 6205) whose races wear.
 */
import { Noise } from "../../random.ts";

/** Balls that pass a place of the outer, of the inner race, in each turn of the shaft. */
export const outerRace = 3.585;
export const innerRace = 5.415;

/** The inner race's place goes through the loaded zone once a turn: its tone comes and goes by this part. */
const comesAndGoes = 0.6;

/** The motor hums at twice the frequency of the mains, Hz. */
const humHz = 100;

const teeth = 4;

/** Tones of the shaft, the cutter and the outer race, in multiples of the shaft's frequency. */
const multiples = [1, 2, 3, teeth, outerRace, 2 * outerRace, 3 * outerRace] as const;

/** Deviation of the sum of two even spreads over [-1, 1). */
const spread = Math.sqrt(2 / 3);

/** What the machine does at a time, as far as it can be felt. */
export interface Motion {
  /** Revolutions a minute. */
  readonly speed: number;
  /** Turns of the shaft since some time. */
  readonly turns: number;
  /** Torque at the cutter, share of the rated one. */
  readonly cutting: number;
  /** Of the bearing, 0 to 1. */
  readonly wear: number;
}

interface Strength {
  /** Amplitudes of the tones at `multiples`, m/s². */
  readonly tones: readonly number[];
  /** Amplitude of the inner race's tone, m/s². */
  readonly inner: number;
  /** Amplitude, m/s². */
  readonly hum: number;
  /** Deviation of the noise, m/s². */
  readonly noise: number;
}

/** Forces of a turning mass grow with the square of its speed. */
function strengthOf({ speed, cutting, wear }: Motion): Strength {
  const force = (speed / 1_500) ** 2;
  const outer = force * (0.015 + 2.4 * wear ** 2.5);
  return {
    tones: [
      force * (0.5 + 0.25 * wear),
      force * (0.2 + 0.2 * wear),
      force * 0.09,
      force * 0.55 * cutting,
      outer,
      0.55 * outer,
      0.3 * outer,
    ],
    inner: force * (0.01 + 0.9 * wear ** 4),
    hum: speed > 1 ? 0.03 + 0.06 * cutting : 0,
    noise: 0.012 + force * (0.06 + 0.14 * cutting + 0.45 * wear ** 3),
  };
}

/** Root of the mean square of the acceleration, m/s²: what the tones and the noise come to over a second. */
export function rmsOf(motion: Motion): number {
  const { tones, inner, hum, noise } = strengthOf(motion);
  const squares = tones.reduce((sum, amplitude) => sum + amplitude ** 2, 0);
  return Math.sqrt((squares + inner ** 2 * (1 + comesAndGoes ** 2 / 2) + hum ** 2) / 2 + noise ** 2);
}

export class Vibration {
  readonly #noise: Noise;
  readonly #phases: readonly number[];

  constructor(seed: string) {
    this.#noise = new Noise(`${seed}/vibration`);
    this.#phases = Array.from({ length: 8 }, (_, tone) => this.#noise.white(-1 - tone) / 2);
  }

  /** The acceleration at a ms since the epoch, m/s². */
  at(time: number, motion: Motion): number {
    const { tones, inner, hum, noise } = strengthOf(motion);
    const { turns } = motion;
    let sum = 0;
    for (let tone = 0; tone < multiples.length; tone++)
      sum += (tones[tone] as number) * wave((multiples[tone] as number) * turns + (this.#phases[tone] as number));
    sum += inner * (1 + comesAndGoes * wave(turns)) * wave(innerRace * turns + (this.#phases[7] as number));
    sum += hum * wave(((time % 1_000) / 1_000) * humHz);
    const rustle = this.#noise.white(time) + this.#noise.white(time + 0.5e12);
    return sum + (noise * rustle) / spread;
  }
}

/** Whole turns are taken off first: the sine of a large angle takes several times as long. */
function wave(turns: number): number {
  return Math.sin(2 * Math.PI * (turns - Math.floor(turns)));
}
