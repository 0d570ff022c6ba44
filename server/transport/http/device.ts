import type { CatalogView } from "../../hub/access/scope.ts";
import type { Device } from "../../hub/catalog.ts";
import { deviceEntryOf } from "../../hub/entries.ts";
import { decodeDeviceId } from "../../protocol/decode.ts";
import { decodeDeviceEdit } from "../../protocol/edit.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { DeviceAnswer, PresenceAnswer, RefusedAnswer, RemovedDeviceAnswer } from "../../protocol/http.ts";
import { nearestName } from "../../protocol/nearest.ts";
import { parsePresenceQuery } from "../../protocol/query.ts";
import { type ApiRequest, type Handler, onlyParameters } from "./route.ts";

/** The device that the path names, or `?id=`. `others`: further parameters that may be there. Throws a `Refusal`. */
export function deviceOf({ context, path, query }: ApiRequest, others: readonly string[] = []): Device {
  onlyParameters(query, path.id === undefined ? ["id", ...others] : others);
  const given = path.id === undefined ? query.getAll("id") : [path.id];
  if (given.length !== 1) throw new Refusal("invalid_query", "id is missing or given twice; it takes one device id.");
  const id = decodeDeviceId(given[0] as string);
  if (id instanceof Refusal) throw id;
  const device = context.catalog.findDevice(id);
  if (device) return device;
  throw unknownDevice(id, context.catalog);
}

/** There is no such device. Names one that was probably meant, looked for among the first thousand. */
export function unknownDevice(id: string, catalog: CatalogView): Refusal {
  const known: string[] = [];
  for (const device of catalog.devices()) {
    known.push(device.id);
    if (known.length === 1_000) break;
  }
  const nearest = nearestName(id, known);
  const hint = nearest ? `; did you mean ${nearest}?` : "; GET /api/v1/devices lists those there are.";
  return new Refusal("unknown_device", `There is no device ${JSON.stringify(id)}${hint}`);
}

/** `GET devices/{id}`. */
export const getDevice: Handler = (request) => ({ json: answerOf(deviceOf(request), request) });

function answerOf(device: Device, { context, principal }: ApiRequest): DeviceAnswer {
  return {
    ...deviceEntryOf(device, context.presence, principal?.sees),
    metrics: Object.fromEntries(device.metricMeta),
    commands: device.meta.commands ?? {},
  };
}

/** `PATCH devices/{id}`: what a person says of it beats what it says itself. */
export const patchDevice: Handler = async (request) => {
  const device = deviceOf(request);
  const { context, body } = request;
  const edit = decodeDeviceEdit((await body()).text, context.limits);
  if (edit instanceof Refusal) throw edit;
  // Its body took a while to come.
  if (device.removed) throw unknownDevice(device.id, context.catalog);
  await context.hub.editDevice(device, edit);
  return { json: answerOf(device, request) };
};

/** `DELETE devices/{id}`: its history goes with it. */
export const deleteDevice: Handler = async (request) => {
  const device = deviceOf(request);
  const { hub, catalog } = request.context;
  // Somebody else may have removed it meanwhile.
  if (!(await hub.removeDevice(device.id))) throw unknownDevice(device.id, catalog);
  return { json: { device: device.id, removed: true } satisfies RemovedDeviceAnswer };
};

/** `GET devices/{id}/refused`: the last readings that were refused for good, newest first. */
export const getRefused: Handler = async (request) => {
  const { catalog, store } = request.context;
  const device = deviceOf(request);
  const refusals = await store.refusals(device.id);
  const { count } = await store.quarantine.list(device.id, 0, 1);
  if (device.removed) throw unknownDevice(device.id, catalog);
  return {
    json: {
      device: device.id,
      refused: refusals.map(({ atMs, code, message, row }) => ({ at: atMs, code, message, row })),
      quarantined: count,
    } satisfies RefusedAnswer,
  };
};

/** `GET devices/{id}/presence`: what it was when, and why. */
export const getPresence: Handler = async (request) => {
  const { context, query } = request;
  const device = deviceOf(request, ["from", "to"]);
  const { fromMs, toMs } = parsePresenceQuery(query, context.clock.now());
  const entries = await context.hub.timeline(device, fromMs, toMs);
  // It was removed while it was looked for, and its timeline with it.
  if (device.removed) throw unknownDevice(device.id, context.catalog);
  return {
    json: {
      device: device.id,
      times: entries.map(({ atMs }) => atMs),
      states: entries.map(({ state }) => state),
      reasons: entries.map(({ reason }) => reason),
    } satisfies PresenceAnswer,
  };
};
