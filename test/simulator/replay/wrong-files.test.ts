/** What is wrong with a file is told with its line and column, and what was expected. */
import { describe, expect, it } from "vitest";
import { filesOfTest, refusalOf } from "./playing.ts";

const file = filesOfTest();

describe("[Y1] a wrong file", () => {
  it.each<[string, string | Uint8Array, string]>([
    ["is empty", "", "The file is empty."],
    ["has nothing but blanks", "\uFEFF \n\n", "The file is empty."],
    ["has no rows", "time,t\n", "The file has a header and no rows."],
    ["is no text", new Uint8Array([1, 2, 0, 4, 5]), "Expected CSV or NDJSON, found a file that is no text."],
    [
      "is a JSON array",
      '[{"time":1}]',
      "Line 1: expected CSV, or one JSON object a line, found a JSON array: jq -c '.[]' FILE > FILE.ndjson makes lines of it.",
    ],
    [
      "has no header",
      "2000-01-01,1\n2000-01-02,2\n",
      'There is no column with times. The first line looks like data ("2000-01-01", "1"): names of columns are expected there.',
    ],
    [
      "has no times",
      "a,b\nx,1\n",
      'No column has times in it: name the one that has with --time-column; the columns are "a", "b".',
    ],
    ["has times alone", "time\n2000-01-01\n", 'There is no column with values beside "time".'],
    [
      "has a time that is none",
      "time,t\n2000-01-01,1\n2000-02-30,2\n2000-03-01,3\n",
      'Line 3, column "time": expected a time like 2000-01-31, 2000/01/31 13:45, 2000-01-31T13:45:00.5+01:00, found "2000-02-30".\n1 of 3 rows is wrong; 2 are fine, and played with --skip-wrong. Nothing was sent.',
    ],
    [
      "has a word among numbers",
      `time,t\n${Array.from({ length: 12 }, (_, day) => `2000-01-${String(day + 10)},${day === 7 ? "1O.5" : day}`).join("\n")}\n`,
      'Line 9, column "t": expected a number, as in the rest of the column, found "1O.5".\n1 of 12 rows is wrong; 11 are fine, and played with --skip-wrong. Nothing was sent.',
    ],
    [
      "has a row that is too short",
      'time,t,u\r\n2000-01-01,1,"two\r\nlines"\r\n2000-01-02,2\r\n',
      "Line 4: expected 3 cells as in the header, found 2.\n1 of 2 rows is wrong; 1 is fine, and played with --skip-wrong. Nothing was sent.",
    ],
    [
      "has a quote that is not closed",
      'time,t\n2000-01-01,1\n2000-01-02,"2\n2000-01-03,3\n',
      'Line 3: a quote (") opens in the row that begins here, and nothing closes it.',
    ],
    [
      "has days that may be months",
      "date,t\n01/02/2000,1\n03/04/2000,2\n",
      'Line 2: "01/02/2000" can be read in two ways, and no other date in the file tells which: give --date-format mdy or --date-format dmy.',
    ],
    [
      "has numbers that may be thousands",
      "date;t\n2000-01-01;1,234\n2000-01-02;7\n",
      'Line 2: "1,234" can be read in two ways, and no other number in the file tells which: give --decimal point or --decimal comma.',
    ],
    [
      "has two rows of one time",
      "date,site_code,t\n2000-01-01,a,1\n2000-01-01,b,2\n",
      'Line 3, column "date": expected one row at a time for wrong (--device-column names the column that tells devices apart), found the time of line 2 again.\n1 of 2 rows is wrong; 1 is fine, and played with --skip-wrong. Nothing was sent.',
    ],
    [
      "has a text longer than the hub takes",
      `time,t\n2000-01-01,${"ä".repeat(257)}\n`,
      `Line 2, column "t": expected text of at most 256 characters, found 257 characters ("${"ä".repeat(40)}…").\n1 of 1 rows is wrong; none is fine. Nothing was sent.`,
    ],
    [
      "is not UTF-8",
      Buffer.from("time,t\n2000-01-01,k\xfchl\n", "latin1"),
      'Line 2, column "t": expected text in UTF-8 (iconv -f latin1 -t utf-8 FILE turns an older file into it), found 4 characters ("k\uFFFDhl…").\n1 of 1 rows is wrong; none is fine. Nothing was sent.',
    ],
    [
      "has a line that is no JSON",
      '{"time":"2000-01-01","t":1}\n{"time":"2000-01-02","t":\n',
      'Line 2: expected a JSON object, found {"time":"2000-01-02","t":.\n1 of 2 rows is wrong; 1 is fine, and played with --skip-wrong. Nothing was sent.',
    ],
    [
      "has a list as a value",
      '{"time":"2000-01-01","t":[1,2]}\n',
      'Line 1, column "t": expected a finite number, true, false, a text or null, found [1,2].\n1 of 1 rows is wrong; none is fine. Nothing was sent.',
    ],
  ])("that %s", async (_, text, sentence) => {
    expect(await refusalOf(file(`wrong.${String(text).startsWith("{") ? "ndjson" : "csv"}`, text))).toBe(sentence);
  });

  it("that is not there, or is a folder", async () => {
    expect(await refusalOf("/nowhere/at/all.csv")).toBe("There is no such file.");
    expect(await refusalOf("/")).toMatch(/^It cannot be read \(.*EISDIR.*\)\.$/);
  });

  it("that lacks the column which a flag names", async () => {
    const path = file("a.csv", "time,t\n2000-01-01,1\n");
    expect(await refusalOf(path, { deviceColumn: "who" })).toBe(
      'There is no column "who" (--device-column); the columns are "time", "t".',
    );
  });

  it("that goes on into the future, which the hub does not take", async () => {
    const path = file("a.csv", "time,t\n2000-01-01,1\n2100-01-01,1\n");
    expect(await refusalOf(path, { until: Date.UTC(2026, 0) })).toBe(
      'Line 3, column "time": expected a time that has passed (--shift-to-now moves a file to today), found 2100-01-01T00:00:00.000Z.\n1 of 2 rows is wrong; 1 is fine, and played with --skip-wrong. Nothing was sent.',
    );
  });
});
