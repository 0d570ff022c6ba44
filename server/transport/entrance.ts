/** Where a request comes from, and the token that it brings. */
import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import type { Access, Entrance } from "../hub/access/access.ts";
import { looksLikeToken } from "../hub/access/secrets.ts";
import { isLoopbackAddress, isLoopbackHost } from "../loopback.ts";
import { Refusal } from "../protocol/errors.ts";
import { type Caller, hostnameOf } from "./origin.ts";
import { forwardedBy, isTrusted } from "./proxies.ts";

/** Headers by which a proxy says that somebody else is behind it. Whoever writes them comes from elsewhere, trusted or not. */
const proxyHeaders = [
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "via",
] as const;

/** Names of parameters in which people put a token. */
const tokenParameters = ["token", "access_token"] as const;

/** An entrance with what decides whether a page may use it. */
export interface Arrival extends Entrance {
  /** Came over TLS: the hub's own, or that of a trusted proxy, which says so. */
  readonly secure: boolean;
  /** What was asked for as `Host`; behind a trusted proxy what its visitor asked for. */
  readonly host: string | undefined;
  /** A trusted proxy handed it on. */
  readonly proxied: boolean;
}

/** Proxies as the settings name them. Of all others the headers are read for one thing: that somebody else is behind them. */
export interface ProxyConfig {
  readonly trustProxy: readonly string[];
}

/** Where a request comes from. The address is that of the other end, or, behind a trusted proxy, of whom it asks for. */
export function entranceOf({ headers, socket }: IncomingMessage, { trustProxy }: ProxyConfig): Arrival {
  const handedOn = proxyHeaders.some((name) => headers[name] !== undefined);
  const proxied = handedOn && isTrusted(socket.remoteAddress, trustProxy);
  const said = proxied ? forwardedBy(headers, trustProxy) : undefined;
  const host = said?.host ?? headers.host;
  const name = host === undefined ? undefined : hostnameOf(`http://${host}`);
  const [, token] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "") ?? [];
  return {
    address: said?.address ?? socket.remoteAddress ?? "unknown",
    local:
      isLoopbackAddress(socket.remoteAddress) &&
      name !== undefined &&
      isLoopbackHost(name) &&
      !handedOn &&
      // A proxy that says nothing of its visitors must not make all of them programs of this machine.
      !isTrusted(socket.remoteAddress, trustProxy),
    // A header that cannot be read is a wrong token, not a missing one.
    token: token ?? (headers.authorization === undefined ? undefined : ""),
    secure: said?.secure ?? socket instanceof TLSSocket,
    host,
    proxied,
  };
}

/** What `judgeCaller` wants to know of a request. */
export function callerOf({ headers }: IncomingMessage, { host, local, secure, proxied }: Arrival): Caller {
  return { origin: headers.origin, host, local, secure, proxied };
}

/**
 * Refuses an address that has a token in it: addresses end up in logs, histories and on screens. Everything that looks like
 * one is refused alike: nobody learns here, uncounted, whether a guess was right.
 */
export function tokenInAddress(pathname: string, query: URLSearchParams, access: Access): Refusal | undefined {
  const named = tokenParameters.some((name) => query.has(name));
  if (!named && (access.open || ![decoded(pathname), ...query.keys(), ...query.values()].some(looksLikeToken)))
    return undefined;
  return new Refusal(
    "unknown_field",
    "A token in an address ends up in logs: send it as Authorization: Bearer TOKEN, or on a socket in hello.token. If this one is good, replace it: rotate it on the page, under Access.",
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
