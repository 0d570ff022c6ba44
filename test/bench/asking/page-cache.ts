/** Asks the kernel to forget what it remembers of files, so that they are read from the disk again. */
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** `dd … iflag=nocache count=0` drops a file that is written and not open (GNU coreutils, "dd invocation"). */
export async function forgetFiles(folder: string): Promise<void> {
  await run("sync");
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  for (const { parentPath, name } of files)
    await run("dd", [`if=${join(parentPath, name)}`, "iflag=nocache", "count=0", "status=none"]);
}
