/** The hub's token: made by the hub, shown once, kept in the data folder as its hash alone. */
import { randomBytes } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncFolder } from "../store/sync-folder.ts";
import { hashToken } from "./access.ts";

/** Name of the file in the data folder; mode 0600. */
export const tokenFile = "hub-token";

/** Crockford's base 32: no letter that looks like a digit. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
/** Seven groups of four, 140 bits of the system's generator: short enough to type, too long to guess. */
const groups = 7;
const groupLength = 4;

export interface HubToken {
  /** SHA-256. */
  readonly hash: Buffer;
  /** The token itself, where it was made just now: nobody can tell it later. */
  readonly token?: string;
  /** Writes the hash of a token that was made just now; until then the one of before stands. */
  keep(): Promise<void>;
}

/** The token's file cannot be used: the message is one sentence for a person and says what to do. */
export class TokenFileError extends Error {
  override readonly name = "TokenFileError";
}

/** Reads the token's hash from the folder of the readings; makes a token where there is none, or where `renew` wants another. */
export async function openHubToken(folder: string, renew: boolean): Promise<HubToken> {
  const path = join(folder, tokenFile);
  const kept = renew ? undefined : await readKept(path);
  if (kept !== undefined) return { hash: kept, keep: async () => {} };
  const token = makeToken();
  const hash = hashToken(token);
  return { hash, token, keep: () => write(path, `sha256:${hash.toString("hex")}\n`) };
}

/** Each byte gives 5 of its bits, so all letters are equally likely. */
function makeToken(): string {
  const letters = [...randomBytes(groups * groupLength)].map((byte) => alphabet[byte % alphabet.length]);
  return Array.from({ length: groups }, (_, at) =>
    letters.slice(at * groupLength, (at + 1) * groupLength).join(""),
  ).join("-");
}

async function readKept(path: string): Promise<Buffer | undefined> {
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
  return Buffer.from(hex, "hex");
}

/** Whole or not at all: a cut in between leaves the token of before. */
async function write(path: string, text: string): Promise<void> {
  const next = `${path}.new`;
  const file = await open(next, "w", 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
  // The new name, too: after a power cut the token that this one ended must not be back.
  syncFolder(dirname(path));
}
