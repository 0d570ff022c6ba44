/**
 * `npm run storm [-- --devices N] [--signal SIGKILL|SIGTERM]`: all devices are cut at once by a restart of the hub. Exit codes:
 * 0 all were back in time and nothing was lost, 1 not so, 2 a flag was wrong.
 */
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { ChaosWorld } from "../world.ts";
import { runStorm } from "./storm.ts";

/** 2,000 devices are back within 30 s, 10,000 within 60 s. */
const allowedMs = (devices: number): number => (devices <= 2_000 ? 30_000 : 60_000 * Math.max(1, devices / 10_000));
const signals = ["SIGKILL", "SIGTERM"] as const;

const { values } = parseArgs({
  options: { devices: { type: "string", default: "2000" }, signal: { type: "string" }, help: { type: "boolean" } },
});
const devices = Number(values.devices);
const chosen = signals.filter((signal) => values.signal === undefined || values.signal === signal);
if (values.help || !Number.isInteger(devices) || devices < 1 || chosen.length === 0) {
  console.log("npm run storm -- [--devices N] (2000) [--signal SIGKILL|SIGTERM] (both, one after the other)");
  process.exit(values.help ? 0 : 2);
}
console.log(
  `${devices} devices, ${cpus().length} cores, load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(" ")}`,
);
let good = true;
for (const signal of chosen) {
  const world = new ChaosWorld();
  try {
    const report = await runStorm(world, { devices, signal, everyMs: Math.max(1_000, devices) }, console.log);
    const { welcome, resent, hubUpMs, ...counts } = report;
    const seconds = (ms: number) => (ms / 1_000).toFixed(1);
    console.table({
      [`${signal}: welcome, s`]: Object.fromEntries(Object.entries(welcome).map(([name, ms]) => [name, seconds(ms)])),
      [`${signal}: resent, s`]: Object.fromEntries(Object.entries(resent).map(([name, ms]) => [name, seconds(ms)])),
    });
    console.log(`the hub was back after ${seconds(hubUpMs)} s;`, counts);
    good &&= resent.last <= allowedMs(devices) && counts.lost + counts.phantom + counts.doubled === 0;
  } finally {
    await world.end();
  }
}
console.log(
  good
    ? "all back in time, nothing lost"
    : `NOT GOOD: all must be back within ${allowedMs(devices) / 1_000} s and nothing lost`,
);
process.exit(good ? 0 : 1);
