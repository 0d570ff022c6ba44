import fc from "fast-check";
import { expect, it } from "vitest";
import { csvRows } from "../../../simulator/replay/csv.ts";
import type { Row } from "../../../simulator/replay/row.ts";
import { printedSeed } from "../../support/seed.ts";

/** What a file of CSV may consist of, without a quote. */
const parts = ["a", "1.5", "#", " ", ",", ",", ",,", "\n", "\n", "\r\n", "\r", "é", "😀", "\0", "\\", "'"].map((part) =>
  Buffer.from(part),
);
const text = fc
  .array(fc.constantFrom(...parts, Buffer.from([0xff]), Buffer.from([0xc3])), { maxLength: 40 })
  .map((found) => Buffer.concat(found));

/** Rows of bytes that come in pieces, each so long. */
async function rowsOf(bytes: Buffer, lengths: readonly number[]): Promise<Row[]> {
  async function* pieces() {
    let begin = 0;
    for (const length of lengths) {
      yield bytes.subarray(begin, begin + length);
      begin += length;
    }
    yield bytes.subarray(begin);
  }
  const rows: Row[] = [];
  for await (const some of csvRows(pieces(), ",")) rows.push(...some);
  return rows;
}

const lengths = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 8 });

it("[Y3] rows without a quote are the same as those that the parser finds, with their lines, however the file comes in pieces", async () => {
  await fc.assert(
    fc.asyncProperty(text, lengths, async (bytes, cuts) => {
      // With a quote in its first piece all of a file is the parser's.
      const head = Buffer.from('"begin"\n');
      const [, ...parsed] = await rowsOf(Buffer.concat([head, bytes]), [head.length]);
      const expected = parsed.map(({ line, cells }) => ({ line: line - 1, cells }));
      expect(await rowsOf(bytes, cuts)).toEqual(expected);
    }),
    { numRuns: 400, seed: printedSeed("rows without a quote") },
  );
});

it("[Y3] the first quote may come late: the parser goes on in the line in which it stands", async () => {
  await fc.assert(
    fc.asyncProperty(text, text, lengths, async (before, after, cuts) => {
      const bytes = Buffer.concat([before, Buffer.from('\n"two\nlines",x\n'), after]);
      const head = Buffer.from('"begin"\n');
      const [, ...parsed] = await rowsOf(Buffer.concat([head, bytes]), [head.length]);
      const expected = parsed.map(({ line, cells }) => ({ line: line - 1, cells }));
      expect(await rowsOf(bytes, cuts)).toEqual(expected);
    }),
    { numRuns: 400, seed: printedSeed("a late quote") },
  );
});
