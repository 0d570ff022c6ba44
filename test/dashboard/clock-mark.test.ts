import { describe, expect, it } from "vitest";
import { clockWords } from "../../dashboard/elements/clock-mark.ts";
import { maxAheadMs } from "../../server/protocol/index.ts";

describe("the mark of a wrong clock", () => {
  it("says nothing below two seconds, and beyond five minutes ahead that readings are refused", () => {
    expect([undefined, 0, 1_999, -1_999].map((skewMs) => clockWords(skewMs))).toEqual(Array(4).fill(undefined));
    expect(clockWords(2_000)).toMatch(/2\ss ahead: readings with its time lie too late/);
    expect(clockWords(-7_000)).toMatch(/7\ss behind/);
    expect(clockWords(maxAheadMs)).not.toContain("are refused");
    expect(clockWords(maxAheadMs + 1)).toContain("are refused");
  });
});
