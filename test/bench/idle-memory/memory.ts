/** The memory of a process that does nothing, by the tables of Linux. */
import { readFileSync } from "node:fs";

export interface Memory {
  /** Its share of all that lies in RAM for it, pages of mapped files included, bytes. */
  readonly pssBytes: number;
  /** What it alone holds and no file backs: heaps, stacks, buffers, bytes. */
  readonly ownBytes: number;
}

export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return { pssBytes: bytesOf(text, "Pss"), ownBytes: bytesOf(text, "Anonymous") };
}

function bytesOf(text: string, field: string): number {
  const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text) ?? [];
  if (kilobytes === undefined) throw new Error(`smaps_rollup tells no ${field}`);
  return Number(kilobytes) * 1_024;
}
