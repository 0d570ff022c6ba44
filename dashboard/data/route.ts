/** Where the page is, kept in the address after `#`, so that a link opens the same device and range. */
import { isRangeKey, type Range } from "./ranges.ts";

export type Route =
  | { readonly page: "home" }
  | { readonly page: "connect" }
  | { readonly page: "device"; readonly device: string; readonly range: Range | undefined };

const devicePrefix = "#/device/";

export function parseRoute(hash: string): Route {
  if (hash === "#/connect") return { page: "connect" };
  if (!hash.startsWith(devicePrefix)) return { page: "home" };
  const [path = "", query] = hash.slice(devicePrefix.length).split("?");
  const device = decode(path);
  if (device === "") return { page: "home" };
  return { page: "device", device, range: readRange(new URLSearchParams(query)) };
}

/** `?range=1h`, or `?from=…&to=…` in ms. */
function readRange(query: URLSearchParams): Range | undefined {
  const key = query.get("range");
  if (isRangeKey(key)) return key;
  const fromMs = Number(query.get("from") ?? Number.NaN);
  const toMs = Number(query.get("to") ?? Number.NaN);
  return toMs > fromMs ? { fromMs, toMs } : undefined;
}

/** The address of a device. Slashes stay readable, since ids have them. */
export function deviceHref(device: string, range?: Range): string {
  const path = encodeURIComponent(device).replaceAll("%2F", "/");
  const query =
    typeof range === "object" ? `?from=${range.fromMs}&to=${range.toMs}` : range === undefined ? "" : `?range=${range}`;
  return `${devicePrefix}${path}${query}`;
}

/** A hand-written address may hold a stray `%`. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
