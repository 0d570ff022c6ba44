/** What a process costs, by the tables of Linux. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** CPU taken so far, ms: of all threads, and of the one that runs JavaScript's main program. */
export interface Cpu {
  readonly all: number;
  readonly main: number;
}

/** Threads that ended are missed; those of the systems here live as long as they do. */
export function cpuOf(pid: number): Cpu {
  let all = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) all += threadMs(pid, thread);
  return { all, main: threadMs(pid, String(pid)) };
}

function threadMs(pid: number, thread: string): number {
  try {
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ");
    return Number(nanoseconds) / 1e6;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

/** The most memory it ever held, bytes. */
export function peakBytesOf(pid: number): number {
  return bytesOf(pid, "VmHWM");
}

/** The memory it holds, bytes. */
export function residentBytesOf(pid: number): number {
  return bytesOf(pid, "VmRSS");
}

function bytesOf(pid: number, name: "VmHWM" | "VmRSS"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const line = status.split("\n").find((each) => each.startsWith(`${name}:`));
  if (line === undefined) throw new Error(`/proc/${pid}/status tells no ${name}`);
  return Number.parseInt(line.slice(name.length + 1), 10) * 1_024;
}

const lookMs = 250;
/** Less than this in a look, ms, is a process at rest: its heartbeats and timers go on. */
const restMs = 5;

/** Waits until a process has done what it still had to do, `patienceMs` at the longest. */
export async function settle(pid: number, patienceMs: number): Promise<void> {
  const until = performance.now() + patienceMs;
  let before = cpuOf(pid).all;
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    const now = cpuOf(pid).all;
    if (now - before < restMs) return;
    before = now;
  }
}

/** Bytes of all files of a folder. */
export function bytesIn(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.reduce((sum, each) => sum + (each.isFile() ? statSync(join(each.parentPath, each.name)).size : 0), 0);
}
