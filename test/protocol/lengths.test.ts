/** No schema of the contract compares the `length` of what is neither a text nor a list: it may be an object, and that throws. */
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { decodeFirst } from "../../server/protocol/decode.ts";
import { Refusal } from "../../server/protocol/errors.ts";
import { defaultLimits } from "../../server/protocol/limits.ts";
import { judge } from "../../server/protocol/problems.ts";

/** What JSON can bring that no comparison can look at. */
const incomparable = { length: { toString: 1, valueOf: 1 } };

const folder = new URL("../../server/protocol/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
const modules = await Promise.all(
  files.map(async (file) => [file, (await import(new URL(file, folder).href)) as Record<string, unknown>] as const),
);
const isSchema = (one: unknown): one is z.ZodType => one instanceof z.ZodType;
const schemas = modules.flatMap(([file, exported]) =>
  Object.entries(exported).flatMap(([name, one]): [string, z.ZodType][] =>
    isSchema(one) ? [[`${name} of ${file}`, one]] : [],
  ),
);

/** All checks of a length in a schema and in whatever it is made of. */
function lengthChecksIn(part: unknown, seen = new Set<unknown>()): z.core.$ZodCheckDef[] {
  if (typeof part !== "object" || part === null || seen.has(part)) return [];
  seen.add(part);
  const { _zod } = part as { _zod?: { def: z.core.$ZodCheckDef } };
  if (_zod) {
    const { def } = _zod;
    const own = def.check === "min_length" || def.check === "max_length" || def.check === "length_equals" ? [def] : [];
    return [...own, ...lengthChecksIn(def, seen)];
  }
  return Object.values(part).flatMap((one) => lengthChecksIn(one, seen));
}

describe("lengths", () => {
  it("are checked somewhere: this test looks at something", () => {
    expect(schemas.length).toBeGreaterThan(50);
    expect(schemas.flatMap(([, schema]) => lengthChecksIn(schema)).length).toBeGreaterThan(50);
  });

  it.each(schemas)("%s: asked of texts and lists alone", (_, schema) => {
    for (const { when } of lengthChecksIn(schema)) expect(when?.({ value: incomparable, issues: [] })).toBe(false);
  });

  it.each(schemas)(
    "%s: an object whose length cannot be compared is refused, or means nothing, and never throws",
    (_, schema) => {
      expect(() => judge(schema, incomparable)).not.toThrow();
    },
  );

  it.each([
    [{ type: "hello", device: incomparable }, "device an object is not a device id"],
    [{ type: "readings", seq: 1, device: incomparable, readings: [] }, "device an object is not a device id"],
    [{ type: "subscribe", id: 1, devices: incomparable }, "devices must be a list, not an object"],
    [{ type: "describe", device: "a", name: incomparable }, "name an object is not text"],
  ])("%j is refused by name", (message, problem) => {
    const decoded = decodeFirst(JSON.stringify(message), defaultLimits);
    expect(decoded).toBeInstanceOf(Refusal);
    expect((decoded as Refusal).message).toContain(problem);
  });

  it("of texts and lists still count", () => {
    const long = decodeFirst(JSON.stringify({ type: "hello", device: "x".repeat(129) }), defaultLimits);
    expect((long as Refusal).message).toContain("1–128");
    const many = { type: "subscribe", id: 1, devices: Array.from({ length: 1_001 }, (_, n) => `d${n}`) };
    expect((decodeFirst(JSON.stringify(many), defaultLimits) as Refusal).message).toContain("1000");
  });
});
