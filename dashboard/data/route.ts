/** Where the page is, kept in the address after `#`, so that a link opens the same page in the same state. */
import { isRangeKey, type Range } from "./ranges.ts";

export type Route =
  | { readonly page: "device"; readonly device: string; readonly params: URLSearchParams }
  | { readonly page: "access"; readonly tab: AccessTab | undefined; readonly params: URLSearchParams }
  | { readonly page: Exclude<PageName, "device" | "access">; readonly params: URLSearchParams };

export const pageNames = [
  "fleet",
  "device",
  "market",
  "explore",
  "connect",
  "hub",
  "storage",
  "access",
  "setup",
] as const;
export type PageName = (typeof pageNames)[number];

/** What the page Access shows, one at a time. */
export const accessTabs = ["requests", "tokens", "links", "people", "sessions", "audit"] as const;
export type AccessTab = (typeof accessTabs)[number];

const devicePrefix = "device/";
const accessPrefix = "access/";

/** Whatever is no page of ours shows the devices. */
export function parseRoute(hash: string): Route {
  const [path = "", query] = hash.replace(/^#?\/?/, "").split("?", 2);
  const params = new URLSearchParams(query);
  if (path.startsWith(devicePrefix)) {
    const device = decode(path.slice(devicePrefix.length));
    if (device !== "") return { page: "device", device, params };
  }
  if (path === "access" || path.startsWith(accessPrefix)) {
    const tab = accessTabs.find((name) => name === path.slice(accessPrefix.length));
    return { page: "access", tab, params };
  }
  const page = pageNames.find((name) => name === path);
  return { page: page === undefined || page === "device" || page === "access" ? "fleet" : page, params };
}

/** The address of a page other than a device's. `params` without a value are left out. */
export function pageHref(
  page: Exclude<PageName, "device">,
  params: Readonly<Record<string, string | undefined>> = {},
): string {
  return `#/${page === "fleet" ? "" : page}${queryOf(params)}`;
}

/** The address of a device. Slashes stay readable, since ids have them. `params` without a value are left out. */
export function deviceHref(
  device: string,
  range?: Range,
  params: Readonly<Record<string, string | undefined>> = {},
): string {
  const path = encodeURIComponent(device).replaceAll("%2F", "/");
  return `#/${devicePrefix}${path}${queryOf({ ...rangeParams(range), ...params })}`;
}

/** The address of a part of the page Access. */
export function accessHref(tab: AccessTab): string {
  return `#/${accessPrefix}${tab}`;
}

/** `range=1h`, or `from=…`, `to=…` in ms. */
export function rangeParams(range: Range | undefined): Record<string, string> {
  if (range === undefined) return {};
  return typeof range === "object" ? { from: String(range.fromMs), to: String(range.toMs) } : { range };
}

/** What `rangeParams` wrote; undefined where there is none, or none that makes sense. */
export function rangeOf(params: URLSearchParams): Range | undefined {
  const key = params.get("range");
  if (isRangeKey(key)) return key;
  const fromMs = Number(params.get("from") ?? Number.NaN);
  const toMs = Number(params.get("to") ?? Number.NaN);
  return toMs > fromMs && isInstant(fromMs) && isInstant(toMs) ? { fromMs, toMs } : undefined;
}

/** Beyond these ends of the calendar no date can be told. */
function isInstant(timeMs: number): boolean {
  return Math.abs(timeMs) <= 8.64e15;
}

/** A step of its own in the browser's history, so that Back returns. */
export function go(href: string): void {
  location.hash = href;
}

/** The address follows what is shown, without a step in the browser's history. */
export function goInPlace(href: string): void {
  if (href !== location.hash) location.replace(href);
}

function queryOf(params: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

/** A hand-written address may hold a stray `%`. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
