/** Rows as readings to be: whose, of what, when, and the text of the value, in CSV and NDJSON alike. */
import { jsonText } from "../../formats/json.ts";
import { deviceOf, isMetric, type Layout, layoutOf, metricOf, type NamedColumns } from "./layout.ts";
import { cellsOf, type Row, type RowForm } from "./rows.ts";
import { listed, shown, type Trouble, WrongFile } from "./troubles.ts";

/** Takes one reading to be; of NDJSON `text` is the value's JSON. */
export type TakeReading = (device: string, metric: string, time: string, text: string, line: number) => void;
export type TakeTrouble = (trouble: Trouble) => void;

export interface TableOptions extends NamedColumns {
  /** One device for the whole file. */
  readonly device?: string;
  readonly decimal?: "point" | "comma";
}

/** How the rows of one file are read. */
export interface Table {
  readonly form: RowForm;
  /** Rows at the beginning that are no readings: comments, and the header. */
  readonly skippedRows: number;
  /** Values are JSON. */
  readonly typed: boolean;
  /** The hub's own form: numbers that are times are ms. */
  readonly own: boolean;
  /** What was found, for the person who can say whether it is right. */
  readonly told: string;
  /** Texts of the times of some rows. */
  times(rows: readonly Row[]): string[];
  read(row: Row, take: TakeReading, trouble: TakeTrouble): void;
}

const delimiters = [",", ";", "\t", "|"] as const;

/** Reads the beginning of a file. `fallback`: the device where neither a flag nor a column tells. Throws `WrongFile`. */
export function tableOf(head: string, fallback: string, options: TableOptions): Table {
  const one = options.device ?? deviceOf(fallback) ?? "imported";
  return head.trimStart().startsWith("{") ? jsonTable(head, one, options) : csvTable(head, one, options);
}

function csvTable(head: string, one: string, options: TableOptions): Table {
  const lines = head.split(/\r?\n/).filter((line) => line !== "");
  const skipped = lines.findIndex((line) => !line.startsWith("#"));
  const first = lines[Math.max(0, skipped)] ?? "";
  const delimiter = delimiters.reduce((best, sign) =>
    first.split(sign).length > first.split(best).length ? sign : best,
  );
  const header = cellsOf(first, delimiter).map((name) => name.trim());
  const layout = layoutOf(header, options);
  const named = (place: number) => shown(header[place] as string);
  const isOne = options.device !== undefined || layout.device === undefined;
  const whose = isOne ? `, device ${one}` : `, devices from ${named(layout.device as number)}`;
  return {
    form: { delimiter },
    typed: false,
    skippedRows: Math.max(0, skipped) + 1,
    own: layout.own,
    told: `times from ${named(layout.time)}${whose}, ${whatOf(layout, named)}`,
    times: (rows) => rows.map(({ text }) => cellsOf(text, delimiter)[layout.time]?.trim() ?? ""),
    read: csvReader(layout, { header, delimiter, one, isOne, comma: options.decimal === "comma" }),
  };
}

function whatOf({ long, wide }: Layout, named: (place: number) => string): string {
  if (long) return `metrics from ${named(long.metric)}, values from ${named(long.value)}`;
  const metrics = wide.map(({ metric }) => metric);
  return `${metrics.length === 1 ? "metric" : "metrics"} ${listed(metrics)}`;
}

interface CsvForm {
  readonly header: readonly string[];
  readonly delimiter: string;
  readonly one: string;
  readonly isOne: boolean;
  readonly comma: boolean;
}

function csvReader(layout: Layout, { header, delimiter, one, isOne, comma }: CsvForm): Table["read"] {
  const { time, long, wide, own } = layout;
  const device = isOne ? undefined : layout.device;
  const cellOf = (text: string) => {
    // The hub writes its texts as they are.
    const cell = own ? text : text.trim();
    return comma && /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/.test(cell) ? cell.replace(",", ".") : cell;
  };
  const bare = own ? withoutApostrophe : (text: string) => text;
  return ({ text, line, isOpen }, take, trouble) => {
    if (isOpen) {
      trouble({ line, column: "", problem: `expected a quote (") that closes the one in ${shown(text)}` });
      return;
    }
    const cells = cellsOf(text, delimiter);
    if (cells.length !== header.length && !endsEmpty(cells, header.length)) {
      trouble({ line, column: "", problem: `expected ${header.length} cells as in the header, found ${cells.length}` });
      return;
    }
    const at = (cells[time] as string).trim();
    const of = device === undefined ? one : bare((cells[device] as string).trim());
    if (long) {
      const metric = bare((cells[long.metric] as string).trim());
      take(of, metric, at, bare(cellOf(cells[long.value] as string)), line);
    } else for (const { place, metric } of wide) take(of, metric, at, cellOf(cells[place] as string), line);
  };
}

/** Loggers end a row with a comma, spreadsheets with as many as their widest row has. */
function endsEmpty(cells: readonly string[], length: number): boolean {
  return cells.length > length && cells.slice(length).every((cell) => cell.trim() === "");
}

/** The hub's own CSV leads a text by an apostrophe where a spreadsheet would run it. */
function withoutApostrophe(text: string): string {
  return /^'[=+\-@\t\r\n\0]/.test(text) ? text.slice(1) : text;
}

function jsonTable(head: string, one: string, options: TableOptions): Table {
  const first = head.split("\n", 1)[0] as string;
  const sample = parsed(first);
  if (!sample) throw new WrongFile(`Line 1: expected one JSON object a line, found ${shown(first)}.`);
  const header = Object.keys(sample);
  const layout = layoutOf(header, options);
  const keyOf = (place: number) => header[place] as string;
  const [time, device] = [keyOf(layout.time), layout.device === undefined ? undefined : keyOf(layout.device)];
  const long = layout.long && { metric: keyOf(layout.long.metric), value: keyOf(layout.long.value) };
  const isOne = options.device !== undefined || device === undefined;
  const whose = isOne ? `, device ${one}` : `, devices from ${shown(device as string)}`;
  const what = long ? `metrics from ${shown(long.metric)}, values from ${shown(long.value)}` : "a metric a key";
  return {
    form: {},
    typed: true,
    skippedRows: 0,
    own: layout.own,
    told: `times from ${shown(time)}${whose}, ${what}`,
    times: (rows) => rows.map(({ text }) => String(parsed(text)?.[time] ?? "")),
    read({ text, line }, take, trouble) {
      const object = parsed(text);
      if (!object) return trouble({ line, column: "", problem: `expected a JSON object, found ${shown(text)}` });
      const at = String(object[time] ?? "");
      const of = isOne ? one : String(object[device as string] ?? "");
      if (long) {
        takeJson(String(object[long.metric] ?? ""), object[long.value]);
        return;
      }
      for (const [key, value] of Object.entries(object)) {
        if (key === time || key === device) continue;
        takeJson(isMetric(key) ? key : cleanedKey(key), value, key);
      }
      function takeJson(metric: string, value: unknown, column = long?.value ?? ""): void {
        if (typeof value === "object" && value !== null)
          trouble({
            line,
            column,
            problem: `expected a number, true, false or text, found ${shown(JSON.stringify(value))}`,
          });
        else take(of, metric, at, value === null || value === undefined ? "" : jsonText(value), line);
      }
    },
  };
}

function cleanedKey(key: string): string {
  try {
    return metricOf(key);
  } catch {
    return key;
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
