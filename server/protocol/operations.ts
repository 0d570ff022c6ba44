/**
 * Everything that can be asked over HTTP, one entry each: the routes of the hub and the reference at `/openapi.json` both
 * come from this table, so that neither has what the other lacks.
 */
import { z } from "zod";
import { accessOperations } from "./access-operations.ts";
import { backupAnswer, backupOrder } from "./backup.ts";
import type { ErrorCode } from "./codes.ts";
import { deviceOperations } from "./device-operations.ts";
import {
  acrossReadingsAnswer,
  arrivalsAnswer,
  gapsAnswer,
  healthAnswer,
  latestAnswer,
  manyReadingsAnswer,
  postedAnswer,
  postedReadings,
  readingsAnswer,
  removedReadingsAnswer,
  statesAnswer,
  statusAnswer,
} from "./http.ts";
import { maskEntry, maskOrder, masksAnswer, removedMaskAnswer } from "./masks.ts";
import { deleteFields, gapsFields, latestFields, readingsFields, seriesQuery, statesFields } from "./query.ts";
import type { Action } from "./rights.ts";
import { storageOperations } from "./storage-operations.ts";

export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The right that it needs (`rights.ts`); `own`: every person's, of themselves; `public`: everybody's. */
  readonly action: Action | "own" | "public";
  /** True for a question that needs a right of those who change things. */
  readonly changesNothing?: boolean;
  /** In which `{name}` stands for one segment, percent-encoded. */
  readonly path: string;
  readonly summary: string;
  /** The open segments of the path. */
  readonly segments?: Readonly<Record<string, z.ZodType>>;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Of the body; JSON where it is missing. */
  readonly bodyType?: string;
  /** What is answered, by status: JSON, unless other media types are named. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
  /** Further media types of a 200. */
  readonly otherTypes?: Readonly<Record<string, string>>;
  /** True where the answer has those and no JSON. */
  readonly noJson?: boolean;
  /** Besides those that any request may get. */
  readonly errors: readonly ErrorCode[];
}

const api = "/api/v1";
const jsonDocument = z.looseObject({});

const bodyErrors = ["invalid_json", "invalid_message", "invalid_value", "too_deep", "frame_too_large"] as const;
const storeErrors = ["store_unavailable", "storage_full"] as const;
const listErrors = ["invalid_query", "unknown_field"] as const;

