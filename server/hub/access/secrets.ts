/** What people and devices prove themselves with: made by the system's generator, kept as digests alone. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Crockford's base 32: no letter that looks like a digit. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const groupLength = 4;
/** Seven groups of four, 140 bits: short enough to type, too long to guess. */
const tokenGroups = 7;
/** Four groups, 80 bits: typed once, and each wrong one is counted. */
const setupGroups = 4;

/** Anything longer is no token, and is not worth a hash. */
export const longestToken = 512;
/** A device may bring a token of its own making: shorter ones, of 5 bits a letter, have less than 128. */
export const shortestOwnToken = 26;

/** Between the token of a fleet and the one that a device made itself. */
export const fleetMark = "/";

/** What a device made itself, of a token that may have its fleet's key before it. */
export function ownPart(token: string): string {
  return token.slice(token.indexOf(fleetMark) + 1);
}

/** Whether it is what nobody guesses with: a token of 128 bits or more. */
export function isOwnToken(token = ""): boolean {
  return token.length <= longestToken && plainToken(ownPart(token)).length >= shortestOwnToken;
}

/** Takes as long for a digest that is nearly the other as for any. */
export function sameDigest(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/** A token, as people see it: `7k3m-2p9x-…`. */
export function makeToken(): string {
  return grouped(tokenGroups);
}

/** The code that makes the first admin. */
export function makeSetupCode(): string {
  return grouped(setupGroups);
}

/** What a session's cookie holds: 256 bits that nobody types. */
export function makeCookie(): string {
  return randomBytes(32).toString("base64url");
}

/** An id of a record: 60 bits, so that two never meet. */
export function makeId(): string {
  return lettersOf(12);
}

/** SHA-256 in hex of a token as it is typed: capitals, dashes and letters that look like digits (o, i, l) make no difference. */
export function hashToken(token: string): string {
  return createHash("sha256").update(plainToken(token)).digest("hex");
}

/** A token without what makes no difference. */
export function plainToken(token: string): string {
  return token.toLowerCase().replace(/[\s-]/g, "").replaceAll("o", "0").replace(/[il]/g, "1");
}

/** SHA-256 in hex of a cookie, as it is. */
export function hashCookie(cookie: string): string {
  return createHash("sha256").update(cookie).digest("hex");
}

/**
 * Whether there is something in a text that looks like a token of a hub, as it is printed. Whether it is a right one must
 * not be looked at in places where nobody counts the guesses.
 */
export function looksLikeToken(text: string): boolean {
  return /(?<![0-9a-z-])(?:[0-9a-z]{4}-){6}[0-9a-z]{4}(?![0-9a-z-])/i.test(text);
}

function grouped(groups: number): string {
  const letters = lettersOf(groups * groupLength);
  return Array.from({ length: groups }, (_, at) => letters.slice(at * groupLength, (at + 1) * groupLength)).join("-");
}

/** Each byte gives 5 of its bits, so all letters are equally likely. */
function lettersOf(count: number): string {
  return [...randomBytes(count)].map((byte) => alphabet[byte % alphabet.length]).join("");
}
