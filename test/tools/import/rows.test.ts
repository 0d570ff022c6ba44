/** Rows of a file, however its pieces fall. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellsOf, type Row, rowsOf } from "../../../server/tools/import/rows.ts";
import { readTime } from "../../../server/tools/import/times.ts";
import { printedSeed } from "../../support/seed.ts";

const seed = printedSeed("rows of files");

/** All rows of a file that is read in pieces of so many bytes. */
function rowsInPieces(file: Buffer, pieceBytes: number): Row[] {
  const all: Row[] = [];
  let [at, line] = [0, 1];
  for (let size = pieceBytes; at < file.length; ) {
    const isEnd = at + size >= file.length;
    const piece = file.subarray(at, at + size);
    // A piece without a single whole row is too short: the real ones have 2 MiB.
    if (!isEnd && rowsIn(piece, line, false) === undefined) {
      size += pieceBytes;
      continue;
    }
    const { rows, usedBytes, nextLine } = rowsOf(piece, line, isEnd, { delimiter: "," });
    all.push(...rows);
    at += usedBytes;
    line = nextLine;
    size = pieceBytes;
  }
  return all;
}

function rowsIn(piece: Buffer, line: number, isEnd: boolean) {
  try {
    const read = rowsOf(piece, line, isEnd, { delimiter: "," });
    return read.usedBytes > 0 ? read : undefined;
  } catch {
    return undefined;
  }
}

const cell = fc.string({ unit: fc.constantFrom("a", "é", "😀", ",", '"', "\n", "\r\n", " ", "1"), maxLength: 6 });
const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 12 });
const written = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

describe("rows of CSV", () => {
  it("[P85] are the cells that were written, with the line that each begins at, wherever a piece ends", () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 40 }), fc.constantFrom("\n", "\r\n"), (rows, pieceBytes, end) => {
        const texts = rows.map((cells) => cells.map(written).join(","));
        const file = Buffer.from(texts.map((text) => text + end).join(""));
        const read = rowsInPieces(file, pieceBytes);
        expect(read.map(({ text }) => cellsOf(text, ","))).toEqual(rows);
        let line = 1;
        const lines = texts.map((text) => {
          const begins = line;
          line += text.split("\n").length;
          return begins;
        });
        expect(read.map((row) => row.line)).toEqual(lines);
      }),
      { seed, numRuns: 300 },
    );
  });
});

describe("times", () => {
  it("[P85] of all years come back from ISO 8601, and days that are none are refused", () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        expect(readTime(date.toISOString(), "ms")).toBe(date.getTime());
        expect(readTime(String(date.getTime()), "ms")).toBe(date.getTime());
      }),
      { seed, numRuns: 300 },
    );
    for (const none of [
      "2026-02-30T00:00:00.000Z",
      "2026-13-01",
      "2026-01-01T24:00:01Z",
      "2026-1-1",
      "1e3",
      "",
      "12:00",
    ])
      expect(readTime(none, "ms")).toBeUndefined();
    expect(readTime("2024-02-29 23:59:60.5+05:45", "ms")).toBe(Date.UTC(2024, 1, 29, 18, 15, 0, 500));
    expect(readTime("1700000000.25", "s")).toBe(1_700_000_000_250);
    expect(readTime("-1700000000000000000", "ns")).toBe(-1_700_000_000_000);
  });
});
