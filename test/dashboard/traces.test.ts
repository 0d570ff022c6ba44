import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { longestJoinMs } from "../../dashboard/data/gaps.ts";
import { lineOf, nearestRow, summaryOf } from "../../dashboard/data/line.ts";
import { mostRows, NumberTrace } from "../../dashboard/data/number-trace.ts";
import { mostChanges, StateTrace, stateRanks } from "../../dashboard/data/state-trace.ts";

const second = 1_000;

function raw(times: number[], value: (time: number) => number = (time) => time): NumberTrace {
  const trace = new NumberTrace();
  trace.load({ every: null, times, values: times.map(value) });
  return trace;
}

describe("the row at the crosshair", () => {
  it("is the nearest one with a value, and none beyond its reach", () => {
    const line = lineOf(raw([0, 10, 20, 500, 510]), 0, 600, 600, 100);
    expect(line.times).toEqual([0, 10, 20, 260, 500, 510]);
    const timeAt = (timeMs: number, reachMs: number) => line.times[nearestRow(line, timeMs, reachMs) ?? -1];
    expect([4, 6, 14].map((timeMs) => timeAt(timeMs, 20))).toEqual([0, 10, 10]);
    expect(timeAt(260, 100)).toBeUndefined();
    expect(timeAt(270, 300)).toBe(500);
    expect(timeAt(5_000, 100)).toBeUndefined();
    expect(timeAt(-5, 5)).toBe(0);
  });
});

describe("a numeric trace", () => {
  it("joins past and present in one line", () => {
    const trace = raw([1, 2, 3]);
    trace.add(4, 40);
    const line = lineOf(trace, 0, 10, 100, Number.POSITIVE_INFINITY);
    expect(line.times).toEqual([1, 2, 3, 4]);
    expect(line.values).toEqual([1, 2, 3, 40]);
    expect(line.banded).toBe(false);
  });

  it("folds live readings into the buckets of the history, so that the shape stays", () => {
    const trace = new NumberTrace();
    trace.load({ every: 60_000, times: [0, 60_000], mean: [10, 20], min: [8, 18], max: [12, 22], count: [4, 2] });
    trace.add(90_000, 26);
    trace.add(120_001, 5);
    const line = lineOf(trace, 0, 200_000, 100, Number.POSITIVE_INFINITY);
    expect(line.times).toEqual([0, 60_000, 120_000]);
    expect(line.values).toEqual([10, 22, 5]);
    expect(line.mins).toEqual([8, 18, 5]);
    expect(line.maxs).toEqual([12, 26, 5]);
    expect(line.banded).toBe(true);
  });

  it("keeps least, most, count and mean whatever the order and size of a live stream", () => {
    const reading = fc.record({
      time: fc.integer({ min: 0, max: 100_000 }),
      value: fc.integer({ min: -1e6, max: 1e6 }),
    });
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 300 }), (readings) => {
        const trace = new NumberTrace();
        trace.load({ every: 1_000, times: [], mean: [] });
        for (const { time, value } of readings) trace.add(time, value);
        const values = readings.map(({ value }) => value);
        const summary = summaryOf(trace, 0, 100_000);
        expect(summary?.min).toBe(Math.min(...values));
        expect(summary?.max).toBe(Math.max(...values));
        expect(summary?.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 5);
      }),
    );
  });

  it("stays bounded where raw readings outgrow it, and loses neither the span nor the extremes", () => {
    const trace = raw([0]);
    for (let time = 10; time <= 300_000; time += 10) trace.add(time, time === 150_000 ? 1e9 : Math.sin(time));
    expect(trace.length).toBeLessThanOrEqual(mostRows);
    expect(trace.everyMs).not.toBeNull();
    expect(trace.time(0)).toBe(0);
    expect(summaryOf(trace, 0, 300_000)?.max).toBe(1e9);
  });

  it("stays whole where its buckets are used up: a page that shows everything for days loses nothing at the left", () => {
    const trace = new NumberTrace();
    trace.load({ every: 1_000, times: [], mean: [] });
    const seconds = 2 * mostRows;
    for (let at = 0; at < seconds; at++) trace.add(at * second, at === 5 ? -1e6 : at);
    expect(trace.length).toBeLessThanOrEqual(mostRows);
    expect(trace.time(0)).toBe(0);
    const whole = summaryOf(trace, 0, seconds * second);
    expect(whole?.min).toBe(-1e6);
    expect(whole?.max).toBe(seconds - 1);
    expect(whole?.mean).toBeCloseTo(((seconds - 1) * seconds) / 2 / seconds - (1e6 + 5) / seconds, 3);
  });

  it("keeps one row left of the window, so that the line enters from the edge", () => {
    const trace = raw([10, 20, 30, 40]);
    trace.dropBefore(25);
    expect(trace.time(0)).toBe(20);
  });
});

