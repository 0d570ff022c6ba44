import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonText } from "../../server/formats/json.ts";
import { listPieces } from "../../server/transport/http/readings-json.ts";
import { printedSeed } from "../support/seed.ts";

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function piecesOf(head: object, entries: readonly object[]): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of listPieces(head, "series", each(entries))) pieces.push(piece);
  return pieces;
}

describe("a list of objects that is told in pieces", () => {
  it("[P13] is the JSON of the whole, -0 and what is left out included", async () => {
    const seed = printedSeed("list pieces");
    const entry = fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.constantFrom(-0, undefined)), { maxKeys: 4 });
    const whole = fc.asyncProperty(fc.array(entry, { maxLength: 4 }), async (entries) => {
      const head = { from: -0 + 1, to: 5 };
      expect((await piecesOf(head, entries)).join("")).toBe(jsonText({ ...head, series: entries }));
    });
    await fc.assert(whole, { numRuns: 150, seed });
  });

  it("[P13] has no long piece, however long the lists of an entry are", async () => {
    const from = Array.from({ length: 50_000 }, (_, index) => 1_700_000_000_000 + index);
    const ms = [from, from.map(() => -0), []];
    const pieces = await piecesOf({ from: 1 }, [{ device: "d", gaps: { from, to: from } }, { ms }]);
    expect(pieces.join("")).toBe(jsonText({ from: 1, series: [{ device: "d", gaps: { from, to: from } }, { ms }] }));
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000);
  });
});
