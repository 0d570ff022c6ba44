/** How the text of a flag or an environment variable becomes a value. Each answers undefined where it cannot read the text. */
import { isIP } from "node:net";
import { isLoopbackHost } from "./loopback.ts";
import { parseDuration } from "./protocol/duration.ts";
import { type Ages, parseKeep } from "./protocol/keep.ts";

/** A whole number in plain digits. */
export function readWhole(text: string): number | undefined {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}

/** `20`, `20ms`, `15s`, `1h` as ms. */
export function readDuration(text: string): number | undefined {
  return parseDuration(text);
}

const bytesOf: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** `512MB`, `1.5 GiB` as whole bytes; a plain number is in `plainUnit`. */
export function readSize(text: string, plainUnit: "B" | "MB"): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]i?b|b)?$/i.exec(text.trim());
  if (!match) return undefined;
  return Math.round(Number(match[1]) * (bytesOf[(match[2] ?? plainUnit).toUpperCase()] as number));
}

/** `2 GB`, `1.5 GB`, `640 MB`. */
export function sizeText(bytes: number): string {
  const [unit, size] = bytes >= 1e9 ? ["GB", 1e9] : bytes >= 1e6 ? ["MB", 1e6] : ["kB", 1e3];
  return `${Number((bytes / (size as number)).toPrecision(3))} ${unit}`;
}

/** `auto`, `off`, or a size; a plain number is MB. */
export function readBudget(text: string): "auto" | "off" | number | undefined {
  const word = text.trim().toLowerCase();
  return word === "auto" || word === "off" ? word : readSize(text, "MB");
}

/** `raw 30d, minute 1y, hour forever`. */
export function readKeep(text: string): Ages | undefined {
  const ages = parseKeep(text);
  return typeof ages === "string" ? undefined : ages;
}

/** A switch: the flag alone reads as true. */
export function readSwitch(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (["true", "1", "yes", "on"].includes(word)) return true;
  if (["false", "0", "no", "off"].includes(word)) return false;
  return undefined;
}

/** Origins, separated by commas, each in the form that a browser sends. */
export function readOrigins(text: string): string[] | undefined {
  const origins: string[] = [];
  for (const part of text.split(",")) {
    const origin = part.trim().replace(/\/$/, "");
    if (!origin) continue;
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) return undefined;
    origins.push(url.origin);
  }
  return origins.length > 0 ? [...new Set(origins)] : undefined;
}

/** Addresses, networks (`10.0.0.0/8`) and the word `loopback`, separated by commas. */
export function readPeers(text: string): string[] | undefined {
  const peers = text
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== "");
  return peers.length > 0 && peers.every(isPeer) ? [...new Set(peers)] : undefined;
}

function isPeer(text: string): boolean {
  if (text === "loopback") return true;
  const [address = "", bits, ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0 || address.includes("%")) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** `/hub`, without a slash at its end; empty for `/`. What the hub itself has at its root is none. */
export function readBasePath(text: string): string | undefined {
  const path = text.trim().replace(/\/+$/, "");
  const segments = path.split("/").slice(1);
  const isPath = path === "" || (path.startsWith("/") && segments.every((one) => /^(?!\.{1,2}$)[\w.~-]+$/.test(one)));
  const isOwn = ["api", "assets", "ws", "health", "ready", "metrics"].includes(segments[0] ?? "");
  return isPath && !isOwn && path.length <= 255 && text.trim().startsWith("/") ? path : undefined;
}

/** What is wrong with the settings that say who can reach the hub; undefined where nothing is. A hub is never open by oversight. */
export function reachProblem(given: Readonly<Record<string, unknown>>): string | undefined {
  const { host, lan, open, newToken, tlsCert, tlsKey, plainText, trustProxy } = given;
  if (lan && open) return "--lan asks for a token and --open for none: choose one.";
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    return `${tlsKey === undefined ? "--tls-cert" : "--tls-key"} is one half of a pair: give --tls-cert and --tls-key, or neither.`;
  if (tlsCert !== undefined && plainText)
    return "--tls-cert makes the hub speak TLS alone and --plain-text lets it go without: choose one.";
  const inside = typeof host !== "string" || isLoopbackHost(host.toLowerCase());
  if (newToken && (open || (!lan && trustProxy === undefined && inside)))
    return "--new-token makes a token where one is asked for: give it with --lan, with --host and --tls-cert, or with --trust-proxy.";
  if (typeof host !== "string") return undefined;
  if (lan && host !== "0.0.0.0" && host !== "::")
    return `--lan listens on all addresses, and --host on ${JSON.stringify(host)} alone: choose one.`;
  if (lan || open || plainText || tlsCert !== undefined || inside) return undefined;
  return `With --host ${JSON.stringify(host)} tokens and readings would cross the network in plain text: give --tls-cert and --tls-key, or use --lan or --plain-text where that network is trusted, or --open where everybody in it may read, write and delete.`;
}
