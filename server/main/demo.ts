/** The simulated fleet of `--demo`: the simulator as a process of its own, which speaks to the hub as any device does. */
import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import type { Log } from "../ports.ts";

/**
 * Starts the simulator at `script` against the hub at `url` (`http://…`). The fleet ends with the hub: `stop` ends it, and where the hub
 * was killed, the end of its standard input does.
 */
export function startDemo(script: string, url: string, log: Log): { stop(): void } {
  const code = `process.stdin.on("end", () => process.exit()).resume().unref();
    await import(${JSON.stringify(pathToFileURL(script).href)});`;
  // `execArgv` holds the loader of a hub that runs from its sources.
  const argv = [...process.execArgv, "--input-type=module", "--eval", code, script, "--url", url];
  const child = spawn(process.execPath, argv, { stdio: ["pipe", "ignore", "inherit"] });
  let stopping = false;
  child.on("error", (error) => log.warn("the demo's fleet could not start", { reason: error.message }));
  child.on("exit", (code, signal) => {
    if (!stopping) log.warn("the demo's fleet ended; the hub goes on", { code, signal });
  });
  return {
    stop() {
      stopping = true;
      child.kill("SIGTERM");
    },
  };
}
