/** A hub in a process of its own that tells what it holds, and that may meet anything. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { HubProcess } from "../chaos/hub-process.ts";
import { programArgs } from "../support/built.ts";

/** What a hub says of itself. */
export interface Figures {
  /** Bytes, after a garbage collection. */
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  /** How late its event loop was since it was asked last, ms. */
  readonly loopMs: { readonly p99: number; readonly max: number };
}

/** Small stores of everything that may grow by right, so that what grows is a fault. */
const flags = [
  ...["--min-free", "0", "--resume-bytes", "4MiB", "--viewers-bytes", "32MiB", "--journal-budget", "8MiB"],
  ...["--head-budget", "8MiB", "--limit-quarantine-total", "1000", "--limit-series", "1000"],
  // Most of what is sent here ends its connection.
  ...["--limit-accepts-per-second", "100000"],
  // Held to a share beside the honest device, or read later for what they sent before, so many would take minutes for nothing that
  // is looked for here.
  ...["--limit-sender-share", "100", "--limit-unreadable-pause-ms", "0"],
];
const watcher = fileURLToPath(new URL("watched.mjs", import.meta.url));

/** A program that takes the hub's flags and says where it listens as the hub does. */
export type Program = readonly string[];

export class WatchedHub {
  readonly process: HubProcess;
  readonly url: string;
  /** Where its data is. */
  readonly folder: string;
  /** What it wrote to its log since it listened. */
  readonly log: string[] = [];
  #told: (figures: Figures) => void = () => {};

  private constructor(hub: HubProcess, url: string, folder: string) {
    this.process = hub;
    this.url = url;
    this.folder = folder;
    const { stdout } = hub.child;
    if (!stdout) throw new Error("its output cannot be read");
    createInterface({ input: stdout }).on("line", (line) => {
      if (line.startsWith('{"figures"')) this.#told((JSON.parse(line) as { figures: Figures }).figures);
      else this.log.push(line);
    });
  }

  /** `extra`: flags that are put over the usual ones. */
  static async start(
    program: Program = programArgs("server/main"),
    extra: readonly string[] = [],
  ): Promise<WatchedHub> {
    const folder = mkdtempSync(join(process.env.HUB_TEST_FOLDER ?? tmpdir(), "hub-fuzz-"));
    const watched = ["--expose-gc", "--import", watcher, ...program];
    const hub = new HubProcess({ data: join(folder, "data"), flags: [...flags, ...extra], program: watched });
    return new WatchedHub(hub, await hub.url(), folder);
  }

  /** Why it is no more; undefined as long as it runs. */
  get end(): string | undefined {
    const { exitCode, signalCode } = this.process.child;
    if (exitCode === null && signalCode === null) return undefined;
    return `the hub ended with ${exitCode ?? signalCode}; its last lines:\n${this.process.lines.slice(-8).join("\n")}`;
  }

  /** Lines of its log by which it says that something went wrong inside. */
  get faults(): string[] {
    return this.process.lines.filter((line) => /"level":[56]0/.test(line) || /Warning: |unhandled/i.test(line));
  }

  /** What it holds. Rejects where it ends instead of telling. */
  async figures(): Promise<Figures> {
    const told = new Promise<Figures>((resolve) => {
      this.#told = resolve;
    });
    this.process.signal("SIGUSR2");
    const ended = this.process.ended.then(() => Promise.reject(new Error(this.end)));
    return Promise.race([told, ended]);
  }

  async stop(): Promise<void> {
    if (this.end === undefined) {
      this.process.signal("SIGKILL");
      await once(this.process.child, "exit");
    }
    await this.process.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
