/** What plots write beside their lines. */
import { describe, expect, it } from "vitest";
import { cutText } from "../../dashboard/widgets/plot-parts.ts";

/** A canvas on which each sign is 10 px wide. */
const canvas = { measureText: (text: string) => ({ width: [...text].length * 10 }) as TextMetrics };

describe("a text on a canvas", () => {
  it("is whole where it has room, and else cut with a mark, between signs", () => {
    expect(cutText(canvas, "°C", 20)).toBe("°C");
    expect(cutText(canvas, "kilogram per cubic metre", 80)).toBe("kilogra…");
    expect(cutText(canvas, "kilogram per cubic metre", 100)).toBe("kilogram…");
    expect(cutText(canvas, "🌡🌡🌡", 20)).toBe("🌡…");
  });

  it("is a mark alone where there is no room at all", () => {
    expect(cutText(canvas, "°C", 5)).toBe("…");
  });
});
