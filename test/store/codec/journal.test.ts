import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodecError, NewerVersionError } from "../../../server/store/codec/bytes.ts";
import { decodeJournal, encodeJournal, type JournalEntry } from "../../../server/store/codec/journal.ts";
import { printedSeed } from "../../support/seed.ts";
import { anyColumns, bits } from "./arbitraries.ts";

const anyMark = fc.record({
  device: fc.string({ minLength: 1, maxLength: 128 }),
  session: fc.string({ maxLength: 40 }),
  seq: fc.maxSafeNat(),
});

const anyEntry: fc.Arbitrary<JournalEntry> = fc.record({
  receivedMs: fc.oneof(fc.integer(), fc.integer({ min: 1_790_000_000_000, max: 1_990_000_000_000 })),
  marks: fc.array(anyMark, { maxLength: 5 }),
  columns: anyColumns,
});

function readable({ receivedMs, marks, columns }: JournalEntry) {
  const { length, series, times, values, strings } = columns;
  return { receivedMs, marks, length, series: [...series], times: bits(times), values: bits(values), strings };
}

describe("an entry of the journal", () => {
  it("[SC5] reads back as it was written: marks, readings in order of arrival, texts", () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        expect(readable(decodeJournal(encodeJournal(entry)))).toEqual(readable(entry));
      }),
      { numRuns: 400, seed: printedSeed("journal entries") },
    );
  });

  it("[SC5] leaves the spare room of the columns out", () => {
    const [series, times, values] = [
      new Uint32Array(8).fill(3),
      new Float64Array(8).fill(4),
      new Float64Array(8).fill(5),
    ];
    const columns = { length: 2, series, times, values, strings: [] };
    expect(decodeJournal(encodeJournal({ receivedMs: 1, marks: [], columns })).columns.times).toEqual(
      Float64Array.of(4, 4),
    );
  });

  it("takes no more for a reading because another series has more decimals", () => {
    const length = 1_000;
    const sizeOf = (series: (index: number) => number, values: (index: number) => number) => {
      const of = (each: (index: number) => number) => Float64Array.from({ length }, (_, index) => each(index));
      const columns = {
        length,
        series: Uint32Array.from(of(series)),
        times: of((index) => index),
        values: of(values),
        strings: [],
      };
      return encodeJournal({ receivedMs: 1, marks: [], columns }).length;
    };
    const isFirst = (index: number) => index === 0;
    expect(
      sizeOf(
        (index) => (isFirst(index) ? 1 : 2),
        (index) => (isFirst(index) ? 13.404954 : index % 2),
      ),
    ).toBeLessThan(
      sizeOf(
        () => 2,
        (index) => index % 2,
      ) + 10,
    );
    // By turns, as rows bring them, and whole numbers among others of one series.
    expect(
      sizeOf(
        (index) => 1 + (index % 2),
        (index) => (index % 2 ? 13.404954 : 1),
      ),
    ).toBeLessThan(length * 5.6);
    expect(
      sizeOf(
        () => 1,
        (index) => (index % 10 === 0 ? 1.25 : index % 100),
      ),
    ).toBeLessThan(length * 4);
  });

  it("[SC6] is refused with any byte damaged, cut short, or of a version that is not known", () => {
    const columns = {
      ...{ length: 3, series: Uint32Array.of(1, 2, 3), times: Float64Array.of(1e12, 1e12 + 5, 7) },
      ...{ values: Float64Array.of(1.5, Math.PI, 0), strings: ["a"] },
    };
    const blob = encodeJournal({ receivedMs: 5, marks: [{ device: "d", session: "s", seq: 1 }], columns });
    for (let at = 0; at < blob.length; at++) {
      const damaged = Buffer.from(blob);
      damaged[at] = (damaged[at] as number) ^ 0x40;
      expect(() => decodeJournal(damaged), `byte ${at}`).toThrow(CodecError);
      expect(() => decodeJournal(blob.subarray(0, at)), `cut at ${at}`).toThrow(CodecError);
    }
    blob[0] = 9;
    expect(() => decodeJournal(blob)).toThrow(/version 9 is not known/);
    blob[1] = (blob[1] as number) ^ 1;
    expect(() => decodeJournal(blob)).toThrow(NewerVersionError);
  });
});
