/** The processes of this machine, by the system's own table: minimal systems have no `ps`, and macOS has no `/proc`. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Ended, but its parent has not asked how. */
  readonly ended: boolean;
}

function processes(): Process[] {
  if (!existsSync("/proc/self/stat")) {
    const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" }).trim().split("\n");
    return rows.map((row) => {
      const [pid, parent, state = ""] = row.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), ended: state.startsWith("Z") };
    });
  }
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // `pid (name) state parent …`, and the name may hold anything.
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return [{ pid: Number(name), parent: Number(parent), ended: state === "Z" }];
    } catch {
      return [];
    }
  });
}

/** The living children of a process. */
export function childrenOf(pid: number): number[] {
  return processes().flatMap((each) => (each.parent === pid && !each.ended ? [each.pid] : []));
}

export function isRunning(pid: number): boolean {
  return processes().some((each) => each.pid === pid && !each.ended);
}
