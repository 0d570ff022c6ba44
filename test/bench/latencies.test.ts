import { describe, expect, it } from "vitest";
import { latenciesOf } from "./latencies.ts";

describe("many waits", () => {
  it("are told by the one in the middle, the one that a hundredth passes, and the longest, in whatever order they came", () => {
    const waits = Array.from({ length: 1_000 }, (_, index) => (index * 7) % 1_000);
    expect(latenciesOf(waits)).toEqual({ p50: 500, p99: 990, most: 999 });
    expect(waits[1]).toBe(7);
    expect(latenciesOf([3])).toEqual({ p50: 3, p99: 3, most: 3 });
    expect(latenciesOf([])).toEqual({ p50: 0, p99: 0, most: 0 });
  });
});
