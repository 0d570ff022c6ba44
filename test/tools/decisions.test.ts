import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { currentBuild, fingerprint, pointAt, sweep } from "../../server/tools/setup/build.mjs";
import { headersFolder, howToInstall, missingTools } from "../../server/tools/setup/compiler.mjs";
import { npmArguments, whyFailed } from "../../server/tools/setup/install.mjs";
import { nodeTooOld, oldestNode } from "../../server/tools/setup/node-version.mjs";
import { decide, digest } from "../../server/tools/setup/packages.mjs";
import { isAlive } from "../../server/tools/setup/processes.mjs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-decisions-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("an old Node", () => {
  it.each(["18.20.4", "20.18.9", "0.12.0"])("%s is refused with what to do", (version) => {
    expect(nodeTooOld(version)).toBe(
      `The hub needs Node 20.19 or newer and this is Node ${version}: install the current LTS release (https://nodejs.org), then run the same command again.`,
    );
  });
  it.each(["20.19.0", "20.20.2", "22.0.0", "26.1.0"])("%s is taken", (version) => {
    expect(nodeTooOld(version)).toBeUndefined();
  });
  it("is the same in package.json", () => {
    expect(packageJson.engines.node).toBe(`>=${oldestNode}`);
  });
});

describe("packages", () => {
  const lock = (version: string) => ({
    packages: {
      "": {},
      "node_modules/ws": { version },
      "node_modules/vitest": { version: "4.0.0", dev: true },
      "node_modules/elsewhere": { version: "1.0.0", optional: true },
    },
  });
  const lockText = JSON.stringify(lock("8.0.0"));
  const stamp = (dev: boolean) => ({ lock: digest(lockText), machine: "here", dev });
  const want = (dev: boolean) => ({ dev, machine: "here" });
  const found = (versions: Record<string, string>, was?: ReturnType<typeof stamp>) => ({
    lockText,
    stamp: was,
    some: Object.keys(versions).length > 0,
    version: (path: string) => versions[path.slice("node_modules/".length)],
  });
  const all = { ws: "8.0.0", vitest: "4.0.0" };
  const runtime = { ws: "8.0.0" };
  const old = { ws: "7.0.0", vitest: "4.0.0" };

  it("that are missing are installed, with those of development only where they are needed", () => {
    expect(decide(found({}), want(false))).toMatchObject({ do: "install", dev: false });
    expect(decide(found({}), want(true))).toMatchObject({ do: "install", dev: true });
  });
  it("that are right are left alone", () => {
    expect(decide(found(all, stamp(true)), want(true))).toMatchObject({ do: "nothing" });
    expect(decide(found(runtime, stamp(false)), want(false))).toMatchObject({ do: "nothing" });
  });
  it("that somebody installed by hand are believed where the versions are right", () => {
    expect(decide(found(all), want(true))).toMatchObject({ do: "adopt", dev: true });
    expect(decide(found(runtime), want(false))).toMatchObject({ do: "adopt", dev: false });
    expect(decide(found(old), want(false))).toMatchObject({ do: "install" });
  });
  it("never lose those of development by a start", () => {
    expect(decide(found(old, { ...stamp(true), lock: "another" }), want(false))).toMatchObject({
      do: "install",
      dev: true,
    });
    expect(npmArguments({ do: "install", dev: true, why: "" })).toContain("--include=dev");
  });
  it("get those of development added without emptying the folder", () => {
    const decision = decide(found(runtime, stamp(false)), want(true));
    expect(decision).toMatchObject({ do: "add", dev: true });
    expect(npmArguments(decision)).toEqual(expect.arrayContaining(["install", "--no-save", "--include=dev"]));
  });
  it("are installed again for another Node or machine", () => {
    const other = { ...stamp(false), machine: "there" };
    expect(decide(found(runtime, other), want(false))).toEqual({
      do: "install",
      dev: false,
      why: "it was installed for there and this is here",
    });
  });
});

