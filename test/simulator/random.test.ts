import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Noise, Random } from "../../simulator/random.ts";

function hashOf(values: Iterable<number>): string {
  const hash = createHash("sha256");
  for (const value of values) hash.update(`${value}\n`);
  return hash.digest("hex").slice(0, 16);
}

function take(count: number, next: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => next(index));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("random", () => {
  it("[S1] gives the same words for the same seed on every machine (seed 7)", () => {
    const random = new Random(7);
    expect(hashOf(take(10_000, () => random.word()))).toBe("f61999378133276c");
  });

  it("[S1] gives the same noise for the same seed on every machine (seed 7)", () => {
    const noise = new Noise("7");
    expect(hashOf(take(10_000, (index) => noise.smooth(index * 0.37 - 1_000)))).toBe("6aaa1397bf49c6f6");
  });

  it("[S1] gives other numbers for another seed", () => {
    const streams = ["7", "8", "07", "7/a"].map((seed) => {
      const random = new Random(seed);
      return hashOf(take(10, () => random.word()));
    });
    expect(new Set(streams).size).toBe(streams.length);
  });

  it("[S2] derives a stream by name, whatever the first one has given", () => {
    const fresh = new Random(7);
    const used = new Random(7);
    take(1_000, () => used.normal());
    const name = "greenhouse/north-1";
    expect(take(10, () => used.derive(name).word())).toEqual(take(10, () => fresh.derive(name).word()));
    expect(fresh.derive("a").word()).not.toBe(fresh.derive("b").word());
  });

  it("spreads as its distributions say (seed 7, 100,000 numbers)", () => {
    const random = new Random(7);
    const uniform = take(100_000, () => random.uniform());
    expect(Math.min(...uniform.slice(0, 1_000))).toBeGreaterThanOrEqual(0);
    expect(uniform.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(mean(uniform)).toBeCloseTo(0.5, 2);
    const normal = take(100_000, () => random.normal());
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
    const beyondTwo = normal.filter((value) => Math.abs(value) > 1.96).length / normal.length;
    expect(beyondTwo).toBeGreaterThan(0.045);
    expect(beyondTwo).toBeLessThan(0.055);
    expect(mean(take(100_000, () => random.exponential(40)))).toBeGreaterThan(39);
    expect(mean(take(100_000, () => random.exponential(40)))).toBeLessThan(41);
    const chosen = take(30_000, () => random.choice([0, 1, 2]));
    for (const option of [0, 1, 2]) expect(chosen.filter((one) => one === option).length).toBeGreaterThan(9_500);
  });

  it("has noise without bias, steps or memory at any place of a clock in ms (seed 7)", () => {
    const noise = new Noise("7");
    const start = Date.UTC(2026, 10, 24);
    const white = take(50_000, (index) => noise.white(start + index));
    expect(white.every((value) => value >= -1 && value < 1)).toBe(true);
    expect(mean(white)).toBeCloseTo(0, 1);
    const neighbours = white.slice(1).map((value, index) => value * (white[index] as number));
    expect(Math.abs(mean(neighbours))).toBeLessThan(0.01);
    const smooth = take(50_000, (index) => noise.rough(start / 1_000 + index / 100));
    const steps = smooth.slice(1).map((value, index) => Math.abs(value - (smooth[index] as number)));
    expect(Math.max(...steps.slice(0, 10_000))).toBeLessThan(0.08);
  });

  it("refuses to choose from nothing", () => {
    expect(() => new Random(1).choice([])).toThrow(RangeError);
  });
});
