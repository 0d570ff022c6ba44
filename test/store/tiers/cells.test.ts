import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodecError, NewerVersionError } from "../../../server/store/codec/bytes.ts";
import {
  CellRoom,
  type Cells,
  decodeCells,
  encodeCells,
  encodeDeflated,
  openCells,
} from "../../../server/store/codec/cells.ts";
import { headerBytes, packedChecksum } from "../../../server/store/codec/packed-bits.ts";
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
    ...stepsOf(filled.map(({ values, place }) => ({ values, startMs: frameMs + place * widthMs }))),
  };
}

/** Of readings 1,000 ms apart, of which every seventh bucket has a longer step. */
function stepsOf(filled: readonly { readonly values: readonly number[]; readonly startMs: number }[]) {
  const column = (of: (values: readonly number[], startMs: number, longMs: number) => number) =>
    Float64Array.from(filled, ({ values, startMs }, index) => of(values, startMs, index % 7 === 6 ? 4_321 : 1_000));
  const total = (values: readonly number[], of: (before: number, value: number, at: number) => number) =>
    values.reduce((sum, value, at) => (at === 0 ? 0 : sum + of(values[at - 1] as number, value, at)), 0);
  const stepMs = (at: number, longMs: number) => (at === 1 ? longMs : 1_000);
  return {
    firstMs: column((_, startMs) => startMs + 17),
    lastMs: column(({ length }, startMs, longMs) => {
      return startMs + 17 + (length > 1 ? longMs + (length - 2) * 1_000 : 0);
    }),
    longestMs: column(({ length }, _, longMs) => (length > 1 ? longMs : 0)),
    area: column((values, _, longMs) => total(values, (a, b, at) => stepMs(at, longMs) * (a / 2 + b / 2))),
    rise: column((values) => total(values, (a, b) => (b >= a ? b - a : b))),
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
  // What no double is large enough for makes all steps unknown, and what falls often tells no rise.
  const isKnown = found.longestMs.every((value) => !Number.isNaN(value));
  const near = (name: "area" | "rise") =>
    found[name].map((value, index) => {
      const wanted = expected[name][index] as number;
      const spanMs = name === "rise" ? 1 : (expected.lastMs[index] as number) - (expected.firstMs[index] as number);
      const [min, max, count] = [expected.min[index], expected.max[index], expected.count[index]] as number[];
      const most = Math.max(Math.abs(min as number), Math.abs(max as number)) * spanMs;
      const isNear = Math.abs(value - wanted) <= most * (count as number) * 4 * Number.EPSILON;
      return isNear || (name === "rise" && Number.isNaN(value)) ? wanted : value;
    });
  if (isKnown) return { ...found, sum, area: near("area"), rise: near("rise") };
  expect(expected.area.every(Number.isFinite)).toBe(false);
  const { firstMs, lastMs, longestMs, area, rise } = expected;
  return { ...found, sum, firstMs, lastMs, longestMs, area, rise };
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
    expect(settled(decodeCells(encodeCells(cells, widthMs, 0), widthMs, 0), cells)).toEqual(cells);
  });

  it("[TR10] of a sensor at one second weigh less than a tenth of a byte a reading at the minute", () => {
    const cells = cellsOf(0, walk(1_440, 60, 2));
    const bytes = encodeCells(cells, widthMs, 0).length;
    console.log(`cells: ${(bytes / 1_440).toFixed(2)} bytes a bucket of 60 readings`);
    expect(bytes / (1_440 * 60)).toBeLessThan(0.11);
  });

  it("[TR16] know what happens from reading to reading, for next to nothing where it follows: of equal steps, of a counter", () => {
    let total = 0;
    const counter = walk(1_440, 59, 2).map((values, bucket) => {
      if (bucket % 10 === 9) total = 0;
      return values.map((value) => {
        total += Math.abs(Math.round(value * 100)) % 7;
        return total / 100;
      });
    });
    const cells = { ...cellsOf(0, counter) };
    // Each seventh had a longer step.
    const equal = {
      ...cellsOf(
        0,
        counter.map((values, index) => (index % 7 === 6 ? [] : values)),
      ),
    };
    expect(cells.longestMs[6]).toBe(4_321);
    for (const one of [cells, equal]) {
      const unknown = new Float64Array(one.times.length).fill(Number.NaN);
      const known = encodeCells(one, widthMs, 0);
      const found = decodeCells(known, widthMs, 0);
      expect(settled(found, one)).toEqual(one);
      expect(found.rise.some(Number.isNaN)).toBe(false);
      const without = encodeCells({ ...one, longestMs: unknown }, widthMs, 0);
      expect(decodeCells(without, widthMs, 0).area.every(Number.isNaN)).toBe(true);
      console.log(`steps: ${((known.length - without.length) / one.times.length).toFixed(2)} bytes a bucket`);
      expect(known.length - without.length).toBeLessThan(one.times.length * 2);
    }
    const noisy = cellsOf(0, walk(1_440, 59, 2));
    expect(decodeCells(encodeCells(noisy, widthMs, 0), widthMs, 0).rise.every(Number.isNaN)).toBe(true);
  });

  it("[TR11] are refused where any bit of them is wrong, a newer version by its name, those of an older hub too", () => {
    const cells = cellsOf(0, walk(40, 3, 1));
    for (const blob of [encodeCells(cells, widthMs, 0), encodeDeflated(cells, widthMs, 0)]) {
      for (let bit = 0; bit < blob.length * 8; bit++) {
        const damaged = Buffer.from(blob);
        damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(() => decodeCells(damaged, widthMs, 0)).toThrow(CodecError);
      }
      for (let length = 0; length < blob.length; length++) {
        expect(() => decodeCells(blob.subarray(0, length), widthMs, 0)).toThrow(CodecError);
      }
      const newer = Buffer.from(blob);
      newer[0] = 3;
      newer[2] = (newer[2] as number) ^ 1;
      expect(() => decodeCells(newer, widthMs, 0)).toThrow(NewerVersionError);
    }
  });

  it("[TR11] are refused where a block has buckets beyond its twelve places, though the checksum is that of it", () => {
    const blob = encodeCells(cellsOf(0, walk(1_440, 60, 1)), widthMs, 0);
    expect(blob[0]).toBe(2);
    const mask = blob.indexOf(Buffer.from([0xff, 0x0f]), headerBytes);
    expect(mask).toBeGreaterThan(headerBytes);
    // The ninth bucket is said to lie at the thirteenth place: as many as before.
    blob[mask + 1] = 0x1e;
    blob.writeUInt32LE(packedChecksum(blob), 2);
    expect(() => decodeCells(blob, widthMs, 0)).toThrow(CodecError);
    expect(() => openCells(blob, widthMs, 0).between(0, widthMs)).toThrow(CodecError);
  });

  it("[TR20] are read a few at a time, from any part of a frame, as those around them; an older hub's as well", () => {
    const wide = fc.integer({ min: -(2 ** 29), max: 2 ** 29 }).map((value) => value / 100);
    const bucket = fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      {
        weight: 4,
        arbitrary: fc.array(
          fc.integer({ min: -900, max: 900 }).map((value) => value / 10),
          { minLength: 1, maxLength: 9 },
        ),
      },
      { weight: 1, arbitrary: fc.array(wide, { minLength: 1, maxLength: 3 }) },
    );
    const place = fc.integer({ min: -20, max: 100 });
    const packed = { yes: 0, no: 0 };
    fc.assert(
      fc.property(
        fc.array(bucket, { maxLength: 80 }),
        fc.integer({ min: -1e6, max: 3e7 }).map((frame) => frame * widthMs),
        fc.array(fc.tuple(place, place), { minLength: 1, maxLength: 6 }),
        (buckets, frameMs, spans) => {
          const cells = cellsOf(frameMs, buckets);
          const room = new CellRoom();
          for (const blob of [encodeCells(cells, widthMs, frameMs), encodeDeflated(cells, widthMs, frameMs)]) {
            packed[blob[0] === 2 ? "yes" : "no"] += 1;
            const all = decodeCells(blob, widthMs, frameMs);
            expect(settled(all, cells)).toEqual(cells);
            // Of what was decoded before into the same room nothing is left over.
            const open = openCells(blob, widthMs, frameMs, room);
            for (const [from, length] of spans) {
              const [fromMs, toMs] = [frameMs + from * widthMs, frameMs + (from + length) * widthMs];
              const found = open.between(fromMs, toMs);
              const wanted = [...all.times.keys()].filter(
                (at) => (all.times[at] as number) >= fromMs && (all.times[at] as number) < toMs,
              );
              for (const name of ["times", "first", "last", "min", "max", "sum", "count"] as const) {
                expect([...found.cells[name].subarray(found.start, found.end)]).toEqual(
                  wanted.map((at) => all[name][at]),
                );
              }
            }
          }
        },
      ),
      { seed: printedSeed("few cells"), numRuns: 80 },
    );
    expect(packed.yes).toBeGreaterThan(packed.no / 4);
  });
});
