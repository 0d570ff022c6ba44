import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteWriter, CodecError } from "../../../server/store/codec/bytes.ts";
import { type ChunkColumns, decodeChunk, encodeChunk } from "../../../server/store/codec/chunk.ts";
import { printedSeed } from "../../support/seed.ts";
import { anyChunk } from "./arbitraries.ts";

const headerBytes = 6;

/** The same blob with a checksum that fits: damage that nobody can see from outside. */
function resealed(blob: Buffer): Buffer {
  const sealed = Buffer.from(blob);
  sealed.writeUInt32LE(crc32(sealed.subarray(headerBytes), crc32(sealed.subarray(0, 2))), 2);
  return sealed;
}

/** A blob of version 2 with this body. */
function blobOf(type: number, write: (writer: ByteWriter) => void): Buffer {
  const writer = new ByteWriter();
  writer.byte(2);
  writer.byte(type);
  writer.length = headerBytes;
  write(writer);
  return resealed(writer.copy());
}

function looksSound({ times, values, strings, type }: ChunkColumns): boolean {
  if (times.length !== values.length || !times.every(Number.isFinite)) return false;
  if (type === "string") return values.every((value) => strings[value] !== undefined);
  return type === "boolean" ? values.every((value) => value === 0 || value === 1) : values.every(Number.isFinite);
}

const steady: ChunkColumns = {
  ...{ type: "number", strings: [], times: Float64Array.from({ length: 200 }, (_, index) => 1.79e12 + index * 997) },
  values: Float64Array.from({ length: 200 }, (_, index) => ((index * 7) % 50) / 10),
};

describe("a damaged chunk", () => {
  it("[SC12] is refused whatever stands in the place of any of its bytes", () => {
    const blob = encodeChunk({ ...steady, times: steady.times.slice(0, 8), values: steady.values.slice(0, 8) });
    for (let at = 0; at < blob.length; at++) {
      for (let change = 1; change < 256; change++) {
        const damaged = Buffer.from(blob);
        damaged[at] = (damaged[at] as number) ^ change;
        expect(() => decodeChunk(damaged), `byte ${at} ^ ${change}`).toThrow(CodecError);
      }
    }
  });

  it("[SC12] whose checksum fits by chance is refused, or gives readings that could be some: nothing else, and no NaN", () => {
    const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255), cut: fc.nat(40) });
    fc.assert(
      fc.property(anyChunk, fc.array(edit, { minLength: 1, maxLength: 4 }), (chunk, edits) => {
        let blob = encodeChunk(chunk);
        for (const { at, byte, cut } of edits) {
          const place = headerBytes + Math.floor(at * (blob.length - headerBytes));
          if (cut === 0) blob = blob.subarray(0, place);
          else if (place < blob.length) blob[place] = byte;
        }
        try {
          expect(looksSound(decodeChunk(resealed(blob)))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      }),
      { numRuns: 400, seed: printedSeed("damaged chunks") },
    );
  });

  it("[SC12] that claims more than it can have makes no room for it", () => {
    const many = blobOf(0, (writer) => writer.unsigned(2 ** 53 - 1));
    expect(() => decodeChunk(many)).toThrow(/a chunk of 9007199254740991 readings/);
    const endless = blobOf(0, (writer) => {
      for (let byte = 0; byte < 40; byte++) writer.byte(0xff);
    });
    expect(() => decodeChunk(endless)).toThrow(/a number of more than 8 bytes/);
    // Texts of 2^50 bytes behind one steady time.
    const long = blobOf(2, (writer) => {
      for (const byte of [1, 1, 1, 0, 0, 0, 1]) writer.byte(byte);
      writer.unsigned(2 ** 50);
    });
    expect(() => decodeChunk(long)).toThrow(/texts of 1125899906842624 bytes/);
    const left = Buffer.concat([encodeChunk(steady), Buffer.of(0)]);
    expect(() => decodeChunk(resealed(left))).toThrow(/bytes that belong to nothing/);
  });

  it("[SC12] is never written: more readings than a chunk may have are refused", () => {
    expect(() => encodeChunk(steady, 2 ** 20 + 1)).toThrow(RangeError);
  });
});
