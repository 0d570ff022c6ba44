// SQLite comes ready-made for most machines. Where that cannot be downloaded it is compiled, and this says what that needs.
// @ts-check
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/**
 * @param {readonly string[]} names
 * @param {string} path the PATH variable
 */
function onPath(names, path) {
  for (const folder of path.split(delimiter)) {
    for (const name of names) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return true;
      } catch {}
    }
  }
  return false;
}

/**
 * What compiling needs and this machine lacks, in the words of a person.
 * @param {Readonly<NodeJS.ProcessEnv>} env
 * @param {string} platform as `process.platform`
 * @returns {string[]}
 */
export function missingTools(env, platform) {
  const path = env.PATH ?? "";
  const missing = [];
  if (!onPath(["python3", "python"], path) && !env.npm_config_python && !env.PYTHON) missing.push("python3");
  // macOS has stand-ins for make and c++ that only offer to install the real ones.
  if (platform === "darwin" && spawnSync("xcode-select", ["-p"], { env }).status !== 0) {
    return [...missing, "make", "a C++ compiler"];
  }
  if (!onPath(["make", "gmake"], path)) missing.push("make");
  if (!onPath(["c++", "g++", "clang++"], path) && !env.CXX) missing.push("a C++ compiler");
  return missing;
}

/**
 * The command that installs those tools here.
 * @param {string} platform as `process.platform`
 * @param {string} osRelease text of /etc/os-release; empty where there is none
 */
export function howToInstall(platform, osRelease) {
  if (platform === "darwin") return "xcode-select --install";
  const family = /^ID(?:_LIKE)?=.*$/gm;
  const names = (osRelease.match(family) ?? []).join(" ").toLowerCase();
  if (/debian|ubuntu/.test(names)) return "sudo apt-get install python3 make g++";
  if (/fedora|rhel|centos/.test(names)) return "sudo dnf install python3 make gcc-c++";
  if (/alpine/.test(names)) return "sudo apk add python3 make g++";
  if (/arch/.test(names)) return "sudo pacman -S python make gcc";
  if (/suse/.test(names)) return "sudo zypper install python3 make gcc-c++";
  return "your system's package manager";
}

/** Text of /etc/os-release, or nothing. */
export function osRelease() {
  return existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
}

/**
 * The folder whose include/node holds Node's headers, so that compiling need not download them; undefined where there is none.
 * @param {string} execPath as `process.execPath`
 */
export function headersFolder(execPath) {
  const prefix = dirname(dirname(execPath));
  return existsSync(join(prefix, "include", "node", "node_api.h")) ? prefix : undefined;
}
