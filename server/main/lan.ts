/** What a person needs to use the hub from other machines: its addresses there, the token, and both as a code for a phone. */
import type { NetworkInterfaceInfo } from "node:os";
import { renderUnicodeCompact } from "uqr";
import { isLoopbackHost } from "../loopback.ts";

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * Networks between programs of this machine: nobody else reaches the hub by them. Docker names its bridges by 12 digits;
 * `br-lan` is a real network.
 */
const inner = /^(docker|br-[0-9a-f]{12}$|veth|virbr|vmnet|vboxnet|bridge1\d\d$|cni|flannel|podman|lxc)/;

/** Tunnels: whoever is in them reaches the hub there, but the phone in the same room hardly does. */
const tunnel = /^(tun|tap|utun|wg|ppp|ipsec|tailscale|zt|nordlynx|vpn)/i;

/**
 * Addresses under which other machines reach this one, the likeliest first: of networks before those of tunnels, IPv4 before
 * IPv6. Those that a machine gives to itself, or that lead to its own containers, only where there is no other.
 */
export function lanAddresses(interfaces: Interfaces): string[] {
  const all = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses.filter(({ internal }) => !internal).map(({ address, family }) => ({ name, address, family })),
  );
  const ranked = all
    // A link-local address of IPv6 needs the name of the other machine's interface in it.
    .filter(({ address }) => !/^fe[89ab]/i.test(address))
    .map((one) => ({ ...one, rank: rankOf(one) }))
    // Equals stay in the system's order.
    .sort((a, b) => a.rank - b.rank);
  const usual = ranked.filter(({ rank }) => rank < lastResort);
  return (usual.length > 0 ? usual : ranked.slice(0, 1)).map(({ address }) => address);
}

/** From this rank on an address is told only where there is no better one. */
const lastResort = 4;

function rankOf({ name, address, family }: { name: string; address: string; family: string }): number {
  if (inner.test(name)) return lastResort + 1;
  if (address.startsWith("169.254.")) return lastResort;
  return (tunnel.test(name) ? 2 : 0) + (family === "IPv6" ? 1 : 0);
}

/** What decides by which addresses others come. */
export interface ReachSettings {
  /** Where this machine reaches the hub: `https://127.0.0.1:8443`. */
  readonly url: string;
  /** Address to listen on; `0.0.0.0` and `::` are all. */
  readonly host: string;
  /** Names and addresses that the hub's certificate is for. */
  readonly certificateNames: readonly string[];
  /** Origins at which a proxy serves it, and the path there. */
  readonly allowOrigin: readonly string[];
  readonly basePath: string;
}

/** Addresses of the hub for others, the likeliest first, without a slash at their end; none where only a proxy knows them. */
export function reachUrls(settings: ReachSettings, interfaces: Interfaces): string[] {
  const { url, host, certificateNames, allowOrigin, basePath } = settings;
  const { protocol, port } = new URL(url);
  if (isLoopbackHost(host.toLowerCase())) return allowOrigin.map((origin) => origin + basePath);
  // Whoever comes by another name than the certificate's is warned of it.
  const named = certificateNames.filter((name) => !name.includes("*") && !isLoopbackHost(name));
  const everywhere = host === "0.0.0.0" || host === "::";
  const hosts = named.length > 0 ? named : everywhere ? lanAddresses(interfaces) : [host];
  return hosts.map((one) => `${protocol}//${one.includes(":") ? `[${one}]` : one}${port && `:${port}`}`);
}

export interface LanReach {
  /** As `reachUrls` tells them. */
  readonly urls: readonly string[];
  /** For a first device; only where it was made just now. */
  readonly token: string | undefined;
  /** Makes an admin; undefined where there is one. */
  readonly setupCode: string | undefined;
  /** The code was asked for (`--setup`): there may be accounts already. */
  readonly again: boolean;
  /** Whether colours may be used. Without them the code is dark on light only where the terminal is light on dark. */
  readonly colours: boolean;
}

/** The text for the terminal, ended by a newline. It may hold secrets: it goes to the person, never into the log. */
export function lanText({ urls, token, setupCode, again, colours }: LanReach): string {
  const [first, ...more] = urls;
  const where = first
    ? `Other machines reach it at ${first}${more.length > 0 ? ` (or ${more.join(", ")})` : ""}`
    : "Other machines reach it by its proxy, or once this machine has an address in a network";
  const lines = [`${where}. People sign in there, and devices send a token.`];
  if (setupCode !== undefined) {
    const what = again ? "An admin's account is made, once," : "The first account is made";
    lines.push("", `${what} on the page, with this set-up code:`, "", `  ${setupCode}`);
    if (first)
      lines.push(
        "",
        "This address, and a phone in the same network by the code below, open that page with it. Both are as secret:",
        "",
        `  ${first}/#setup=${setupCode}`,
        "",
        ...qrCode(`${first}/#setup=${setupCode}`, colours),
      );
  }
  if (token !== undefined)
    lines.push(
      "",
      "A first device sends this token (hello.token, or Authorization: Bearer). It is shown this once: note it down.",
      "On the page, under Access, each device gets one of its own.",
      "",
      `  ${token}`,
    );
  return `${lines.join("\n")}\n`;
}

/**
 * What stands in the terminal where this machine alone reaches the hub: one line, since nobody has to do anything. `again`: the
 * code was asked for (`--setup`), as by somebody who lost a password, and people may have to sign in.
 */
export function setupText(url: string, setupCode: string, again: boolean): string {
  const what = again
    ? "An admin's account is made, once, at"
    : "Nobody needs to sign in on this machine. Who wants accounts makes the first one at";
  return `${what} ${url}/#setup=${setupCode} (set-up code ${setupCode})\n`;
}

/** Light modules around a code (ISO/IEC 18004, 9.1): with fewer some cameras do not find it. */
const quietZone = 4;

/**
 * White and black of the fixed palette: a theme may turn "black" and "white" of the 16 colours round, and most cameras read
 * dark on light alone.
 */
const white = "38;5;231";
const black = "48;5;16";

/**
 * Lines of a QR code. The code stands behind `#`, the part of an address that browsers send to no server and no proxy and
 * write into no Referer; the page takes it out of the address bar and the tab's history before it does anything else. The
 * browser's own list of visited addresses keeps it, and no page can change that.
 */
function qrCode(address: string, colours: boolean): string[] {
  // Blocks are the light parts. The lowest degree of error correction has the largest modules: a screen is not scratched.
  const lines = renderUnicodeCompact(address, { ecc: "L", border: quietZone }).split("\n");
  if (!colours) return lines;
  // An odd number of rows ends in half a line; below it the terminal's own ground stays.
  return lines.map((line) => `\u001b[${/^▀+$/.test(line) ? white : `${white};${black}`}m${line}\u001b[0m`);
}
