/** What can be asked and said of devices and of their series: a part of the table of operations. */
import { z } from "zod";
import { deviceEdit, seriesEdit } from "./edit.ts";
import {
  deviceAnswer,
  devicesAnswer,
  presenceAnswer,
  refusedAnswer,
  removedDeviceAnswer,
  removedSeriesAnswer,
  seriesAnswer,
} from "./http.ts";
import { quarantineAnswer, quarantineDecision, quarantineOutcome } from "./quarantine.ts";
import { deviceIdQuery, devicesQuery, presenceQuery, quarantineQuery, seriesQuery } from "./query.ts";
import { aliasQuery, mergeAnswer, mergeOrder, mergePreview, mergeQuery } from "./series.ts";
import { deviceName } from "./values.ts";
import { seriesEntry } from "./viewer.ts";

const api = "/api/v1";
const byPath = { path: `${api}/devices/{id}`, segments: { id: deviceName } };
const byQuery = { path: `${api}/device`, query: deviceIdQuery };
const seriesPath = {
  path: `${api}/series/{n}`,
  segments: { n: z.int().positive().describe("a series' number, valid within its epoch") },
};

const deviceErrors = ["invalid_query", "unknown_field", "invalid_name", "unknown_device"] as const;
const bodyErrors = ["invalid_json", "invalid_message", "invalid_value", "too_deep", "frame_too_large"] as const;
const storeErrors = ["store_unavailable", "storage_full"] as const;
const listErrors = ["invalid_query", "unknown_field"] as const;
const seriesErrors = ["invalid_query", "unknown_field", "unknown_series"] as const;

const getDevice = {
  action: "watch",
  method: "GET",
  summary: "One device, with what is known of its metrics and commands",
  answers: { 200: deviceAnswer },
  errors: deviceErrors,
} as const;
const editDevice = {
  action: "edit",
  method: "PATCH",
  summary: "Change what is known of a device: it beats what the device says of itself; null takes a change back",
  body: deviceEdit,
  answers: { 200: deviceAnswer },
  errors: [...deviceErrors, ...bodyErrors, ...storeErrors],
} as const;
const removeDevice = {
  action: "remove",
  method: "DELETE",
  summary: "Remove a device with everything it sent",
  answers: { 200: removedDeviceAnswer },
  errors: [...deviceErrors, ...storeErrors],
} as const;

export const deviceOperations = {
  listDevices: {
    action: "watch",
    method: "GET",
    path: `${api}/devices`,
    summary: "Devices by id, with their state",
    query: devicesQuery,
    answers: { 200: devicesAnswer },
    errors: listErrors,
  },
  getDevice: { ...getDevice, ...byPath },
  editDevice: { ...editDevice, ...byPath },
  removeDevice: { ...removeDevice, ...byPath },
  getDeviceByQuery: { ...getDevice, ...byQuery },
  editDeviceByQuery: { ...editDevice, ...byQuery },
  removeDeviceByQuery: { ...removeDevice, ...byQuery },
  listRefused: {
    action: "watch",
    method: "GET",
    path: `${api}/devices/{id}/refused`,
    segments: { id: deviceName },
    summary: "The last 100 readings of a device that were refused for good, newest first",
    answers: { 200: refusedAnswer },
    errors: deviceErrors,
  },
  listQuarantine: {
    action: "watch",
    method: "GET",
    path: `${api}/devices/{id}/quarantine`,
    segments: { id: deviceName },
    summary: "Readings of a device that were refused for their time and wait for a person to decide, newest first",
    query: quarantineQuery,
    answers: { 200: quarantineAnswer },
    errors: deviceErrors,
  },
  decideQuarantine: {
    action: "edit",
    method: "POST",
    path: `${api}/devices/{id}/quarantine`,
    segments: { id: deviceName },
    body: quarantineDecision,
    summary:
      "Store readings of the quarantine with the time they came with (accept) or another one (shift), or drop them (discard): those of ids, or all. What cannot be stored stays, and is named",
    answers: { 200: quarantineOutcome },
    errors: [...deviceErrors, ...bodyErrors, ...storeErrors],
  },
  listPresence: {
    action: "watch",
    method: "GET",
    path: `${api}/devices/{id}/presence`,
    segments: { id: deviceName },
    summary:
      "When a device was online, silent or offline, and why, by the hub's clock: its last 1,000 changes, each until the next; begins with the one that held at from; a missing end is open",
    query: presenceQuery,
    answers: { 200: presenceAnswer },
    errors: deviceErrors,
  },
  listSeries: {
    action: "watch",
    method: "GET",
    path: `${api}/series`,
    summary: "Series by device and metric, with span, count and metadata",
    query: seriesQuery,
    answers: { 200: seriesAnswer },
    errors: listErrors,
  },
  editSeries: {
    action: "edit",
    ...seriesPath,
    method: "PATCH",
    body: seriesEdit,
    summary:
      "Change what is known of a series' metric: it beats what the device says; null takes a change back. metric renames it: what is sent under the old name is stored under the new one",
    answers: { 200: seriesEntry },
    errors: [...seriesErrors, ...bodyErrors, ...storeErrors, "invalid_name", "conflict"],
  },
  previewMerge: {
    changesNothing: true,
    action: "edit",
    path: `${seriesPath.path}/merge`,
    segments: seriesPath.segments,
    method: "GET",
    query: mergeQuery,
    summary: "What merging this series into another one would do",
    answers: { 200: mergePreview },
    errors: [...seriesErrors, "store_unavailable", "type_mismatch", "conflict", "rate_limited"],
  },
  mergeSeries: {
    action: "edit",
    path: `${seriesPath.path}/merge`,
    segments: seriesPath.segments,
    method: "POST",
    body: mergeOrder,
    summary:
      "Make all readings of a series those of another one of the same type, whose own stand where both have one of a millisecond. What is sent under the old name is stored there from then on. Answered when it is done; the same again goes on with it, or tells how it went",
    answers: { 200: mergeAnswer },
    errors: [...seriesErrors, ...bodyErrors, ...storeErrors, "type_mismatch", "conflict"],
  },
  removeAlias: {
    action: "edit",
    path: `${seriesPath.path}/aliases`,
    segments: seriesPath.segments,
    method: "DELETE",
    query: aliasQuery,
    summary: "Take another name of a series away: what is sent under it is a metric of that name again",
    answers: { 200: seriesEntry },
    errors: [...seriesErrors, ...storeErrors, "not_found", "conflict"],
  },
  removeSeries: {
    action: "remove",
    ...seriesPath,
    method: "DELETE",
    summary: "Remove all readings of a series, and with them its number and its type",
    answers: { 200: removedSeriesAnswer },
    errors: [...seriesErrors, ...storeErrors],
  },
} as const;
