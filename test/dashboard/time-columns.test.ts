import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimeColumns } from "../../dashboard/data/time-columns.ts";

type Step = { place: number; value: number } | { dropBefore: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ place: fc.integer({ min: -50, max: 200 }), value: fc.integer() }) },
  { weight: 1, arbitrary: fc.record({ dropBefore: fc.integer({ min: -50, max: 200 }) }) },
);

describe("a bounded run of rows", () => {
  it("holds the newest rows in order of time, the later of two with the same time, as a plain map does", () => {
    const capacity = 8;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const columns = new TimeColumns(capacity, 2);
        const model = new Map<number, number>();
        for (const each of steps) {
          if ("dropBefore" in each) {
            columns.dropBefore(each.dropBefore);
            for (const time of [...model.keys()]) if (time < each.dropBefore) model.delete(time);
            continue;
          }
          const row = columns.place(each.place);
          if (row >= 0) {
            columns.set(0, row, each.value);
            columns.set(1, row, each.value / 2);
          }
          model.set(each.place, each.value);
          if (model.size > capacity) model.delete(Math.min(...model.keys()));
        }
        const expected = [...model].sort(([a], [b]) => a - b);
        const found = Array.from({ length: columns.length }, (_, row) => [columns.time(row), columns.get(0, row)]);
        expect(found).toEqual(expected);
        for (let row = 0; row < columns.length; row++) expect(columns.get(1, row)).toBe(columns.get(0, row) / 2);
      }),
    );
  });

  it("finds the first row at or after a time", () => {
    const columns = new TimeColumns(8, 1);
    for (const time of [10, 20, 30]) columns.place(time);
    expect([5, 10, 11, 30, 31].map((time) => columns.indexAtOrAfter(time))).toEqual([0, 0, 1, 2, 3]);
  });

  it("stays bounded under a stream that never ends", () => {
    const columns = new TimeColumns(100, 1);
    for (let time = 0; time < 10_000; time++) columns.set(0, columns.place(time), time * 2);
    expect(columns.length).toBe(100);
    expect(columns.time(0)).toBe(9_900);
    expect(columns.get(0, 99)).toBe(19_998);
  });
});
