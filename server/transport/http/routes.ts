/** The routes of the hub: one line each in the table of operations, and one here. */
import { type Operation, type OperationId, operations } from "../../protocol/operations.ts";
import { getArrivals } from "./arrivals.ts";
import { getAudit } from "./audit.ts";
import { postBackup } from "./backup.ts";
import { deleteReadings } from "./delete-readings.ts";
import { deleteDevice, getDevice, getPresence, getRefused, patchDevice } from "./device.ts";
import { getDevices } from "./devices.ts";
import { getGaps } from "./gaps.ts";
import { getLatest } from "./latest.ts";
import { deleteMask, getMasks, postMask } from "./masks.ts";
import { mergeSeries, previewMerge } from "./merge.ts";
import { deletePerson, getPeople, patchPerson, postPerson } from "./people.ts";
import { postReadings } from "./post-readings.ts";
import { getQuarantine, postQuarantine } from "./quarantine.ts";
import { getReadings } from "./readings.ts";
import { getOpenApi, getProtocol } from "./reference.ts";
import type { Handler, Method } from "./route.ts";
import { deleteAlias, deleteSeries, getSeries, patchSeries } from "./series.ts";
import { changePassword, deleteSession, getSession, getSessions, setUp, signIn, signOut } from "./session.ts";
import { getStates } from "./states.ts";
import { getHealth, getMetrics, getReady, getStatus } from "./status.ts";
import { getPolicies, getStorage, previewPolicies, previewRemoval, putBudget, putPolicies } from "./storage.ts";
import {
  acceptRequest,
  deleteToken,
  dismissRequest,
  getRequests,
  getTokens,
  postToken,
  postTokens,
  rotateToken,
} from "./tokens.ts";

/** What answers each operation of the contract: the compiler names those that are missing. */
const handlers: Readonly<Record<OperationId, Handler>> = {
  listDevices: getDevices,
  getDevice,
  editDevice: patchDevice,
  removeDevice: deleteDevice,
  getDeviceByQuery: getDevice,
  editDeviceByQuery: patchDevice,
  removeDeviceByQuery: deleteDevice,
  listRefused: getRefused,
  listQuarantine: getQuarantine,
  decideQuarantine: postQuarantine,
  listPresence: getPresence,
  listSeries: getSeries,
  editSeries: patchSeries,
  removeSeries: deleteSeries,
  removeAlias: deleteAlias,
  previewMerge,
  mergeSeries,
  listLatest: getLatest,
  getReadings,
  getStates,
  getGaps,
  postReadings,
  removeReadings: deleteReadings,
  listMasks: getMasks,
  hideReadings: postMask,
  showReadings: deleteMask,
  getStorage,
  previewRemoval,
  previewPolicies,
  getPolicies,
  putPolicies,
  putBudget,
  listArrivals: getArrivals,
  makeBackup: postBackup,
  getStatus,
  getHealth,
  getReady,
  getMetrics,
  getOpenApi,
  getProtocol,
  getSession,
  signIn,
  signOut,
  setUp,
  changePassword,
  listSessions: getSessions,
  endSession: deleteSession,
  listPeople: getPeople,
  addPerson: postPerson,
  editPerson: patchPerson,
  removePerson: deletePerson,
  listTokens: getTokens,
  addToken: postToken,
  addTokens: postTokens,
  rotateToken,
  removeToken: deleteToken,
  listRequests: getRequests,
  acceptRequest,
  dismissRequest,
  listAudit: getAudit,
};

/** One operation, with what answers it. */
export interface Endpoint {
  readonly id: OperationId;
  /** The right that it needs. */
  readonly action: Operation["action"];
  readonly changesNothing: boolean;
  readonly handle: Handler;
}

export interface Route {
  /** The path, in which `{name}` stands for one segment of any content. */
  readonly path: string;
  readonly methods: Partial<Record<Method, Endpoint>>;
}

/** The one route that a page without an origin may use, to send readings. */
export const readingsPath = operations.postReadings.path;

export const routes: readonly Route[] = routesOf(Object.keys(operations) as OperationId[]);

function routesOf(ids: readonly OperationId[]): Route[] {
  const byPath = new Map<string, Route>();
  for (const id of ids) {
    const { path, method, action, changesNothing = false }: Operation = operations[id];
    const route: Route = byPath.get(path) ?? { path, methods: {} };
    route.methods[method] = { id, action, changesNothing, handle: handlers[id] };
    byPath.set(path, route);
  }
  return [...byPath.values()];
}

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
