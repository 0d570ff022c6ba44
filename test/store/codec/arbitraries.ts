/** Columns for property tests: the shapes that people measure, and everything else that a double can be. */
import fc from "fast-check";
import type { ChunkColumns } from "../../../server/store/codec/chunk.ts";
import type { Columns } from "../../../server/store/columns.ts";

/** Any finite double, with the awkward ones often. */
export const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    0,
    -0,
    5e-324,
    -5e-324,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    2 ** 51,
    2 ** 53,
    -(2 ** 53) - 2,
    0.1 + 0.2,
  ),
  fc.integer({ min: -100_000, max: 100_000 }).map((value) => value / 100),
  fc.integer(),
);

/** Columns of one kind compress in one way: few decimals, counters, one value, whole precision, or a mixture. */
const numberColumn = fc.oneof(
  { weight: 2, arbitrary: fc.array(anyNumber, { minLength: 1, maxLength: 300 }) },
  ...[1, 10, 1_000, 1e9].map((power) =>
    fc.array(
      fc.integer({ min: -1e6, max: 1e6 }).map((value) => value / power),
      { minLength: 1, maxLength: 300 },
    ),
  ),
  fc
    .tuple(anyNumber, fc.integer({ min: 1, max: 300 }))
    .map(([value, count]) => Array.from({ length: count }, () => value)),
  fc
    .tuple(
      fc.array(
        fc.integer({ min: -500, max: 500 }).map((value) => value / 10),
        { minLength: 64, maxLength: 300 },
      ),
      anyNumber,
    )
    .map(([values, odd]) => values.with(values.length >> 1, odd)),
);

const time = fc.oneof(
  fc.integer({ min: -8.64e15, max: 8.64e15 }),
  fc.integer({ min: 1_790_000_000_000, max: 1_790_000_100_000 }),
  fc.constantFrom(-(2 ** 50), 2 ** 50, 2 ** 50 + 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -1, 0),
);

/** Steady clocks, jittery ones, and any rising integers. */
function risingTimes(count: number): fc.Arbitrary<number[]> {
  const steady = fc
    .tuple(fc.integer({ min: -1e12, max: 2e12 }), fc.integer({ min: 1, max: 1e6 }))
    .map(([start, step]) => Array.from({ length: count }, (_, index) => start + index * step));
  const any = fc.uniqueArray(time, { minLength: count, maxLength: count }).map((times) => times.sort((a, b) => a - b));
  return count > 100 ? steady : fc.oneof(steady, any);
}

const text = fc.string({ unit: "binary", maxLength: 20 }).filter((value) => value.isWellFormed());

/** A chunk of any type. */
export const anyChunk: fc.Arbitrary<ChunkColumns> = fc
  .oneof(
    numberColumn.map((values) => ({ type: "number" as const, values, strings: [] as string[] })),
    fc
      .array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 100 })
      .map((values) => ({ type: "boolean" as const, values, strings: [] as string[] })),
    fc
      .uniqueArray(text, { minLength: 1, maxLength: 10 })
      .chain((strings) =>
        fc
          .array(fc.nat(strings.length - 1), { minLength: 1, maxLength: 100 })
          .map((values) => ({ type: "string" as const, values, strings })),
      ),
  )
  .chain(({ values, ...rest }) =>
    risingTimes(values.length).map((times) => ({
      ...rest,
      times: Float64Array.from(times),
      values: Float64Array.from(values),
    })),
  );

/** A batch's columns in any order. */
export const anyColumns: fc.Arbitrary<Columns> = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), time, anyNumber), { maxLength: 200 }),
    fc.array(text, { maxLength: 5 }),
  )
  .map(([rows, strings]) => ({
    length: rows.length,
    series: Uint32Array.from(rows, ([series]) => series),
    times: Float64Array.from(rows, ([, timeMs]) => timeMs),
    values: Float64Array.from(rows, ([, , value]) => value),
    strings,
  }));

/** The bits of doubles: `toEqual` alone would be content with less. */
export function bits(values: Float64Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("hex");
}
