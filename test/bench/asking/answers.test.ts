import { describe, expect, it } from "vitest";
import { mistakeIn } from "./answers.ts";

describe("the questions about the past", () => {
  it("take no answer that lacks a series or a bucket, or has another value", () => {
    const right = new Map([["a/b", { times: [1, 2], mean: [0.1 + 0.2, 5] }]]);
    const given = (mean: number[], key = "a/b") => new Map([[key, { times: [1, 2].slice(0, mean.length), mean }]]);
    expect(mistakeIn(given([0.3, 5]), right)).toBeUndefined();
    expect(mistakeIn(given([0.3, 5.001]), right)).toBe("a/b: mean[1] is 5.001 instead of 5");
    expect(mistakeIn(given([0.3]), right)).toBe("a/b: 1 times instead of 2");
    expect(mistakeIn(given([0.3, 5], "a/c"), right)).toBe("a/b: undefined times instead of 2");
    expect(mistakeIn(new Map(), right)).toBe("0 series instead of 1");
  });
});
