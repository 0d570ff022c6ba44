import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstOf } from "../../server/hub/storage/first.ts";
import { printedSeed } from "../support/seed.ts";

describe("the first of many", () => {
  it("[ST70] are those that a sort of all would begin with, however many are asked for", async () => {
    const numbers = fc.array(fc.nat(9_999), { maxLength: 4_000 }).map((list) => [...new Set(list)]);
    const rule = fc.asyncProperty(numbers, fc.integer({ min: 1, max: 3_000 }), async (all, limit) => {
      const compare = (a: number, b: number) => b - a;
      expect(await firstOf(all, compare, limit)).toEqual([...all].sort(compare).slice(0, limit));
    });
    await fc.assert(rule, { numRuns: 30, seed: printedSeed("first of many") });
  });
});
