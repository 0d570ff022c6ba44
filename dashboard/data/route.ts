/** Where the page is, kept in the address after `#`, so that a link opens the same device and range. */
import { isRangeKey, type RangeKey } from "./ranges.ts";

export type Route =
  | { readonly page: "home" }
  | { readonly page: "connect" }
  | { readonly page: "device"; readonly device: string; readonly range: RangeKey | undefined };

const devicePrefix = "#/device/";

export function parseRoute(hash: string): Route {
  if (hash === "#/connect") return { page: "connect" };
  if (!hash.startsWith(devicePrefix)) return { page: "home" };
  const [path = "", query] = hash.slice(devicePrefix.length).split("?");
  const device = decode(path);
  if (device === "") return { page: "home" };
  const range = new URLSearchParams(query).get("range");
  return { page: "device", device, range: isRangeKey(range) ? range : undefined };
}

/** The address of a device. Slashes stay readable, since ids have them. */
export function deviceHref(device: string, range?: RangeKey): string {
  const path = encodeURIComponent(device).replaceAll("%2F", "/");
  return `${devicePrefix}${path}${range ? `?range=${range}` : ""}`;
}

/** A hand-written address may hold a stray `%`. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
