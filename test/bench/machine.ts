/** What a run was made on: figures of two machines, or of two moments of one, are not the same. */
import { execFileSync } from "node:child_process";
import { readFileSync, statfsSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

export interface Machine {
  /** Of the source; `+` behind it where files differ from it. Empty where this is no clone. */
  readonly commit: string;
  readonly node: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** The file system of the data, and what it lies on. */
  readonly disk: string;
  readonly diskFreeBytes: number;
  /** Processes that wanted a core in the last minute, when the run began: the machine should have nothing else to do. */
  readonly load: number;
}

export function machineOf(folder: string): Machine {
  const { bavail, bsize } = statfsSync(folder);
  return {
    commit: commit(),
    node: process.version,
    kernel: release(),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    disk: diskOf(resolve(folder)),
    diskFreeBytes: bavail * bsize,
    load: loadavg()[0] ?? 0,
  };
}

function commit(): string {
  const git = (...argv: string[]): string =>
    execFileSync("git", argv, { cwd: fileURLToPath(new URL(".", import.meta.url)), encoding: "utf8", stdio: "pipe" });
  try {
    const differs = git("status", "--porcelain", "--untracked-files=no").trim() !== "";
    return git("rev-parse", "--short=12", "HEAD").trim() + (differs ? "+" : "");
  } catch {
    return "";
  }
}

/** The mount whose point is the longest that holds the folder. */
function diskOf(folder: string): string {
  let found = { point: "", disk: "unknown" };
  for (const line of readFileSync("/proc/self/mounts", "utf8").split("\n")) {
    const [device = "", point = "", type = ""] = line.split(" ");
    const holds = folder === point || folder.startsWith(point.endsWith("/") ? point : `${point}/`);
    if (point !== "" && holds && point.length >= found.point.length) found = { point, disk: `${type} on ${device}` };
  }
  return found.disk;
}
