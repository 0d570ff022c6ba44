/** The routes of the hub: one line each. */
import { deleteReadings } from "./delete-readings.ts";
import { deleteDevice, getDevice, getRefused, patchDevice } from "./device.ts";
import { getDevices } from "./devices.ts";
import { postReadings } from "./post-readings.ts";
import { getReadings } from "./readings.ts";
import type { Handler, Method } from "./route.ts";
import { deleteSeries, getLatest, getSeries, patchSeries } from "./series.ts";
import { getHealth, getMetrics, getReady, getStatus } from "./status.ts";

export interface Route {
  /** The path, in which `{name}` stands for one segment of any content. */
  readonly path: string;
  readonly methods: Readonly<Partial<Record<Method, Handler>>>;
}

/** The one route that a page without an origin may use, to send readings. */
export const readingsPath = "/api/v1/readings";

export const routes: readonly Route[] = [
  { path: "/api/v1/devices", methods: { GET: getDevices } },
  { path: "/api/v1/devices/{id}", methods: { GET: getDevice, PATCH: patchDevice, DELETE: deleteDevice } },
  { path: "/api/v1/device", methods: { GET: getDevice, PATCH: patchDevice, DELETE: deleteDevice } },
  { path: "/api/v1/devices/{id}/refused", methods: { GET: getRefused } },
  { path: "/api/v1/series", methods: { GET: getSeries } },
  { path: "/api/v1/series/{n}", methods: { PATCH: patchSeries, DELETE: deleteSeries } },
  { path: "/api/v1/latest", methods: { GET: getLatest } },
  { path: readingsPath, methods: { GET: getReadings, POST: postReadings, DELETE: deleteReadings } },
  { path: "/api/v1/status", methods: { GET: getStatus } },
  { path: "/health", methods: { GET: getHealth } },
  { path: "/ready", methods: { GET: getReady } },
  { path: "/metrics", methods: { GET: getMetrics } },
];

export interface Match {
  readonly route: Route;
  /** The open segments, decoded. */
  readonly path: Readonly<Record<string, string>>;
}

const compiled = routes.map((route) => ({ route, parts: route.path.split("/") }));

/** Finds the route of a path as it stands in the request; undefined where there is none. */
export function matchRoute(pathname: string): Match | undefined {
  const segments = pathname.split("/");
  for (const { route, parts } of compiled) {
    if (parts.length !== segments.length) continue;
    const path: Record<string, string> = {};
    const fits = parts.every((part, index) => {
      const segment = segments[index] as string;
      if (!part.startsWith("{")) return part === segment;
      const decoded = decode(segment);
      if (!decoded) return false;
      path[part.slice(1, -1)] = decoded;
      return true;
    });
    if (fits) return { route, path };
  }
  return undefined;
}

/** The methods of a route, HEAD among them, in the form of `Allow`. */
export function allowed(route: Route): string {
  return Object.keys(route.methods)
    .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]))
    .join(", ");
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
