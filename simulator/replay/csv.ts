/** CSV as it is met: commas, semicolons, tabs or bars, quotes, a BOM, comments before the header. */
import { type CsvError, type Options, Parser } from "csv-parse";
import { PlainRows } from "./plain.ts";
import { maxRowBytes, type Row, WrongFile } from "./row.ts";
import { shapeOf } from "./times.ts";

const delimiters = [",", ";", "\t", "|"] as const;

const dialect: Options = {
  bom: true,
  record_delimiter: ["\r\n", "\n", "\r"],
  skip_empty_lines: true,
  relax_quotes: true,
  relax_column_count: true,
  max_record_size: maxRowBytes,
};

/** The line by which Excel is told what parts the cells. */
const delimiterLine = /^\uFEFF?sep=(.)(?:\r|\n)/i;

/** InfluxDB writes its comments with as many cells as the rows have. */
const annotation = /^#(?:group|datatype|default|constant)/;

/** What parts the cells: as in the first line that is no comment and has such a sign. */
export function delimiterOf(head: string): string {
  const told = delimiterLine.exec(head)?.[1];
  if (told !== undefined) return told;
  const lines = head.split(/\r\n|\n|\r/, 500).filter((line) => !/^\uFEFF?#./.test(line));
  const unquoted = lines.map((line) => line.replaceAll(/"(?:[^"]|"")*"/g, ""));
  const plain = unquoted.find((line) => delimiters.some((one) => line.includes(one))) ?? "";
  return delimiters.reduce((best, one) => (plain.split(one).length > plain.split(best).length ? one : best));
}

/** Hands each record over at once, with the lines read so far: through a stream of records, and with a description of each, it takes twice as long. */
class RecordParser extends Parser {
  readonly #take: (cells: readonly string[], lines: number) => void;

  constructor(options: Options, take: (cells: readonly string[], lines: number) => void) {
    super(options);
    this.#take = take;
  }

  override push(record: readonly string[] | null): boolean {
    if (record === null) return super.push(null);
    this.#take(record, this.info.lines);
    return true;
  }
}

/** Rows looked at for the header. */
const headerWithin = 50;

/**
 * Which of the first rows is the header: loggers tell of themselves before it. It has words alone, and as many cells as the row
 * behind it. The first, where none is such.
 */
export function headerAt(rows: readonly Row[]): number {
  const found = rows.slice(0, headerWithin).findIndex(({ cells }, index) => {
    const words = cells.map((cell) => String(cell).trim()).filter((text) => text !== "");
    const behind = (rows[index + 1]?.cells ?? []) as readonly string[];
    const fits = behind.length === cells.length || endsEmpty(behind, cells.length);
    return fits && words.length > 1 && words.every((text) => shapeOf(text) === undefined);
  });
  return Math.max(0, found);
}

/** Rows behind the header, which is behind `skipped` others; or all rows, where none is given. */
export async function* csvRows(
  bytes: AsyncIterable<Uint8Array>,
  delimiter: string,
  header?: readonly string[],
  skipped = 0,
): AsyncGenerator<readonly Row[]> {
  let rows: Row[] = [];
  let headers = header ? skipped + 1 : 0;
  // The parser counts each CRLF within quotes as two lines.
  let tooMany = 0;
  let lastLine = 0;
  const add = (cells: readonly string[], line: number): void => {
    const length = header?.length ?? cells.length;
    if (isAside(cells, headers > 0 || header === undefined, length)) return;
    if (headers > 0) {
      headers--;
      return;
    }
    const row = { line, cells };
    if (cells.length === length) rows.push(row);
    else if (endsEmpty(cells, length)) rows.push({ ...row, cells: cells.slice(0, length) });
    else rows.push({ ...row, trouble: { expected: `${length} cells as in the header`, found: `${cells.length}` } });
  };
  const plain = new PlainRows(delimiter, add);
  const take = (cells: readonly string[], lines: number): void => {
    let inside = 0;
    for (const cell of cells) {
      if (!cell.includes("\n") && !cell.includes("\r")) continue;
      const breaks = cell.match(/\r\n|\n|\r/g) ?? [];
      inside += breaks.length;
      tooMany += breaks.filter((one) => one.length === 2).length;
    }
    lastLine = plain.lines + lines - tooMany;
    add(cells, lastLine - inside);
  };
  const parser = new RecordParser({ ...dialect, delimiter }, take);
  const failed = new Promise<never>((_, reject) => parser.on("error", reject));
  failed.catch(() => {});
  const ended = new Promise<void>((resolve) => parser.on("end", resolve));
  parser.resume();
  try {
    for await (const piece of bytes) {
      const left = plain.split(piece);
      if (left) await Promise.race([failed, new Promise<void>((resolve) => parser.write(left, () => resolve()))]);
      if (rows.length > 0) yield rows;
      rows = [];
    }
    plain.end();
    parser.end();
    await Promise.race([failed, ended]);
  } catch (error) {
    throw unreadable(error as CsvError, Math.max(plain.lines, lastLine) + 1);
  }
  if (rows.length > 0) yield rows;
}

/** A comment, or the line for Excel. Among rows, one with `length` cells is a row whose first cell begins with #. */
function isAside(cells: readonly string[], beforeHeader: boolean, length: number): boolean {
  const [first = "", second] = cells;
  // A column of numbers may be called so.
  if (first.startsWith("#") && !(first === "#" && cells.length > 1))
    return beforeHeader || cells.length !== length || annotation.test(first);
  return beforeHeader && cells.length === 2 && second === "" && /^sep=$/i.test(first);
}

/** Loggers end a row with a comma, spreadsheets with as many as their widest row has. */
function endsEmpty(cells: readonly string[], length: number): boolean {
  return cells.length > length && cells.slice(length).every((cell) => cell.trim() === "");
}

function unreadable(error: CsvError, line: number): Error {
  if (error.code === "CSV_QUOTE_NOT_CLOSED")
    return new WrongFile(`Line ${line}: a quote (") opens in the row that begins here, and nothing closes it.`);
  if (error.code === "CSV_MAX_RECORD_SIZE")
    return new WrongFile(`Line ${line}: the row that begins here is longer than 1 MB; a quote (") may not be closed.`);
  return error;
}
