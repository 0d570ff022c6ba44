/** Which programs this machine has for the clients that nobody here wrote; each answers why it can't be used, or undefined. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

function outputOf(command: string, words: readonly string[]): string | undefined {
  const { error, status, stdout } = spawnSync(command, words, { encoding: "utf8" });
  return error || status !== 0 ? undefined : stdout;
}

/** A JDK: `java File.java` needs the compiler's module, which a mere runtime lacks. */
export function javaLacks(): string | undefined {
  const modules = outputOf("java", ["--list-modules"]);
  if (modules === undefined) return "no Java 11 or newer is installed here";
  const needed = ["jdk.compiler", "java.net.http"].filter((name) => !modules.includes(`${name}@`));
  return needed.length === 0 ? undefined : `the Java installed here lacks ${needed.join(" and ")}`;
}

/** The first Python that can import `websockets`: version managers put one in front that often can't. */
export function pythonWithWebsockets(): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin"];
  const found = [...new Set(folders.map((folder) => join(folder, "python3")))].filter((path) => existsSync(path));
  // `async for … in connect()` came with version 10.
  const probe = "import websockets, sys; sys.exit(int(websockets.__version__.split('.')[0]) < 10)";
  return found.find((path) => outputOf(path, ["-c", probe]) !== undefined);
}

export function wscatLacks(root: string): string | undefined {
  const there = existsSync(join(root, "node_modules/.bin/wscat"));
  return there ? undefined : "wscat is not among the packages installed here";
}

/** A C++ compiler with its sanitizers, as flags and all. */
export function compilerLacks(): string | undefined {
  return outputOf("g++", ["--version"]) === undefined ? "no g++ is installed here" : undefined;
}

/** For a test's title: what it left out, and why. */
export function leftOut(reason: string | undefined): string {
  return reason === undefined ? "" : `: left out, ${reason}`;
}

/** A program that tells its version. */
export function commandLacks(command: string): string | undefined {
  return outputOf(command, ["--version"]) === undefined ? `no ${command} is installed here` : undefined;
}