describe("gaps", () => {
  it("breaks the line over a silence longer than 2.5 intervals, and not over a shorter one", () => {
    const trace = raw([0, 1, 2, 4.5, 7.1, 8].map((n) => n * second));
    const line = lineOf(trace, 0, 10 * second, 500, longestJoinMs(trace, { reportInterval: second }));
    expect(line.gaps).toEqual([[4.5 * second, 7.1 * second]]);
    expect(line.values.map((value) => value === null)).toEqual([false, false, false, false, true, false, false]);
  });

  it("learns the interval where the hub does not know it", () => {
    const times = Array.from({ length: 20 }, (_, index) => index * 60 * second);
    const trace = raw([...times, 40 * 60 * second]);
    expect(longestJoinMs(trace, { reportInterval: null })).toBe(150 * second);
    expect(lineOf(trace, 0, 3e6, 500, longestJoinMs(trace, { reportInterval: null })).gaps).toHaveLength(1);
  });

  it("does not tear a stream without a beat into pieces, and still shows its outage", () => {
    let time = 0;
    // Bursts of ten readings 100 ms apart, then two seconds of rest.
    const times = Array.from({ length: 200 }, (_, index) => {
      time += index === 100 ? 60 * second : index % 10 === 0 ? 2 * second : 100;
      return time;
    });
    const trace = raw(times);
    const join = longestJoinMs(trace, { reportInterval: 100, learned: true });
    expect(join).toBe(5 * second);
    expect(lineOf(trace, 0, time, 5_000, join).gaps).toEqual([[times[99], times[100]]]);
  });

  it("shows each silence of a device that declared its interval, however many they are", () => {
    // A line that fails every tenth reading for ten seconds.
    let time = 0;
    const trace = raw(
      Array.from({ length: 200 }, (_, index) => {
        time += index % 10 === 0 ? 10 * second : second;
        return time;
      }),
    );
    expect(longestJoinMs(trace, { reportInterval: second })).toBe(2.5 * second);
    expect(longestJoinMs(trace, { reportInterval: second, learned: true })).toBe(25 * second);
    // A battery that is told once a minute by a device that reports each second has a beat of its own.
    const slow = raw(Array.from({ length: 100 }, (_, index) => index * 60 * second));
    expect(longestJoinMs(slow, { reportInterval: second })).toBe(150 * second);
  });

  it("never breaks a line that is reported on event", () => {
    expect(longestJoinMs(raw([0, 1, 1e9]), { reportInterval: 0 })).toBe(Number.POSITIVE_INFINITY);
  });

  it("allows for the width of buckets, whose rows tell only their start", () => {
    const trace = new NumberTrace();
    trace.load({ every: 10 * second, times: [0, 10_000, 30_000], mean: [1, 1, 1] });
    expect(lineOf(trace, 0, 40_000, 500, longestJoinMs(trace, { reportInterval: 4 * second })).gaps).toEqual([]);
    expect(lineOf(trace, 0, 40_000, 500, longestJoinMs(trace, { reportInterval: second })).gaps).toEqual([
      [10_000, 30_000],
    ]);
  });
});

