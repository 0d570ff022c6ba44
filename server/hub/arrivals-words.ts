/** What people may read of who sent something and of what it was: no token, and no whole address of somebody far away. */
import { isIP } from "node:net";
import { isLoopbackAddress } from "../loopback.ts";

/** Longest start of a raw text that is kept, UTF-16 units. */
const maxRaw = 300;
/** As much of it is looked through for tokens. */
const maxLookedAt = 1_000;

const privateNetworks = /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i;

/**
 * An address as people may see it: `local` for this machine, whole where it is of a private network (that is how a board is
 * found), else its network alone: `203.0.113.…`.
 */
export function shownAddress(address: string): string {
  if (isLoopbackAddress(address)) return "local";
  const plain = address.replace(/^::ffff:(?=\d+\.)/, "").replace(/%.*$/, "");
  if (isIP(plain) === 0) return "unknown";
  if (privateNetworks.test(plain)) return plain;
  if (plain.includes(":")) return `${plain.split(":").slice(0, 3).join(":")}:…`;
  return `${plain.slice(0, plain.lastIndexOf("."))}.…`;
}

/** The start of what somebody sent, to be kept: a copy, since a mere slice would hold the whole frame in memory. */
export function startOf(raw: string): string {
  return Buffer.from(raw.slice(0, maxLookedAt)).toString();
}

/** The start of what somebody sent, without the tokens in it. */
export function shownRaw(start: string): string {
  return withoutTokens(start).slice(0, maxRaw).toWellFormed();
}

/** Takes out what stands in a field `token`, whether it ends or not, and whatever holds what looks like a token of a hub: one with a letter too many is nearly one. */
export function withoutTokens(text: string): string {
  const plain = text.replace(/(token\\*["']?\s*[:=]\s*)(\\*"[^"]*"?|\\*'[^']*'?|[^\s,}&]+)/gi, "$1…");
  return plain.replace(/(?:[0-9a-z]{4}-){6}[0-9a-z]{4}/gi, "…");
}
