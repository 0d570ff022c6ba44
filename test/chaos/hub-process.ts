/** A hub in a process of its own, so that it can be killed, starved of disk and told to stop as a machine would. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The hub as `npm start` runs it; `pretest` builds it. */
export const builtHub = fileURLToPath(new URL("../../dist/server/main.js", import.meta.url));

export interface HubProcessOptions {
  readonly data: string;
  readonly flags?: readonly string[];
  /** Runs the hub by this instead of node: `["unshare", "--mount", …]`; the node command is appended. */
  readonly wrapper?: readonly string[];
  /** Another program than the built hub. */
  readonly program?: readonly string[];
}

export class HubProcess {
  readonly child: ChildProcess;
  /** What it logged, a line each. */
  readonly lines: string[] = [];
  /** Resolves with the HTTP address, or with undefined where it ended before it listened. */
  readonly listening: Promise<string | undefined>;
  /** Resolves once it ended and everything it said was read. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor({ data, flags = [], wrapper = [], program = [builtHub] }: HubProcessOptions) {
    const command = [...wrapper, process.execPath, ...program, "--port", "0", "--data", data, ...flags];
    this.child = spawn(command[0] as string, command.slice(1), {
      env: { ...process.env, HUB_LOG: "json" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.ended = once(this.child, "close").then(([code, signal]) => ({ code, signal }));
    this.listening = new Promise((resolve) => {
      const read = (line: string): void => {
        this.lines.push(line);
        if (line.includes('"msg":"listening"')) resolve((JSON.parse(line) as { url: string }).url);
      };
      for (const stream of [this.child.stdout, this.child.stderr]) {
        if (stream) createInterface({ input: stream }).on("line", read);
      }
      this.ended.then(() => resolve(undefined));
    });
  }

  /** The address; throws with the log where the hub did not come up. */
  async url(): Promise<string> {
    const url = await this.listening;
    if (url === undefined) throw new Error(`The hub ended before it listened:\n${this.lines.join("\n")}`);
    return url;
  }

  /** The process that runs the hub; behind a wrapper that `exec`s it is the same one. */
  get pid(): number {
    return this.child.pid as number;
  }

  /** What it took of a core so far, ms; undefined where the system does not tell, or it is gone. */
  get cpuMs(): number | undefined {
    try {
      // The name comes before, in parentheses; the times in hundredths of a second (proc_pid_stat(5), fields 14 and 15).
      const [, after = ""] = readFileSync(`/proc/${this.pid}/stat`, "latin1").split(/\) (?!.*\) )/);
      const fields = after.split(" ");
      return (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      return undefined;
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended;
  }
}
