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
    48,
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
    "02000f3472c5200480b083c59868e807000101000101020e00da010102d4d8dcd6dad4d8d9d6dad4d8dcd6dad4d8dcd6dad4d8dcd6dad4d8dcd6dad4d8",
  "full precision":
    "020084be80940405090503020000017e020000001a020000000601020000020000080230330295025a5a0099028888009902a8a8009902f6f600990243430099021212e039028080ff80",
  "times too far for differences":
    "0200f036ecbe030008020102000002b8b8b8028585850211111102646464027d7d7d028686860100000001020200",
  booleans: "020137e887e909040201000002b901",
  texts: "02028c204e3d0404140a0003150206636c6f7365640cc3b666666e657420f09f9aaa000002010201000200",
  "no reading": "0200279c3e590001010000000100000001000000",
  "one reading": "0200885d27fc01010180b083c5986800000101000001ae030000",
  "a jittery clock, a reading lost, noise":
    "020068fc6b7f3005acb083c59868c03e01010a6360c00298b0884185000102080103020208040a06030700010602080c040006060c0a000a000104040a0801010b020707010502030200090b0307010101000001001101011605c1010100000080108bfa3f2f241289442412894434",
  "a clock that drifts, a slope":
    "02008b336620300688b083c5986888c915c4e44a6f4001020202000507000304020200050402030404040003070000010202000507000001000207070601050600050507020005020100000001d00f5201011605c1210100000080208aff2f0b888888888888888801",
  "whole seconds, a curve":
    "02005af0418028010680b083c59868e80700010200120e0e0e0e07240e0e0e07240e0e0e0e07240e0e0e07240e0e0e0e07240e0e0e07240e0e0e0e07010200000200010200040408040804080408040804080408040804080408040804080408040804080408040804080408",
  "floats of 32 bits, an outlier":
    "02004a695524300480b083c59868e8070002010101023c182d4454fb210940000190030301011805c1010d00000cc320925d41fd8b3d08410842905b10823c",
  "a converter of few bits":
    "020061fd4c6a300480b083c59868e807000304080200663234020066333302006633330200663333020066333302901a4f4f02b3000000027f00000000020102010400010202010004010400010202010004010400010202010004010400010202010004010400010202010004010400",
  "large integers, -0":
    "0200e84ab7c8140480b083c59868e8070001000005010202060606060084808080808010060203030009040308110c031019140318211c03202900000000020040008000400080004000800040008000400080",
  "booleans in runs": "0201c7490851640400010001000301023e6228",
};

/** Version 1 of the entry, hexadecimal. */
export const journalBlobV1 =
  "01b217feed00b0c706450c7a42010c706c616e742f6f76656e2d310261318180808010010cc3b666666e657420f09f9aaa040e0201f29fd9e61d0080b083c5986800cf0fe19083c59868f11a00070000000000000080076957148b0abf0540";
