import { describe, expect, it } from "vitest";
import { graceMs } from "../../dashboard/elements/values.ts";

describe("the grace of a value on the page", () => {
  it.each([
    [1_000, 10_000],
    [60_000, 150_000],
    // Until three readings are known a series is taken to report every five minutes.
    [null, 750_000],
    [0, Number.POSITIVE_INFINITY],
  ])("[P52] [P56] is the hub's: of an interval of %s ms it is %d ms", (interval, ms) => {
    expect(graceMs(interval)).toBe(ms);
  });
});
