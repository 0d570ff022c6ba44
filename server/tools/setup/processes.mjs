// Who else works in this folder: hubs that run from it, and another set-up. Both leave a file with their process number;
// a crash leaves the file too, so each is believed only while that process lives and still looks like what it said it was.
// @ts-check
import { spawnSync } from "node:child_process";
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * @typedef {object} Holder
 * @property {number} pid
 * @property {string} script file name of the program, as its command line shows it
 * @property {string} [build] folder of the build that it runs from
 * @property {string} [url] where the hub listens
 */

/**
 * The command line of a process, or undefined where it cannot be told.
 * @param {number} pid
 * @returns {string | undefined}
 */
function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    const ps = spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
    return ps.status === 0 ? ps.stdout : undefined;
  }
}

/**
 * True while the process lives and runs the same program. A number that another program got after a reboot is not it.
 * @param {Holder} holder
 */
export function isAlive(holder) {
  if (!Number.isInteger(holder.pid) || holder.pid <= 0) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EPERM") return false;
  }
  return commandLine(holder.pid)?.includes(holder.script) ?? true;
}

/**
 * @param {string} file
 * @returns {Holder | undefined}
 */
function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** @returns {Holder} */
function self() {
  return { pid: process.pid, script: basename(process.argv[1] ?? "") };
}

/** @param {string} root */
const runningFolder = (root) => join(root, "dist", "running");

/**
 * Tells set-up runs that a hub runs from this folder, until `release` is called or the process ends.
 * Where the folder cannot be written there is nothing to protect, and nothing is done.
 * @param {string} root the folder of package.json
 * @param {{build?: string}} [facts]
 * @returns {{listening(url: string): void, release(): void}}
 */
export function holdRunning(root, facts = {}) {
  const file = join(runningFolder(root), `${process.pid}.json`);
  /** @param {object} more */
  const write = (more) => {
    try {
      mkdirSync(runningFolder(root), { recursive: true });
      writeFileSync(file, JSON.stringify({ ...self(), ...facts, ...more }));
    } catch {}
  };
  write({});
  return {
    listening: (url) => write({ url }),
    release: () => rmSync(file, { force: true }),
  };
}

/**
 * The hubs that run from this folder now. Files of hubs that are gone are removed.
 * @param {string} root
 * @returns {Holder[]}
 */
export function runningHubs(root) {
  /** @type {string[]} */
  let names = [];
  try {
    names = readdirSync(runningFolder(root)).filter((name) => name.endsWith(".json"));
  } catch {}
  const alive = [];
  for (const name of names) {
    const file = join(runningFolder(root), name);
    const holder = readHolder(file);
    if (holder && isAlive(holder)) alive.push(holder);
    else rmSync(file, { force: true });
  }
  return alive;
}

/**
 * Waits until no other set-up works in this folder, then keeps others out until the returned function is called.
 * @param {string} root
 * @param {{onWait: (pid: number) => void, retryMs?: number}} options `onWait` is called once, before waiting
 * @returns {Promise<() => void>}
 */
export async function lockSetup(root, { onWait, retryMs = 200 }) {
  const folder = join(root, "dist");
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, "setup.lock");
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(self()));
  let told = false;
  try {
    for (;;) {
      try {
        // A link either appears whole or fails because the name is taken; a file that is opened first would be empty for a moment.
        linkSync(mine, lock);
        return () => rmSync(lock, { force: true });
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
      }
      const holder = readHolder(lock);
      if (holder && !isAlive(holder)) {
        takeAway(lock, holder.pid);
      } else {
        if (!told && holder) onWait(holder.pid);
        told ||= holder !== undefined;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Removes the lock of a dead process. Two that find it dead at once must not remove the lock which the first of them then takes,
 * so it is moved aside and looked at again.
 * @param {string} lock
 * @param {number} deadPid
 */
function takeAway(lock, deadPid) {
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
    if (readHolder(aside)?.pid !== deadPid) linkSync(aside, lock);
  } catch {}
  rmSync(aside, { force: true });
}
