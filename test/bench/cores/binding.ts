/** Which cores a process may run on: asked of Linux's /proc, set by `taskset`. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The cores that this process may use, in order: of a container often fewer than the machine has. */
export function coresHere(): number[] {
  const status = readFileSync("/proc/self/status", "utf8");
  const [, list] = /^Cpus_allowed_list:\s+(\S+)$/m.exec(status) ?? [];
  if (list === undefined) throw new Error("/proc/self/status tells no Cpus_allowed_list");
  return coresOf(list);
}

/** @param list as Linux writes it: `0-3,8` */
export function coresOf(list: string): number[] {
  return list.split(",").flatMap((span) => {
    const [first, last = first] = span.split("-").map(Number);
    if (first === undefined || last === undefined || !Number.isInteger(first) || !Number.isInteger(last))
      throw new Error(`not a list of cores: ${list}`);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Who runs where. */
export interface Cores {
  /** Where the hub has one core, and where it has two. */
  readonly one: readonly number[];
  readonly two: readonly number[];
  /** Never those of a hub with one core; of a hub with two neither, where there are more: of two it is the second, which they share. */
  readonly load: readonly number[];
}

/** @throws where there are fewer than two: nothing could be told then. */
export function divided(cores: readonly number[]): Cores {
  const [first, second, ...rest] = cores;
  if (first === undefined || second === undefined)
    throw new Error("The part cores needs two cores at least, and this process may use one.");
  return { one: [first], two: [first, second], load: rest.length > 0 ? rest : [second] };
}

/** Has all threads of a process run there alone, and those that they start. */
export function bind(pid: number, cores: readonly number[]): void {
  execFileSync("taskset", ["-a", "-c", "-p", cores.join(), String(pid)], { stdio: ["ignore", "ignore", "inherit"] });
}

/** What starts a program there: by how many cores it sees some programs decide how many threads they start. */
export const startedOn = (cores: readonly number[]): string[] => ["taskset", "-c", cores.join()];
