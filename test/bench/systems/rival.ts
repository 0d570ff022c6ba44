/** A program of others in a process of its own, on loopback, with its data in the bench's folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { createInterface } from "node:readline";

/** A port that was free a moment ago, for programs that do not say which they took. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** How long a rival may take to come up, or to end once it was told to, ms. */
const patienceMs = 60_000;
const lookMs = 10;
const keptLines = 50;

export class Rival {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #lines: string[] = [];

  private constructor(program: string, argv: readonly string[], port: number) {
    this.port = port;
    this.#child = spawn(program, argv, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child.on("error", (error) => this.#lines.push(error.message));
    const kill = (): void => this.kill();
    process.once("exit", kill);
    this.#ended = once(this.#child, "close").then(([code]) => {
      process.off("exit", kill);
      return code as number | null;
    });
    this.#ended.catch(() => {});
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        this.#lines.push(line);
        if (this.#lines.length > keptLines) this.#lines.shift();
      });
    }
  }

  /** Starts it and waits until `readyPath` is answered. Throws with what it said where it does not come up. */
  static async start(program: string, argv: readonly string[], port: number, readyPath: string): Promise<Rival> {
    const rival = new Rival(program, argv, port);
    const until = performance.now() + patienceMs;
    while (!(await rival.#answers(readyPath))) {
      if (rival.#isOver() || performance.now() > until) {
        rival.kill();
        throw new Error(`${program} did not come up:\n${rival.#lines.join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
    return rival;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** The body of an answer; throws where its status is not 2xx. */
  async ask(method: "GET" | "POST", path: string): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`, { method });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text;
  }

  /** Ends it in good order; by force where it takes too long, which is a failure. */
  async stop(): Promise<void> {
    const tooLate = setTimeout(() => this.kill(), patienceMs);
    this.#child.kill("SIGTERM");
    const code = await this.#ended;
    clearTimeout(tooLate);
    if (code !== 0) throw new Error(`${this.#child.spawnfile} ended with ${code}:\n${this.#lines.join("\n")}`);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #isOver(): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #answers(path: string): Promise<boolean> {
    try {
      return (await fetch(`http://127.0.0.1:${this.port}${path}`)).ok;
    } catch {
      return false;
    }
  }
}
