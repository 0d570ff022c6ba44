import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter } from "../../../server/store/codec/bytes.ts";
import { writeHuffman } from "../../../server/store/codec/huffman.ts";
import { printedSeed } from "../../support/seed.ts";

function coded(bytes: Uint8Array, belowBytes = Number.POSITIVE_INFINITY): Buffer | undefined {
  const times = new Uint32Array(256);
  for (const byte of bytes) times[byte] = (times[byte] as number) + 1;
  const writer = new ByteWriter(bytes.length * 2 + 400);
  const isWritten = writeHuffman(writer, bytes, bytes.length, times, belowBytes);
  expect(writer.length > 0).toBe(isWritten);
  if (!isWritten) return undefined;
  const reader = new ByteReader(writer.copy());
  const block = reader.take(reader.unsigned());
  expect(reader.left).toBe(0);
  return block;
}

/** Bytes that come so often: Fibonacci's numbers make the deepest code of all. */
function skewed(symbols: number): Uint8Array {
  const bytes: number[] = [];
  let [often, before] = [1, 1];
  for (let symbol = 0; symbol < symbols; symbol++) {
    for (let time = 0; time < often; time++) bytes.push(symbol * 5);
    [often, before] = [often + before, often];
  }
  return Uint8Array.from(bytes);
}

const anyBytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 2_000 }),
  fc.array(fc.constantFrom(0, 1, 7, 255), { minLength: 1, maxLength: 300 }).map((bytes) => Uint8Array.from(bytes)),
  fc.record({ byte: fc.nat(255), length: fc.integer({ min: 1, max: 5_000 }) }).map(({ byte, length }) => {
    return new Uint8Array(length).fill(byte);
  }),
);

describe("a block of literals", () => {
  it("[SC13] is read by zlib as the bytes that it was made of, whatever they are", () => {
    const isRead = (bytes: Uint8Array): void => {
      const block = coded(bytes) as Buffer;
      const { buffer, engine } = inflateRawSync(block, { info: true }) as unknown as {
        readonly buffer: Buffer;
        readonly engine: { readonly bytesWritten: number };
      };
      expect(Buffer.compare(buffer, bytes)).toBe(0);
      // Not a byte behind its end.
      expect(engine.bytesWritten).toBe(block.length);
    };
    fc.assert(fc.property(anyBytes, isRead), { numRuns: 200, seed: printedSeed("blocks of literals") });
    for (const symbols of [2, 16, 17, 18, 19, 22]) isRead(skewed(symbols));
  });

  it("[SC13] is no longer than the shortest that zlib makes without looking for repetitions, but for its end", () => {
    const bytes = Uint8Array.from({ length: 4_096 }, (_, index) => 40 + Math.round(20 * Math.sin(index * 7.3)));
    const strategy = constants.Z_HUFFMAN_ONLY;
    const zlibs = deflateRawSync(bytes, { level: 9, memLevel: 9, strategy });
    expect((coded(bytes) as Buffer).length).toBeLessThanOrEqual(zlibs.length + 1);
  });

  it("[SC13] is not written where it would be as long as it must not be", () => {
    const bytes = skewed(10);
    const { length } = coded(bytes) as Buffer;
    expect(coded(bytes, length)).toBeUndefined();
    expect(coded(bytes, length + 1)).toHaveLength(length);
  });
});
