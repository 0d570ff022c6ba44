/** What is looked at, as a file: the rows that are drawn, or every reading as the hub has it. */
import type { HubApi } from "../client/hub-api.ts";
import type { Trace } from "./device-feed.ts";
import type { SeriesName } from "./explore-choice.ts";
import { NumberTrace } from "./number-trace.ts";
import type { TimeSpan } from "./ranges.ts";

export const exportForms = ["csv", "ndjson"] as const;
export type ExportForm = (typeof exportForms)[number];

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
export function drawnText(drawn: readonly DrawnSeries[], span: TimeSpan, form: ExportForm): string {
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

export interface RawExport {
  readonly api: Pick<HubApi, "download">;
  readonly series: readonly SeriesName[];
  readonly span: TimeSpan;
  readonly form: ExportForm;
  readonly signal: AbortSignal;
  /** Called as it comes, with what there is so far. */
  readonly progress: (so: { readonly bytes: number; readonly rows: number }) => void;
}

/** So many bytes are held as pieces before the browser is given them, which may put them on the disk. */
const pieceBytes = 4 << 20;

/**
 * Every reading of these series between the two instants, as it comes from the hub: one request a device, one file. Throws
 * `HubRefusal` where the hub said no, and what `fetch` throws where the way to it broke or `signal` ended it.
 */
export async function rawReadings({ api, series, span, form, signal, progress }: RawExport): Promise<Blob> {
  const type = form === "csv" ? "text/csv" : "application/x-ndjson";
  const metricsOf = new Map<string, string[]>();
  for (const { device, metric } of series) metricsOf.set(device, [...(metricsOf.get(device) ?? []), metric]);
  let whole = new Blob([], { type });
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let [bytes, rows, held] = [0, 0, 0];
  const put = () => {
    whole = new Blob([whole, ...pieces], { type });
    pieces = [];
    held = 0;
  };
  let isFirst = true;
  for (const [device, metric] of metricsOf) {
    // `to` is excluded by the hub, and drawn here.
    const params = { device, metric, from: Math.floor(span.fromMs), to: Math.floor(span.toMs) + 1, format: form };
    const response = await api.download("readings", { params, signal });
    // Only one head stands in the file.
    let inHead = form === "csv" && !isFirst;
    if (form === "csv") rows -= 1;
    isFirst = false;
    const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      let piece = read.value;
      rows += linesIn(piece);
      if (inHead) {
        const end = piece.indexOf(lineEnd);
        inHead = end < 0;
        piece = end < 0 ? piece.subarray(piece.length) : piece.subarray(end + 1);
      }
      pieces.push(piece);
      bytes += piece.length;
      held += piece.length;
      if (held >= pieceBytes) put();
      progress({ bytes, rows: Math.max(0, rows) });
    }
  }
  put();
  return whole;
}

const lineEnd = 10;

function linesIn(piece: Uint8Array): number {
  let count = 0;
  for (let at = piece.indexOf(lineEnd); at >= 0; at = piece.indexOf(lineEnd, at + 1)) count++;
  return count;
}

/** A name for the file, which all systems take: `readings 2026-11-24T12-00 to 2026-11-25T12-00.csv`. */
export function fileNameOf(what: string, { fromMs, toMs }: TimeSpan, extension: string): string {
  const part = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 16).replace(":", "-");
  return `${what.replaceAll(/[^\p{L}\p{N} ._-]/gu, "-").slice(0, 80)} ${part(fromMs)} to ${part(toMs)}.${extension}`;
}
