import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it. Not by `mkdirSync` with `recursive`: where the system answers ENOENT although the
 * parent is there (as below /proc), that one tries for ever and the start hangs. Throws what `mkdirSync` throws.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}
