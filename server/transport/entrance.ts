/** Where a request comes from, and the token that it brings. */
import type { IncomingMessage } from "node:http";
import type { Access, Entrance } from "../hub/access.ts";
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
    token: token ?? headers.authorization,
  };
}

/** Refuses an address that has a token in it: addresses end up in logs, histories and on screens. */
export function tokenInAddress(pathname: string, query: URLSearchParams, access: Access): Refusal | undefined {
  const named = tokenParameters.some((name) => query.has(name));
  const hidden = () => [...query.values(), ...pathname.split("/").map(decoded)].some((text) => access.isToken(text));
  if (!named && (access.open || !hidden())) return undefined;
  return new Refusal(
    "unknown_field",
    "A token in an address ends up in logs: send it as Authorization: Bearer TOKEN, or on a socket in hello.token. This one should be replaced: start the hub with --new-token.",
  );
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
