/** The load generator as the experiments order it about: a process of its own, so that it never waits for a system or for figures. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Order, Outcome } from "./orders.ts";

export class Load {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL("load.ts", import.meta.url)), {
    execArgv: ["--import", "tsx/esm"],
  });
  readonly #ended: Promise<never> = once(this.#child, "exit").then(([code]) => {
    throw new Error(`the load generator ended with ${code}`);
  });

  constructor() {
    this.#ended.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Does one order; they must not overlap. Throws where the load generator failed: the experiment is void. */
  async order(order: Order): Promise<Outcome> {
    this.#child.send(order);
    const [outcome] = (await Promise.race([once(this.#child, "message"), this.#ended])) as [Outcome];
    return outcome;
  }

  end(): void {
    this.#child.kill();
  }
}
