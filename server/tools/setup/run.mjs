// The order of a set-up: packages, then the build; nothing at all where nothing changed.
// @ts-check
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, currentBuild, fingerprint, sweep } from "./build.mjs";
import { install, SetupError } from "./install.mjs";
import { decide, readPackages, sqliteFault, thisMachine, writeStamp } from "./packages.mjs";
import { lockSetup, runningHubs } from "./processes.mjs";

/** @type {Record<string, {dev: boolean, build: boolean}>} what each script of package.json needs */
const needs = {
  start: { dev: false, build: true },
  simulate: { dev: false, build: true },
  import: { dev: false, build: true },
  build: { dev: false, build: true },
  test: { dev: true, build: true },
  check: { dev: true, build: false },
  dev: { dev: true, build: false },
};

/** @param {string} line */
const print = (line) => console.log(`set-up: ${line}`);

/**
 * Why packages must not be changed now, or undefined.
 * @param {readonly import("./processes.mjs").Holder[]} hubs
 * @param {string} why
 */
export function refuseBeside(hubs, why) {
  const [hub] = hubs;
  if (!hub) return undefined;
  const where = hub.url ? `, ${hub.url}` : "";
  return `A hub runs from this folder (process ${hub.pid}${where}) and its packages would have to change (${why}): stop it with Ctrl-C or "kill ${hub.pid}", then run the same command again.`;
}

/**
 * @param {string} root
 * @param {{dev: boolean, build: boolean}} need
 */
function outstanding(root, need) {
  const packages = decide(readPackages(root), { dev: need.dev, machine: thisMachine() });
  const name = need.build ? fingerprint(root) : undefined;
  return { packages, name, built: name === undefined || currentBuild(root) === name };
}

/**
 * @param {string} root
 * @param {{dev: boolean, build: boolean}} need
 * @param {(line: string) => void} [say]
 */
export async function setUp(root, need, say = print) {
  let todo = outstanding(root, need);
  if (todo.packages.do === "nothing" && todo.built) return;
  const unlock = await lockSetup(root, { onWait: (pid) => say(`waiting for another set-up (process ${pid})`) });
  try {
    // The one that was waited for may have done it all.
    todo = outstanding(root, need);
    if (todo.packages.do === "adopt") {
      if (sqliteFault(root) === undefined) writeStamp(root, todo.packages.dev);
      else todo.packages = { ...todo.packages, do: "install", why: "SQLite does not load here" };
    }
    if (todo.packages.do === "install" || todo.packages.do === "add") {
      const refusal = refuseBeside(runningHubs(root), todo.packages.why);
      if (refusal) throw new SetupError(refusal);
      await install(root, todo.packages, say);
    }
    if (todo.name !== undefined && !todo.built) {
      say("building hub, dashboard and simulator");
      await build(root, todo.name);
      sweep(root, [todo.name, ...runningHubs(root).map((hub) => basename(hub.build ?? ""))]);
    }
  } finally {
    unlock();
  }
}

/**
 * Called by npm before a script; ends the process with 1 and a sentence where the folder cannot be made ready.
 * @param {string | undefined} script
 */
export async function run(script) {
  const need = needs[script ?? ""];
  if (!need) {
    console.error(`set-up: say for what: ${Object.keys(needs).join(", ")}.`);
    process.exit(1);
  }
  const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
  try {
    await setUp(root, need);
  } catch (error) {
    if (error instanceof SetupError) console.error(`\n${error.message}`);
    else console.error(error);
    process.exit(1);
  }
}