describe("decimation", () => {
  it("draws about two rows a pixel of any number of readings, with every extreme in the band", () => {
    const times = Array.from({ length: 8_000 }, (_, index) => index * 10);
    const trace = raw(times, (time) => (time === 40_000 ? 500 : Math.sin(time / 5_000)));
    const line = lineOf(trace, 0, 80_000, 200, Number.POSITIVE_INFINITY);
    expect(line.times.length).toBeLessThanOrEqual(201);
    expect(line.banded).toBe(true);
    expect(Math.max(...line.maxs.map((value) => value ?? 0))).toBe(500);
  });

  it("does not join rows over a gap", () => {
    const times = [
      ...Array.from({ length: 4_000 }, (_, index) => index),
      ...Array.from({ length: 4_000 }, (_, index) => 5_000 + index),
    ];
    const line = lineOf(raw(times), 0, 9_000, 100, 50);
    expect(line.gaps).toEqual([[3_999, 5_000]]);
  });
});

describe("a trace of states", () => {
  it("keeps changes only, and how far the last one holds", () => {
    const trace = new StateTrace();
    trace.load({ times: [0, 10], values: ["rain", "sun"] });
    trace.add(20, "sun");
    trace.add(30, "fog");
    expect(trace.spans(0, 100)).toEqual([
      { fromMs: 0, toMs: 10, state: "rain" },
      { fromMs: 10, toMs: 30, state: "sun" },
      { fromMs: 30, toMs: 30, state: "fog" },
    ]);
    trace.add(50, "fog");
    expect(trace.spans(40, 100)).toEqual([{ fromMs: 30, toMs: 50, state: "fog" }]);
  });

  it("takes late states in their place", () => {
    const trace = new StateTrace();
    for (const [time, state] of [
      [10, true],
      [30, true],
      [20, false],
      [5, true],
    ] as const)
      trace.add(time, state);
    expect(trace.at(7)).toBe(true);
    expect(trace.at(25)).toBe(false);
    expect(trace.at(4)).toBeUndefined();
  });

  it("takes a late state for no longer than until its neighbour was told again", () => {
    const trace = new StateTrace();
    for (const time of [10, 20, 30]) expect(trace.add(time, "open")).toBe(true);
    expect(trace.add(15, "shut")).toBe(false);
    expect(trace.spans(0, 100)).toEqual([
      { fromMs: 10, toMs: 15, state: "open" },
      { fromMs: 15, toMs: 30, state: "shut" },
      { fromMs: 30, toMs: 30, state: "open" },
    ]);
    // The door was open all along until it was shut.
    trace.add(40, "shut");
    trace.add(35, "open");
    expect(trace.spans(31, 100)).toEqual([
      { fromMs: 30, toMs: 40, state: "open" },
      { fromMs: 40, toMs: 40, state: "shut" },
    ]);
    expect(trace.lastMs).toBe(40);
  });

  it("takes a state that is told anew for the same instant in place of the one before", () => {
    const trace = new StateTrace();
    for (const [time, state] of [
      [10, "open"],
      [20, "shut"],
      [30, "open"],
      [20, "open"],
    ] as const)
      trace.add(time, state);
    expect(trace.spans(0, 100)).toEqual([{ fromMs: 10, toMs: 30, state: "open" }]);
    trace.add(30, "shut");
    expect(trace.spans(0, 100)).toEqual([
      { fromMs: 10, toMs: 30, state: "open" },
      { fromMs: 30, toMs: 30, state: "shut" },
    ]);
  });

  it("knows no state in a silence, though it was the same before and after", () => {
    const trace = new StateTrace();
    trace.silenceMs = 10;
    trace.load({ times: [0, 100, 140], values: ["open", "open", "shut"], until: [50, 135, 140] });
    const before = { fromMs: 0, toMs: 50, state: "open" };
    expect(trace.spans(0, 200)).toEqual([
      before,
      { fromMs: 100, toMs: 140, state: "open" },
      { fromMs: 140, toMs: 140, state: "shut" },
    ]);
    expect([50, 51, 99, 100, 139].map((timeMs) => trace.at(timeMs))).toEqual([
      "open",
      undefined,
      undefined,
      "open",
      "open",
    ]);
    expect(trace.shares(0, 139)).toEqual([{ state: "open", share: 1 }]);
    trace.add(150, "shut");
    trace.add(161, "shut");
    expect(trace.spans(140, 200).slice(1)).toEqual([
      { fromMs: 140, toMs: 150, state: "shut" },
      { fromMs: 161, toMs: 161, state: "shut" },
    ]);
    // What comes late fills the silence.
    trace.add(155, "shut");
    expect(trace.spans(141, 200)).toEqual([{ fromMs: 140, toMs: 161, state: "shut" }]);
    // What a late state cuts in two was told up to there.
    trace.add(45, "shut");
    expect(trace.spans(0, 99)).toEqual([
      { ...before, toMs: 45 },
      { fromMs: 45, toMs: 50, state: "shut" },
      { fromMs: 50, toMs: 50, state: "open" },
    ]);
  });

  it("tells what was told, in whatever order it came, and where it cannot be sure says so", () => {
    const reading = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom("a", "b", "c"));
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 12 }), (readings) => {
        const trace = new StateTrace();
        const told = new Map<number, string>();
        let sure = true;
        for (const [time, state] of readings) {
          sure = trace.add(time, state) && sure;
          told.set(time, state);
          expect(trace.at(time)).toBe(state);
        }
        const times = [...told.keys()].sort((one, other) => one - other);
        const newest = times.at(-1) as number;
        expect([trace.lastMs, trace.at(newest)]).toEqual([newest, told.get(newest)]);
        const spans = trace.spans(0, 100);
        for (const [index, span] of spans.entries()) {
          // Nothing begins where nothing was told, and no state follows itself.
          expect(told.has(span.fromMs)).toBe(true);
          expect(span.state).not.toBe(spans[index + 1]?.state);
        }
        if (sure) expect(times.map((time) => trace.at(time))).toEqual(times.map((time) => told.get(time)));
      }),
    );
  });

  it("takes texts without end at a steady price, and knows no more of them than it keeps", () => {
    const trace = new StateTrace();
    // A table of all texts was sorted anew for each: 50,000 took minutes.
    for (let at = 0; at < 50_000; at++) trace.add(at, `parcel ${at}`);
    expect(trace.length).toBe(4_096);
    expect(trace.rankOf("parcel 49999")).toBe(trace.rankOf("parcel 49999"));
    expect(trace.rankOf("parcel 49999")).toBeLessThan(6);
  });

  it("drops what ended before the window, not what still holds in it", () => {
    const trace = new StateTrace();
    trace.load({ times: [0, 10, 20], values: ["a", "b", "c"] });
    trace.dropBefore(15);
    expect(trace.at(16)).toBe("b");
    expect(trace.length).toBe(2);
  });

  it("tells where it begins once earlier changes had no room", () => {
    const trace = new StateTrace();
    for (let time = 0; time < mostChanges; time++) trace.add(time, time % 2 === 0);
    expect(trace.cutMs).toBeUndefined();
    trace.add(mostChanges, true);
    expect(trace.cutMs).toBe(1);
  });

  it("gives each state its colour by its name, whichever came first, and up to six states six of them", () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: stateRanks });
    fc.assert(
      fc.property(
        names.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([one, other]) => {
          const ranksIn = (order: readonly string[]) => {
            const trace = new StateTrace();
            for (const [index, state] of order.entries()) trace.add(index, state);
            return new Map(one.map((state) => [state, trace.rankOf(state)]));
          };
          const ranks = ranksIn(one);
          expect(ranksIn(other)).toEqual(ranks);
          expect(new Set(ranks.values()).size).toBe(one.length);
          expect(Math.max(...ranks.values())).toBeLessThan(stateRanks);
        },
      ),
    );
  });
});
