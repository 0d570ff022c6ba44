/**
 * Who may speak to the hub from a browser: pages of the same host, of this machine, and those that were allowed. Programs
 * send no Origin and are not stopped. `Host` is checked so that a foreign name that resolves to this machine opens nothing.
 */
import { isIP } from "node:net";
import { hostname } from "node:os";
import type { Config } from "../config.ts";
import { isLoopbackHost } from "../loopback.ts";

/** What a request says of where it comes from. */
export interface Caller {
  readonly origin: string | undefined;
  readonly host: string | undefined;
  /** Comes from this machine, by a name of this machine, and no proxy handed it on. */
  readonly local: boolean;
  /** Came over TLS. */
  readonly secure: boolean;
  /** A trusted proxy handed it on. */
  readonly proxied: boolean;
}

/** `restricted`: an Origin of `null`, which may send device messages and nothing else. */
export type Verdict =
  | { readonly allowed: true; readonly restricted: boolean }
  | { readonly allowed: false; readonly message: string };

export type OriginConfig = Pick<Config, "host" | "allowOrigin" | "open" | "trustProxy">;

/** Judges a request by its `Origin` and `Host`. The message of a refusal says which setting would allow it. */
export function judgeCaller({ origin, host, local, secure, proxied }: Caller, config: OriginConfig): Verdict {
  const own = host === undefined ? undefined : hostnameOf(`http://${host}`);
  if (own === undefined) return { allowed: false, message: "The request has no valid Host header." };
  // A trusted proxy decides itself which names lead to the hub. A name of somebody else's that resolves to it would open
  // nothing but what is open to all, and that is kept from it.
  if (!isOwnHost(own, config) && !(proxied && !config.open))
    return {
      allowed: false,
      message: `The hub does not answer to the host name ${JSON.stringify(own)}: use its address or the name of this machine, or start it with --allow-origin http://${host}`,
    };
  if (origin === undefined) return { allowed: true, restricted: false };
  if (origin === "null") {
    if (local) return { allowed: true, restricted: true };
    return {
      allowed: false,
      message:
        "A page without an origin (a file, a sandboxed frame) may reach the hub from the same machine only: serve the page from a host and allow that with --allow-origin",
    };
  }
  const from = hostnameOf(origin);
  // A page of this host that came without TLS may be anybody's who sits in between.
  const isOwn = from === own && (!secure || origin.startsWith("https:"));
  if (from !== undefined && (isOwn || isLoopbackHost(from) || config.allowOrigin.includes(originOf(origin))))
    return { allowed: true, restricted: false };
  return {
    allowed: false,
    message: `Pages of ${printable(origin)} may not use this hub. To allow them start it with --allow-origin ${printable(origin)}`,
  };
}

/** An address can't be rebound to another machine as a name can; names must be the hub's own. */
function isOwnHost(name: string, { host, allowOrigin }: OriginConfig): boolean {
  if (isIP(name) !== 0 || isLoopbackHost(name)) return true;
  const machine = hostname().toLowerCase();
  const [short] = machine.split(".");
  const own = [host.toLowerCase(), machine, `${machine}.local`, short, `${short}.local`];
  return own.includes(name) || allowOrigin.some((origin) => hostnameOf(origin) === name);
}

/** The host of a URL in lower case, without brackets and port; undefined where it is none. */
export function hostnameOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname: name } = new URL(url);
  return name === "" ? undefined : name.replace(/^\[|\]$/g, "");
}

/** Host and port of an origin, as `Host` has them; undefined where it is none. */
export function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, "?").slice(0, 200);
}
