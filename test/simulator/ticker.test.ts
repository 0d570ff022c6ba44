import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviceMeta } from "../../server/protocol/index.ts";
import { Ticker } from "../../simulator/market/ticker.ts";
import { column, correlation, hashOf, reportsUntil } from "./models.ts";

const hour = 3_600_000;
const device = "market/ACME";
const from = Date.UTC(2026, 10, 24, 12);

describe("ticker", () => {
  it("[S1] repeats itself for the same seed, and differs for another seed or symbol", () => {
    const run = (seed: number, name = device) =>
      hashOf(reportsUntil(new Ticker({ device: name, seed, from }), from + hour));
    expect(run(7)).toBe(run(7));
    expect(new Set([run(7), run(8), run(7, "market/BORU")]).size).toBe(3);
  });

  it("[S3] reports the same ticks at the same times, wherever it was begun", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 3 * hour }), (seed, later) => {
        const early = reportsUntil(new Ticker({ device, seed, from }), from + later + 60_000);
        const late = reportsUntil(new Ticker({ device, seed, from: from + later }), from + later + 60_000);
        expect(late.length).toBeGreaterThan(0);
        expect(late).toEqual(early.slice(-late.length));
      }),
      { numRuns: 20, seed: 7 },
    );
  });

  it("[S8] thins out a past by leaving ticks out, and makes none up (seed 7)", () => {
    for (const stride of [7, 3_599, 20_000]) {
      const thinned = new Ticker({ device, seed: 7, from });
      for (let report = 0; report < 6; report++) {
        const tick = thinned.report(stride);
        expect(new Ticker({ device, seed: 7, from: tick.time }).report()).toEqual(tick);
        expect(thinned.nextTime - tick.time).toBeGreaterThan(0.5 * stride * thinned.intervalMs);
        expect(thinned.nextTime - tick.time).toBeLessThan(2 * stride * thinned.intervalMs + 60_000);
      }
    }
  });

  it("[S5] gives each tick a ms of its own, rising, also where ticks crowd and where blocks join", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(0.5, 1, 30, 300), (seed, rate) => {
        const model = new Ticker({ device, seed, from, rate });
        let last = from - 1;
        for (let tick = 0; tick < 12_000; tick++) {
          const { time } = model.report();
          expect(Number.isInteger(time) && time > last).toBe(true);
          last = time;
        }
      }),
      { numRuns: 12, seed: 7 },
    );
  });

  it("[S6] trades at the bid or the ask, in whole cents and whole shares, the bid below the ask", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 4e12 }), (seed, start) => {
        const model = new Ticker({ device, seed, from: start });
        for (let tick = 0; tick < 300; tick++) {
          const values = Object.fromEntries(model.report().readings) as Record<
            "price" | "bid" | "ask" | "size",
            number
          >;
          expect(values.bid).toBeGreaterThan(0);
          expect(values.ask).toBeGreaterThan(values.bid);
          expect([values.bid, values.ask]).toContain(values.price);
          expect(Number.isInteger(values.size) && values.size >= 1).toBe(true);
          for (const amount of [values.bid, values.ask]) expect(Number(amount.toFixed(2))).toBe(amount);
        }
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it("[S6] has lively and calm spells: the size of a step tells of the next steps (seed 7, 24 h)", () => {
    const reports = reportsUntil(new Ticker({ device, seed: 7, from }), from + 24 * hour);
    const asks = column(reports, "ask");
    const middle = column(reports, "bid").map(({ value }, index) => value + (asks[index]?.value ?? Number.NaN));
    const signed = middle.slice(1).map((value, index) => Math.log(value / (middle[index] as number)));
    const steps = signed.map(Math.abs);
    const lagged = correlation(steps.slice(0, -5), steps.slice(5));
    expect(lagged).toBeGreaterThan(0.1);
    expect(Math.abs(correlation(signed.slice(0, -5), signed.slice(5)))).toBeLessThan(0.03);
  });

  it("[S6] jumps at times, yet not where its blocks join (seed 7)", () => {
    const model = new Ticker({ device, seed: 7, from });
    const blockMs = model.intervalMs * 3_600;
    const prices = column(reportsUntil(model, from + 24 * hour), "bid");
    const steps = prices.slice(1).map(({ time, value }, index) => {
      const before = prices[index] as { time: number; value: number };
      return {
        joins: Math.floor(time / blockMs) !== Math.floor(before.time / blockMs),
        size: Math.abs(Math.log(value / before.value)),
      };
    });
    const sizes = steps.map(({ size }) => size).sort((a, b) => a - b);
    const usual = sizes[Math.floor(sizes.length / 2)] as number;
    expect(sizes.at(-1)).toBeGreaterThan(12 * usual);
    const joints = steps.filter(({ joins }) => joins);
    expect(joints.length).toBeGreaterThan(20);
    const mean = joints.reduce((sum, { size }) => sum + size, 0) / joints.length;
    expect(mean).toBeLessThan(4 * usual);
  });

  it("keeps its pace on average, at any rate (seed 7)", () => {
    for (const rate of [0.5, 1, 20]) {
      const model = new Ticker({ device, seed: 7, from, rate });
      const count = 20_000;
      const end = Array.from({ length: count }, () => model.report().time).at(-1) as number;
      expect((end - from) / count / model.intervalMs).toBeGreaterThan(0.85);
      expect((end - from) / count / model.intervalMs).toBeLessThan(1.15);
    }
  });

  it("introduces itself in words of the contract, with a role for each of its metrics", () => {
    const { meta } = new Ticker({ device, seed: 7, from });
    expect(deviceMeta.parse(meta)).toEqual(meta);
    expect(Object.values(meta.metrics ?? {}).map(({ role }) => role)).toEqual(["price", "volume", "bid", "ask"]);
  });
});