describe("what compiling SQLite needs", () => {
  const tool = (name: string) => writeFileSync(join(folder, name), "", { mode: 0o755 });
  it("is named where the machine lacks it", () => {
    expect(missingTools({ PATH: folder }, "linux")).toEqual(["python3", "make", "a C++ compiler"]);
    tool("python3");
    tool("g++");
    expect(missingTools({ PATH: folder }, "linux")).toEqual(["make"]);
    tool("make");
    expect(missingTools({ PATH: folder }, "linux")).toEqual([]);
  });
  it("comes with the command of this system", () => {
    expect(howToInstall("linux", 'NAME="Raspbian"\nID=raspbian\nID_LIKE=debian\n')).toBe(
      "sudo apt-get install python3 make g++",
    );
    expect(howToInstall("linux", "ID=alpine\n")).toBe("sudo apk add python3 make g++");
    expect(howToInstall("darwin", "")).toBe("xcode-select --install");
  });
  it("is told after npm failed", () => {
    const words = whyFailed("prebuild-install warn\nnode-gyp: not found: make", ["make"], "sudo apt-get install make");
    expect(words).toBe(
      "SQLite has to be compiled on this machine, which lacks make: install with sudo apt-get install make, then run the same command again.",
    );
  });
  it("includes Node's headers where they lie beside Node", () => {
    expect(headersFolder(join(folder, "bin/node"))).toBeUndefined();
    mkdirSync(join(folder, "include/node"), { recursive: true });
    writeFileSync(join(folder, "include/node/node_api.h"), "");
    expect(headersFolder(join(folder, "bin/node"))).toBe(folder);
  });
});

describe("builds", () => {
  const make = (name: string) => {
    for (const program of ["server", "dashboard", "simulator", "link"]) {
      mkdirSync(join(folder, "dist/builds", name, program), { recursive: true });
      writeFileSync(join(folder, "dist/builds", name, program, "name"), name);
    }
  };

  it("are named after their sources: an edit, a new file and a newer Node make another, words beside them do not", () => {
    mkdirSync(join(folder, "server"));
    const file = join(folder, "server/a.ts");
    writeFileSync(file, "1");
    const first = fingerprint(folder);
    expect(fingerprint(folder)).toBe(first);
    writeFileSync(join(folder, "server/README.md"), "words");
    expect(fingerprint(folder)).toBe(first);
    utimesSync(file, 1, 1);
    const second = fingerprint(folder);
    expect(second).not.toBe(first);
    writeFileSync(join(folder, "server/b.ts"), "");
    expect(fingerprint(folder)).not.toBe(second);
  });

  it("are switched as a whole, and those that nobody uses are removed", () => {
    for (const name of ["one", "two", "three"]) make(name);
    expect(currentBuild(folder)).toBeUndefined();
    pointAt(folder, "one");
    expect(currentBuild(folder)).toBe("one");
    pointAt(folder, "two");
    expect(currentBuild(folder)).toBe("two");
    expect(readFileSync(join(folder, "dist/server/name"), "utf8")).toBe("two");
    sweep(folder, ["two", "one"]);
    expect(readFileSync(join(folder, "dist/builds/one/server/name"), "utf8")).toBe("one");
    expect(() => readFileSync(join(folder, "dist/builds/three/server/name"))).toThrow("ENOENT");
  });

  it("that were switched by halves or lost their files do not count", () => {
    for (const name of ["one", "two"]) make(name);
    pointAt(folder, "one");
    rmSync(join(folder, "dist/server"));
    symlinkSync("builds/two/server", join(folder, "dist/server"));
    expect(currentBuild(folder)).toBeUndefined();
    pointAt(folder, "two");
    rmSync(join(folder, "dist/builds/two"), { recursive: true });
    expect(currentBuild(folder)).toBeUndefined();
  });

  it("replace a folder of that name from a build by hand", () => {
    make("one");
    mkdirSync(join(folder, "dist/server"));
    writeFileSync(join(folder, "dist/server/old"), "");
    pointAt(folder, "one");
    expect(currentBuild(folder)).toBe("one");
  });
});

describe("a process that left its number", () => {
  it("counts only while it lives and runs the same program", () => {
    expect(isAlive({ pid: process.pid, script: "node" })).toBe(true);
    expect(isAlive({ pid: process.pid, script: "another-program.js" })).toBe(false);
    expect(isAlive({ pid: 2 ** 22 + 1, script: "node" })).toBe(false);
    expect(isAlive({ pid: -1, script: "node" })).toBe(false);
  });
});
