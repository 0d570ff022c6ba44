/** JSON in which every number keeps its bits: `JSON.stringify` writes -0 as 0 ([P13]). */

/** The JSON text of plain data: objects, lists, strings, booleans, null and finite numbers. */
export function jsonText(data: unknown): string {
  return holdsNegativeZero(data) ? written(data) : JSON.stringify(data);
}

/** Numbers are rarely -0, and to look is a small part of what writing costs. */
function holdsNegativeZero(data: unknown): boolean {
  if (typeof data === "number") return Object.is(data, -0);
  if (typeof data !== "object" || data === null) return false;
  if (!Array.isArray(data)) return Object.values(data).some(holdsNegativeZero);
  for (const item of data) {
    if (item === 0 ? Object.is(item, -0) : typeof item === "object" && holdsNegativeZero(item)) return true;
  }
  return false;
}

/** As `JSON.stringify` writes it: what is undefined is left out of objects, and null in lists. */
function written(data: unknown): string {
  if (Object.is(data, -0)) return "-0";
  if (typeof data !== "object" || data === null) return JSON.stringify(data) ?? "null";
  if (Array.isArray(data)) return `[${data.map(written).join(",")}]`;
  const members = Object.entries(data).filter(([, value]) => value !== undefined);
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${written(value)}`).join(",")}}`;
}
