/**
 * Blobs as each version wrote them, with what they hold. They are never written anew: a later version that cannot read one of
 * them cannot read people's data.
 */
import type { ChunkColumns } from "../../../server/store/codec/chunk.ts";
import type { JournalEntry } from "../../../server/store/codec/journal.ts";

function numbers(times: readonly number[], values: readonly number[]): ChunkColumns {
  return { type: "number", times: Float64Array.from(times), values: Float64Array.from(values), strings: [] };
}

function rows(count: number, value: (row: number) => number, time = (row: number) => 1_790_000_000_000 + row * 1_000) {
  const all = Array.from({ length: count }, (_, row) => row);
  return numbers(all.map(time), all.map(value));
}

/** The same in each run, and without any order that a codec could find. */
function jitter(row: number, below: number): number {
  return (Math.imul(row ^ 0x5bd1e995, 0x9e3779b1) >>> 9) % below;
}

/** What every version can hold. */
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

/** What version 2 has forms of its own for. */
export const chunkContents2: Readonly<Record<string, ChunkColumns>> = {
  ...chunkContents,
  "no reading": numbers([], []),
  "one reading": numbers([1_790_000_000_000], [21.5]),
  "a jittery clock, a reading lost, noise": rows(
    90,
    (row) => ((row * 37) % 23) / 10,
    (row) => 1_790_000_000_000 + (row + (row > 20 ? 1 : 0)) * 8_000 + jitter(row, 31),
  ),
  "a clock that drifts, a slope": rows(
    48,
    (row) => 1_000 + row * 40 + (row % 3),
    (row) => 1_790_000_000_000 + Math.round(row * 250.35) + jitter(row, 7),
  ),
  "whole seconds, a curve": rows(
    40,
    (row) => Math.round(row * row * 1.5) / 100,
    (row) => 1_790_000_000_000 + (((row * (row + 1)) / 2) * 7 + ((row * 13) % 11)) * 1_000,
  ),
  "floats of 32 bits, an outlier": rows(48, (row) =>
    row === 30 ? Math.PI : Math.fround((200 + ((row * 7) % 9)) / 10),
  ),
  "a converter of few bits": rows(48, (row) => ((500 + ((row * row * 7) % 9)) * 3.3) / 4_096),
  "large integers, -0": rows(20, (row) => (row % 4 === 1 ? -0 : (row % 2 === 0 ? 1 : -1) * (2 ** 45 + row))),
  "booleans in runs": {
    ...{ type: "boolean", strings: [], times: Float64Array.from({ length: 100 }, (_, row) => row) },
    values: Float64Array.from({ length: 100 }, (_, row) => (row > 30 && row < 80 ? 1 : 0)),
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

/** Version 2 of each chunk, hexadecimal. */
export const chunkBlobsV2: Readonly<Record<string, string>> = {
  "decimals, an outlier":
    "0200e0492c18200480b083c59868e80700010100010103040e01ae0304020200000009000900b5ac0009000009000900000900090000090009000009000900030180010000",
  "full precision":
    "02002401cba5040509050303070040c00f030500000d0303000c0103022000080230330295025a5a0099028888009902a8a8009902f6f600990243430099021212e039028080ff80",
  "times too far for differences":
    "02005b6026d30300080302090002b8b8b8028585850305314603076432190307fd7e1f028686860100000001020200",
  booleans: "020137e887e909040201000002b901",
  texts: "02028da096bf0404140a0003150206636c6f7365640cc3b666666e657420f09f9aaa00000201030221",
  "no reading": "0200279c3e590001010000000100000001000000",
  "one reading": "0200885d27fc01010180b083c5986800000101000001ae030000",
  "a jittery clock, a reading lost, noise":
    "0200a6a845a35a05aab083c59868c03e01010b6360c00298b088912c04000103040a41a4c6182580a46e82e82c2c60c60a9054054341721905361841827236236039f5905d5b17b19f23b15b170701010000010011010306800bb800e0022e00b8800b002ee002800b002ee002800bb800e0022e00b8800b002e00b8800b002ee002800bb800e0022e00b800e0022e00b8800b002ee002800bb80000",
  "a clock that drifts, a slope":
    "02005ecb700930068ab083c5986888c915c4e44a6f400103040071192500710225225119310071193101993447719710070100000001d00f52010303000a142850a0408102050a142850a0408102",
  "whole seconds, a curve":
    "0200df9c4e9328010680b083c59868e8070001030680e4388e73908ee31ca4e338ce413a8e73908ee33807e938ce413a8ee31c0102000002000103044084848484848484848484848484848484848484",
  "floats of 32 bits, an outlier":
    "0200d16e2c6d300480b083c59868e807000201010103063c182d4454fb2109400001900303010305400200240000480080040000090090000020011912000024004002008004",
  "a converter of few bits":
    "02002ce1d49c300480b083c59868e80700030408030700b38c06030700f36c06030700f36c06030700f36c06030700f36c0602901a4f4f02b300000003077f00000000020103032122050c11296088480143440a182252c010",
  "large integers, -0":
    "020089a815fe140480b083c59868e8070001000005010303b26d0084808080808010060306c30024c48044cc0065d48085dc00a600000000020040008000400080004000800040008000400080",
  "booleans in runs": "02019eb9637964040001000100030103073e310a",
};

/** Version 1 of the entry, hexadecimal. */
export const journalBlobV1 =
  "01b217feed00b0c706450c7a42010c706c616e742f6f76656e2d310261318180808010010cc3b666666e657420f09f9aaa040e0201f29fd9e61d0080b083c5986800cf0fe19083c59868f11a00070000000000000080076957148b0abf0540";
