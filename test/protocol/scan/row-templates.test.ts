/** Rows and columns that are compared with those that stood there before say what they say. */
import { expect, it } from "vitest";
import { defaultLimits } from "../../../server/protocol/limits.ts";
import { mostHeads } from "../../../server/protocol/scan/column-heads.ts";
import { FrameScanner } from "../../../server/protocol/scan/frame-scanner.ts";
import { mostTemplates } from "../../../server/protocol/scan/row-templates.ts";
import { judged, said } from "./said.ts";

const most = 8;

it("a frame is read right where senders of the same metrics, each with a layout of its own, take turns", () => {
  const layouts = [
    (metric: string, value: string, time: number) => `{"metric":"${metric}","value":${value},"time":${time}}`,
    (metric: string, value: string, time: number) => `{"metric": "${metric}", "value": ${value}, "time": ${time}}`,
    (metric: string, value: string, time: number) =>
      `{"time":${time},"device":"d/1","value":${value},"metric":"${metric}" }`,
    (metric: string, value: string) => `{"value":${value},"metric":"${metric}"}`,
    (metric: string, value: string) => `{"metric":"${metric}","device":"d/2","value":${value}}`,
  ];
  const scanner = new FrameScanner();
  const values = ["1", "-21.5", "true", "0", "false", "1e3", "123456.789"];
  for (let turn = 0; turn < 300; turn++) {
    // The same sender once more, the next one, or another order of metrics.
    const layout = layouts[(turn >> 1) % layouts.length] as (typeof layouts)[0];
    const rows = Array.from({ length: most }, (_, index) =>
      layout(
        `m${(index * ((turn % 3) + 1)) % 5}`,
        values[(turn + index) % values.length] as string,
        10 ** (turn % 15) + index,
      ),
    );
    const text = `{"type":"readings","seq":${turn + 1},"readings":[${rows.join()}]}`;
    const scanned = scanner.scan(Buffer.from(text), most);
    expect(scanned && said(scanned), text).toStrictEqual(judged(text, defaultLimits));
  }
});

it("a frame is read right where senders of the same columns, each with an order and a layout of its own, take turns", () => {
  const scanner = new FrameScanner();
  const spaces = ["", " ", " ".repeat(300)];
  let refused = 0;
  for (let turn = 0; turn < 300; turn++) {
    const space = spaces[(turn >> 1) % spaces.length] as string;
    const names = Array.from({ length: 4 }, (_, index) => `m${(index * ((turn % 4) + 1)) % 4}`);
    const columns = names.map((name, index) => `"${name}":${space}[${space}${[turn, -index, turn % 3 === 0].join()}]`);
    const text = `{"type":"samples","seq":${turn + 1},"times":[1,2,3],"values":{${columns.join(`,${space}`)}}}`;
    const scanned = scanner.scan(Buffer.from(text), 100);
    // Of two columns of one name the last one stands: elsewhere.
    if (new Set(names).size < names.length) {
      expect(scanned, text).toBeUndefined();
      refused += 1;
    } else expect(scanned && said(scanned), text).toStrictEqual(judged(text, defaultLimits));
  }
  expect(refused).toBe(150);
});

it("a column that stands twice is left to the schemas, also where more columns came before than are remembered", () => {
  const samples = (...columns: string[]) => Buffer.from(`{"type":"samples","times":[1],"values":{${columns.join()}}}`);
  for (const inOneFrame of [false, true]) {
    const scanner = new FrameScanner();
    const names = Array.from({ length: mostHeads }, (_, index) => `"m${index}":[2]`);
    if (inOneFrame) expect(scanner.scan(samples('"a":[1]', ...names), 10_000)).toBeDefined();
    else for (const name of names) expect(scanner.scan(samples('"a":[1]', name), 10_000)).toBeDefined();
    expect(scanner.scan(samples('"a":[1]', '"q":[2]', '"a":[3]'), 10_000)).toBeUndefined();
    expect(scanner.scan(samples('"a":[1]', '"q":[2]'), 10_000)).toBeDefined();
  }
});

it("a column is read where others write it without the white space that stands before its first cell", () => {
  const scanner = new FrameScanner();
  const said = ['"a":[1]', '"a":[ 1]', '"a":[\n1 ]', '"a":[1]', '"a": [ 1 ]'].map(
    (column) => scanner.scan(Buffer.from(`{"type":"samples","times":[1],"values":{${column}}}`), 10)?.type,
  );
  expect(said).toEqual(said.map(() => "scannedSamples"));
});

it("rows are read right where there are more than are remembered, and by and by are compared again", () => {
  const scanner = new FrameScanner();
  const rowsAt = (first: number) =>
    Array.from({ length: 512 }, (_, index) => `{"metric":"m","device":"d/${first + index}","value":${index}}`);
  for (let frame = 0; frame < 600; frame++) {
    const first = (frame * 512) % (mostTemplates * 2);
    const scanned = scanner.scan(Buffer.from(`{"type":"readings","readings":[${rowsAt(first).join()}]}`), 512);
    if (scanned?.type !== "scannedRows") throw new Error(`frame ${frame} was not read`);
    expect(scanned.devices.slice(0, 512)).toEqual(rowsAt(first).map((_, index) => `d/${first + index}`));
    expect([...scanned.numbers.subarray(0, 512)]).toEqual(rowsAt(first).map((_, index) => index));
  }
});
