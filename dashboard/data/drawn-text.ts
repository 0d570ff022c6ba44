/** The rows that are drawn, as the text of a file. */
import { type AskedDrawn, askedColumns, askedRows } from "./asked-export.ts";
import type { CandleRow } from "./candle-rows.ts";
import type { Trace } from "./device-feed.ts";
import type { SeriesName } from "./explore-choice.ts";
import { NumberTrace } from "./number-trace.ts";
import type { TimeSpan } from "./ranges.ts";

/** What the page writes by itself; Parquet it has from the hub. */
export type TextForm = "csv" | "ndjson";

export interface DrawnSeries extends SeriesName {
  readonly trace: Trace;
}

/** One row: a reading, a bucket with its mean as `value`, or the beginning of a state. */
interface Row {
  readonly time: number;
  readonly value: number | boolean | string;
  readonly min?: number;
  readonly max?: number;
  readonly count?: number;
}

/** The rows drawn between the two instants as text, each series behind the other, oldest first; times in ISO 8601 (CSV) or ms. */
export function drawnText(drawn: readonly DrawnSeries[], span: TimeSpan, form: TextForm): string {
  const lines = form === "csv" ? ["time,device,metric,value,min,max,count\r\n"] : [];
  for (const { device, metric, trace } of drawn) {
    for (const row of rowsOf(trace, span)) {
      lines.push(
        form === "csv" ? csvLine(device, metric, row) : `${JSON.stringify({ ...whose(row, device, metric) })}\n`,
      );
    }
  }
  return lines.join("");
}

/** Candles as text, oldest first; without a series of what was traded, `volume` is the number of readings. */
export function candlesText({ device, metric }: SeriesName, rows: readonly CandleRow[], form: TextForm): string {
  if (form === "ndjson") {
    return rows
      .map(({ timeMs, open, high, low, close, volume, count }) => {
        return `${JSON.stringify({ time: timeMs, device, metric, open, high, low, close, volume, count })}\n`;
      })
      .join("");
  }
  const lines = rows.map(({ timeMs, open, high, low, close, volume, count }) => {
    const cells = [new Date(timeMs).toISOString(), device, metric, open, high, low, close, volume, count];
    return `${cells.map(csvCell).join(",")}\r\n`;
  });
  return ["time,device,metric,open,high,low,close,volume,count\r\n", ...lines].join("");
}

function whose({ time, value, min, max, count }: Row, device: string, metric: string): object {
  const named = { time, device, metric };
  return min === undefined ? { ...named, value } : { ...named, mean: value, min, max, count };
}

function* rowsOf(trace: Trace, { fromMs, toMs }: TimeSpan): Generator<Row> {
  if (!(trace instanceof NumberTrace)) {
    for (const span of trace.spans(fromMs, toMs)) yield { time: span.fromMs, value: span.state };
    return;
  }
  for (let index = trace.indexAtOrAfter(fromMs); index < trace.length && trace.time(index) <= toMs; index++) {
    const [time, value] = [trace.time(index), trace.value(index)];
    if (trace.everyMs === null) yield { time, value };
    else yield { time, value, min: trace.min(index), max: trace.max(index), count: trace.count(index) };
  }
}

function csvLine(device: string, metric: string, { time, value, min, max, count }: Row): string {
  const cells = [new Date(time).toISOString(), device, metric, value, min ?? "", max ?? "", count ?? ""];
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/** A text that a spreadsheet would run is led by an apostrophe, one with a separator quoted (RFC 4180). */
function csvCell(cell: number | boolean | string): string {
  if (typeof cell !== "string") return String(cell);
  const safe = /^[=+\-@\t\r\n\0]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows of both kinds in the columns of both. */
export function allText(
  drawn: readonly DrawnSeries[],
  asked: readonly AskedDrawn[],
  span: TimeSpan,
  form: TextForm,
): string {
  const lines = form === "csv" ? [`time,device,metric,${askedColumns.join()}\r\n`] : [];
  const add = (time: number, device: string, metric: string, cells: AskedCells) => {
    const columns = askedColumns.map((name) => cells[name] ?? "");
    lines.push(
      form === "csv"
        ? `${[new Date(time).toISOString(), device, metric, ...columns].map(csvCell).join()}\r\n`
        : `${JSON.stringify({ time, device, metric, ...cells })}\n`,
    );
  };
  for (const { device, metric, trace } of drawn) {
    for (const { time, ...cells } of rowsOf(trace, span)) add(time, device, metric, { ...cells });
  }
  for (const one of asked) {
    for (const { time, device, metric, cells } of askedRows(one, span)) add(time, device, metric, cells);
  }
  return lines.join("");
}

type AskedCells = Readonly<Record<string, number | boolean | string | undefined>>;
