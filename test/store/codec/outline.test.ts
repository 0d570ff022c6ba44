import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodecError } from "../../../server/store/codec/bytes.ts";
import { Outline, outlineOf } from "../../../server/store/codec/outline.ts";
import { Random } from "../../../simulator/random.ts";
import { printedSeed } from "../../support/seed.ts";

/** What an outline tells: behind each change or pause its time, the value from there on, and the time before. */
function told(outline: Outline, firstMs: number, first: number): [number, number, number][] {
  const steps: [number, number, number][] = [];
  outline.each(firstMs, first, (...step) => steps.push(step) > 0);
  return steps;
}

const names = ["closed", "öffnet 🚪", "", "never there"];

function columns(times: readonly number[], values: readonly number[], isText: boolean) {
  const cells = { times: Float64Array.from(times), values: Float64Array.from(values) };
  return isText
    ? { type: "string" as const, strings: names, ...cells }
    : { type: "boolean" as const, strings: [], ...cells };
}

describe("the outline of a chunk of booleans or texts", () => {
  it("[SQ39] tells each change and each pause with the times on both sides of it, and how long no other step is", () => {
    let changes = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 50), max: 2 ** 49 }),
        fc.nat(300),
        fc.nat(1),
        fc.boolean(),
        fc.nat(),
        (firstMs, steps, first, isText, seed) => {
          const times = [firstMs];
          const values = [first];
          // Steps of some 10 ms, a pause now and then, and now and then another value.
          const random = new Random(seed);
          for (let left = steps; left > 0; left--) {
            const [before, chance] = [values.at(-1) as number, random.word() % 90];
            const stepMs = [21, 5e5, 2e14][random.word() % 240] ?? 9 + (random.word() % 3);
            times.push((times.at(-1) as number) + stepMs);
            values.push(chance < 2 ? (before + (isText ? chance + 1 : 1)) % (isText ? 3 : 2) : before);
          }
          const bytes = outlineOf(columns(times, values, isText), 1e6);
          if (!bytes) return;
          const outline = new Outline(bytes, isText);
          const found = told(outline, firstMs, isText ? 0 : first);
          changes += found.length;
          const valueAt = (value: number) => (isText ? outline.strings[value] : value);
          const places = new Set(found.map(([timeMs]) => times.indexOf(timeMs)));
          for (const [timeMs, value, beforeMs] of found) {
            const at = times.indexOf(timeMs);
            const wanted = values[at] as number;
            expect([valueAt(value), beforeMs]).toEqual([isText ? names[wanted] : wanted, times[at - 1]]);
          }
          const others = times.flatMap((_, at) => (at > 0 && !places.has(at) ? [at] : []));
          for (const at of others) expect(values[at]).toBe(values[at - 1]);
          const longestMs = Math.max(0, ...others.map((at) => (times[at] as number) - (times[at - 1] as number)));
          expect(outline.longestMs).toBe(longestMs);
        },
      ),
      { seed: printedSeed("outline"), numRuns: 100 },
    );
    expect(changes).toBeGreaterThan(0);
  });

  it("[SQ39] is read as it was first written, and refused where it goes on behind its end or tells a text that is not there", () => {
    const times = Array.from({ length: 64 }, (_, at) => 1_790_000_000_000 + at * 10_000 + (at > 40 ? 60_000 : 0));
    const values = times.map((_, at) => (at >= 20 && at < 50 ? 1 : 0));
    const steps = [
      [times[20], 1, times[19]],
      [times[41], 1, times[40]],
      [times[50], 0, times[49]],
    ];
    const written = {
      boolean: "904e03c09a0c02b0bd1080d30e90bf0502",
      string: "0206636c6f7365640cc3b666666e657420f09f9aaa904e03c09a0c0201b0bd1080d30e90bf050200",
    };
    for (const isText of [false, true]) {
      const rows = columns(times, values, isText);
      const bytes = outlineOf(rows, 64) as Buffer;
      expect(bytes.toString("hex")).toBe(written[rows.type]);
      const outline = new Outline(bytes, isText);
      expect([outline.longestMs, outline.strings]).toEqual([10_000, isText ? names.slice(0, 2) : []]);
      expect(told(outline, times[0] as number, 0)).toEqual(steps);
      const longer = Buffer.concat([bytes, Buffer.of(0)]);
      expect(() => told(new Outline(longer, isText), 0, 0)).toThrow(CodecError);
      expect(outlineOf(rows, bytes.length - 1)).toBeUndefined();
    }
    const texts = outlineOf(columns(times, values, true), 64) as Buffer;
    texts[texts.length - 1] = 2;
    expect(() => told(new Outline(texts, true), 0, 0)).toThrow(CodecError);
  });
});
