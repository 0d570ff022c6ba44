/** Rows that came in any order, put into rising time. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { mergeRows, risingRows } from "../../../server/store/sqlite/rows.ts";
import { printedSeed } from "../../support/seed.ts";

const seed = printedSeed("rows");

interface Row {
  readonly timeMs: number;
  readonly value: number;
}

/** Few times, so that many are met again, in stretches that rise. */
const arrivals = fc
  .array(fc.array(fc.nat(40), { maxLength: 12 }), { maxLength: 12 })
  .map((stretches) =>
    stretches.flatMap((times) => times.sort((a, b) => a - b)).map((timeMs, value): Row => ({ timeMs, value })),
  );

/** By time, each with the value that came last. */
function wanted(rows: readonly Row[]): Row[] {
  const last = new Map(rows.map((row) => [row.timeMs, row]));
  return [...last.values()].sort((a, b) => a.timeMs - b.timeMs);
}

function rowsOf({ times, values }: { readonly times: Float64Array; readonly values: Float64Array }): Row[] {
  return Array.from(times, (timeMs, at) => ({ timeMs, value: values[at] as number }));
}

it("rows that came in any order stand in rising time, of each millisecond the one that came last", () => {
  fc.assert(
    fc.property(arrivals, fc.nat(3), (rows, room) => {
      const times = Float64Array.from([...rows.map((row) => row.timeMs), ...Array<number>(room).fill(0)]);
      const values = Float64Array.from([...rows.map((row) => row.value), ...Array<number>(room).fill(0)]);
      const before = [...times];
      expect(rowsOf(risingRows(times, values, rows.length))).toEqual(wanted(rows));
      expect([...times], "what was given stays as it was").toEqual(before);
    }),
    { seed },
  );
});

it("columns that each rise become one, of each millisecond the reading of the later column", () => {
  fc.assert(
    fc.property(fc.array(arrivals, { maxLength: 5 }), (sources) => {
      const columns = sources.map((rows, at) => {
        const rising = wanted(rows).map(({ timeMs, value }) => ({ timeMs, value: value + at * 1_000 }));
        const [times, values] = [rising.map((row) => row.timeMs), rising.map((row) => row.value)];
        return {
          type: "number" as const,
          times: Float64Array.from(times),
          values: Float64Array.from(values),
          strings: [],
        };
      });
      expect(rowsOf(mergeRows("number", columns))).toEqual(wanted(columns.flatMap(rowsOf)));
    }),
    { seed },
  );
});

it("a frame that comes again and again is sorted quickly: not each row is compared with many", () => {
  const [repeats, length] = [400, 50];
  const times = Float64Array.from({ length: repeats * length }, (_, at) => at % length);
  let compared = 0;
  const counting = new Proxy(times, {
    get: (target, key) => {
      if (typeof key === "string" && /^\d+$/.test(key)) compared += 1;
      const found: unknown = Reflect.get(target, key, target);
      return typeof found === "function" ? found.bind(target) : found;
    },
  });
  const { times: rising } = risingRows(counting, Float64Array.from(times), times.length);
  expect(rising.length).toBe(length);
  expect(compared / times.length, "reads of a time for each row").toBeLessThan(8);
});
