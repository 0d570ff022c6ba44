import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodecError, NewerVersionError } from "../../../server/store/codec/bytes.ts";
import { type ChunkColumns, decodeChunk, encodeChunk } from "../../../server/store/codec/chunk.ts";
import { printedSeed } from "../../support/seed.ts";
import { anyChunk, bits } from "./arbitraries.ts";
import { chunkBlobsV1 } from "./golden.ts";

const numRuns = 400;

function readable({ type, times, values, strings }: ChunkColumns) {
  const cells = type === "string" ? Array.from(values, (cell) => strings[cell]) : bits(values);
  return { type, times: bits(times), cells };
}

/** A sensor that tells one decimal each second, as most do. */
function sensor(count: number): ChunkColumns {
  const times = Float64Array.from({ length: count }, (_, index) => 1.79e12 + index * 1_000 + (index % 3));
  const values = Float64Array.from({ length: count }, (_, index) => Math.round(215 + 20 * Math.sin(index / 40)) / 10);
  return { type: "number", times, values, strings: [] };
}

describe("a chunk", () => {
  it("[SC1] reads back as it was written: every finite double bit by bit, every time, every text", () => {
    fc.assert(
      fc.property(anyChunk, (chunk) => {
        expect(readable(decodeChunk(encodeChunk(chunk)))).toEqual(readable(chunk));
      }),
      { numRuns, seed: printedSeed("chunks") },
    );
  });

  it.each([0, 1, 2, 3, 4])(
    "[SC1] reads back as it was written, whatever lies between: %i readings, as far apart as can be",
    (count) => {
      const ends = [-(2 ** 53), -(2 ** 50), -1, 0, 1, 2 ** 50, 2 ** 53];
      const times = ends
        .flatMap((_, from) => [ends.slice(from, from + count)])
        .filter(({ length }) => length === count);
      const values = Float64Array.from({ length: count }, (_, index) => (-1) ** index * 2 ** 51 + index);
      for (const some of times) {
        const chunk = { type: "number" as const, times: Float64Array.from(some), values, strings: [] };
        expect(readable(decodeChunk(encodeChunk(chunk)))).toEqual(readable(chunk));
      }
    },
  );

  it("[SC2] takes under 1.2 bytes a reading for a sensor with one decimal, and under 9 for any doubles", () => {
    expect(encodeChunk(sensor(1_024)).length / 1_024).toBeLessThan(1.2);
    const noise = {
      ...sensor(1_024),
      values: Float64Array.from({ length: 1_024 }, (_, index) => Math.sin(index) * 1e-3),
    };
    expect(encodeChunk(noise).length / 1_024).toBeLessThan(9);
  });

  it("[SC3] refuses every blob with a damaged byte, and every one that is cut short", () => {
    const blob = encodeChunk(sensor(200));
    for (let at = 0; at < blob.length; at++) {
      const damaged = Buffer.from(blob);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      expect(() => decodeChunk(damaged), `bit ${at % 8} of byte ${at}`).toThrow(CodecError);
      expect(() => decodeChunk(blob.subarray(0, at)), `cut at ${at}`).toThrow(CodecError);
    }
  });

  it("[SC3] refuses anything that it did not write, and says so", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decodeChunk(Buffer.from(bytes))).toThrow(CodecError);
      }),
      { numRuns, seed: printedSeed("foreign chunks") },
    );
  });

  it("[SC4] names a version that it does not know", () => {
    const blob = encodeChunk(sensor(10));
    blob[0] = 3;
    // All else is sound: the number itself is damaged.
    expect(() => decodeChunk(blob)).toThrow(/version 3 is not known; this hub reads version 2/);
    blob[2] = (blob[2] as number) ^ 1;
    expect(() => decodeChunk(blob)).toThrow(NewerVersionError);
    expect(() => decodeChunk(blob)).toThrow(/^chunk version 3; this hub knows 2$/);
    // Versions are counted one by one.
    for (const version of [0, 18, 255]) {
      blob[0] = version;
      expect(() => decodeChunk(blob)).toThrow(`version ${version} is not known`);
    }
  });

  it("[SC4] has a checksum over its version: neither passes for the other", () => {
    const blob = encodeChunk(sensor(10));
    blob[0] = 1;
    expect(() => decodeChunk(blob)).toThrow("checksum does not match");
    const old = Buffer.from(chunkBlobsV1.booleans as string, "hex");
    old[0] = 2;
    expect(() => decodeChunk(old)).toThrow("checksum does not match");
    old[0] = 3;
    expect(() => decodeChunk(old)).toThrow(/version 3 is not known; this hub reads version 2/);
  });
});
