import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ndjsonWriter } from "../../server/formats/ndjson.ts";
import { printedSeed } from "../support/seed.ts";

const series = { device: 'd"1', metric: "m" };

describe("NDJSON", () => {
  it("is a line a reading, each JSON of its own, value and sign kept", () => {
    const seed = printedSeed("NDJSON");
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const times = values.map((_, index) => index - 2);
        const text = [...ndjsonWriter([], "ms").rows(series, { times, values })].join("");
        const lines = text.split("\n");
        expect(lines.pop()).toBe("");
        expect(lines.map((line) => JSON.parse(line))).toEqual(
          values.map((one, index) => ({ time: times[index], ...series, value: one })),
        );
      }),
      { seed },
    );
  });

  it("is a line a bucket with the aggregates that were asked for, times as text where they are wanted so", () => {
    const columns = { times: [0], min: [1], mean: [2], max: [3] };
    expect([...ndjsonWriter(["min", "max"], "iso").rows(series, columns)].join("")).toBe(
      '{"time":"1970-01-01T00:00:00.000Z","device":"d\\"1","metric":"m","min":1,"max":3}\n',
    );
  });
});
