/** Which peers are proxies that are believed for whom they ask, and what they say. */
import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";

/** What a proxy says of the request that it hands on. */
export interface Forwarded {
  /** Who asked: the nearest hop that is no trusted proxy; undefined where nothing readable was said. */
  readonly address: string | undefined;
  /** True where the asker came over TLS. */
  readonly secure: boolean;
  /** The `Host` that was asked for, where the proxy wrote another one. */
  readonly host: string | undefined;
}

/** Built once for each list of settings: they do not change while a hub runs. */
const lists = new WeakMap<readonly string[], BlockList>();

/** True for a peer whose word is taken; `trusted` as the setting has it: addresses, networks, `loopback`. */
export function isTrusted(address: string | undefined, trusted: readonly string[]): boolean {
  if (address === undefined || trusted.length === 0) return false;
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  const family = isIP(plain);
  if (family === 0) return false;
  let list = lists.get(trusted);
  if (!list) {
    list = listOf(trusted);
    lists.set(trusted, list);
  }
  return list.check(plain, family === 4 ? "ipv4" : "ipv6");
}

function listOf(trusted: readonly string[]): BlockList {
  const list = new BlockList();
  for (const peer of trusted.flatMap((one) => (one === "loopback" ? ["127.0.0.0/8", "::1"] : [one]))) {
    const [address = "", bits] = peer.split("/");
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/**
 * What the headers of a trusted proxy say. Each proxy on the way adds an address at the right end of `X-Forwarded-For`, so what
 * stands left of the first untrusted one was written by whoever sits there, and is worth nothing. `Forwarded` (RFC 7239) is not
 * read: no common proxy writes it by itself, and one that hands on the visitor's would be believed for what the visitor wrote.
 */
export function forwardedBy(headers: IncomingHttpHeaders, trusted: readonly string[]): Forwarded {
  const hops = listed(headers["x-forwarded-for"]).map(addressOf);
  let address: string | undefined;
  for (const hop of hops.reverse()) {
    if (hop === undefined) break;
    address = hop;
    if (!isTrusted(hop, trusted)) break;
  }
  return {
    address,
    secure: listed(headers["x-forwarded-proto"]).at(-1)?.toLowerCase() === "https",
    host: listed(headers["x-forwarded-host"]).at(-1),
  };
}

function listed(header: string | readonly string[] | undefined): string[] {
  const text = typeof header === "string" ? header : (header?.join(",") ?? "");
  return text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

/** An address without port and brackets; undefined for what is none, such as `unknown`. */
function addressOf(text: string): string | undefined {
  const [, inBrackets, v4] = /^\[([^\]]+)\](?::\d+)?$|^([\d.]+)(?::\d+)?$/.exec(text) ?? [];
  const address = inBrackets ?? v4 ?? text;
  return isIP(address) === 0 ? undefined : address;
}
