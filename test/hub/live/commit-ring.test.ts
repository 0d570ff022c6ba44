import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CommitRing } from "../../../server/hub/live/commit-ring.ts";
import { ColumnsBuilder, type Value } from "../../../server/store/columns.ts";
import { printedSeed } from "../../support/seed.ts";

type Reading = readonly [series: number, timeMs: number, value: Value];

function columnsOf(readings: readonly Reading[]) {
  const builder = new ColumnsBuilder();
  for (const [series, timeMs, value] of readings) builder.push(series, timeMs, value);
  return builder.take();
}

/** What it gives back, commit by commit. */
function given(ring: CommitRing, after: number, through = Number.POSITIVE_INFINITY): [number, Reading[]][] {
  return Array.from(
    ring.slices(after, through),
    ({ commit, start, end, series, times, values, strings, textsFrom }) => {
      const readings: Reading[] = [];
      for (let index = start; index < end; index++) {
        const stored = values[index] as number;
        // Odd series are of texts here.
        const value = (series[index] as number) % 2 === 1 ? (strings[textsFrom + stored] as string) : stored;
        readings.push([series[index] as number, times[index] as number, value]);
      }
      return [commit, readings];
    },
  );
}

const reading = fc
  .record({
    series: fc.nat(5),
    time: fc.integer(),
    value: fc.double({ noNaN: true }),
    text: fc.string({ maxLength: 4 }),
  })
  .map(({ series, time, value, text }): Reading => [series, time, series % 2 === 1 ? text : value]);

describe("the ring of committed columns", () => {
  it("[P69] gives back every commit behind its floor as it was, whatever sizes came when, within its bytes", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ waitMs: fc.nat(400), readings: fc.array(reading, { maxLength: 40 }), times: fc.nat(12) }),
          {
            maxLength: 40,
          },
        ),
        fc.nat(50),
        (pushes, first) => {
          const settings = { resumeBytes: 30_000, resumeMs: 1_600 };
          const ring = new CommitRing(settings, first, first);
          const all: [number, Reading[]][] = [];
          let nowMs = 0;
          for (const { waitMs, readings, times } of pushes) {
            nowMs += waitMs;
            const many = Array.from({ length: times }, () => readings).flat();
            all.push([first + all.length + 1, many]);
            ring.push(first + all.length, columnsOf(many), nowMs);
            expect(ring.bytes).toBeLessThanOrEqual(settings.resumeBytes);
            expect(ring.floor).toBeLessThanOrEqual(first + all.length);
          }
          for (let after = ring.floor; after <= first + all.length; after++) {
            expect(given(ring, after)).toEqual(all.slice(after - first));
            expect(given(ring, after, after + 2)).toEqual(all.slice(after - first, after - first + 2));
          }
        },
      ),
      { numRuns: 300, seed: printedSeed("the ring of committed columns") },
    );
  });

  it("[P69] forgets what is older than asked for, and what does not fit", () => {
    const ring = new CommitRing({ resumeBytes: 12_000, resumeMs: 1_000 }, 0, 0);
    for (let commit = 1; commit <= 20; commit++) ring.push(commit, columnsOf([[2, commit, commit]]), commit * 100);
    expect(ring.floor).toBeGreaterThan(5);
    expect(ring.floor).toBeLessThanOrEqual(18);
    ring.push(21, columnsOf(Array.from({ length: 1_000 }, (_, index) => [2, index, index] as const)), 2_100);
    expect(ring.floor).toBe(21);
    expect(ring.bytes).toBe(0);
    ring.push(22, columnsOf([[2, 1, 1]]), 2_200);
    expect(given(ring, 21)).toEqual([[22, [[2, 1, 1]]]]);
  });

  it("[P69] has no hole: a commit that does not follow the one before makes all before it useless", () => {
    const ring = new CommitRing({ resumeBytes: 1e6, resumeMs: 1e6 }, 4, 2);
    ring.push(5, columnsOf([[2, 1, 1]]), 0);
    expect(ring.floor).toBe(2);
    ring.push(7, columnsOf([[2, 2, 2]]), 0);
    expect(ring.floor).toBe(6);
    expect(given(ring, 6)).toEqual([[7, [[2, 2, 2]]]]);
  });

  it("[P69] begins no earlier than it was told to, though it is given more", () => {
    const ring = new CommitRing({ resumeBytes: 1e6, resumeMs: 1e6 }, 4, 6);
    for (const commit of [5, 6, 7]) ring.push(commit, columnsOf([[2, commit, commit]]), 0);
    expect(ring.floor).toBe(6);
    expect(given(ring, 6).map(([commit]) => commit)).toEqual([7]);
  });
});
