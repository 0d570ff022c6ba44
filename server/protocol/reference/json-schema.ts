/** zod's schemas as JSON Schema (2020-12): what the checks of names say in code is said here as a pattern. */
import { z } from "zod";
import { deviceName, devicePattern, metricName, metricPattern } from "../values.ts";

/** A JSON Schema, or a document that holds some. */
export type JsonObject = Record<string, unknown>;

/** `received`: what the hub takes, strictly. `sent`: what it answers, of which clients ignore what they do not know. */
export type Direction = "received" | "sent";

const patterns = new Map<unknown, RegExp>([
  [deviceName, devicePattern],
  [metricName, metricPattern],
]);

function override({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonObject }): void {
  const pattern = patterns.get(zodSchema);
  if (pattern) jsonSchema.pattern = pattern.source;
  const { def } = zodSchema._zod;
  // An object that is not strict has nothing said of further fields; zod says of those that the hub sends that there are none.
  if (def.type === "object" && !def.catchall) delete jsonSchema.additionalProperties;
}

const ioOf = { received: "input", sent: "output" } as const;

/** One schema by itself. */
export function jsonSchemaOf(schema: z.ZodType, direction: Direction): JsonObject {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: ioOf[direction], override }) as JsonObject;
  return json;
}

/** Several schemas that refer to each other by name, below `base` (`#/$defs/`). */
export function jsonSchemasOf(
  named: Readonly<Record<string, z.ZodType>>,
  direction: Direction,
  base: string,
): Record<string, JsonObject> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io: ioOf[direction], override, uri: (id) => `${base}${id}` });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => {
      const { $schema: _, $id: __, ...json } = schema as JsonObject;
      return [id, json];
    }),
  );
}
