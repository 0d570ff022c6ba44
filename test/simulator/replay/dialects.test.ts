/** What spreadsheets, loggers and shells make of a file that has nothing wrong with it. */
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Recording, type RecordingOptions } from "../../../simulator/replay/recording.ts";
import { filesOfTest, refusalOf } from "./playing.ts";

const file = filesOfTest();
const first = Date.UTC(2000, 0, 1);
const day = 86_400_000;

/** Time, device and readings of each row that is played. */
async function rowsOf(text: string | Uint8Array, options: RecordingOptions = {}): Promise<unknown[]> {
  const recording = await Recording.open(file("x.csv", text), options);
  const rows: unknown[] = [];
  for await (const moments of recording.moments())
    for (const { time, device, readings } of moments) rows.push([time, device, Object.fromEntries(readings)]);
  return rows;
}

const twoRows = [
  [first, "x", { t: 1.5 }],
  [first + day, "x", { t: 2 }],
];
const json = '\uFEFF{"date":"2000-01-01","t":1.5}\r\n{"date":"2000-01-02","t":2}\r\n';
const csv = "\uFEFFdate,t\r\n2000-01-01,1.5\r\n2000-01-02,2\r\n";

describe("[Y3] a file is read", () => {
  it.each<[string, string | Uint8Array]>([
    ["that begins with Excel's line for the delimiter", "sep=;\r\ndate;t\r\n2000-01-01;1,5\r\n2000-01-02;2\r\n"],
    ["whose rows end with a comma, and the header does not", "date,t\n2000-01-01,1.5,\n2000-01-02,2,\n"],
    [
      "behind what a logger tells of itself",
      "Logger 5\nStation;Hall 3;\nSerial;123\n\nDate;t\n2000-01-01;1,5\n2000-01-02;2\n",
    ],
    ["of NDJSON in UTF-16, as PowerShell writes it", Buffer.from(json, "utf16le")],
    ["of NDJSON in UTF-16, the high byte first", Buffer.from(json, "utf16le").swap16()],
    ["of CSV in UTF-16, the high byte first", Buffer.from(csv, "utf16le").swap16()],
  ])("%s", async (_, text) => {
    expect(await rowsOf(text)).toEqual(twoRows);
  });

  it("behind a title, as HOBO's loggers write it", async () => {
    const rows = "1,01/30/99 11:00:00 PM,1.5\n2,01/30/99 11:30:00 PM,2\n";
    expect(await rowsOf(`"Plot Title: 7"\n"#","Date Time, GMT","t"\n${rows}`)).toEqual([
      [Date.UTC(1999, 0, 30, 23), "x", { t: 1.5 }],
      [Date.UTC(1999, 0, 30, 23, 30), "x", { t: 2 }],
    ]);
  });

  it("with a row that begins with #, which is no comment where it has all the cells", async () => {
    expect(await rowsOf("# stations\ndevice,date,t\n#1,2000-01-01,1.5\n# a note\n#2,2000-01-02,2\n")).toEqual([
      [first, "1", { t: 1.5 }],
      [first + day, "2", { t: 2 }],
    ]);
  });

  it("with two columns of one name, which are two metrics", async () => {
    expect(await rowsOf("date,t,t_2,t\n2000-01-01,1,2,3\n")).toEqual([[first, "x", { t: 1, t_2: 2, t_3: 3 }]]);
  });
});

describe("[Y2] the time of a row", () => {
  const half = first + 13.5 * 3_600_000;

  it.each([
    ["Date;Time", "01/01/2000;13:30:00", "31/01/2000;13:30:00"],
    ["<DATE>;<TIME>", "20000101;13:30", "20000131;13:30"],
    ["date;time", "20000101;133000", "20000131;133000"],
    ["time;date", "1:30 PM;2000-01-01", "1:30 PM;2000-01-31"],
    ["Hour;Date", "13;2000-01-01", "13;2000-01-31"],
    ["hour;day;month;year", "13;1;1;2000", "13;31;01;2000"],
  ])("stands in two columns where they are %s", async (header, one, two) => {
    const minutes = /^hour/i.test(header) ? -30 * 60_000 : 0;
    expect(await rowsOf(`${header};t\n${one};1\n${two};2\n`)).toEqual([
      [half + minutes, "x", { t: 1 }],
      [half + minutes + 30 * day, "x", { t: 2 }],
    ]);
  });

  it("is that of a year, month and day in columns of their own, and of the year alone beside a month's name", async () => {
    expect(await rowsOf("year,month,day,t\n2000,1,1,1.5\n2000,1,2,2\n")).toEqual(twoRows);
    expect(await rowsOf("year,month,t\n2000,1,1\n2000,2,2\n")).toEqual([
      [first, "x", { t: 1 }],
      [first + 31 * day, "x", { t: 2 }],
    ]);
    expect(await rowsOf("year,month,t\n2000,May,1\n")).toEqual([[first, "x", { month: "May", t: 1 }]]);
  });

  it("has nothing to do with hours that are called otherwise", async () => {
    expect(await rowsOf("date,sunrise\n2000-01-01,08:15\n")).toEqual([[first, "x", { sunrise: "08:15" }]]);
  });

  it("is told to go back where it rises elsewhere: an hour may stand there twice", async () => {
    const rows = (...hours: number[]) =>
      `date,t\n${hours.map((hour, t) => `2000-01-01 0${hour}:00,${t}`).join("\n")}\n`;
    const setBack = async (text: string) => (await Recording.open(file("x.csv", text))).contents.setBack;
    expect(await setBack(rows(1, 2, 3, 2, 3, 4))).toBe(5);
    expect(await setBack(rows(1, 2, 3))).toBeUndefined();
    expect(await setBack(rows(3, 2, 1))).toBeUndefined();
    expect(await setBack("device,date,t\na,2000-01-02,1\na,2000-01-03,2\nb,2000-01-02,3\n")).toBeUndefined();
  });

  it("is in days where a column of dates comes from a spreadsheet's insides", async () => {
    expect(await rowsOf("Date,t\n36526,1.5\n36527,2\n")).toEqual(twoRows);
  });
});

