// Decides whether node_modules is what package-lock.json asks for. Nothing here changes a file but `writeStamp`.
// @ts-check
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * @typedef {object} Stamp what was installed, kept in node_modules, so that whoever removes the folder removes it too
 * @property {string} lock digest of package-lock.json
 * @property {string} machine platform, processor and Node's binary interface
 * @property {boolean} dev whether the packages of development are there
 *
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 *
 * @typedef {{packages: Record<string, LockedPackage>}} Lock
 *
 * @typedef {object} Decision
 * @property {"nothing" | "adopt" | "add" | "install"} do
 *   `adopt`: somebody else installed the right thing; `add`: only the packages of development are missing
 * @property {boolean} dev whether the packages of development belong to it
 * @property {string} why for a person
 */

const stampFile = join("node_modules", ".setup.json");

/** Of this machine: another one of these, and compiled packages no longer load. */
export function thisMachine() {
  return `${process.platform}-${process.arch}-abi${process.versions.modules}`;
}

/** @param {string} lockText */
export function digest(lockText) {
  return createHash("sha256").update(lockText).digest("hex");
}

/**
 * @param {string} root
 * @returns {string | undefined}
 */
function readText(root, /** @type {string[]} */ ...path) {
  try {
    return readFileSync(join(root, ...path), "utf8");
  } catch {
    return undefined;
  }
}

/**
 * @typedef {object} Found
 * @property {string} lockText package-lock.json
 * @property {Stamp | undefined} stamp
 * @property {boolean} some whether anything is installed at all
 * @property {(path: string) => string | undefined} version of the package that lies at a path such as `node_modules/ws`. npm's own note
 *   in node_modules is not believed: `npm install --package-lock-only` rewrites it and installs nothing
 */

/**
 * What is wanted and what is there.
 * @param {string} root
 * @returns {Found}
 */
export function readPackages(root) {
  const lockText = readText(root, "package-lock.json");
  if (lockText === undefined) throw new Error(`package-lock.json is missing in ${root}.`);
  const stampText = readText(root, stampFile);
  return {
    lockText,
    stamp: stampText ? JSON.parse(stampText) : undefined,
    some: existsSync(join(root, "node_modules", ".package-lock.json")),
    version(path) {
      const manifest = readText(root, path, "package.json");
      return manifest && JSON.parse(manifest).version;
    },
  };
}

/**
 * @param {LockedPackage} entry
 */
const isDevelopment = (entry) => Boolean(entry.dev || entry.devOptional);

/**
 * Compares the lock with what is there. Packages for other platforms are left out by npm, rightly.
 * @param {Found} found
 * @returns {{runtime: boolean, dev: boolean}} whether all packages of each kind are there in the wanted version
 */
function compare({ lockText, version }) {
  /** @type {Lock} */
  const wanted = JSON.parse(lockText);
  let runtime = true;
  let dev = true;
  for (const [path, entry] of Object.entries(wanted.packages)) {
    if (path === "") continue;
    const there = version(path);
    if (there === entry.version || (there === undefined && (entry.optional || entry.devOptional))) continue;
    // A development package in another version would be used all the same, so it counts as wrong altogether.
    if (isDevelopment(entry) && there === undefined) dev = false;
    else runtime = false;
  }
  return { runtime, dev: runtime && dev };
}

/**
 * @param {Found} found
 * @param {{dev: boolean, machine: string}} want
 * @returns {Decision}
 */
export function decide(found, want) {
  const { lockText, stamp } = found;
  if (!found.some) return { do: "install", dev: want.dev, why: "nothing is installed yet" };
  const same = stamp?.lock === digest(lockText) && stamp.machine === want.machine;
  if (same && (stamp.dev || !want.dev)) return { do: "nothing", dev: stamp.dev, why: "nothing has changed" };
  const there = compare(found);
  // What somebody works with stays: an install with the packages of development never becomes one without.
  const dev = want.dev || stamp?.dev === true || there.dev;
  if (stamp && stamp.machine !== want.machine) {
    return { do: "install", dev, why: `it was installed for ${stamp.machine} and this is ${want.machine}` };
  }
  if (!there.runtime) return { do: "install", dev, why: "package-lock.json has changed" };
  if (want.dev && !there.dev) return { do: "add", dev, why: "the tests need more packages than the hub" };
  return { do: "adopt", dev: there.dev, why: "somebody else installed it" };
}

/**
 * @param {string} root
 * @param {boolean} dev
 */
export function writeStamp(root, dev) {
  const { lockText } = readPackages(root);
  /** @type {Stamp} */
  const stamp = { lock: digest(lockText), machine: thisMachine(), dev };
  writeFileSync(join(root, stampFile), JSON.stringify(stamp));
}

/**
 * An install that is cut short must not look finished.
 * @param {string} root
 */
export function removeStamp(root) {
  rmSync(join(root, stampFile), { force: true });
}

/**
 * Why SQLite does not load here, or undefined where it does.
 * @param {string} root
 * @returns {string | undefined}
 */
export function sqliteFault(root) {
  try {
    const Database = createRequire(join(root, "package.json"))("better-sqlite3");
    new Database(":memory:").close();
    return undefined;
  } catch (error) {
    return String(/** @type {Error} */ (error).message).split("\n")[0];
  }
}
