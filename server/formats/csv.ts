/**
 * CSV (RFC 4180) in the long form: a row is one reading or one bucket of one series, `time,device,metric,value` or a column
 * an aggregate, so that any number of series stands in one file.
 */
import type { Aggregate } from "../protocol/past.ts";
import {
  type Cell,
  inPieces,
  isoTime,
  numberText,
  type RowWriter,
  type TableColumns,
  type TableSeries,
  type TimeForm,
} from "./table.ts";

/** A spreadsheet takes a cell that begins so for a formula, or drops what it begins with. */
const startsFormula = /^[=+\-@\t\r\n\0]/;
const needsQuotes = /[",\r\n]/;

/** A cell of text: led by an apostrophe where a spreadsheet would run it, quoted where it holds a separator. */
export function textCell(text: string): string {
  const safe = startsFormula.test(text) ? `'${text}` : text;
  return needsQuotes.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A cell of any value; numbers stay numbers, whatever their sign. */
export function valueCell(value: Cell): string {
  if (typeof value === "number") return numberText(value);
  return typeof value === "string" ? textCell(value) : String(value);
}

/** Which columns a file has behind `time,device,metric`. */
export interface CsvOptions {
  /** `value`, for readings and for changes of booleans and strings. */
  readonly value: boolean;
  readonly aggregates: readonly Aggregate[];
  readonly time: TimeForm;
}

/** A writer of one CSV file. */
export function csvWriter({ value, aggregates, time }: CsvOptions): RowWriter {
  const timeCell = time === "iso" ? isoTime : numberText;
  const fields = [...(value ? (["value"] as const) : []), ...aggregates];
  return {
    head: `${["time", "device", "metric", ...fields].join(",")}\r\n`,
    rows(series, columns) {
      const names = `,${textCell(series.device)},${textCell(series.metric)},`;
      const cells = fields.map((field) => cellsOf(field, columns));
      const { times } = columns;
      if (cells.length === 1) {
        const [only] = cells as [(index: number) => string];
        return inPieces(times.length, (index) => `${timeCell(times[index] as number)}${names}${only(index)}\r\n`);
      }
      return inPieces(times.length, (index) => {
        const row = cells.map((cell) => cell(index)).join(",");
        return `${timeCell(times[index] as number)}${names}${row}\r\n`;
      });
    },
  };
}

/**
 * A number that stands where buckets were asked for, because there are no more readings than points, is a bucket of its
 * own: each aggregate of it is the number, and their count 1.
 */
function cellsOf(field: "value" | Aggregate, columns: TableColumns): (index: number) => string {
  const { values } = columns;
  if (field !== "value") {
    const column = columns[field];
    if (column) return (index) => numberText(column[index] as number);
    if (typeof values?.[0] !== "number") return () => "";
    return field === "count" ? () => "1" : (index) => valueCell(values[index] as Cell);
  }
  return values ? (index) => valueCell(values[index] as Cell) : () => "";
}

/** The value of `Content-Disposition` for a file of these readings; names beyond ASCII as RFC 8187 has it. */
export function attachmentOf(series: TableSeries | undefined, extension: string): string {
  const whole = series ? `${series.device}_${series.metric}`.replaceAll(/[/:]/g, "-") : "readings";
  const name = [...whole].slice(0, 120).join("");
  const plain = name.replaceAll(/[^\w.-]/g, "_");
  const exact = encodeURIComponent(name).replaceAll(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  const also = plain === name ? "" : `; filename*=UTF-8''${exact}.${extension}`;
  return `attachment; filename="${plain}.${extension}"${also}`;
}