export const operations = {
  ...deviceOperations,
  listLatest: {
    action: "watch",
    method: "GET",
    path: `${api}/latest`,
    summary: "The newest reading of each series by device time; with at the one that stood then, the last up to there",
    query: latestFields,
    answers: { 200: latestAnswer },
    errors: listErrors,
  },
  getReadings: {
    action: "watch",
    method: "GET",
    path: `${api}/readings`,
    summary:
      "Readings of a range: raw, or in buckets by points (how many) or every (how wide); one literal device and metric is one object, all else a list; with across=devices one entry a metric, over all its devices. rate, increase and integral look from reading to reading, across the edges of buckets, too. Booleans and texts in buckets are told by their changes, from the reading that held at from, with its own time, each with until: its last reading, after which nothing was told for long",
    query: readingsFields,
    answers: { 200: z.union([readingsAnswer, manyReadingsAnswer, acrossReadingsAnswer]) },
    otherTypes: {
      "text/csv": "time,device,metric,value: a row a reading; in buckets a column an aggregate",
      "application/x-ndjson": "one JSON object a line: time, device, metric, and value or the aggregates",
      "application/vnd.apache.parquet":
        "time, device, metric, and value (numbers), state (booleans), text, as far as there are such; in buckets a column an aggregate",
    },
    errors: [...listErrors, "range_too_large", "unknown_device", "unknown_series", "rate_limited"],
  },
  getStates: {
    action: "watch",
    method: "GET",
    path: `${api}/states`,
    summary:
      "How long each series of booleans or texts was in which state: over the range, or in buckets of every. Time that nobody knows of is in none",
    query: statesFields,
    answers: { 200: statesAnswer },
    errors: [...listErrors, "range_too_large", "unknown_device", "unknown_series", "rate_limited"],
  },
  getGaps: {
    action: "watch",
    method: "GET",
    path: `${api}/gaps`,
    summary:
      "When each series was silent for longer than its grace and why, and which part of the time it was not; with tz since the last midnight there. Of a series with grace null no reading is expected, and nothing is missing",
    query: gapsFields,
    answers: { 200: gapsAnswer },
    errors: [...listErrors, "range_too_large", "unknown_device", "unknown_series", "rate_limited"],
  },
  postReadings: {
    action: "send",
    method: "POST",
    path: `${api}/readings`,
    summary: "Store readings; answered once they are on disk. 400 only where rows were refused and none was stored",
    body: z.union([postedReadings, z.array(postedReadings)]),
    answers: { 200: postedAnswer, 400: postedAnswer },
    errors: [
      ...[...bodyErrors, ...storeErrors],
      ...(["unknown_field", "invalid_name", "too_many_readings", "rate_limited", "resend_from"] as const),
    ],
  },
  removeReadings: {
    action: "remove",
    method: "DELETE",
    path: `${api}/readings`,
    summary: "Remove a range of readings for good; a missing end is open",
    query: deleteFields,
    answers: { 200: removedReadingsAnswer },
    errors: [...listErrors, "unknown_device", "unknown_series", ...storeErrors],
  },
  ...storageOperations,
  ...accessOperations,
  listMasks: {
    action: "watch",
    ...{ method: "GET", path: `${api}/masks`, query: seriesQuery, answers: { 200: masksAnswer }, errors: listErrors },
    summary: "Ranges of readings that are hidden, by device and metric",
  },
  hideReadings: {
    action: "edit",
    ...{ method: "POST", path: `${api}/masks`, body: maskOrder, answers: { 200: maskEntry } },
    summary:
      "Hide a range of a series, and what comes late of it: nothing is deleted, and no question sees it until the mask is removed, but for raw readings with masked=include",
    errors: [
      ...bodyErrors,
      ...storeErrors,
      "unknown_field",
      "invalid_name",
      "unknown_device",
      "unknown_series",
      "conflict",
    ],
  },
  showReadings: {
    action: "edit",
    ...{ method: "DELETE", path: `${api}/masks/{id}`, segments: { id: z.int().positive() } },
    summary: "Show again what a mask hid",
    answers: { 200: removedMaskAnswer },
    errors: ["unknown_field", "not_found", ...storeErrors],
  },
  listArrivals: {
    action: "status",
    method: "GET",
    path: `${api}/arrivals`,
    summary: "Who sent what in the last minute, and what was refused lately, with the reason and the start of its text",
    answers: { 200: arrivalsAnswer },
    errors: ["unknown_field"],
  },
  makeBackup: {
    action: "backup",
    method: "POST",
    path: `${api}/backup`,
    summary:
      "Copy all data into a file on the hub's machine while it goes on, and read the copy back: every reading acknowledged before is in it. To programs of that machine",
    body: backupOrder,
    answers: { 200: backupAnswer },
    errors: [...bodyErrors, ...storeErrors, "unknown_field", "conflict", "not_found"],
  },
  getStatus: {
    action: "status",
    method: "GET",
    path: `${api}/status`,
    summary: "What the hub holds and does",
    answers: { 200: statusAnswer },
    errors: ["unknown_field"],
  },
  getHealth: {
    action: "public",
    method: "GET",
    path: "/health",
    summary: "Whether the hub works at all",
    answers: { 200: healthAnswer, 503: healthAnswer },
    errors: [],
  },
  getReady: {
    action: "status",
    method: "GET",
    path: "/ready",
    summary: "Whether the hub should be sent traffic now",
    answers: { 200: healthAnswer, 503: healthAnswer },
    errors: [],
  },
  getMetrics: {
    action: "status",
    method: "GET",
    path: "/metrics",
    summary: "Figures for Prometheus, to programs of the hub's own machine",
    answers: { 200: z.string() },
    otherTypes: { "text/plain": "the text format of Prometheus" },
    noJson: true,
    errors: ["unknown_field"],
  },
  getOpenApi: {
    action: "watch",
    method: "GET",
    path: "/openapi.json",
    summary: "This reference",
    answers: { 200: jsonDocument },
    errors: ["unknown_field"],
  },
  getProtocol: {
    action: "watch",
    method: "GET",
    path: "/protocol.json",
    summary: "The messages of the socket, as JSON Schema",
    answers: { 200: jsonDocument },
    errors: ["unknown_field"],
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationId = keyof typeof operations;
