/** The one token of hubs before schema 7, in a file of the data folder: it becomes a token among others, and the file goes. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** Name of the file in the data folder. */
const tokenFile = "hub-token";

/** The token's file cannot be used: the message is one sentence for a person and says what to do. */
export class TokenFileError extends Error {
  override readonly name = "TokenFileError";
}

/** SHA-256 of the token, hex; undefined where there is none. */
export async function readFormerToken(folder: string): Promise<string | undefined> {
  const path = join(folder, tokenFile);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const [, hex] = /^sha256:([0-9a-f]{64})\n?$/.exec(text) ?? [];
  if (hex === undefined)
    throw new TokenFileError(`${path} does not hold the hash of a token: start the hub with --lan --new-token.`);
  return hex;
}

/** It is in the database by now. */
export function removeFormerToken(folder: string): Promise<void> {
  return rm(join(folder, tokenFile), { force: true });
}