describe("[Y4] a column", () => {
  const column = (...cells: string[]) =>
    rowsOf(`date;t\n${cells.map((cell, index) => `2000-01-${10 + index};${cell}`).join("\n")}\n`).then((rows) =>
      rows.map((row) => ((row as unknown[])[2] as { t?: unknown }).t),
    );

  it.each([
    ["blanks", "1 234 567,5", "7,25"],
    ["blanks that do not break", "1\u00A0234\u00A0567,5", "7,25"],
    ["narrow ones", "1\u202F234\u202F567,5", "7,25"],
    ["apostrophes", "1'234'567.5", "7.25"],
    ["typographic ones", "1\u2019234\u2019567.5", "7.25"],
  ])("is one of numbers with %s between thousands", async (_, one, other) => {
    expect(await column(one, other)).toEqual([1_234_567.5, 7.25]);
  });

  it("is one of numbers with a typographic minus", async () => {
    expect(await column("\u22121.5", "2")).toEqual([-1.5, 2]);
  });

  it("has no reading where a spreadsheet could not reckon one, and none at all where it never could", async () => {
    expect(await column("1", "#N/A", "#DIV/0!", "2")).toEqual([1, undefined, undefined, 2]);
    expect(await column("NaN", "NaN")).toEqual([undefined, undefined]);
  });

  it("of words stays one, also where they say none", async () => {
    expect(await column("none", "none")).toEqual(["none", "none"]);
    const exported = "time,device,metric,value\n2000-01-01T00:00:00.000Z,d,t,NaN\n";
    expect(await rowsOf(exported)).toEqual([[first, "d", { t: "NaN" }]]);
    expect(await column("12 34", "1 2345")).toEqual(["12 34", "1 2345"]);
  });

  it("of numbers never becomes text for one that is infinite", async () => {
    await expect(column("1", "inf", "2")).rejects.toThrow(
      'Line 3, column "t": expected a number, as in the rest of the column, found "inf".',
    );
  });
});

describe("[Y1] a wrong file that is packed", () => {
  it.each<[string, Uint8Array, string]>([
    ["by gzip", gzipSync("date,t\n2000-01-01,1\n"), "found a file packed by gzip: gunzip it first."],
    ["as a spreadsheet is", Buffer.from("PK\x03\x04\x14\0"), "found a ZIP file, as spreadsheets are"],
  ])("%s is told to be so", async (_, bytes, words) => {
    expect(await refusalOf(file("packed.csv", bytes))).toContain(words);
  });
});

describe("[Y1] a wrong file", () => {
  it.each<[string, string | Uint8Array, string]>([
    [
      "has too many cells in each row",
      "date,t\n2000-01-01,1,5\n2000-01-02,2,5\n",
      "Line 2: expected 2 cells as in the header, found 3.\nLine 3: expected 2 cells as in the header, found 3.\n2 of 2 rows are wrong; none is fine. Nothing was sent.",
    ],
    [
      "has years that may be days",
      "date,t\n20/01/14,1\n20/01/15,2\n",
      'Line 2: "20/01/14" can be read in two ways, and no other date in the file tells which: give --date-format dmy or --date-format ymd.',
    ],
    [
      "is one JSON object over several lines",
      '{\n  "date": "2000-01-01"\n}\n',
      'Line 1: expected a JSON object, found {.\nLine 2: expected a JSON object, found "date": "2000-01-01".\nLine 3: expected a JSON object, found }.\n3 of 3 rows are wrong; none is fine. Nothing was sent.',
    ],
    [
      "has the name of a device that is not UTF-8",
      Buffer.from("date,device,t\n2000-01-01,K\xfcche,1\n", "latin1"),
      'Line 2, column "device": expected text in UTF-8 (iconv -f latin1 -t utf-8 FILE turns an older file into it), found 5 characters ("K\uFFFDche…").\n1 of 1 rows is wrong; none is fine. Nothing was sent.',
    ],
    [
      "has the name of a column that is not UTF-8",
      Buffer.from("date,Au\xdfen\n2000-01-01,1\n", "latin1"),
      'Line 2, column "Au\uFFFDen": expected text in UTF-8 (iconv -f latin1 -t utf-8 FILE turns an older file into it), found 5 characters ("Au\uFFFDen…").\n1 of 1 rows is wrong; none is fine. Nothing was sent.',
    ],
  ])("that %s", async (_, text, sentence) => {
    expect(await refusalOf(file("wrong.csv", text))).toBe(sentence);
  });
});
