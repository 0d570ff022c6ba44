import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimeTally } from "../../../simulator/replay/time-tally.ts";
import { readTime, shapeOf, type TimeFormat } from "../../../simulator/replay/times.ts";
import { printedSeed } from "../../support/seed.ts";

const noon = Date.UTC(2000, 0, 31, 13, 45);
const day = Date.UTC(2000, 0, 31);

/** What the whole column is found to be. */
function formatOf(...cells: string[]): unknown {
  const tally = new TimeTally();
  for (const [index, cell] of cells.entries()) tally.add(cell, index + 2);
  return tally.decide();
}

describe("[Y2] times of a file", () => {
  it.each<[TimeFormat, string, number]>([
    ["iso", "2000-01-31", day],
    ["iso", "2000/01/31", day],
    ["iso", "2000-01", Date.UTC(2000, 0)],
    ["iso", "2000-01-31 13:45", noon],
    ["iso", "2000-01-31T13:45:00Z", noon],
    ["iso", "2000-01-31T13:45:00.25", noon + 250],
    ["iso", "2000-01-31T13:45:00,25", noon + 250],
    ["iso", "2000-01-31T13:45:00.1234567Z", noon + 123],
    ["iso", "2000-01-31T13:45:00+01:00", noon - 3_600_000],
    ["iso", "2000-01-31 13:45:00 +0530", noon - 5.5 * 3_600_000],
    ["iso", "2000-01-31 13:45:00-08", noon + 8 * 3_600_000],
    ["iso", "2000-01-31 13:45:00 UTC", noon],
    ["iso", "2000-01-31t13:45:00z", noon],
    ["iso", "2000-01-31 24:00", day + 86_400_000],
    ["iso", "0099-12-31", Date.parse("0099-12-31")],
    ["iso", "-271821-04-20T00:00:00.000Z", -8.64e15],
    ["iso", "+275760-09-13T00:00:00.000Z", 8.64e15],
    ["mdy", "01/31/2000", day],
    ["mdy", "1/31/2000 1:45 PM", noon],
    ["mdy", "1/31/2000 12:00 AM", day],
    ["dmy", "31/01/2000", day],
    ["dmy", "31.1.2000 13:45", noon],
    ["dmy", "31-01-2000", day],
    ["mdy", "1/31/00 13:45", noon],
    ["dmy", "31.01.99", Date.UTC(1999, 0, 31)],
    ["dmy", "31-01-68", Date.UTC(2068, 0, 31)],
    ["ymd", "00/01/31 13:45", noon],
    ["named", "31-Jan-00", day],
    ["named", "Jan 31 2000", day],
    ["named", "January 31, 2000", day],
    ["named", "31 Jan 2000", day],
    ["named", "31-Jan-2000 13:45", noon],
    ["named", "Sept 1 2000", Date.UTC(2000, 8, 1)],
    ["named", "Jan 2000", Date.UTC(2000, 0)],
    ["named", "Mon, 31 Jan 2000 13:45:00 GMT", noon],
    ["compact", "20000131", day],
    ["compact", "200001311345", noon],
    ["compact", "20000131134500", noon],
    ["compact", "20000131T134500Z", noon],
    ["compact", "20000131 13:45:00.25", noon + 250],
    ["compact", "20000131T134500+0100", noon - 3_600_000],
    ["excel", "36556", day],
    ["excel", "36556,572916667", noon],
    ["year", "1958", Date.UTC(1958, 0)],
    ["year", "1958.5", Date.UTC(1958, 6, 2, 12)],
    ["s", String(noon / 1_000), noon],
    ["s", `${noon / 1_000}.5`, noon + 500],
    ["s", "-1", -1_000],
    ["ms", String(noon), noon],
    ["us", `${noon}499`, noon],
    ["ns", `${noon}123456`, noon],
  ])("as %s, %s is read", (format, text, expected) => {
    expect(readTime(text, format)).toBe(expected);
  });

  it.each<[TimeFormat, string]>([
    ["iso", "2000-02-30"],
    ["iso", "2000-13-01"],
    ["iso", "1999-02-29"],
    ["iso", "2000-01-31 25:00"],
    ["iso", "2000-01-31 12:60"],
    ["iso", "2000-01/31"],
    ["mdy", "31/01/2000"],
    ["mdy", "1.31.2000"],
    ["dmy", "01/31/2000"],
    ["dmy", "1/1/2000 13:00 PM"],
    ["named", "Foo 31 2000"],
    ["named", "Feb 30 2000"],
    ["compact", "20000132"],
    ["compact", "20000131T2560"],
    ["ymd", "2000/01/31"],
    ["s", "n/a"],
    ["s", ""],
    ["ms", "8640000000000001"],
  ])("as %s, %s is no time", (format, text) => {
    expect(readTime(text, format)).toBeUndefined();
  });

  it("is whatever the hub writes", () => {
    const seed = printedSeed("times of a file");
    fc.assert(
      fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (ms) => {
        const text = new Date(ms).toISOString();
        expect(shapeOf(text)).toBe("iso");
        expect(readTime(text, "iso")).toBe(ms);
      }),
      { seed, numRuns: 500 },
    );
  });

  it("has the day or the month first as the whole column tells, and is refused where none does", () => {
    expect(formatOf("01/02/2000", "02/02/2000", "13/02/2000")).toBe("dmy");
    expect(formatOf("01/02/2000", "02/13/2000", "02/02/2000")).toBe("mdy");
    expect(formatOf("02/02/2000", "01/02/2000", "03/04/2000")).toEqual({ line: 3, text: "01/02/2000" });
    expect(formatOf("01/01/2000", "02/02/2000")).toBe("dmy");
    expect(formatOf("1.2.2000", "2.2.2000")).toBe("dmy");
    expect(formatOf("1/31/99", "2/1/99")).toBe("mdy");
    expect(formatOf("31.01.21", "01.02.21")).toBe("dmy");
  });

  it("with years of two digits may begin with the year, and is refused where that cannot be told", () => {
    expect(formatOf("20/01/14", "20/01/15")).toEqual({ line: 2, text: "20/01/14" });
    expect(formatOf("99/01/14", "99/01/15")).toBe("ymd");
    expect(formatOf("14/01/20", "15/01/99")).toBe("dmy");
  });

  it("called a date counts the days of a spreadsheet where its numbers are such", () => {
    const tally = new TimeTally();
    tally.add("36526", 2);
    tally.add("45292.5", 3);
    expect(tally.decide(true)).toBe("excel");
    expect(tally.decide()).toBe("s");
  });

  it("has the unit that its size tells", () => {
    expect(formatOf("949326300", "1749326300")).toBe("s");
    expect(formatOf("949326300000")).toBe("ms");
    expect(formatOf("949326300000000")).toBe("us");
    expect(formatOf("949326300000000000")).toBe("ns");
    expect(formatOf("1958.2027", "1959")).toBe("year");
    expect(formatOf("20000131", "19991231")).toBe("compact");
    expect(formatOf("20000131", "20000132")).toBe("s");
    expect(formatOf("20000131134500", "20000131134501")).toBe("compact");
    expect(formatOf("200001311345")).toBe("compact");
    expect(formatOf("20000131T134500Z")).toBe("compact");
  });

  it("is what most cells are: one that is none is wrong then, and not the others", () => {
    expect(formatOf("2000-01-31", "n/a", "2000-02-01")).toBe("iso");
    expect(formatOf("n/a", "")).toBeUndefined();
  });
});
