import { describe, expect, it } from "vitest";
import { slopeOf } from "./slope.ts";

describe("the slope of a soak", () => {
  it("is that of the line, without error where all points lie on it", () => {
    const { slope, error } = slopeOf([0, 1, 2, 5].map((x) => [x, 7 - 3 * x] as const));
    expect(slope).toBeCloseTo(-3, 12);
    expect(error).toBeCloseTo(0, 12);
  });

  it("has the error that the textbook gives it", () => {
    // Anscombe's first quartet: y = 3.00 + 0.500 x, standard error of the slope 0.118.
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    const { slope, error } = slopeOf(x.map((each, index) => [each, y[index] ?? 0] as const));
    expect(slope).toBeCloseTo(0.5, 3);
    expect(error).toBeCloseTo(0.118, 3);
  });

  it("says nothing of two points", () => {
    expect(() => slopeOf([[0, 0] as const, [1, 1] as const])).toThrow("2 points");
  });
});
