/** The simulated fleet of `--demo`: the simulator as a process of its own, which speaks to the hub as any device does. */
import { fork } from "node:child_process";
import { once } from "node:events";
import type { Ports } from "../ports.ts";

/** The fleet waits for its last acknowledgements; a hub that stops does not wait for it longer than this. */
const stopMs = 2_000;

export interface Demo {
  /** Resolves once the fleet is gone. */
  stop(): Promise<void>;
}

/**
 * Starts the simulator at `script` against the hub at `url` (`http://…`). `withPast` sends the past day first. The channel between the two
 * processes ends with the hub, however that ends, and the fleet goes with it.
 */
export function startDemo(script: string, url: string, withPast: boolean, { clock, log }: Ports): Demo {
  const socket = new URL("/ws", url.replace(/^http/, "ws")).href;
  const flags = ["--url", socket, "--quiet", ...(withPast ? ["--history", "1d"] : [])];
  const child = fork(script, flags, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  let stopping = false;
  child.on("error", (error) => log.warn("the demo's fleet could not start", { reason: error.message }));
  child.on("exit", (code, signal) => {
    if (!stopping) log.warn("the demo's fleet ended; the hub goes on", { code, signal });
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
