/** What the hub is made of: versions that are known to be mended, one source, and no script at an installation that nobody allowed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), "utf8"));

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}
const { packages } = read("package-lock.json") as { packages: Record<string, Locked> };
const manifest = read("package.json") as Record<
  "dependencies" | "devDependencies" | "allowScripts",
  Record<string, unknown>
>;
const installed = Object.entries(packages).filter(([path]) => path !== "");
const nameOf = (path: string) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

/** True where a version is as new as another one, or newer. */
function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split(/[.-]/).map(Number));
  for (const [index, part] of (b ?? []).entries()) {
    const own = a?.[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}

describe("what the hub is made of", () => {
  it("[S13] has no ws in which fragments or a close are known to do harm, anywhere in the tree", () => {
    const all = installed.filter(([path]) => nameOf(path) === "ws");
    expect(all.length).toBeGreaterThan(0);
    for (const [path, { version = "" }] of all) expect(isAtLeast(version, "8.21.0"), `${path} ${version}`).toBe(true);
    expect(isAtLeast("8.20.9", "8.21.0")).toBe(false);
  });

  it("[S33] has a SQLite in which the known damage to write-ahead logs is mended", () => {
    const database = new Database(":memory:");
    const { version } = database.prepare("SELECT sqlite_version() AS version").get() as { version: string };
    database.close();
    expect(isAtLeast(version, "3.51.3"), version).toBe(true);
  });

  it("[S33] comes from the registry that is set, each package with its digest, and from nowhere else", () => {
    expect(installed.length).toBeGreaterThan(100);
    expect(
      installed.flatMap(([path, { resolved }]) => (resolved === undefined ? [] : [`${path} ${resolved}`])),
    ).toEqual([]);
    expect(installed.flatMap(([path, { integrity, link }]) => (integrity || link ? [] : [path]))).toEqual([]);
  });

  it("[S33] is pinned to the version, and runs no script at an installation but those that were allowed by name", () => {
    for (const kind of ["dependencies", "devDependencies"] as const)
      for (const [name, version] of Object.entries(manifest[kind])) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    const scripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
    expect([...new Set(scripts)].sort()).toEqual(Object.keys(manifest.allowScripts).sort());
  });
});
