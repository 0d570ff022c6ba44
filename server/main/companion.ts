/**
 * Programs that the hub starts beside itself and that speak to it as any device does: the fleet of `--demo`, this computer's
 * figures with `--self`. Whatever they do, or wait for, the hub goes on.
 */
import { type ChildProcess, fork, type StdioOptions } from "node:child_process";
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
  /** Of the hub: `http://…`, `https://…`. */
  readonly url: string;
  /** By which the hub knows it. In its environment: other users of the machine read the arguments of a program. */
  readonly token: string;
}

/**
 * The channel between the two processes ends with the hub, however that ends, and the companion goes with it. One that is
 * killed, such as by a system that is short of memory, meets a fault of its own or cannot start, is started again; one that
 * ends by itself has its reasons.
 */
export function startCompanion(options: CompanionOptions, { clock, log }: Ports): Companion {
  const { name, script, flags, url, token } = options;
  const socket = new URL("/ws", url.replace(/^http/, "ws")).href;
  // The certificate is for the name that others use, and this one comes by an address of its own machine, to its own parent.
  const trusting = socket.startsWith("wss:") ? { NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" } : {};
  let stopping = false;
  let child: ChildProcess | undefined;
  let restart: Timer | undefined;
  let waitMs = firstWaitMs;
  const startAgain = (what: string, details: object): void => {
    log.warn(`${name} ${what}; the hub goes on, and starts it again in ${waitMs / 1_000} s`, { ...details });
    restart = clock.after(waitMs, start);
    waitMs = Math.min(4 * waitMs, longestWaitMs);
  };
  const start = (): void => {
    restart = undefined;
    const startedAt = clock.monotonic();
    let started: ChildProcess;
    try {
      const stdio: StdioOptions = ["ignore", "ignore", "inherit", "ipc"];
      const env = { ...process.env, ...trusting, HUB_TOKEN: token };
      started = fork(script, ["--url", socket, "--quiet", ...flags], { stdio, env });
    } catch (error) {
      // Such as for want of memory; most other reasons are told by the event.
      startAgain("could not start", { reason: String(error) });
      return;
    }
    child = started;
    started.on("error", ({ message: reason }) => {
      if (stopping) return;
      if (started.pid === undefined) startAgain("could not start", { reason });
      else log.warn(`${name} could not be spoken to`, { reason });
    });
    started.on("exit", (code, signal) => {
      if (stopping) return;
      if (code !== null && code <= lastReasonCode) return log.warn(`${name} ended; the hub goes on`, { code, signal });
      if (clock.monotonic() - startedAt >= longLifeMs) waitMs = firstWaitMs;
      startAgain("ended", { code, signal });
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
      const last = child;
      if (last?.pid === undefined || last.exitCode !== null || last.signalCode !== null) return;
      const ended = once(last, "exit");
      last.kill("SIGTERM");
      const timer = clock.after(stopMs, () => last.kill("SIGKILL"));
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
