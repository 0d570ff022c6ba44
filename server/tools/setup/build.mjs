// Builds hub, dashboard, simulator and link where their sources changed. Each build gets a folder of its own, named after its sources, and
// `dist/server`, `dist/dashboard`, `dist/simulator`, `dist/link` point into the newest one: a hub that runs from an older build keeps its files.
// @ts-check
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What a build is made of. */
const inputs = [
  "package.json",
  "package-lock.json",
  "vite.config.ts",
  "tsconfig.json",
  "server",
  "dashboard",
  "simulator",
];
/** What stands in the folders of sources and is not built. */
const notBuilt = /\.(md|png)$/;
const programs = ["server", "dashboard", "simulator", "link"];

/**
 * Names the present sources, by path, size and time of change.
 * @param {string} root
 * @returns {string}
 */
export function fingerprint(root) {
  const hash = createHash("sha256");
  hash.update(process.versions.node);
  /** @param {string} path */
  const visit = (path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) visit(join(path, name));
    } else if (stat && !notBuilt.test(path)) {
      hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
    }
  };
  inputs.forEach(visit);
  return hash.digest("hex").slice(0, 16);
}

/**
 * The name of the build that `dist/` points at, or undefined.
 * @param {string} root
 * @returns {string | undefined}
 */
export function currentBuild(root) {
  let name;
  for (const program of programs) {
    try {
      const target = readlinkSync(join(root, "dist", program)).split(/[\\/]/);
      if (name !== undefined && target[1] !== name) return undefined;
      name = target[1];
    } catch {
      return undefined;
    }
    if (!existsSync(join(root, "dist", program))) return undefined;
  }
  return name;
}

/**
 * Points `dist/` at a build; each link is replaced in one step, so that no start finds nothing.
 * @param {string} root
 * @param {string} name
 */
export function pointAt(root, name) {
  for (const program of programs) {
    const link = join(root, "dist", program);
    const next = `${link}.next`;
    rmSync(next, { force: true });
    symlinkSync(join("builds", name, program), next);
    // A folder of that name, from a build by hand, would not be replaced by a rename.
    if (statSync(link, { throwIfNoEntry: false })?.isDirectory() && !isLink(link)) rmSync(link, { recursive: true });
    renameSync(next, link);
  }
}

/** @param {string} path */
function isLink(path) {
  try {
    readlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Removes builds that nobody uses.
 * @param {string} root
 * @param {readonly string[]} kept names
 */
export function sweep(root, kept) {
  const folder = join(root, "dist", "builds");
  for (const name of readdirSync(folder)) {
    if (!kept.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Builds the present sources into a folder of their own and points `dist/` at it.
 * @param {string} root
 * @param {string} name as `fingerprint` gives it
 */
export async function build(root, name) {
  const folder = join(root, "dist", "builds", name);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    const { resolve } = createRequire(join(root, "package.json"));
    const vite = await import(pathToFileURL(join(resolve("vite/package.json"), "..", "dist/node/index.js")).href);
    // Without this the page would be built with development checks when a shell has NODE_ENV set.
    process.env.NODE_ENV = "production";
    process.env.HUB_BUILD_FOLDER = unfinished;
    const builder = await vite.createBuilder({ configFile: join(root, "vite.config.ts"), logLevel: "warn" });
    await builder.buildApp();
    renameSync(unfinished, folder);
  }
  pointAt(root, name);
}
