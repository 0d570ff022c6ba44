import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Outbox } from "../../../server/hub/live/outbox.ts";
import { Points } from "../../../server/hub/live/points.ts";

function points(...readings: [series: number, timeMs: number, value: number][]): Points {
  const made = new Points();
  for (const reading of readings) made.push(...reading);
  return made;
}

function rows({ points: taken, merged }: ReturnType<Outbox["take"]>) {
  return { rows: taken.series.map((series, index) => [series, taken.times[index], taken.values[index]]), merged };
}

describe("outbox", () => {
  it("[P48] keeps the newest point of each series and counts what was left out", () => {
    const outbox = new Outbox();
    outbox.hold(points([1, 10, 1], [2, 10, 2], [1, 20, 3]));
    outbox.hold(points([1, 15, 4]));
    expect(rows(outbox.take())).toEqual({
      rows: [
        [1, 20, 3],
        [2, 10, 2],
      ],
      merged: 2,
    });
    expect(rows(outbox.take())).toEqual({ rows: [], merged: 0 });
  });

  it("[P15] lets the later arrival win where times are equal", () => {
    const outbox = new Outbox();
    outbox.hold(points([1, 10, 1], [1, 10, 2]));
    expect(rows(outbox.take()).rows).toEqual([[1, 10, 2]]);
  });

  it("[P43] keeps every reading in order up to its capacity, late ones too", () => {
    const outbox = new Outbox(3);
    outbox.hold(points([1, 20, 1], [1, 10, 2]));
    outbox.hold(points([1, 30, 3]));
    expect(rows(outbox.take())).toEqual({
      rows: [
        [1, 20, 1],
        [1, 10, 2],
        [1, 30, 3],
      ],
      merged: 0,
    });
  });

  it("[P48] forgets a removed series, whichever way it is kept", () => {
    for (const capacity of [0, 10]) {
      const outbox = new Outbox(capacity);
      outbox.hold(points([1, 10, 1], [2, 10, 2]));
      outbox.drop(1);
      expect(rows(outbox.take())).toEqual({ rows: [[2, 10, 2]], merged: 0 });
    }
  });

  it("[P68] leaves out a series of which readings were deleted, and counts what waited of it", () => {
    const all = points([1, 10, 1], [1, 20, 2], [2, 10, 2], [1, 30, 3]);
    for (const capacity of [0, 10]) {
      const outbox = new Outbox(capacity);
      outbox.hold(all);
      outbox.leaveOut(1);
      outbox.hold(points([1, 40, 4]));
      const last = [1, 40, 4];
      expect(rows(outbox.take())).toEqual({ rows: [[2, 10, 2], last], merged: 3 });
    }
  });

  it("[P48] never holds more than capacity or one point a series, and always ends on the newest", () => {
    const reading = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 9 }), fc.integer());
    fc.assert(
      fc.property(fc.array(fc.array(reading, { maxLength: 5 }), { maxLength: 8 }), fc.nat(12), (batches, capacity) => {
        const outbox = new Outbox(capacity);
        const newest = new Map<number, [number, number]>();
        for (const batch of batches) {
          outbox.hold(points(...batch));
          for (const [series, timeMs, value] of batch) {
            if (timeMs >= (newest.get(series)?.[0] ?? 0)) newest.set(series, [timeMs, value]);
          }
        }
        const all = batches.flat();
        const { points: taken, merged } = outbox.take();
        expect(taken.length + merged).toBe(all.length);
        expect(taken.length).toBe(all.length <= capacity ? all.length : newest.size);
        const shown = new Map<number, [number, number]>();
        taken.series.forEach((series, index) => {
          const timeMs = taken.times[index] as number;
          if (timeMs >= (shown.get(series)?.[0] ?? 0)) shown.set(series, [timeMs, taken.values[index] as number]);
        });
        expect(shown).toEqual(newest);
      }),
    );
  });
});
