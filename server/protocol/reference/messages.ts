/** `/protocol.json`: every message of the socket, in both directions, as JSON Schema. */
import type { z } from "zod";
import { closeRules, errorRules } from "../codes.ts";
import {
  ack,
  describe,
  deviceHello,
  deviceMessage,
  deviceWelcome,
  hubToDevice,
  ping,
  pong,
  reading,
  readings,
  row,
  samples,
} from "../device.ts";
import { errorMessage } from "../errors.ts";
import { commandMeta, metricMeta } from "../metadata.ts";
import { value } from "../values.ts";
import {
  deviceEntry,
  devicesMessage,
  historyMessage,
  hubToViewer,
  liveSeriesEntry,
  ready,
  result,
  seriesMessage,
  subscribe,
  subscribed,
  unsubscribe,
  update,
  viewerHello,
  viewerMessage,
  viewerWelcome,
} from "../viewer.ts";
import { type JsonObject, jsonSchemasOf } from "./json-schema.ts";

const base = "#/$defs/";

const received: Readonly<Record<string, z.ZodType>> = {
  "device-to-hub": deviceMessage,
  "viewer-to-hub": viewerMessage,
  "device-hello": deviceHello,
  ...{ describe, readings, samples, reading, ping },
  "viewer-hello": viewerHello,
  ...{ subscribe, unsubscribe },
  metric: metricMeta,
  command: commandMeta,
  row,
  value,
};

const sent: Readonly<Record<string, z.ZodType>> = {
  "hub-to-device": hubToDevice,
  "hub-to-viewer": hubToViewer,
  "device-welcome": deviceWelcome,
  ...{ ack, pong },
  error: errorMessage,
  "viewer-welcome": viewerWelcome,
  ...{ subscribed, ready, update, result },
  devices: devicesMessage,
  series: seriesMessage,
  history: historyMessage,
  "device-entry": deviceEntry,
  "series-entry": liveSeriesEntry,
};

/** The document: itself a schema of any frame, with each direction and each message by name in `$defs`. */
export function protocolDocument(): JsonObject {
  const defs: Record<string, JsonObject> = {
    ...jsonSchemasOf(received, "received", base),
    ...jsonSchemasOf(sent, "sent", base),
  };
  describeRows(defs);
  const directions = ["device-to-hub", "hub-to-device", "viewer-to-hub", "hub-to-viewer"];
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "telemetry.v1",
    description:
      "Frames of the socket at /ws: one JSON object each, told apart by type. The first message settles whether a socket is a device's or a viewer's. Ignore what you do not know in what the hub sends.",
    anyOf: directions.map((id) => ({ $ref: `${base}${id}` })),
    $defs: defs,
    "x-subprotocol": "telemetry.v1",
    "x-error-codes": errorRules,
    "x-close-codes": closeRules,
  };
}

/** The hub takes a frame whatever its rows are and judges each by itself; here it is said what a right one looks like. */
function describeRows({ row: one, readings: rows, samples: columns }: Record<string, JsonObject>): void {
  const cells = { anyOf: [{ $ref: `${base}value` }, { type: "null" }] };
  Object.assign(propertyOf(rows, "readings"), { items: { $ref: `${base}row` } });
  Object.assign(propertyOf(columns, "times"), { items: propertyOf(one, "time") });
  Object.assign(propertyOf(columns, "values"), { additionalProperties: { type: "array", items: cells } });
}

function propertyOf(schema: JsonObject = {}, name: string): JsonObject {
  return (schema.properties as Record<string, JsonObject>)[name] as JsonObject;
}
