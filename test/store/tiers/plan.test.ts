import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketAt } from "../../../server/store/cuts.ts";
import {
  type Asked,
  type Frame,
  type FramesOf,
  type Interval,
  joined,
  planned,
  type Stretch,
  widthsFor,
} from "../../../server/store/sqlite/plan.ts";
import { printedSeed } from "../../support/seed.ts";

const [minute, quarter, hour, day] = [60_000, 900_000, 3_600_000, 86_400_000] as const;
const widths = [minute, quarter, hour, day];

const short = (stretches: readonly Stretch[]) =>
  stretches.map(({ fromMs, toMs, tier }) => [tier?.widthMs ?? 0, fromMs, toMs]);

/** All stretches of a plan. */
function plan(range: Interval, widths: readonly Asked[], frames: FramesOf, closed: readonly Interval[]): Stretch[] {
  const stretches: Stretch[] = [];
  expect(planned(range, widths, frames, closed, (stretch) => stretches.push(stretch) > 0)).toBe(true);
  return stretches;
}

const named = (all: readonly Asked[]) => all.map(({ widthMs }) => widthMs);
const asked = (...all: number[]): Asked[] => all.map((widthMs) => ({ widthMs }));

/** Frames by width, from [from, to] pairs. */
function framesOf(table: Record<number, readonly (readonly [number, number])[]>) {
  return (widthMs: number, fromMs: number, toMs: number): Frame[] =>
    (table[widthMs] ?? [])
      .map(([start, end], id) => ({ id, fromMs: start, toMs: end }))
      .filter((frame) => frame.fromMs < toMs && frame.toMs > fromMs);
}

describe("which tier answers", () => {
  it("[TR6] the coarsest whose buckets no cut divides, at odd zones and boundaries of any kind too", () => {
    const even = (everyMs: number, originMs = 0) => named(widthsFor({ everyMs, originMs }, widths));
    expect(even(day)).toEqual([day, hour, quarter, minute]);
    expect(even(7 * day)).toEqual([day, hour, quarter, minute]);
    expect(even(2 * hour)).toEqual([hour, quarter, minute]);
    expect(even(day, -5.75 * hour)).toEqual([quarter, minute]);
    expect(even(day, -hour)).toEqual([hour, quarter, minute]);
    expect(even(90_000)).toEqual([]);
    expect(even(minute, 1)).toEqual([]);
    const boundaries = (...all: number[]) => named(widthsFor({ boundaries: Float64Array.from(all) }, widths));
    expect(boundaries(-23 * hour, 0, 25 * hour)).toEqual([hour, quarter, minute]);
    expect(boundaries(0, hour, hour + 1)).toEqual([minute]);
    expect(boundaries(0, 100_000, 100_001)).toEqual([]);
  });

  it("[TR21] mixes coarse buckets with fine ones where cuts divide them: 13 for a day at +5:45, 23 and 25 hours too", () => {
    const all = [minute, quarter, hour, 3 * hour, 6 * hour, day];
    const whole = [-100 * day, 100 * day] as const;
    const table = (...widths: number[]) => framesOf(Object.fromEntries(widths.map((width) => [width, [whole]])));
    const buckets = (boundaries: number[], frames: ReturnType<typeof table>) => {
      const cuts = { boundaries: Float64Array.from(boundaries) };
      const span = { fromMs: boundaries[0] as number, toMs: boundaries.at(-1) as number };
      const stretches = plan(span, widthsFor(cuts, all), frames, []);
      return stretches.map(({ fromMs, toMs, tier }) => [(tier?.widthMs ?? 0) / hour, (toMs - fromMs) / hour]);
    };
    const days = (offset: number) => [0, 1, 2].map((place) => place * day - offset * hour);
    const inner = [3, 21];
    const edges = [0.25, 3];
    expect(buckets(days(5.75), table(...all))).toEqual([[0.25, 2.75], inner, edges, inner, [0.25, 0.25]]);
    expect(buckets(days(5.5), table(...all))).toEqual([[0.25, 2.5], inner, edges, inner, [0.25, 0.5]]);
    expect(buckets(days(9), table(...all))).toEqual([[3, 48]]);
    // Clocks that go back by half an hour.
    expect(buckets([0, day - 10.5 * hour, 2 * day - 11 * hour], table(...all))).toEqual([
      [3, 12],
      [0.25, 3],
      [3, 21],
      [0.25, 1],
    ]);
    // Without the finest one the hours do what they can, and the readings the rest.
    const [first] = buckets(days(5.75), table(hour, 3 * hour));
    expect(first).toEqual([0, 0.75]);
    expect(buckets(days(5.75), table(hour, 3 * hour)).slice(1, 5)).toEqual([[1, 2], inner, [0, 1], [1, 2]]);
    expect(buckets(days(5.75), table(quarter))).toEqual([[0.25, 48]]);
    // Seconds, as clocks had them once.
    expect(buckets(days(5 + 41 / 60 + 16 / 3600), table(...all)).filter(([width]) => width === 0)).toHaveLength(3);
    expect(named(widthsFor({ everyMs: 6 * hour, originMs: quarter }, all))).toEqual([quarter, minute]);
  });

  it("[TR3] uses a frame for whole buckets only; what it lacks goes to the finer width, and then to the readings", () => {
    const frames = framesOf({ [hour]: [[2 * hour, 10 * hour]], [minute]: [[0, 12 * hour]] });
    const range = { fromMs: hour / 2 + 1, toMs: 13 * hour };
    expect(short(plan(range, asked(hour, minute), frames, []))).toEqual([
      [0, hour / 2 + 1, hour / 2 + minute],
      [minute, hour / 2 + minute, 2 * hour],
      [hour, 2 * hour, 10 * hour],
      [minute, 10 * hour, 12 * hour],
      [0, 12 * hour, 13 * hour],
    ]);
    expect(short(plan({ fromMs: -Infinity, toMs: Infinity }, asked(hour), frames, []))).toEqual([
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
    expect(short(plan({ fromMs: -4 * hour, toMs: 4 * hour }, asked(hour), frames, closed))).toEqual([
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
        fc.record({ everyMs: fc.integer({ min: 3, max: 250 }), originMs: time, isMixed: fc.boolean() }),
        (range, touched, table, { everyMs, originMs, isMixed }) => {
          const closed = joined(touched);
          const cuts = { everyMs, originMs };
          const widths = isMixed ? widthsFor(cuts, [3, 12, 48]) : asked(48, 12, 3);
          const stretches = plan(range, widths, framesOf(table), closed);
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
            if (!isMixed) continue;
            for (let startMs = fromMs; startMs < toMs; startMs += widthMs) {
              expect(bucketAt(cuts, startMs)).toEqual(bucketAt(cuts, startMs + widthMs - 1));
            }
          }
          expect(atMs).toBe(range.toMs);
        },
      ),
      { seed: printedSeed("planned stretches"), numRuns: 300 },
    );
  });
});
