import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { samples } from "../../server/protocol/index.ts";
import { type Cell, Columns } from "../../simulator/link/columns.ts";
import type { Reading } from "../../simulator/link/content.ts";
import { printedSeed } from "../support/seed.ts";

const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.string({ unit: "binary", maxLength: 12 }),
);

/** Columns of all kinds, some empty. */
const table = fc
  .record({ moments: fc.integer({ min: 0, max: 12 }), metrics: fc.integer({ min: 0, max: 9 }) })
  .chain(({ moments, metrics }) =>
    fc.record({
      times: fc.array(fc.integer({ min: -8.64e15, max: 8.64e15 }), { minLength: moments, maxLength: moments }),
      columns: fc.uniqueArray(
        fc.tuple(fc.string({ unit: "grapheme" }), fc.array(cell, { minLength: moments, maxLength: moments })),
        { minLength: 0, maxLength: metrics, selector: ([metric]) => metric },
      ),
      device: fc.constantFrom(undefined, "press-1", "Öfen/ä"),
    }),
  );

const key = ({ metric, time, value, device }: Reading) =>
  `${device}|${metric}|${time}|${Object.is(value, -0) ? "-0" : JSON.stringify(value)}`;

describe("columns of a frame", () => {
  it("[L4] divided, keep to the readings and bytes allowed, and every reading is in one part", () => {
    fc.assert(
      fc.property(
        table,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 200, max: 2_000 }),
        ({ times, columns, device }, readings, bytes) => {
          const whole = new Columns(times, columns, device);
          const given = columns.flatMap(([metric, cells]) =>
            cells.flatMap((value, index) =>
              value === null ? [] : [{ metric, value, time: times[index] as number, device }],
            ),
          );
          expect([...whole.readings()].map(key)).toEqual(given.map(key));
          expect(whole.count).toBe(given.length);
          const parts = whole.divided({ readings, rows: 1, bytes });
          expect(parts.flatMap((part) => [...part.readings()].map(key)).sort()).toEqual(given.map(key).sort());
          for (const part of parts) {
            expect(part.count > 0 || whole.count === 0).toBe(true);
            expect(part.count).toBeLessThanOrEqual(readings);
            const text = part.text(Number.MAX_SAFE_INTEGER);
            if (part.count > 1) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytes);
            const frame = samples.parse(JSON.parse(text));
            for (const column of Object.values(frame.values)) expect(column.length).toBe(frame.times.length);
          }
        },
      ),
      { numRuns: 1_000, seed: printedSeed("columns divided") },
    );
  });

  it("[L6] find what a rejection means by its place in times and its metric, which the hub may write in NFC", () => {
    const batch = new Columns(
      [10, 20],
      [
        ["a\u0308", [1, 2]],
        ["b", [null, true]],
      ],
      "field/1",
    );
    expect(batch.find(1, "\u00e4")).toEqual({ metric: "a\u0308", value: 2, time: 20, device: "field/1" });
    expect(batch.find(1, "b")).toEqual({ metric: "b", value: true, time: 20, device: "field/1" });
    expect([batch.find(0, "b"), batch.find(2, "b"), batch.find(0, "c")]).toEqual([undefined, undefined, undefined]);
  });
});
