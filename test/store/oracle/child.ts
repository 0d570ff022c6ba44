/** The oracle's end of a store's process: starts it, asks it, kills it. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "vite";
import type { Death, Note } from "./deaths.ts";
import type { Budgets, Calls, Reply, Setup } from "./wire.ts";

/** Programs that were built for one run of the oracle. */
export interface Programs {
  readonly process: string;
  readonly workerUrl: string;
  readonly verifierUrl: string;
  remove(): void;
}

/** Builds the store's process, its worker and what looks through its database once: translated at each start they take half a second. */
export async function buildPrograms(): Promise<Programs> {
  const root = resolve(import.meta.dirname, "../../..");
  const outDir = mkdtempSync(join(tmpdir(), "hub-oracle-programs-"));
  symlinkSync(join(root, "node_modules"), join(outDir, "node_modules"));
  const verifier = join(root, "server/store/sqlite/verifier.ts");
  const input = [...["store-process", "dying-worker"].map((name) => join(import.meta.dirname, `${name}.ts`)), verifier];
  await build({
    ...{ root, configFile: false, logLevel: "warn" },
    build: {
      ...{ ssr: true, outDir, emptyOutDir: false, target: "node20", copyPublicDir: false, minify: false },
      rollupOptions: { input, output: { entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" } },
    },
  });
  return {
    process: join(outDir, "store-process.mjs"),
    workerUrl: pathToFileURL(join(outDir, "dying-worker.mjs")).href,
    verifierUrl: pathToFileURL(join(outDir, "verifier.mjs")).href,
    remove: () => rmSync(outDir, { recursive: true, force: true }),
  };
}

/** The process died before it answered. */
export class ProcessDied extends Error {}

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

export class StoreChild {
  readonly #child: ChildProcess;
  readonly #notePath: string;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  /** What the store complained of; a sound one has no reason to. */
  readonly complaints: string[] = [];
  /** The process runs and is about to open nothing yet. */
  readonly started: Promise<void>;
  /** The process is gone, and everything that it said before was heard. */
  readonly ended: Promise<void>;

  constructor(programs: Programs, folder: string, budgets: Budgets, death?: Death) {
    this.#notePath = join(folder, "died");
    rmSync(this.#notePath, { force: true });
    const { workerUrl, verifierUrl } = programs;
    const setup: Setup = { folder, workerUrl, verifierUrl, notePath: this.#notePath, budgets, death };
    const child = fork(programs.process, [JSON.stringify(setup)], { serialization: "advanced", execArgv: [] });
    this.#child = child;
    let start = () => {};
    this.started = new Promise((resolve) => {
      start = resolve;
    });
    const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const silent = new Promise<void>((resolve) => child.once("disconnect", () => resolve()));
    this.ended = Promise.all([exited, silent]).then(() => {
      start();
      for (const { reject } of this.#waiting.values()) reject(new ProcessDied("the store's process is gone"));
      this.#waiting.clear();
    });
    child.on("message", (reply: Reply) => {
      if ("started" in reply) return start();
      if ("complaint" in reply) return void this.complaints.push(reply.complaint);
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ("error" in reply) waiting?.reject(new Error(reply.error));
      else waiting?.resolve(reply.value as never);
    });
    // A message to a process that has just died: its answer never comes, and that is what counts.
    child.on("error", () => {});
  }

  /** Rejects with `ProcessDied` where no answer comes any more. */
  call<K extends keyof Calls>(name: K, ...values: Parameters<Calls[K]>): ReturnType<Calls[K]> {
    const answer = new Promise((resolve, reject) => {
      if (!this.#child.connected) throw new ProcessDied("the store's process is gone");
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, name, values }, () => {});
    });
    return answer as ReturnType<Calls[K]>;
  }

  /** At once, whatever it is doing. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  /** Where the process died by itself; undefined where it did not. */
  diedAt(): Note | undefined {
    return existsSync(this.#notePath) ? JSON.parse(readFileSync(this.#notePath, "utf8")) : undefined;
  }
}
