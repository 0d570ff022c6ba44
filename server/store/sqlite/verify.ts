/** What looks through a whole database runs in a process of its own: it takes a core for a while, and whatever a damaged file does to SQLite ends nobody else. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ReadBack } from "./read-back.ts";

/**
 * What is in the database at `path`, which nobody has open. `verifier`: the built program; without it its source is run.
 * Rejects where the process could not do it, or was ended by `signal`.
 */
export async function verifyAside(verifier: URL | undefined, path: string, signal?: AbortSignal): Promise<ReadBack> {
  return (await run(verifier, [path], signal)) as ReadBack;
}

/**
 * Looks through the database at `path` while others use it; what is wrong, or null. Waits `busyTimeoutMs` for locks of others.
 * Rejects where the process could not do it, or was ended by `signal`: at once then, which no thread in a statement is.
 */
export async function checkAside(
  verifier: URL | undefined,
  path: string,
  busyTimeoutMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  return (await run(verifier, [path, String(busyTimeoutMs), String(process.pid)], signal)) as string | null;
}

/** What the program prints; it is gone when this resolves or rejects. */
async function run(verifier: URL | undefined, values: readonly string[], signal?: AbortSignal): Promise<unknown> {
  signal?.throwIfAborted();
  const source = (): string[] => [
    "--import",
    import.meta.resolve("tsx"),
    fileURLToPath(new URL("./verifier.ts", import.meta.url)),
  ];
  const program = verifier ? [fileURLToPath(verifier)] : source();
  const printed = await new Promise<string>((resolve, reject) => {
    // The option `signal` asks a process to end, and rejects while it still has the files of the database open.
    const child = execFile(process.execPath, [...program, ...values], (error, stdout) => {
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) reject(signal.reason);
      else if (error) reject(error);
      else resolve(stdout);
    });
    const end = () => void child.kill("SIGKILL");
    signal?.addEventListener("abort", end);
  });
  return JSON.parse(printed);
}
