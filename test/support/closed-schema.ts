/** JSON Schemas made stricter for tests. */

// biome-ignore lint/suspicious/noExplicitAny: schemas of any shape
type Any = any;

/** Lets no object have fields that are not named: a test must see what the hub sends beside what it says that it sends. */
export function closed(schema: Any): Any {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, key === "enum" ? value : closed(value)]);
  const copy = Object.fromEntries(entries);
  const isOpen = copy.type === "object" && copy.properties && copy.additionalProperties === undefined;
  return isOpen ? { ...copy, additionalProperties: false } : copy;
}
