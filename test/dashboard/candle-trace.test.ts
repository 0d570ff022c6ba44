import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Candle, type CandleColumns, CandleTrace } from "../../dashboard/data/candle-trace.ts";
import { bucketStart } from "../../server/protocol/index.ts";
import { printedSeed } from "../support/seed.ts";

const everyMs = 1_000;

interface Tick {
  readonly timeMs: number;
  readonly value: number;
}

/** What the hub holds after these ticks came in this order: of one instant the later arrival. */
function stored(ticks: readonly Tick[]): Tick[] {
  const byTime = new Map(ticks.map(({ timeMs, value }) => [timeMs, value]));
  return [...byTime].map(([timeMs, value]) => ({ timeMs, value })).sort((a, b) => a.timeMs - b.timeMs);
}

/** Candles computed at once, the plain way. */
function candlesOf(ticks: readonly Tick[]): (Candle & { readonly timeMs: number })[] {
  const buckets = new Map<number, number[]>();
  for (const { timeMs, value } of stored(ticks)) {
    const start = bucketStart(timeMs, everyMs);
    buckets.set(start, [...(buckets.get(start) ?? []), value]);
  }
  return [...buckets].map(([timeMs, values]) => ({
    timeMs,
    open: values[0] as number,
    high: Math.max(...values),
    low: Math.min(...values),
    close: values.at(-1) as number,
    sum: values.reduce((sum, value) => sum + value, 0),
    count: values.length,
  }));
}

/** The hub's answer about what lies in [fromMs, toMs). */
function answerOf(ticks: readonly Tick[], fromMs: number, toMs: number): CandleColumns {
  const candles = candlesOf(ticks.filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs));
  return {
    times: candles.map(({ timeMs }) => timeMs),
    first: candles.map(({ open }) => open),
    min: candles.map(({ low }) => low),
    max: candles.map(({ high }) => high),
    last: candles.map(({ close }) => close),
    sum: candles.map(({ sum }) => sum),
    count: candles.map(({ count }) => count),
  };
}

function read(trace: CandleTrace) {
  const rows = Array.from({ length: trace.length }, (_, index) => ({
    timeMs: trace.time(index),
    open: trace.open(index),
    high: trace.high(index),
    low: trace.low(index),
    close: trace.close(index),
    sum: trace.sum(index),
    count: trace.count(index),
  }));
  return rows.filter(({ count }) => count > 0);
}

function traceOf(mostFresh = 1_000, mostCandles = 1_000): CandleTrace {
  return new CandleTrace({ everyMs, mostCandles, mostFresh });
}

const tick = fc.record({ timeMs: fc.integer({ min: -6_000, max: 6_000 }), value: fc.integer({ min: -9, max: 9 }) });
const ticks = fc.array(tick, { maxLength: 60 });

describe("candles", () => {
  it("are the same for any split between past and present, any order, ticks told twice and overwritten", () => {
    const seed = printedSeed("candles");
    const split = fc.record({
      past: ticks,
      live: ticks,
      /** Which of the past come as updates too, since they were committed while it was read. */
      again: fc.array(fc.nat({ max: 59 }), { maxLength: 8 }),
      freshFromMs: fc.integer({ min: -6_500, max: 6_500 }),
      mostFresh: fc.integer({ min: 2, max: 30 }),
    });
    fc.assert(
      fc.property(split, ({ past, live, again, freshFromMs, mostFresh }) => {
        const known = stored(past);
        const trace = traceOf(mostFresh);
        trace.begin(freshFromMs);
        trace.load(answerOf(known, Number.NEGATIVE_INFINITY, freshFromMs));
        const told = known.filter(({ timeMs }) => timeMs >= freshFromMs);
        const repeated = again.flatMap((index) => known[index] ?? []);
        const hub = [...known];
        const dirty = new Set<number>();
        for (const { timeMs, value } of [...told, ...repeated, ...live]) {
          hub.push({ timeMs, value });
          if (!trace.add(timeMs, value)) dirty.add(trace.bucketOf(timeMs));
        }
        for (const bucketMs of dirty) {
          const untilMs = Math.min(bucketMs + everyMs, trace.freshFromMs);
          const [candle] = candlesOf(hub.filter(({ timeMs }) => timeMs >= bucketMs && timeMs < untilMs));
          expect(trace.correct(bucketMs, candle, untilMs)).toBe(true);
        }
        expect(read(trace)).toEqual(candlesOf(hub));
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it("begin with the hub's buckets, which are aligned to UTC, and leave empty ones out", () => {
    const day = 86_400_000;
    const trace = new CandleTrace({ everyMs: day, mostCandles: 10, mostFresh: 10 });
    trace.begin(0);
    trace.add(Date.UTC(2026, 0, 1, 23, 59, 59, 999), 5);
    trace.add(Date.UTC(2026, 0, 3), 6);
    expect(read(trace).map(({ timeMs, close }) => [timeMs, close])).toEqual([
      [Date.UTC(2026, 0, 1), 5],
      [Date.UTC(2026, 0, 3), 6],
    ]);
  });

  it("a late tick opens or closes its candle only where its time does", () => {
    const trace = traceOf();
    trace.begin(0);
    for (const [timeMs, value] of [
      [100, 10],
      [900, 12],
      [1_500, 20],
    ] as const)
      trace.add(timeMs, value);
    trace.add(500, 99);
    expect(read(trace)[0]).toMatchObject({ open: 10, high: 99, close: 12, count: 3 });
    trace.add(50, 1);
    trace.add(950, 2);
    expect(read(trace)[0]).toMatchObject({ open: 1, low: 1, close: 2, count: 5, sum: 124 });
    expect(read(trace)[1]).toMatchObject({ open: 20, close: 20, count: 1 });
  });

  it("a correction takes the place of what it corrects, the high that it made included", () => {
    const trace = traceOf();
    trace.begin(0);
    trace.add(100, 10);
    trace.add(200, 1_000);
    trace.add(200, 11);
    expect(read(trace)).toEqual([{ timeMs: 0, open: 10, high: 11, low: 10, close: 11, sum: 21, count: 2 }]);
  });

  it("what the hub said of a bucket before more of it was settled is not taken", () => {
    const trace = traceOf(2);
    trace.begin(100);
    for (const timeMs of [100, 200, 300, 400]) trace.add(timeMs, 1);
    expect(trace.freshFromMs).toBeGreaterThan(100);
    expect(trace.correct(0, undefined, 100)).toBe(false);
    expect(read(trace)[0]).toMatchObject({ count: 4 });
  });

  it("a bucket whose readings were all removed is no candle any more", () => {
    const trace = traceOf();
    trace.begin(5_000);
    trace.load(answerOf([{ timeMs: 1, value: 1 }], 0, 5_000));
    expect(trace.indexOf(0)).toBe(0);
    expect(trace.correct(0, undefined, 1_000)).toBe(true);
    expect(trace.indexOf(0)).toBe(-1);
    expect(read(trace)).toEqual([]);
  });

  it("are bounded: the oldest go first, and a reading older than all of them changes nothing", () => {
    const trace = traceOf(100, 5);
    trace.begin(-1);
    for (let second = 0; second < 50; second++) trace.add(second * 1_000, second);
    expect(read(trace).map(({ close }) => close)).toEqual([45, 46, 47, 48, 49]);
    trace.add(3_500, 1);
    expect(read(trace)).toHaveLength(5);
  });
});
