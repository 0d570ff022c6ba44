/** What spreadsheets, loggers and shells make of a file that has nothing wrong with it. */
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
    ["of NDJSON in UTF-16, as PowerShell writes it", Buffer.from(json, "utf16le")],
    ["of NDJSON in UTF-16, the high byte first", Buffer.from(json, "utf16le").swap16()],
    ["of CSV in UTF-16, the high byte first", Buffer.from(csv, "utf16le").swap16()],
  ])("%s", async (_, text) => {
    expect(await rowsOf(text)).toEqual(twoRows);
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
  ])("stands in two columns where they are %s", async (header, one, two) => {
    const minutes = header.startsWith("Hour") ? -30 * 60_000 : 0;
    expect(await rowsOf(`${header};t\n${one};1\n${two};2\n`)).toEqual([
      [half + minutes, "x", { t: 1 }],
      [half + minutes + 30 * day, "x", { t: 2 }],
    ]);
  });

  it("has nothing to do with hours that are called otherwise", async () => {
    expect(await rowsOf("date,sunrise\n2000-01-01,08:15\n")).toEqual([[first, "x", { sunrise: "08:15" }]]);
  });

  it("is in days where a column of dates comes from a spreadsheet's insides", async () => {
    expect(await rowsOf("Date,t\n36526,1.5\n36527,2\n")).toEqual(twoRows);
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
