/**
 * Programs that the hub starts beside itself and that speak to it as any device does: the fleet of `--demo`, this computer's
 * figures with `--self`. Whatever they do, or wait for, the hub goes on.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Ports, Timer } from "../ports.ts";

/** A companion waits for its last acknowledgements; a hub that stops does not wait for it longer than this. */
const stopMs = 2_000;

/** With these a companion ends by itself and has its reasons: done, sent away, told the wrong flags. */
const lastReasonCode = 2;

/** One that is killed or breaks is started again after the first of these; each time it takes four times as long, up to the second, ms. */
const firstWaitMs = 1_000;
const longestWaitMs = 300_000;

/** One that has run for so long ended by something new, ms. */
const longLifeMs = 600_000;

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

/**
 * The channel between the two processes ends with the hub, however that ends, and the companion goes with it. One that is
 * killed, such as by a system that is short of memory, or meets a fault of its own, is started again; one that ends by itself has
 * its reasons.
 */
export function startCompanion(options: CompanionOptions, { clock, log }: Ports): Companion {
  const { name, script, flags, url } = options;
  const socket = new URL("/ws", url.replace(/^http/, "ws")).href;
  let stopping = false;
  let child: ChildProcess;
  let restart: Timer | undefined;
  let waitMs = firstWaitMs;
  const start = (): void => {
    restart = undefined;
    const startedAt = clock.monotonic();
    child = fork(script, ["--url", socket, "--quiet", ...flags], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const started = child;
    started.on("error", (error) => log.warn(`${name} could not start`, { reason: error.message }));
    started.on("exit", (code, signal) => {
      if (stopping) return;
      if (code !== null && code <= lastReasonCode) return log.warn(`${name} ended; the hub goes on`, { code, signal });
      if (clock.monotonic() - startedAt >= longLifeMs) waitMs = firstWaitMs;
      log.warn(`${name} ended; the hub goes on, and starts it again in ${waitMs / 1_000} s`, { code, signal });
      restart = clock.after(waitMs, start);
      waitMs = Math.min(4 * waitMs, longestWaitMs);
    });
    started.on("message", (message) => {
      // Whoever asked may be gone by now.
      if (message === "usage") started.send(usage(), () => {});
    });
  };
  start();
  return {
    async stop() {
      stopping = true;
      restart?.cancel();
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
