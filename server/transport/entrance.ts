/** Where a request comes from, and the token that it brings. */
import type { IncomingMessage } from "node:http";
import { type Access, type Entrance, looksLikeToken } from "../hub/access.ts";
import { isLoopbackAddress, isLoopbackHost } from "../loopback.ts";
import { Refusal } from "../protocol/errors.ts";
import { hostnameOf } from "./origin.ts";

/** Headers by which a proxy on this machine says that somebody else is behind it. */
const proxyHeaders = ["forwarded", "x-forwarded-for", "x-real-ip", "via"] as const;

/** Names of parameters in which people put a token. */
const tokenParameters = ["token", "access_token"] as const;

export function entranceOf({ headers, socket }: IncomingMessage): Entrance {
  const host = headers.host === undefined ? undefined : hostnameOf(`http://${headers.host}`);
  const [, token] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "") ?? [];
  return {
    address: socket.remoteAddress ?? "unknown",
    local:
      isLoopbackAddress(socket.remoteAddress) &&
      host !== undefined &&
      isLoopbackHost(host) &&
      proxyHeaders.every((name) => headers[name] === undefined),
    // A header that cannot be read is a wrong token, not a missing one.
    token: token ?? (headers.authorization === undefined ? undefined : ""),
  };
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
    "A token in an address ends up in logs: send it as Authorization: Bearer TOKEN, or on a socket in hello.token. If this one is the hub's, replace it: start the hub with --new-token.",
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
