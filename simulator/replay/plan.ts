/** What a file is found to be: read once from end to end, since only a whole column tells which date 03/04/2000 is. */
import { clockText } from "./clock.ts";
import { findLayout, type Layout, type NamedColumns } from "./columns.ts";
import { refusal, sentence, troublesTold } from "./refusal.ts";
import { WrongFile } from "./row.ts";
import type { Table } from "./rows.ts";
import { TimeTally } from "./time-tally.ts";
import { readTime, type TimeFormat } from "./times.ts";
import { ColumnTally, type Decimal, DecimalTally, type ValueType } from "./values.ts";

/** What a person says of a file. */
export interface FileOptions extends NamedColumns {
  readonly dateFormat?: TimeFormat;
  readonly decimal?: Decimal;
}

/** How each row of a file is to be read. */
export interface Plan {
  readonly layout: Layout;
  readonly header: readonly string[];
  readonly dateFormat: TimeFormat;
  readonly decimal: Decimal;
  /** Of each series, under the key of `typeKey`. Without an entry: as each cell says itself. */
  readonly types: ReadonlyMap<string | number, ValueType>;
}

/** Rows at the beginning by which the columns are told. */
const sampleRows = 200;

/** Names of series in a long file are kept in memory. */
const maxSeries = 200_000;

/** Under which key the type of a cell is kept: each series has its own. */
export function typeKey({ device, long }: Layout, cells: readonly unknown[], place: number): string | number {
  const metric = long ? cells[long.metric] : place;
  return device === undefined && !long ? place : `${device === undefined ? "" : cells[device]}\n${metric}`;
}

/** Text of a cell without blanks around it; empty where there is none. */
export function textOf(cell: unknown): string {
  return cell === undefined || cell === null ? "" : String(cell).trim();
}

/** The time of a row; where it stands in several columns, all of them together. */
export function timeText({ time, clock, calendar }: Layout, cells: readonly unknown[]): string {
  const text = textOf(cells[time]);
  if (calendar) {
    const [month, day, hour] = calendar.map((place) => textOf(cells[place]));
    const date = [text, month, day].filter((part) => part !== undefined).join("-");
    return hour === undefined ? date : `${date} ${hour}:00`;
  }
  const hour = clock === undefined ? "" : textOf(cells[clock]);
  return text === "" || hour === "" ? text : `${text} ${clockText(hour)}`;
}

/** Looks at all of a file. Throws `WrongFile` where it cannot be said what is what. */
export async function survey(table: Table, options: FileOptions): Promise<Plan> {
  const sample = await sampleOf(table);
  const layout = findLayout(table.header, sample, options);
  const times = new TimeTally();
  const decimals = new DecimalTally();
  const columns = new Map<string | number, ColumnTally>();
  const untyped = !table.typed && layout.long?.type === undefined;
  const tally = (key: string | number, cell: unknown, line: number): void => {
    const text = textOf(cell);
    if (text === "") return;
    let column = columns.get(key);
    if (!column) {
      if (columns.size >= maxSeries) throw new WrongFile(`Line ${line}: the file has more than ${maxSeries} series.`);
      column = new ColumnTally();
      columns.set(key, column);
    }
    column.add(text);
    decimals.add(text, line);
  };
  for await (const rows of table.rows()) {
    for (const { cells, line, trouble } of rows) {
      if (trouble) continue;
      times.add(timeText(layout, cells), line);
      if (!untyped) continue;
      for (const place of layout.long ? [layout.long.value] : layout.values)
        tally(typeKey(layout, cells, place), cells[place], line);
    }
  }
  const decimal =
    options.decimal ??
    (layout.exact ? "point" : decided(decimals.decide(), "number", "--decimal point", "--decimal comma"));
  const types = new Map<string | number, ValueType>();
  for (const [key, column] of columns) types.set(key, column.type(decimal, layout.exact));
  // Keys that an NDJSON file brought later than its sample are metrics as well.
  const full =
    table.typed && !layout.long && options.valueColumn === undefined
      ? findLayout(table.header, sample, options)
      : layout;
  return {
    layout: full,
    header: table.header,
    dateFormat: dateFormatOf(times, table, layout, options),
    decimal,
    types,
  };
}

/** Throws `WrongFile` where no row is fine. */
async function sampleOf(table: Table): Promise<readonly (readonly unknown[])[]> {
  const sample: (readonly unknown[])[] = [];
  const told: string[] = [];
  let wrong = 0;
  for await (const rows of table.rows()) {
    for (const { cells, line, trouble } of rows) {
      if (!trouble) sample.push(cells);
      else if (wrong++ < troublesTold) told.push(sentence(line, trouble));
    }
    if (sample.length >= sampleRows) break;
  }
  if (sample.length === 0)
    throw new WrongFile(wrong > 0 ? refusal(told, wrong, 0) : "The file has a header and no rows.");
  return sample.slice(0, sampleRows);
}

function dateFormatOf(times: TimeTally, table: Table, layout: Layout, options: FileOptions): TimeFormat {
  if (options.dateFormat) return options.dateFormat;
  const column = table.header[layout.time] ?? "";
  const found = times.decide(/date|datum|fecha/i.test(column));
  if (found === undefined)
    throw new WrongFile(`The column "${column}" has no time in it that can be read; the forms are listed in --help.`);
  const formats = (["mdy", "dmy", "ymd"] as const).filter(
    (format) => typeof found === "object" && readTime(found.text, format) !== undefined,
  );
  const format = decided(found, "date", ...formats.map((name) => `--date-format ${name}`));
  // The hub's own numbers are ms, also those that look like seconds.
  return layout.exact && format !== "iso" ? "ms" : format;
}

function decided<Found>(
  found: Found | { readonly line: number; readonly text: string },
  what: string,
  ...flags: string[]
): Found {
  if (typeof found !== "object" || found === null || !("line" in found)) return found as Found;
  const { line, text } = found as { line: number; text: string };
  throw new WrongFile(
    `Line ${line}: "${text}" can be read in two ways, and no other ${what} in the file tells which: give ${flags.join(" or ")}.`,
  );
}
