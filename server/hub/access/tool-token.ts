/**
 * What stands in the hub's folder beside its database: by what a tool of the hub's own machine is known (`npm run backup`), for
 * who can read the folder can read all that is in it, and needs no account; and that there were accounts, so that a hub whose
 * database was damaged and put aside is not open to everybody of its machine then.
 */
import { existsSync } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** Names of the files in the data folder; mode 0600. */
const toolTokenFile = "tool-token";
const hasAccountsFile = "has-accounts";

/** How a tool reaches the hub that uses a folder. */
export interface ToolToken {
  readonly token: string;
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
}

/** Keeps the token for tools while the hub runs. */
export async function writeToolToken(folder: string, { token, url }: ToolToken): Promise<void> {
  await write(join(folder, toolTokenFile), `${token} ${url}\n`);
}

/** Undefined where no hub of this version runs on the folder, or it is not ours to read. */
export async function readToolToken(folder: string): Promise<ToolToken | undefined> {
  try {
    const [token, url] = (await readFile(join(folder, toolTokenFile), "utf8")).trim().split(" ");
    return token && url && URL.canParse(url) ? { token, url } : undefined;
  } catch {
    return undefined;
  }
}

/** Nobody is let in by it any more: a file that stays is worth nothing. */
export async function removeToolToken(folder: string): Promise<void> {
  await rm(join(folder, toolTokenFile), { force: true }).catch(() => {});
}

/** Notes that there are accounts. */
export function noteAccounts(folder: string): Promise<void> {
  return write(
    join(folder, hasAccountsFile),
    "This hub has accounts: without its database nobody is let in by being here.\n",
  );
}

export function hadAccounts(folder: string): boolean {
  return existsSync(join(folder, hasAccountsFile));
}

async function write(path: string, text: string): Promise<void> {
  // One that a hub left which was killed may be anybody's to read by now.
  await rm(path, { force: true });
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}
