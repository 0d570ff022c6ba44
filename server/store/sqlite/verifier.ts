/**
 * `node verifier.js FILE`: reads a copy back in a process of its own, and prints what it found as one line of JSON.
 * `node verifier.js FILE BUSY_MS HUB`: looks through the database that the hub of this process number uses.
 */
import { constants, setPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { checkDatabase } from "./checker.ts";
import { readBack } from "./read-back.ts";

const [path, busyTimeoutMs, hub] = process.argv.slice(2) as [string, string?, string?];

if (hub === undefined) {
  // The hub beside it, and whoever waits for that, come first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  console.log(JSON.stringify(readBack(path)));
} else {
  // Ctrl-C in a terminal and some supervisors tell every process of a group: it is the hub that ends this one.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
  endWith(Number(hub));
  console.log(JSON.stringify(checkDatabase(path, Number(busyTimeoutMs))));
}

/** A hub that is killed takes this process with it within a second: one that fails again and again would leave many of them behind. */
function endWith(parent: number): void {
  const watch = `setInterval(() => process.ppid === ${parent} || process.kill(process.pid, "SIGKILL"), 1000)`;
  new Worker(watch, { eval: true, execArgv: [] }).unref();
}
