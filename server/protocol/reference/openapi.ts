/** `/openapi.json`: the HTTP interface as OpenAPI 3.1, made from the table of operations and the schemas. */
import type { z } from "zod";
import { type ErrorCode, errorRules } from "../codes.ts";
import { deviceEdit, metricEdit } from "../edit.ts";
import { errorMessage } from "../errors.ts";
import {
  arrivalsAnswer,
  deviceAnswer,
  devicesAnswer,
  healthAnswer,
  latestAnswer,
  latestEntry,
  manyReadingsAnswer,
  postedAnswer,
  postedReadings,
  readingsAnswer,
  refusedAnswer,
  seriesAnswer,
  statusAnswer,
} from "../http.ts";
import { commandMeta, metricMeta } from "../metadata.ts";
import { type Operation, operations } from "../operations.ts";
import { rights } from "../rights.ts";
import { deviceEntry, seriesEntry } from "../viewer.ts";
import { type JsonObject, jsonSchemaOf, jsonSchemasOf } from "./json-schema.ts";

const base = "#/components/schemas/";

/** Schemas with a name, by which others refer to them. */
const answers: Readonly<Record<string, z.ZodType>> = {
  Error: errorMessage,
  DeviceEntry: deviceEntry,
  Device: deviceAnswer,
  Devices: devicesAnswer,
  Metric: metricMeta,
  Command: commandMeta,
  Refused: refusedAnswer,
  SeriesEntry: seriesEntry,
  Series: seriesAnswer,
  LatestEntry: latestEntry,
  Latest: latestAnswer,
  Readings: readingsAnswer,
  ManyReadings: manyReadingsAnswer,
  Posted: postedAnswer,
  Arrivals: arrivalsAnswer,
  Status: statusAnswer,
  Health: healthAnswer,
};
const bodies: Readonly<Record<string, z.ZodType>> = {
  PostedReadings: postedReadings,
  DeviceEdit: deviceEdit,
  MetricEdit: metricEdit,
};

/** Errors that any request may get: of the door, of a hub in trouble, of a hub that stops. */
const anyErrors: readonly ErrorCode[] = ["not_signed_in", "not_allowed", "rate_limited", "overloaded", "internal"];

/** Every answer and body that has no name of its own gets one from the operation. */
function namedSchemas(direction: "sent" | "received"): Record<string, z.ZodType> {
  const named: Record<string, z.ZodType> = { ...(direction === "sent" ? answers : bodies) };
  const known = new Map(Object.entries(named).map(([name, schema]) => [schema, name]));
  for (const [id, operation] of Object.entries<Operation>(operations)) {
    const used = direction === "sent" ? Object.values(operation.answers) : [operation.body];
    for (const schema of used) {
      if (!schema || known.has(schema)) continue;
      const name = `${id.charAt(0).toUpperCase()}${id.slice(1)}${direction === "sent" ? "Answer" : "Body"}`;
      known.set(schema, name);
      named[name] = schema;
    }
  }
  return named;
}

/** Who may ask it. */
function rightOf({ action }: Operation): JsonObject {
  if (action === "public") return { security: [{}], description: "Everybody's." };
  if (action === "own") return { description: "Every person's, of themselves." };
  const roles = Object.entries(rights).flatMap(([role, actions]) => (actions.includes(action) ? [role] : []));
  return { description: `Needs the right ${action}, which these have: ${roles.join(", ")}.` };
}

/** The document. `version` is the hub's. */
export function openApiDocument(version: string): JsonObject {
  const sent = namedSchemas("sent");
  const received = namedSchemas("received");
  const names = new Map([...Object.entries(sent), ...Object.entries(received)].map(([name, schema]) => [schema, name]));
  const reference = (schema: z.ZodType): JsonObject => ({ $ref: `${base}${names.get(schema)}` });
  const paths: Record<string, JsonObject> = {};
  for (const [operationId, operation] of Object.entries<Operation>(operations)) {
    const path = paths[operation.path] ?? {};
    path[operation.method.toLowerCase()] = {
      operationId,
      summary: operation.summary,
      ...rightOf(operation),
      parameters: parametersOf(operation),
      ...(operation.body
        ? {
            requestBody: {
              required: true,
              content: { [operation.bodyType ?? "application/json"]: { schema: reference(operation.body) } },
            },
          }
        : {}),
      responses: responsesOf(operation, reference),
    };
    paths[operation.path] = path;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Telemetry hub",
      version,
      description:
        "Times are integer milliseconds since the epoch, UTC; durations are milliseconds. Ignore what you do not know in an answer. The socket at /ws is described at /protocol.json.",
      license: { name: "MIT", identifier: "MIT" },
    },
    // Beside this document, wherever a proxy serves the hub.
    servers: [{ url: "./" }],
    // Without a token on the hub's own machine, and where the hub is open.
    security: [{}, { token: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "of a device, a program, a guest's link" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "hub-session",
          description: "of a person, set by POST /session",
        },
      },
      schemas: { ...jsonSchemasOf(sent, "sent", base), ...jsonSchemasOf(received, "received", base) },
    },
  };
}

function parametersOf({ segments = {}, query }: Operation): JsonObject[] {
  const inPath = Object.entries(segments).map(([name, schema]) => ({
    ...{ name, in: "path", required: true },
    ...described(jsonSchemaOf(schema, "received")),
  }));
  if (!query) return inPath;
  const { properties, required } = jsonSchemaOf(query, "received") as {
    properties: Record<string, JsonObject>;
    required?: string[];
  };
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: "query", required: required?.includes(name) ?? false },
    ...described(schema),
    // Repeated; a list separated by commas is taken too.
    ...(schema.type === "array" ? { style: "form", explode: true } : {}),
  }));
  return [...inPath, ...inQuery];
}

/** A parameter's words stand beside its schema. */
function described({ description, ...schema }: JsonObject): JsonObject {
  return { ...(description === undefined ? {} : { description }), schema };
}

function responsesOf(operation: Operation, reference: (schema: z.ZodType) => JsonObject): JsonObject {
  const byStatus = new Map<number, { schemas: JsonObject[]; codes: ErrorCode[] }>();
  const at = (status: number) => {
    const known = byStatus.get(status) ?? { schemas: [], codes: [] };
    byStatus.set(status, known);
    return known;
  };
  if (!operation.noJson) {
    for (const [status, schema] of Object.entries(operation.answers))
      at(Number(status)).schemas.push(reference(schema));
  }
  for (const code of new Set([...operation.errors, ...anyErrors])) at(errorRules[code].http).codes.push(code);
  const responses: Record<string, JsonObject> = {};
  if (operation.noJson) at(200);
  for (const [status, { schemas, codes }] of [...byStatus].sort(([a], [b]) => a - b)) {
    const all = codes.length > 0 ? [...schemas, { $ref: `${base}Error` }] : schemas;
    const json = all.length === 0 ? {} : { "application/json": { schema: all.length === 1 ? all[0] : { anyOf: all } } };
    const others = status === 200 ? Object.entries(operation.otherTypes ?? {}) : [];
    const rows = Object.fromEntries(
      others.map(([type, description]) => [type, { schema: { type: "string", description } }]),
    );
    const retried = codes.some((code) => errorRules[code].retryable);
    responses[status] = {
      description: codes.length > 0 ? `${schemas.length > 0 ? "Or one of " : ""}${codes.join(", ")}` : "As asked",
      content: { ...json, ...rows },
      ...(retried ? { headers: { "Retry-After": { schema: { type: "integer" }, description: "seconds" } } } : {}),
    };
  }
  return responses;
}
