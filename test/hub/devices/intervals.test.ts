import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Intervals } from "../../../server/hub/devices/intervals.ts";
import { printedSeed } from "../../support/seed.ts";

const seed = printedSeed("intervals");
const second = 1_000;
const minute = 60 * second;

/** A series that reports, one arrival after another. */
function reporter(intervals = new Intervals(), series = 7) {
  let nowMs = 1_000;
  const report = (timeMs = nowMs) => intervals.arrived(series, timeMs, nowMs);
  return {
    intervals,
    report,
    pass: (ms: number) => {
      nowMs += ms;
    },
    reportEvery(everyMs: number, times: number): void {
      for (let count = 0; count < times; count++) {
        nowMs += everyMs;
        report();
      }
    },
    now: () => nowMs,
    learned: () => intervals.learnedMs(series),
  };
}

/** The median of the last 16, by sorting; of an even number the longer of the two in the middle. */
function medianOf(gaps: readonly number[]): number | undefined {
  const last = gaps.slice(-16).sort((a, b) => a - b);
  return last.length < 2 ? undefined : last[last.length >> 1];
}

describe("intervals", () => {
  it("[P52] knows nothing until three readings are known", () => {
    const { report, reportEvery, learned } = reporter();
    expect(learned()).toBeUndefined();
    report();
    reportEvery(20 * second, 1);
    expect(learned()).toBeUndefined();
    reportEvery(20 * second, 1);
    expect(learned()).toBe(20 * second);
  });

  it("[P52] learns the median of the last 16 gaps: one outage changes nothing, a new pace does", () => {
    const { report, reportEvery, pass, learned } = reporter();
    report();
    reportEvery(20 * second, 16);
    pass(5 * 60 * minute);
    report();
    expect(learned()).toBe(20 * second);
    reportEvery(60 * second, 12);
    expect(learned()).toBe(60 * second);
    reportEvery(1 * second, 16);
    expect(learned()).toBe(1 * second);
  });

  it("[P52] is the median of the last 16 for any gaps, fast ones and slow ones mixed", () => {
    const short = fc.integer({ min: 1, max: 3_000 });
    const mixed = fc.oneof(
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: 3_990, max: 4_010 }),
      fc.integer({ min: 1, max: 90_000_000 }),
    );
    const manyGaps = fc.oneof(fc.array(mixed, { maxLength: 60 }), fc.array(short, { minLength: 20, maxLength: 60 }));
    fc.assert(
      fc.property(manyGaps, (gaps) => {
        const { report, reportEvery, learned } = reporter();
        report();
        for (const [index, ms] of gaps.entries()) {
          reportEvery(ms, 1);
          // Asked only now and then: the answer must not depend on it.
          if (index % 7 === 0) expect(learned()).toBe(medianOf(gaps.slice(0, index + 1)));
        }
        expect(learned()).toBe(medianOf(gaps));
      }),
      { seed },
    );
  });

  it("[P52] says that the interval changed whenever grace may have", () => {
    const grace = (ms: number | undefined) => Math.max(2.5 * (ms ?? 300_000), 10_000);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9_000 }), { maxLength: 60 }), (gaps) => {
        const { intervals, report, pass } = reporter();
        report();
        let known = grace(undefined);
        for (const [index, ms] of gaps.entries()) {
          pass(ms);
          const changed = report();
          const now = grace(medianOf(gaps.slice(0, index + 1)));
          if (!changed) expect(now).toBe(known);
          known = now;
          expect(grace(intervals.learnedMs(7))).toBe(now);
        }
      }),
      { seed },
    );
  });

  it("[P52] is not misled by a backlog that comes in a burst", () => {
    const { report, reportEvery, pass, now, learned } = reporter();
    report();
    reportEvery(60 * second, 4);
    const cutMs = now();
    pass(40 * minute);
    for (let missed = 1; missed <= 40; missed++) {
      pass(1);
      report(cutMs + missed * minute);
    }
    expect(learned()).toBe(60 * second);
  });

  it.each([
    ["the newest first", (missed: number) => 41 - missed],
    ["behind the reading of now", (missed: number) => missed],
  ])("[P52] is not misled by a backlog that comes %s", (_, order) => {
    const { report, reportEvery, pass, now, learned } = reporter();
    report();
    reportEvery(60 * second, 4);
    const cutMs = now();
    pass(40 * minute);
    report();
    for (let missed = 1; missed <= 39; missed++) {
      pass(5);
      report(cutMs + order(missed) * minute);
    }
    expect(learned()).toBe(60 * second);
  });

  it("[P52] learns nothing from a reading that came before, and hears of it all the same", () => {
    const { intervals, report, reportEvery, pass, now, learned } = reporter();
    report();
    reportEvery(60 * second, 4);
    const sentMs = now();
    for (let copy = 0; copy < 20; copy++) {
      pass(100);
      report(sentMs);
    }
    expect(learned()).toBe(60 * second);
    expect(intervals.arrivalMs(7)).toBe(now());
  });

  it("[P52] takes readings of one commit as one report", () => {
    const { report, pass, now, learned } = reporter();
    for (let batch = 0; batch < 20; batch++) {
      pass(minute);
      for (let row = 60; row > 0; row--) report(now() - row * second);
    }
    expect(learned()).toBe(minute);
  });

  it("keeps thousands of series apart, and gives the place of a forgotten one to another", () => {
    const intervals = new Intervals();
    for (let arrival = 0; arrival < 4; arrival++)
      for (let series = 1; series <= 3_000; series++)
        intervals.arrived(series, arrival * series, arrival * series * second);
    for (let series = 1; series <= 3_000; series++) expect(intervals.learnedMs(series)).toBe(series * second);
    intervals.forget(1_000);
    expect(intervals.learnedMs(1_000)).toBeUndefined();
    expect(intervals.arrivalMs(1_000)).toBeUndefined();
    intervals.arrived(9_999, 0, 5);
    expect(intervals.learnedMs(9_999)).toBeUndefined();
    expect(intervals.arrivalMs(9_999)).toBe(5);
    expect(intervals.learnedMs(1_001)).toBe(1_001 * second);
  });
});
