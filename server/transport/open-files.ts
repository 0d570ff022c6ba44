/** How many files the system lets this process open: each connection is one. */
import { readFileSync } from "node:fs";

/** The limit that holds now, by the tables of Linux; undefined where the system does not tell. Node raises it to the hard one at its start. */
export function openFilesLimit(): number | undefined {
  let text: string;
  try {
    text = readFileSync("/proc/self/limits", "utf8");
  } catch {
    return undefined;
  }
  const [, soft] = /^Max open files\s+(\d+)\s/m.exec(text) ?? [];
  return soft === undefined ? undefined : Number(soft);
}
