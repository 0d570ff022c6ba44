/** Every place that writes CSV, given texts that a spreadsheet would run. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { candlesText } from "../../dashboard/data/drawn-text.ts";
import { tokensCsv } from "../../dashboard/data/token-csv.ts";
import { csvWriter } from "../../server/formats/csv.ts";
import { lineOf } from "../../simulator/record/lines.ts";
import { parseCsv } from "../formats/parse-csv.ts";

const harmful = [
  "=cmd|' /C calc'!A0",
  "+1+1",
  "-2+3",
  "@SUM(1)",
  "\t=1",
  "\r=1",
  '=HYPERLINK("http://evil","x")',
  "-",
  '=1,"\n=2',
];
const root = join(import.meta.dirname, "../..");
const time = Date.UTC(2026, 10, 24);

/** Each writer, and its cells for a text. */
const writers: Record<string, (text: string) => string> = {
  "the hub's answers": (text) => {
    const writer = csvWriter({ value: true, aggregates: [], time: "iso" });
    const series = { device: text, metric: text, unit: null, type: "string" } as const;
    const columns = { times: [time], values: [text] };
    return [...writer.rows(series, columns)].join("");
  },
  "what a page has drawn": (text) => {
    const candle = { timeMs: time, open: 1, high: 1, low: 1, close: 1, volume: 1, count: 1 };
    return candlesText({ device: text, metric: text }, [candle], "csv").split("\r\n").slice(1).join("\r\n");
  },
  "tokens that were made": (text) =>
    tokensCsv([{ devices: [text], name: text, token: "t" }])
      .split("\r\n")
      .slice(1)
      .join("\r\n"),
  "a recording": (text) => lineOf({ time, device: text, metric: text, value: text }, "csv").replace(/\n$/, "\r\n"),
};

describe("a file of CSV", () => {
  it.each(Object.entries(writers))(
    "[S21] of %s has an apostrophe before what a spreadsheet would run, and holds the text whole",
    (_, write) => {
      for (const text of harmful) {
        const rows = parseCsv(write(text)).filter((row) => row.length > 1);
        expect(rows, text).toHaveLength(1);
        const held = (rows[0] ?? []).filter((cell) => cell.endsWith(text));
        expect(held.length, text).toBeGreaterThan(0);
        for (const cell of rows[0] ?? []) expect(cell, text).not.toMatch(/^[=+@\t\r\n\0]|^-(?![\d.])|^-2\+/);
        for (const cell of held) expect(cell).toBe(`'${text}`);
      }
    },
  );

  it("[S21] of rows that an import refused is written by the same hand as the hub's answers", () => {
    const notes = readFileSync(join(root, "server/tools/import/notes.ts"), "utf8");
    expect(notes).toMatch(/import \{ textCell \} from "\.\.\/\.\.\/formats\/csv\.ts"/);
    expect(notes.match(/textCell\(/g)?.length).toBeGreaterThan(0);
  });

  it("[S21] is written nowhere else: whoever adds a writer adds it here", () => {
    const quoting = ["dashboard", "server", "simulator"].flatMap((program) =>
      readdirSync(join(root, program), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => `${program}/${name.replaceAll("\\", "/")}`)
        // The store quotes names of SQL.
        .filter((path) => !path.startsWith("server/store/"))
        .filter((path) => readFileSync(join(root, path), "utf8").includes(`replaceAll('"', '""')`)),
    );
    expect(quoting.sort()).toEqual([
      "dashboard/data/drawn-text.ts",
      "dashboard/data/token-csv.ts",
      "server/formats/csv.ts",
      "simulator/record/lines.ts",
    ]);
  });
});
