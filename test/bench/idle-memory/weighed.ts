/** Servers that can be weighed: each in a process of its own, with nothing in it but its program and the probe. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { builtHub } from "../../chaos/hub-process.ts";

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const execArgv = ["--expose-gc", "--import", new URL("probe.mjs", import.meta.url).href];

/** What a process holds after all its garbage was collected. */
export interface Weight {
  /** Objects of its main thread, and the memory behind them that is not on the heap, bytes. */
  readonly heapBytes: number;
  /** All of it that lies in RAM, of all its threads, bytes. */
  readonly residentBytes: number;
}

export class Weighed {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** `ws` and a map of sockets by device: what anybody would write first. */
  static async bare(): Promise<Weighed> {
    const child = fork(fileOf("bare-devices.mjs"), [], { execArgv, env: { ...process.env, NODE_ENV: "production" } });
    const { port } = (await answerOf(child)) as { port: number };
    return new Weighed(child, port);
  }

  /** The hub as `npm start` runs it. @param main another build of it */
  static async hub(data: string, main = builtHub): Promise<Weighed> {
    const child = fork(main, ["--port", "0", "--data", data, "--min-free", "16MB"], {
      execArgv,
      env: { ...process.env, HUB_LOG: "json" },
      stdio: ["ignore", "pipe", "ignore", "ipc"],
    });
    const listening = new Promise<string>((resolve) => {
      if (child.stdout)
        createInterface({ input: child.stdout }).on("line", (line) => {
          if (line.includes('"msg":"listening"')) resolve((JSON.parse(line) as { url: string }).url);
        });
    });
    return new Weighed(child, Number(new URL(await Promise.race([listening, endOf(child)])).port));
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  async weigh(): Promise<Weight> {
    this.#child.send("weigh");
    return (await answerOf(this.#child)) as Weight;
  }

  /** Nothing of it is wanted any more. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const [answer] = await Promise.race([once(child, "message"), endOf(child)]);
  return answer;
}

function endOf(child: ChildProcess): Promise<never> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${child.spawnargs.join(" ")} ended with ${code}`);
  });
  ended.catch(() => {});
  return ended;
}
