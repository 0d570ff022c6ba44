/**
 * What a machine does when: shifts of five jobs, a break in the middle of each, cleaning on Sunday mornings, and a bearing
 * that wears while it turns, fails after some days and is replaced. Any moment can be asked for without those before it.
 */
import { Noise, type Random } from "../../random.ts";
import { clamp } from "../sky.ts";
import { isBreak, isCleaned, slotAt, slotsADay, startOf } from "./calendar.ts";

const second = 1_000;
const minute = 60 * second;

/** Time constants of the shaft, s: brought up by its drive, coasting down, stopped by a seized bearing. */
const upS = 6;
const downS = 9;
const seizedS = 1.2;

/** The shaft turns from `start` to `end`, ms. */
export interface Run {
  readonly start: number;
  readonly end: number;
  /** Set speed, revolutions a minute. */
  readonly speed: number;
  /** Share of the rated torque while it cuts, 0.45 to 0.95. */
  readonly load: number;
  /** From one workpiece to the next, ms. */
  readonly pieceMs: number;
  /** Ends because the bearing seizes. */
  readonly fails: boolean;
}

/** The days of one bearing: put in at `begin`, seized at `failure`; work on it begins at `repair` and ends at `end`. */
export interface Life {
  readonly number: number;
  readonly begin: number;
  readonly failure: number;
  readonly repair: number;
  readonly end: number;
}

export type State = "running" | "idle" | "maintenance" | "failed";

/** How fast the shaft turns (revolutions a minute) and how often it has turned since its run began. */
export interface Shaft {
  readonly speed: number;
  readonly turns: number;
  /** The run that it turns in, or coasts after. */
  readonly run: Run | undefined;
}

export class Plan {
  readonly #jobs: Noise;
  readonly #pieces: Noise;
  readonly #failures: Noise;
  readonly #lifeSlots: number;
  readonly #offsetSlots: number;
  /** What was asked for last: the next question is mostly for the same. */
  #life: Life | undefined;
  readonly #runs = new Map<number, Run | undefined>();
  /** Time the shaft has turned before each slot of a life, ms. */
  #worn: { readonly number: number; readonly firstSlot: number; readonly before: readonly number[] } | undefined;

  constructor(random: Random) {
    this.#jobs = new Noise(`${random.seed}/jobs`);
    this.#pieces = new Noise(`${random.seed}/pieces`);
    this.#failures = new Noise(`${random.seed}/failures`);
    this.#lifeSlots = Math.round(random.between(4, 8) * slotsADay);
    this.#offsetSlots = Math.floor(random.between(0, this.#lifeSlots));
  }

  stateAt(time: number): State {
    const life = this.lifeAt(time);
    if (time >= life.failure) return time < life.repair ? "failed" : "maintenance";
    const slot = slotAt(time);
    if (isCleaned(slot)) return "maintenance";
    const run = this.runOf(slot);
    return run && time >= run.start && time < run.end ? "running" : "idle";
  }

