/** The honest device as the fuzzer sees it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Asked, HonestReport } from "./honest.ts";

const program = fileURLToPath(new URL("honest.ts", import.meta.url));
/** Later than this is late, ms, however quick it was before: a busy machine gives no process a core for as long. */
const leastLateMs = 5_000;
/** Later than so many times its own p99 without the fuzzer is late. */
const lateTimes = 20;
/** Or, where others use this machine meanwhile, than so many times the worst of a twin at a hub that is harmed by nobody: this one has some hundred frames at a time to look at, and gets as little of a core. */
const twinTimes = 20;
/** Readings by which it is known what is usual. */
const usualReadings = 30;

export class HonestDevice {
  readonly #child;
  #usualP99Ms = 0;

  constructor(url: string) {
    this.#child = fork(program, [url], { execArgv: ["--import", import.meta.resolve("tsx")] });
  }

  /** What happened since it was asked last. */
  report(): Promise<HonestReport> {
    return this.#ask(0);
  }

  /** A report once there are so many acknowledgements in it, or something went wrong: asked over and over it would be as busy as the hub. */
  async #ask(acks: number): Promise<HonestReport> {
    const answer = once(this.#child, "message");
    this.#child.send({ acks } satisfies Asked);
    const [report] = (await answer) as [HonestReport];
    return report;
  }

  /** Learns what is usual: resolves with its p99, ms. */
  async usual(): Promise<number> {
    const { ackMs, troubles } = await this.#ask(usualReadings);
    if (troubles.length > 0) throw new Error(`an honest device alone with its hub: ${troubles.join("; ")}`);
    this.#usualP99Ms = percentile(ackMs, 99);
    return this.#usualP99Ms;
  }

  /** Later than this is late, ms; `twinMs`: the worst of its twin meanwhile. */
  lateMs(twinMs: number): number {
    return Math.max(leastLateMs, lateTimes * this.#usualP99Ms, twinTimes * twinMs);
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}

/** The value below which so many percent of them are. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}
