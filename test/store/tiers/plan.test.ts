import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Frame, type Interval, joined, planned, widthsFor } from "../../../server/store/sqlite/plan.ts";
import { printedSeed } from "../../support/seed.ts";

const [minute, quarter, hour, day] = [60_000, 900_000, 3_600_000, 86_400_000] as const;
const widths = [minute, quarter, hour, day];

const short = (stretches: ReturnType<typeof planned>) =>
  stretches.map(({ fromMs, toMs, tier }) => [tier?.widthMs ?? 0, fromMs, toMs]);

/** Frames by width, from [from, to] pairs. */
function framesOf(table: Record<number, readonly (readonly [number, number])[]>) {
  return (widthMs: number, fromMs: number, toMs: number): Frame[] =>
    (table[widthMs] ?? [])
      .map(([start, end], id) => ({ id, fromMs: start, toMs: end }))
      .filter((frame) => frame.fromMs < toMs && frame.toMs > fromMs);
}

describe("which tier answers", () => {
  it("[TR6] the coarsest whose buckets no cut divides, at odd zones and boundaries of any kind too", () => {
    const even = (everyMs: number, originMs = 0) => widthsFor({ everyMs, originMs }, widths);
    expect(even(day)).toEqual([day, hour, quarter, minute]);
    expect(even(7 * day)).toEqual([day, hour, quarter, minute]);
    expect(even(2 * hour)).toEqual([hour, quarter, minute]);
    expect(even(day, -5.75 * hour)).toEqual([quarter, minute]);
    expect(even(day, -hour)).toEqual([hour, quarter, minute]);
    expect(even(90_000)).toEqual([]);
    expect(even(minute, 1)).toEqual([]);
    const boundaries = (...all: number[]) => widthsFor({ boundaries: Float64Array.from(all) }, widths);
    expect(boundaries(-23 * hour, 0, 25 * hour)).toEqual([hour, quarter, minute]);
    expect(boundaries(0, hour, hour + 1)).toEqual([]);
  });

  it("[TR3] uses a frame for whole buckets only; what it lacks goes to the finer width, and then to the readings", () => {
    const frames = framesOf({ [hour]: [[2 * hour, 10 * hour]], [minute]: [[0, 12 * hour]] });
    const range = { fromMs: hour / 2 + 1, toMs: 13 * hour };
    expect(short(planned(range, [hour, minute], frames, []))).toEqual([
      [0, hour / 2 + 1, hour / 2 + minute],
      [minute, hour / 2 + minute, 2 * hour],
      [hour, 2 * hour, 10 * hour],
      [minute, 10 * hour, 12 * hour],
      [0, 12 * hour, 13 * hour],
    ]);
    expect(short(planned({ fromMs: -Infinity, toMs: Infinity }, [hour], frames, []))).toEqual([
      [0, -Infinity, 2 * hour],
      [hour, 2 * hour, 10 * hour],
      [0, 10 * hour, Infinity],
    ]);
  });

  it("[TR3] leaves out each bucket that something stale or not sealed touches, before 1970 too", () => {
    const frames = framesOf({
      [hour]: [
        [-4 * hour, 0],
        [0, 4 * hour],
      ],
    });
    const closed = [
      { fromMs: -hour - 1, toMs: -hour },
      { fromMs: 2 * hour, toMs: 2 * hour + 1 },
      { fromMs: 3 * hour - 1, toMs: 3 * hour + 1 },
    ];
    expect(short(planned({ fromMs: -4 * hour, toMs: 4 * hour }, [hour], frames, closed))).toEqual([
      [hour, -4 * hour, -2 * hour],
      [0, -2 * hour, -hour],
      [hour, -hour, 0],
      [hour, 0, 2 * hour],
      [0, 2 * hour, 4 * hour],
    ]);
  });

  it("[TR3] covers any range once, without a gap, and nothing closed by a tier", () => {
    const time = fc.integer({ min: -200, max: 200 });
    const interval = fc.tuple(time, time).map(([a, b]) => ({ fromMs: Math.min(a, b), toMs: Math.max(a, b) }));
    const framesAt = (widthMs: number) =>
      fc.array(interval, { maxLength: 6 }).map((all) =>
        joined(
          all.map(({ fromMs, toMs }) => ({
            fromMs: Math.floor(fromMs / widthMs) * widthMs,
            toMs: Math.floor(toMs / widthMs) * widthMs,
          })),
        ).map(({ fromMs, toMs }): readonly [number, number] => [fromMs, toMs]),
      );
    fc.assert(
      fc.property(
        interval,
        fc.array(interval, { maxLength: 6 }),
        fc.record({ 3: framesAt(3), 12: framesAt(12), 48: framesAt(48) }),
        (range, touched, table) => {
          const closed = joined(touched);
          const stretches = planned(range, [48, 12, 3], framesOf(table), closed);
          let atMs = range.fromMs;
          for (const { fromMs, toMs, tier } of stretches) {
            expect(fromMs).toBe(atMs);
            expect(toMs > fromMs || range.fromMs === range.toMs).toBe(true);
            atMs = toMs;
            if (!tier) continue;
            const { widthMs, frame } = tier;
            expect([Math.abs(fromMs % widthMs), Math.abs(toMs % widthMs)]).toEqual([0, 0]);
            expect(frame.fromMs <= fromMs && toMs <= frame.toMs).toBe(true);
            const meets = (one: Interval) => one.fromMs < toMs && one.toMs > fromMs;
            expect(closed.some(meets)).toBe(false);
          }
          expect(atMs).toBe(range.toMs);
        },
      ),
      { seed: printedSeed("planned stretches"), numRuns: 300 },
    );
  });
});
