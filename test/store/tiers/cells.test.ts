import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodecError, NewerVersionError } from "../../../server/store/codec/bytes.ts";
import { type Cells, decodeCells, encodeCells } from "../../../server/store/codec/cells.ts";
import { printedSeed } from "../../support/seed.ts";
import { anyNumber } from "../codec/arbitraries.ts";

const widthMs = 60_000;

/** The buckets of readings, one list a bucket; empty ones are left out. */
function cellsOf(frameMs: number, buckets: readonly (readonly number[])[]): Cells {
  const filled = buckets.flatMap((values, place) => (values.length > 0 ? [{ values, place }] : []));
  const column = (of: (values: readonly number[]) => number) => Float64Array.from(filled, ({ values }) => of(values));
  return {
    times: Float64Array.from(filled, ({ place }) => frameMs + place * widthMs),
    first: column((values) => values[0] as number),
    last: column((values) => values.at(-1) as number),
    min: column((values) => values.reduce((a, b) => Math.min(a, b))),
    max: column((values) => values.reduce((a, b) => Math.max(a, b))),
    sum: column((values) => values.reduce((a, b) => a + b, 0)),
    count: column((values) => values.length),
  };
}

/** The sums as expected where they differ no more than roundings do. */
function settled(found: Cells, expected: Cells): Cells {
  const sum = found.sum.map((value, index) => {
    const wanted = expected.sum[index] as number;
    const [count, min, max] = [expected.count, expected.min, expected.max].map((column) => column[index] as number) as [
      number,
      number,
      number,
    ];
    const most = Math.max(Math.abs(min), Math.abs(max));
    return Math.abs(value - wanted) <= most * count * count * (Number.EPSILON / 4) ? wanted : value;
  });
  return { ...found, sum };
}

/** Random walks of `decimals`, `perBucket` readings each. */
function walk(length: number, perBucket: number, decimals: number): number[][] {
  let value = 2_000;
  let state = 12_345;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length }, () =>
    Array.from({ length: perBucket }, () => {
      value += Math.round((random() - 0.5) * 20);
      return value / 10 ** decimals;
    }),
  );
}

describe("cells of a tier", () => {
  it("[TR9] come back exactly, whatever the values and wherever the gaps, but for roundings of the sums", () => {
    const bucket = fc.oneof(
      fc.constant([]),
      fc.array(anyNumber, { minLength: 1, maxLength: 5 }),
      fc.array(
        fc.integer({ min: -5_000, max: 5_000 }).map((value) => value / 100),
        { minLength: 1, maxLength: 40 },
      ),
    );
    const decimals = fc.array(
      fc.array(
        fc.integer({ min: -5_000, max: 5_000 }).map((value) => value / 100),
        { minLength: 1, maxLength: 40 },
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.array(bucket, { maxLength: 60 }), decimals),
        fc.integer({ min: -1e7, max: 3e7 }).map((place) => place * widthMs),
        (buckets, frameMs) => {
          const cells = cellsOf(frameMs, buckets);
          const found = decodeCells(encodeCells(cells, widthMs, frameMs), widthMs, frameMs);
          expect(settled(found, cells)).toEqual(cells);
        },
      ),
      { seed: printedSeed("cells"), numRuns: 300 },
    );
  });

  it("[TR9] hold sums that no double is large enough for", () => {
    const cells = cellsOf(0, [
      [1e308, 1e308],
      [-0, 0],
    ]);
    expect(decodeCells(encodeCells(cells, widthMs, 0), widthMs, 0)).toEqual(cells);
  });

  it("[TR10] of a sensor at one second weigh less than a tenth of a byte a reading at the minute", () => {
    const cells = cellsOf(0, walk(1_440, 60, 2));
    const bytes = encodeCells(cells, widthMs, 0).length;
    console.log(`cells: ${(bytes / 1_440).toFixed(2)} bytes a bucket of 60 readings`);
    expect(bytes / (1_440 * 60)).toBeLessThan(0.11);
  });

  it("[TR11] are refused where any bit of them is wrong, a newer version by its name", () => {
    const blob = encodeCells(cellsOf(0, walk(40, 3, 1)), widthMs, 0);
    for (let bit = 0; bit < blob.length * 8; bit++) {
      const damaged = Buffer.from(blob);
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => decodeCells(damaged, widthMs, 0)).toThrow(CodecError);
    }
    for (let length = 0; length < blob.length; length++) {
      expect(() => decodeCells(blob.subarray(0, length), widthMs, 0)).toThrow(CodecError);
    }
    const newer = Buffer.from(blob);
    newer[0] = 2;
    newer[2] = (newer[2] as number) ^ 1;
    expect(() => decodeCells(newer, widthMs, 0)).toThrow(NewerVersionError);
  });
});
