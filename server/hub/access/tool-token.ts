/**
 * By what a tool of the hub's own machine is known (`npm run backup`): who can read the hub's folder can read all that is in it,
 * and needs no account. Another one at each start.
 */
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** Name of the file in the data folder; mode 0600. */
const toolTokenFile = "tool-token";

/** Keeps the token for tools while the hub runs. */
export async function writeToolToken(folder: string, token: string): Promise<void> {
  const path = join(folder, toolTokenFile);
  // One that a hub left which was killed may be anybody's to read by now.
  await rm(path, { force: true });
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(`${token}\n`);
  } finally {
    await file.close();
  }
}

/** Undefined where no hub of this version runs on the folder, or it is not ours to read. */
export async function readToolToken(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, toolTokenFile), "utf8")).trim();
  } catch {
    return undefined;
  }
}

export function removeToolToken(folder: string): Promise<void> {
  return rm(join(folder, toolTokenFile), { force: true });
}
