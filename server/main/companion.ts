/**
 * Programs that the hub starts beside itself and that speak to it as any device does: the fleet of `--demo`, this computer's
 * figures with `--self`. Whatever they do, or wait for, the hub goes on.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import type { Ports } from "../ports.ts";

/** A companion waits for its last acknowledgements; a hub that stops does not wait for it longer than this. */
const stopMs = 2_000;

export interface Companion {
  /** Resolves once it is gone. */
  stop(): Promise<void>;
}

export interface CompanionOptions {
  /** What the log calls it. */
  readonly name: string;
  /** The simulator. */
  readonly script: string;
  readonly flags: readonly string[];
  /** Of the hub: `http://…`. */
  readonly url: string;
}

/** The channel between the two processes ends with the hub, however that ends, and the companion goes with it. */
export function startCompanion({ name, script, flags, url }: CompanionOptions, { clock, log }: Ports): Companion {
  const socket = new URL("/ws", url.replace(/^http/, "ws")).href;
  const child = fork(script, ["--url", socket, "--quiet", ...flags], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  let stopping = false;
  child.on("error", (error) => log.warn(`${name} could not start`, { reason: error.message }));
  child.on("exit", (code, signal) => {
    if (!stopping) log.warn(`${name} ended; the hub goes on`, { code, signal });
  });
  child.on("message", (message) => {
    // Whoever asked may be gone by now.
    if (message === "usage") child.send(usage(), () => {});
  });
  return {
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      const timer = clock.after(stopMs, () => child.kill("SIGKILL"));
      await ended;
      timer.cancel();
    },
  };
}

/** What this process has used since its start. `cpuMs`: of all its threads. */
function usage(): { cpuMs: number; residentBytes: number; uptimeMs: number } {
  const { user, system } = process.cpuUsage();
  return {
    cpuMs: (user + system) / 1_000,
    residentBytes: process.memoryUsage.rss(),
    uptimeMs: process.uptime() * 1_000,
  };
}
