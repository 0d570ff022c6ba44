import { execFileSync, spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attachmentOf, csvWriter, textCell, valueCell } from "../../server/formats/csv.ts";
import type { TableColumns } from "../../server/formats/table.ts";
import { printedSeed } from "../support/seed.ts";
import { parseCsv } from "./parse-csv.ts";

const missingPython = spawnSync("python3", ["--version"]).error !== undefined;
const at = Date.UTC(2026, 10, 24);

function write(options: Parameters<typeof csvWriter>[0], columns: TableColumns, device = "boiler-1"): string {
  const writer = csvWriter(options);
  return writer.head + [...writer.rows({ device, metric: "temperature" }, columns)].join("");
}

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom('"', ",", "\r", "\n", "=", "+", "-", "@", "\t", "'", "a", " ", "é") }),
);

describe("a CSV file", () => {
  it("is a row a reading: time in UTC, device, metric, value", () => {
    const columns = { times: [at, at + 1, -377_711_769_600_000], values: [20.5, true, "warm"] };
    expect(write({ value: true, aggregates: [], time: "iso" }, columns)).toBe(
      "time,device,metric,value\r\n" +
        "2026-11-24T00:00:00.000Z,boiler-1,temperature,20.5\r\n" +
        "2026-11-24T00:00:00.001Z,boiler-1,temperature,true\r\n" +
        "-010000-11-24T00:00:00.000Z,boiler-1,temperature,warm\r\n".replace(
          "-010000-11-24T00:00:00.000Z",
          new Date(-377_711_769_600_000).toISOString(),
        ),
    );
  });

  it("is a row a bucket with a column an aggregate, times in ms where they are asked for so", () => {
    const columns = { times: [at], min: [-1], mean: [0.5], count: [4] };
    expect(write({ value: false, aggregates: ["count", "min", "mean"], time: "ms" }, columns)).toBe(
      `time,device,metric,count,min,mean\r\n${at},boiler-1,temperature,4,-1,0.5\r\n`,
    );
  });

  it("tells readings that stand where buckets were asked for as buckets of their own", () => {
    const options = { value: true, aggregates: ["mean", "count"], time: "ms" } as const;
    expect(write(options, { times: [1], values: [7] })).toContain("\r\n1,boiler-1,temperature,7,7,1\r\n");
    expect(write(options, { times: [1], values: ["on"] })).toContain("\r\n1,boiler-1,temperature,on,,\r\n");
    expect(write(options, { times: [1], mean: [7], count: [2] })).toContain("\r\n1,boiler-1,temperature,,7,2\r\n");
  });

  it("comes in pieces that are small, whatever the page", () => {
    const times = Array.from({ length: 20_000 }, (_, index) => at + index);
    const writer = csvWriter({ value: true, aggregates: [], time: "iso" });
    const pieces = [...writer.rows({ device: "d", metric: "m" }, { times, values: times })];
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(34_000);
    expect(parseCsv(pieces.join(""))).toHaveLength(20_000);
  });
});

describe("cells", () => {
  it.each([
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ["+1", "'+1"],
    ["-1.5", "'-1.5"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\tx", "'\tx"],
    ["\rx", `"'\rx"`],
    ["\0x", "'\0x"],
    ["\n=1", `"'\n=1"`],
    ['a "b", c', '"a ""b"", c"'],
    ["two\r\nlines", '"two\r\nlines"'],
    ["plain = text", "plain = text"],
    ["", ""],
  ])("[S21] write the text %j so that no spreadsheet runs it", (given, cell) => {
    expect(textCell(given)).toBe(cell);
  });

  it("[S21] leave numbers what they are, bit for bit", () => {
    expect([-1.5, -0, 1e21, 5e-324, 0.1 + 0.2].map(valueCell)).toEqual([
      "-1.5",
      "-0",
      "1e+21",
      "5e-324",
      "0.30000000000000004",
    ]);
    const seed = printedSeed("numbers in CSV");
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) =>
        Object.is(Number(valueCell(value)), value),
      ),
      { seed },
    );
  });

  it("are read back as they were, but for the apostrophe", () => {
    const seed = printedSeed("texts in CSV");
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (values) => {
        const file = write({ value: true, aggregates: [], time: "ms" }, { times: values.map((_, i) => i), values });
        const [, ...rows] = parseCsv(file);
        expect(rows.map(([, , , cell]) => cell)).toEqual(
          values.map((one) => (/^[=+\-@\t\r\n\0]/.test(one) ? `'${one}` : one)),
        );
      }),
      { seed },
    );
  });

  it.skipIf(missingPython)("are read by Python's csv module, left out where there is no python3", () => {
    const seed = printedSeed("CSV in Python");
    const samples = fc.sample(fc.string({ unit: fc.constantFrom('"', ",", "\r", "\n", "=", "'", "a", "é", "😀") }), {
      seed,
      numRuns: 300,
    });
    const file = write(
      { value: true, aggregates: [], time: "ms" },
      { times: samples.map((_, i) => i), values: samples },
    );
    const script =
      "import csv,io,json,sys; print(json.dumps([r[3] for r in csv.reader(io.StringIO(sys.stdin.buffer.read().decode(), newline=''))][1:]))";
    const read = JSON.parse(execFileSync("python3", ["-c", script], { input: file, encoding: "utf8" }));
    expect(read).toEqual(samples.map((one) => (/^[=\r\n]/.test(one) ? `'${one}` : one)));
  });
});

describe("the name of a file", () => {
  it.each([
    [undefined, 'attachment; filename="readings.csv"'],
    [{ device: "boiler-1", metric: "temperature" }, 'attachment; filename="boiler-1_temperature.csv"'],
    [{ device: "house/north:2", metric: "t" }, 'attachment; filename="house-north-2_t.csv"'],
    [{ device: "größe", metric: "t" }, "attachment; filename=\"gr__e_t.csv\"; filename*=UTF-8''gr%C3%B6%C3%9Fe_t.csv"],
  ])("of %j is %s", (series, header) => {
    expect(attachmentOf(series, "csv")).toBe(header);
  });
});
