/** A copy is read back in a process of its own: it takes a core for a while, and whatever a damaged file does to SQLite ends nobody else. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ReadBack } from "./read-back.ts";

/**
 * What is in the database at `path`, which nobody has open. `verifier`: the built program; without it its source is run.
 * Rejects where the process could not do it, or was ended by `signal`.
 */
export async function verifyAside(verifier: URL | undefined, path: string, signal?: AbortSignal): Promise<ReadBack> {
  const source = (): string[] => [
    "--import",
    import.meta.resolve("tsx"),
    fileURLToPath(new URL("./verifier.ts", import.meta.url)),
  ];
  const program = verifier ? [fileURLToPath(verifier)] : source();
  const { stdout } = await promisify(execFile)(process.execPath, [...program, path], { signal });
  return JSON.parse(stdout) as ReadBack;
}
