/**
 * Blobs as version 1 wrote them, with what they hold. They are never written anew: a later version that cannot read one of
 * them cannot read people's data.
 */
import type { ChunkColumns } from "../../../server/store/codec/chunk.ts";
import type { JournalEntry } from "../../../server/store/codec/journal.ts";

function numbers(times: readonly number[], values: readonly number[]): ChunkColumns {
  return { type: "number", times: Float64Array.from(times), values: Float64Array.from(values), strings: [] };
}

export const chunkContents: Readonly<Record<string, ChunkColumns>> = {
  "decimals, an outlier": numbers(
    Array.from({ length: 32 }, (_, index) => 1_790_000_000_000 + index * 1_000),
    Array.from({ length: 32 }, (_, index) => (index === 7 ? -0 : (215 + ((index * 7) % 5)) / 10)),
  ),
  "full precision": numbers([-5, 0, 1, 1_000_000], [Math.PI, -5e-324, Number.MAX_VALUE, 0.1 + 0.2]),
  "times too far for differences": numbers([-8.64e15, 0, 8.64e15], [1, 2, 3]),
  booleans: {
    ...{ type: "boolean", strings: [], times: Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]) },
    values: Float64Array.from([1, 0, 0, 1, 1, 1, 0, 1, 1]),
  },
  texts: {
    ...{ type: "string", strings: ["closed", "öffnet 🚪", ""], times: Float64Array.from([10, 20, 30, 40]) },
    values: Float64Array.from([0, 1, 2, 1]),
  },
};

export const journalContent: JournalEntry = {
  receivedMs: 1_790_000_000_123,
  marks: [{ device: "plant/oven-1", session: "a1", seq: 4_294_967_297 }],
  columns: {
    length: 4,
    series: Uint32Array.of(7, 8, 7, 4_000_000_000),
    times: Float64Array.of(1_790_000_000_000, 1_790_000_000_000, 1_789_999_999_000, -1),
    values: Float64Array.of(21.5, 0, -0, Math.E),
    strings: ["öffnet 🚪"],
  },
};

/** Version 1 of each chunk, hexadecimal. */
export const chunkBlobsV1: Readonly<Record<string, string>> = {
  "decimals, an outlier": "01108749efa8536068d8d07c7446c6057e06bc80711d330b0b2b0b2b0b03230b2b8405e622084676a8010d00",
  "full precision": "01007b4a11ce0400090a07fc887aff1819fecb2d2dffcc4444ffcc5454ffccfbfbffcc2121ffcc0909ef3c40c0ff40",
  "times too far for differences": "01102940eb0063666460b873886393dd61063800f39d199898981800",
  booleans: "0111114d0041e36460626280809d8c00",
  texts: "0102d891f2850400141400000306636c6f7365640cc3b666666e657420f09f9aaa0000010201",
};

/** Version 1 of the entry, hexadecimal. */
export const journalBlobV1 =
  "01b217feed00b0c706450c7a42010c706c616e742f6f76656e2d310261318180808010010cc3b666666e657420f09f9aaa040e0201f29fd9e61d0080b083c5986800cf0fe19083c59868f11a00070000000000000080076957148b0abf0540";
