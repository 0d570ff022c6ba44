/** What plots write beside their lines. */
import { describe, expect, it } from "vitest";
import { cutText, outlineBand, remembered } from "../../dashboard/widgets/plot-parts.ts";

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

describe("the band of least and most", () => {
  it("is as thin as the value that stands while nothing is told, and does not lead over that time to what came after", () => {
    const line = {
      ...{ times: [0, 10, 100, 110], values: [5, 6, 3, 4], mins: [4, 5, 1, 3], maxs: [7, 8, 4, 9] },
      ...{ gaps: [], banded: true },
    };
    const outline = (stands: (row: number) => boolean) => {
      const points: [number, number][] = [];
      outlineBand(line, 0, 4, stands, (row, value) => points.push([line.times[row] ?? 0, value]));
      return points;
    };
    const over = [...[0, 10, 100, 110].map((timeMs, row) => [timeMs, line.maxs[row]])];
    const under = [...[0, 10, 100, 110].map((timeMs, row) => [timeMs, line.mins[row]])].reverse();
    expect(outline(() => false)).toEqual([...over, ...under]);
    const held = [
      [10, 6],
      [100, 6],
    ];
    expect(outline((row) => row === 2)).toEqual([
      ...over.slice(0, 2),
      ...held,
      ...over.slice(2),
      ...under.slice(0, 2),
      ...[...held].reverse(),
      ...under.slice(2),
    ]);
  });
});

describe("the labels of a value axis", () => {
  it("are made anew for other ticks alone, and an axis of nothing has none", () => {
    let made = 0;
    let empty = true;
    const labels = remembered(
      (splits) => {
        made++;
        return splits.map((split) => `${split} V`);
      },
      () => empty,
    );
    expect(labels(undefined, [0, 1])).toEqual(["", ""]);
    empty = false;
    expect(labels(undefined, [0, 1])).toEqual(["0 V", "1 V"]);
    expect(labels(undefined, [0, 1])).toEqual(["0 V", "1 V"]);
    expect(made).toBe(1);
    expect(labels(undefined, [0, 2])).toEqual(["0 V", "2 V"]);
  });
});
