import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter, CodecError } from "../../../server/store/codec/bytes.ts";
import { readInts, writeInts } from "../../../server/store/codec/planes.ts";
import { printedSeed } from "../../support/seed.ts";

/** Integers of every width that a plane may end at, and of none in particular. */
const anyInts = fc.oneof(
  ...[0, 7, 8, 15, 16, 23, 24, 31, 32, 40, 52, 53].map((bits) =>
    fc.array(
      fc.maxSafeInteger().map((value) => Math.trunc(value / 2 ** (53 - bits))),
      { maxLength: 120 },
    ),
  ),
  fc.array(fc.oneof(fc.constantFrom(2 ** 53, -(2 ** 53), 2 ** 31, -(2 ** 31), 2 ** 31 - 1, 0), fc.maxSafeInteger()), {
    maxLength: 40,
  }),
);

function written(ints: readonly number[]): Buffer {
  const writer = new ByteWriter(4);
  writeInts(writer, Float64Array.from(ints), ints.length);
  return writer.copy();
}

function read(blob: Buffer, count: number): number[] {
  const reader = new ByteReader(blob);
  const ints = [...readInts(reader, count)];
  expect(reader.left).toBe(0);
  return ints;
}

/** Noise that needs no seed: the same in each run. */
function noise(count: number, size: number): number[] {
  let state = 7;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    return ((state >>> 8) % (2 * size + 1)) - size;
  });
}

describe("planes of bytes", () => {
  it("[SC8] read back every integer from -2^53 to 2^53, however many", () => {
    fc.assert(
      fc.property(anyInts, (ints) => {
        const expected = ints.map((value) => value + 0);
        expect(read(written(ints), ints.length)).toEqual(expected);
      }),
      { numRuns: 600, seed: printedSeed("planes") },
    );
  });

  it("[SC8] read back each way of coding: zeros, bits, deflated for its runs or its distribution, plain, long ones", () => {
    const runs = Array.from({ length: 5_000 }, (_, index) => index >> 9);
    const bits = [1, 3, 7, 15, 31, 63].flatMap((size) => [noise(50, size), noise(51, size)]);
    const columns = [...bits, new Array(5_000).fill(0), runs, noise(5_000, 20), noise(5_000, 127), noise(40_000, 3e9)];
    for (const ints of columns) expect(read(written(ints), ints.length)).toEqual(ints);
  });

  it("[SC9] take a byte for any number of zeros, and within 6 % of its entropy for noise of 41 values", () => {
    expect(written(new Array(100_000).fill(0))).toHaveLength(1);
    const entropyBytes = (4_096 * Math.log2(41)) / 8;
    expect(written(noise(4_096, 20)).length).toBeLessThan(entropyBytes * 1.06);
    // Nothing makes noise of a whole byte shorter: a byte each, and how they are coded.
    expect(written(noise(4_096, 127)).length).toBe(4_096 + 2);
  });

  it("[SC9] take as many bits of each as the largest has where they are too few for a code of their own", () => {
    // From -7 to 7: four bits each, and how they are coded.
    expect(written(noise(80, 7))).toHaveLength(1 + 2 + 40);
  });

  it("[SC10] refuse what is cut short, longer or shorter than said, or coded in a way that nobody knows", () => {
    for (const ints of [noise(50, 20), noise(1_000, 20), noise(50, 127)]) {
      const blob = written(ints);
      for (let at = 0; at < blob.length; at++) {
        expect(() => read(blob.subarray(0, at), ints.length), `cut at ${at}`).toThrow(CodecError);
      }
      expect(() => read(blob, ints.length * 2), `twice ${ints.length}`).toThrow(CodecError);
    }
    const coded = written(noise(1_000, 20));
    for (const count of [1, 999, 1_001]) expect(() => read(coded, count), `${count} of 1,000`).toThrow(CodecError);
    expect(() => read(Buffer.of(9, 0, 0, 0, 0, 0, 0, 0, 0, 0), 3)).toThrow("9 planes of bytes");
    expect(() => read(Buffer.of(1, 4), 3)).toThrow("unknown coding 4 of a plane of bytes");
    for (const bits of [0, 8, 255]) expect(() => read(Buffer.of(1, 3, bits, 0), 1)).toThrow(`a plane of ${bits} bits`);
  });

  it("[SC10] never read past what damage makes of them: integers, or CodecError", () => {
    const blob = written(noise(300, 400));
    fc.assert(
      fc.property(fc.nat(blob.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(blob);
        damaged[at] = (damaged[at] as number) ^ change;
        try {
          expect(readInts(new ByteReader(damaged), 300).every(Number.isInteger)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      }),
      { numRuns: 400, seed: printedSeed("damaged planes") },
    );
  });
});