  lifeAt(time: number): Life {
    if (this.#life && time >= this.#life.begin && time < this.#life.end) return this.#life;
    let number = Math.floor((slotAt(time) - this.#offsetSlots) / this.#lifeSlots) - 1;
    while (this.#failureOf(number).end <= time) number++;
    this.#life = { number, begin: this.#failureOf(number - 1).end, ...this.#failureOf(number) };
    return this.#life;
  }

  /** Wear of the bearing: 0 when it is put in, 1 when it seizes; it grows only while the shaft is driven. */
  wearAt(time: number): number {
    const life = this.lifeAt(time);
    if (time >= life.failure) return 1;
    const part = this.#ranMs(life, time) / this.#ranMs(life, life.failure);
    return 0.3 * part + 0.7 * part ** 4;
  }

  shaftAt(time: number): Shaft {
    const slot = slotAt(time);
    let run = this.runOf(slot);
    if (!run || run.start > time) run = this.runOf(slot - 1);
    if (!run || run.start > time) return { speed: 0, turns: 0, run: undefined };
    const drivenS = (Math.min(time, run.end) - run.start) / second;
    const lag = Math.exp(-drivenS / upS);
    const speed = run.speed * (1 - lag);
    const turns = (run.speed / 60) * (drivenS - upS * (1 - lag));
    if (time < run.end) return { speed, turns, run };
    const stopS = run.fails ? seizedS : downS;
    const left = Math.exp(-(time - run.end) / second / stopS);
    return { speed: speed * left, turns: turns + (speed / 60) * stopS * (1 - left), run };
  }

  /** Torque at the cutter, share of the rated one: it bites for two thirds of each workpiece's time. */
  cuttingAt(run: Run, time: number): number {
    const since = time - run.start - 20 * second;
    if (since < 0 || time >= run.end) return 0;
    const piece = Math.floor(since / run.pieceMs);
    const part = since / run.pieceMs - piece;
    const harder = 1 + 0.06 * this.#pieces.white(run.start + piece) + 0.04 * this.#pieces.smooth(time / 1_700);
    return run.load * harder * clamp(Math.min(part / 0.03, (0.68 - part) / 0.02), 0, 1);
  }

  /** The run of a slot; undefined where the machine is not driven in it. */
  runOf(slot: number): Run | undefined {
    if (!this.#runs.has(slot)) {
      if (this.#runs.size >= 32) this.#runs.clear();
      this.#runs.set(slot, this.#makeRun(slot));
    }
    return this.#runs.get(slot);
  }

  #makeRun(slot: number): Run | undefined {
    if (isCleaned(slot)) return undefined;
    const pauseMs = isBreak(slot) ? 30 * minute : (13 + 7 * this.#jobs.white(4 * slot)) * minute;
    let start = startOf(slot) + Math.round(pauseMs);
    let end = startOf(slot + 1);
    const life = this.lifeAt(start);
    if (start >= life.failure) start = Math.max(start, life.end + 5 * minute);
    const fails = life.failure > start && life.failure < end;
    if (fails) end = life.failure;
    if (end - start < 5 * minute) return undefined;
    const speed = 1_500 + 60 * Math.round(5 * this.#jobs.white(4 * slot + 1));
    const load = 0.7 + 0.25 * this.#jobs.white(4 * slot + 2);
    return { start, end, speed, load, pieceMs: Math.round(36_000 + 14_000 * this.#jobs.white(4 * slot + 3)), fails };
  }

  /** The runs that began in the last slots before `time`, the latest first. */
  runsBefore(time: number, slots: number): Run[] {
    const now = slotAt(time);
    return Array.from({ length: slots }, (_, back) => this.runOf(now - back)).filter(
      (run) => run !== undefined && run.start < time,
    ) as Run[];
  }

  /** Failures fall into a job, never into cleaning. */
  #failureOf(number: number): { failure: number; repair: number; end: number } {
    const white = (which: number): number => this.#failures.white(4 * number + which);
    let slot = this.#offsetSlots + number * this.#lifeSlots + Math.round(0.2 * this.#lifeSlots * white(0));
    if (isCleaned(slot)) slot += 5;
    const failure = startOf(slot) + Math.round((64 + 28 * white(1)) * minute);
    const repair = failure + Math.round((55 + 45 * white(2)) * minute);
    return { failure, repair, end: repair + Math.round((210 + 90 * white(3)) * minute) };
  }

  #ranMs(life: Life, time: number): number {
    if (this.#worn?.number !== life.number) this.#worn = this.#wearOut(life);
    const slot = slotAt(time);
    const run = this.runOf(slot);
    const before = this.#worn.before[slot - this.#worn.firstSlot] ?? 0;
    return before + (run ? Math.min(run.end, Math.max(run.start, time)) - run.start : 0);
  }

  #wearOut(life: Life): { number: number; firstSlot: number; before: number[] } {
    const firstSlot = slotAt(life.begin);
    const before: number[] = [];
    let ran = 0;
    for (let slot = firstSlot; slot <= slotAt(life.failure); slot++) {
      before.push(ran);
      const run = this.runOf(slot);
      // The slot that a life begins in may hold the last job with the bearing before.
      if (run && run.start >= life.begin) ran += run.end - run.start;
    }
    return { number: life.number, firstSlot, before };
  }
}
