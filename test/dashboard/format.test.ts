import { beforeAll, describe, expect, it, vi } from "vitest";

type Format = typeof import("../../dashboard/data/format.ts");

const narrow = "\u202f";

async function formatIn(language: string | undefined): Promise<Format> {
  vi.resetModules();
  vi.stubGlobal("navigator", { language });
  return import("../../dashboard/data/format.ts");
}

describe("words for numbers and times", () => {
  let format: Format;
  beforeAll(async () => {
    format = await formatIn("en-US");
  });

  it("keeps the decimals asked for, so that digits do not jump", () => {
    const { formatNumber } = format;
    expect(formatNumber(21, 1)).toBe("21.0");
    expect(formatNumber(1234.567, 2)).toBe("1,234.57");
    expect(formatNumber(-0.001, 2)).toBe("0.00");
  });

  it("writes what does not fit in powers of ten", () => {
    const { formatNumber } = format;
    expect(formatNumber(6.02214e23, 2)).toBe("6.022E23");
    expect(formatNumber(0.0000123, 2)).toBe("1.23E-5");
    expect(formatNumber(0, 2)).toBe("0.00");
  });

  it("shortens counts", () => {
    expect([7, 9_999, 12_345, 4_100_000].map(format.formatCount)).toEqual(["7", "9,999", "12.3K", "4.1M"]);
  });

  it("tells in four figures what has no room in whole", () => {
    expect([1_234_614, 48.12561, -0.00012345, 12].map(format.formatFigures)).toEqual([
      "1.235M",
      "48.13",
      "-0.0001235",
      "12",
    ]);
  });

  it("puts the space before a unit that belongs there", () => {
    expect(format.unitSuffix("°C")).toBe(`${narrow}°C`);
    expect(format.unitSuffix("%")).toBe("%");
    expect(format.unitSuffix(undefined)).toBe("");
  });

  it("tells lengths of time in their largest unit", () => {
    const lengths = [-5, 999, 59_999, 60_000, 7_200_000, 5 * 86_400_000, 800 * 86_400_000];
    expect(lengths.map(format.formatDuration).map((text) => text.replace(narrow, " "))).toEqual([
      "0 s",
      "0 s",
      "59 s",
      "1 min",
      "2 h",
      "5 d",
      "2 y",
    ]);
    expect([250, 1_500, 300_000].map(format.formatInterval).map((text) => text.replace(narrow, " "))).toEqual([
      "250 ms",
      "1.5 s",
      "5 min",
    ]);
  });

  it("leaves the date out where it is today's, and the clock where a pixel is a day", () => {
    const at = new Date(2026, 10, 24, 12, 3, 11).getTime();
    expect(format.formatClock(at)).toBe("12:03:11");
    expect(format.formatInstant(at, at)).toBe("12:03:11");
    expect(format.formatInstant(at, at + 86_400_000)).toBe("Nov 24, 12:03:11");
    expect(format.formatInstant(at, at + 400 * 86_400_000)).toBe("Nov 24, 2026, 12:03:11");
    expect(format.formatInstant(at, at, 86_400_000)).toBe("Nov 24, 2026");
  });

  it("labels an axis shortly, with the date where it changes", () => {
    const start = new Date(2026, 10, 24, 23, 0, 0).getTime();
    const hour = 3_600_000;
    expect(format.axisLabels([start, start + hour, start + 2 * hour], hour)).toEqual([
      "23:00\nNov 24",
      "00:00\nNov 25",
      "01:00",
    ]);
    // Within one second all ticks had one label.
    expect(format.axisLabels([start, start + 50, start + 100], 50)).toEqual([
      "00:00.000\nNov 24",
      "00:00.050",
      "00:00.100",
    ]);
    const years = [2012, 2013].map((year) => new Date(year, 0, 1).getTime());
    expect(format.axisLabels(years, 366 * 24 * hour)).toEqual(["2012", "2013"]);
  });

  it("tells an instant to the ms where a pixel stands for a few of them", async () => {
    const { formatInstant } = await formatIn("en-US");
    const timeMs = new Date(2026, 10, 24, 23, 5, 7, 42).getTime();
    expect([0, 1, 10, 11, 60_000].map((detailMs) => formatInstant(timeMs, timeMs, detailMs))).toEqual([
      ...["23:05:07", "23:05:07.042", "23:05:07.042", "23:05:07", "23:05"],
    ]);
  });

  it("speaks the browser's language in digits and dates", async () => {
    const { formatNumber, formatInstant } = await formatIn("de-DE");
    expect(formatNumber(1234.5, 1)).toBe("1.234,5");
    expect(formatInstant(new Date(2012, 4, 3).getTime(), 0, 86_400_000)).toBe("3. Mai 2012");
  });

  it("survives a browser without a proper language", async () => {
    const { formatNumber } = await formatIn("en-US@posix");
    expect(formatNumber(1.5, 1)).toBe("1.5");
  });
});
