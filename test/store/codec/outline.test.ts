import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, CodecError } from "../../../server/store/codec/bytes.ts";
import { longestBeside, outlineOf, readOutline } from "../../../server/store/codec/outline.ts";
import { printedSeed } from "../../support/seed.ts";

/** What an outline tells: behind each change or pause its time, the value from there on, and the time before. */
function told(outline: Buffer, firstMs: number, first: number): [number, number, number][] {
  const steps: [number, number, number][] = [];
  readOutline(new ByteReader(outline), firstMs, first, (...step) => steps.push(step) > 0);
  return steps;
}

describe("the outline of a chunk of booleans", () => {
  it("[SQ39] tells each change and each pause with the times on both sides of it, and how long no other step is", () => {
    const step = fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 9, max: 11 }) },
      fc.constantFrom(1, 21, 5e5, 2e14),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 50), max: 2 ** 49 }),
        fc.array(fc.tuple(step, fc.integer({ min: 0, max: 60 })), { maxLength: 300 }),
        fc.boolean(),
        (firstMs, steps, first) => {
          const times = [firstMs];
          const values = [Number(first)];
          for (const [stepMs, chance] of steps) {
            times.push((times.at(-1) as number) + stepMs);
            values.push(chance === 0 ? 1 - (values.at(-1) as number) : (values.at(-1) as number));
          }
          const outline = outlineOf(Float64Array.from(times), Float64Array.from(values), 1e6);
          if (!outline) return;
          const found = told(outline, firstMs, Number(first));
          const longestMs = longestBeside(new ByteReader(outline));
          const places = new Set(found.map(([timeMs]) => times.indexOf(timeMs)));
          for (const [timeMs, value, beforeMs] of found) {
            const at = times.indexOf(timeMs);
            expect([value, beforeMs]).toEqual([values[at], times[at - 1]]);
          }
          const others = times.flatMap((_, at) => (at > 0 && !places.has(at) ? [at] : []));
          for (const at of others) expect(values[at]).toBe(values[at - 1]);
          expect(longestMs).toBe(Math.max(0, ...others.map((at) => (times[at] as number) - (times[at - 1] as number))));
        },
      ),
      { seed: printedSeed("outline"), numRuns: 100 },
    );
  });

  it("[SQ39] is read as it was first written, and refused where it goes on behind its end", () => {
    const times = Float64Array.from(
      { length: 64 },
      (_, at) => 1_790_000_000_000 + at * 10_000 + (at > 40 ? 60_000 : 0),
    );
    const values = times.map((_, at) => (at >= 20 && at < 50 ? 1 : 0));
    const outline = outlineOf(times, values, 64) as Buffer;
    expect(outline.toString("hex")).toBe("904e03c09a0c02b0bd1080d30e90bf0502");
    expect(told(outline, times[0] as number, 0)).toEqual([
      [times[20], 1, times[19]],
      [times[41], 1, times[40]],
      [times[50], 0, times[49]],
    ]);
    expect(longestBeside(new ByteReader(outline))).toBe(10_000);
    const longer = Buffer.concat([outline, Buffer.of(0)]);
    expect(() => told(longer, 0, 0)).toThrow(CodecError);
    expect(outlineOf(times, values, outline.length - 1)).toBeUndefined();
  });
});
