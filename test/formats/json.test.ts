import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonText } from "../../server/formats/json.ts";
import { printedSeed } from "../support/seed.ts";

describe("JSON text", () => {
  it("[P13] keeps every bit of a number, wherever it stands", () => {
    const seed = printedSeed("JSON text");
    const double = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(-0));
    const leaf = fc.oneof(double, fc.boolean(), fc.string({ unit: "binary" }), fc.constant(null));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("tree")), fc.dictionary(fc.string(), tie("tree"))),
    }));
    fc.assert(
      fc.property(tree, (data) => {
        expect(JSON.parse(jsonText(data))).toEqual(data);
      }),
      { seed },
    );
    expect(jsonText([-0, 0])).toBe("[-0,0]");
  });

  it("is what JSON.stringify writes where there is no -0, and leaves out the same", () => {
    const data = { a: undefined, b: [1, undefined, "x"], c: { d: null, e: 1e21 } };
    expect(jsonText(data)).toBe(JSON.stringify(data));
    expect(jsonText({ ...data, z: -0 })).toBe(JSON.stringify({ ...data, z: 7 }).replace("7}", "-0}"));
  });
});
