/** What is looked at, as a file: the rows that are drawn, or every reading as the hub has it. */
import type { Aggregate } from "../../server/protocol/index.ts";
import type { HubApi } from "../client/hub-api.ts";
import type { CandleRow } from "./candle-rows.ts";
import { candleAggregates } from "./candle-trace.ts";
import type { Trace } from "./device-feed.ts";
import type { SeriesName } from "./explore-choice.ts";
import { NumberTrace } from "./number-trace.ts";
import type { TimeSpan } from "./ranges.ts";

export type ExportForm = "csv" | "ndjson" | "parquet";
/** What the page writes by itself; Parquet it has from the hub. */
export type TextForm = Exclude<ExportForm, "parquet">;

/** A series with the width of the buckets that are drawn of it, ms: null where readings are, undefined for states. */
export interface ExportSeries extends SeriesName {
  readonly everyMs: number | null | undefined;
}

/** What is exported is what stands on the page at that moment: lines and states, or candles. */
export type ExportSource = {
  readonly api: Pick<HubApi, "download">;
  /** What the files are called after. */
  readonly name: string;
  window(): TimeSpan;
  readonly picture?: () => Promise<Blob>;
} & ({ drawn(): readonly DrawnSeries[] } | CandleSource);

interface CandleSource {
  readonly of: SeriesName;
  /** Width of a candle. */
  everyMs(): number;
  /** Those in sight. */
  candles(): readonly CandleRow[];
}

/** What the hub is asked for to have the rows that are drawn. */
export function drawnAggregates(source: ExportSource): readonly Aggregate[] {
  return "of" in source ? candleAggregates : ["mean", "min", "max", "count"];
}

/** Series that are drawn. */
export function drawnSeries(source: ExportSource): readonly ExportSeries[] {
  if ("of" in source) return [{ ...source.of, everyMs: source.everyMs() }];
  return source.drawn().map(({ device, metric, trace }) => {
    return { device, metric, everyMs: trace instanceof NumberTrace ? trace.everyMs : undefined };
  });
}

/** What is drawn, both ends included; candles are drawn up to the end of the last one. */
export function drawnSpan(source: ExportSource): TimeSpan {
  const { fromMs, toMs } = source.window();
  return { fromMs, toMs: "of" in source ? toMs - 1 : toMs };
}

/** The rows that are drawn, as text. */
export function drawnRows(source: ExportSource, form: TextForm): string {
  if ("of" in source) return candlesText(source.of, source.candles(), form);
  return drawnText(source.drawn(), source.window(), form);
}

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
function candlesText({ device, metric }: SeriesName, rows: readonly CandleRow[], form: TextForm): string {
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

export interface RawExport {
  readonly api: Pick<HubApi, "download">;
  readonly series: readonly SeriesName[];
  readonly span: TimeSpan;
  readonly form: TextForm;
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
  const metricsOf = new Map<string, string[]>();
  for (const { device, metric } of series) metricsOf.set(device, [...(metricsOf.get(device) ?? []), metric]);
  const whole = new Gathered(form === "csv" ? "text/csv" : "application/x-ndjson");
  let [rows, isFirst] = [0, true];
  for (const [device, metric] of metricsOf) {
    const response = await api.download("readings", {
      params: { device, metric, ...ends(span), format: form },
      signal,
    });
    // Only one head stands in the file.
    let inHead = form === "csv" && !isFirst;
    if (form === "csv") rows -= 1;
    isFirst = false;
    for await (let piece of piecesOf(response)) {
      rows += linesIn(piece);
      if (inHead) {
        const end = piece.indexOf(lineEnd);
        inHead = end < 0;
        piece = end < 0 ? piece.subarray(piece.length) : piece.subarray(end + 1);
      }
      whole.add(piece);
      progress({ bytes: whole.bytes, rows: Math.max(0, rows) });
    }
  }
  return whole.blob();
}

/** `to` is excluded by the hub, and drawn here. */
function ends({ fromMs, toMs }: TimeSpan) {
  return { from: Math.floor(fromMs), to: Math.floor(toMs) + 1 };
}

async function* piecesOf(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}

/** Pieces on their way to a file. */
class Gathered {
  readonly #type: string;
  #whole: Blob;
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #held = 0;
  bytes = 0;

  constructor(type: string) {
    this.#type = type;
    this.#whole = new Blob([], { type });
  }

  add(piece: Uint8Array<ArrayBuffer>): void {
    this.#pieces.push(piece);
    this.bytes += piece.length;
    this.#held += piece.length;
    if (this.#held >= pieceBytes) this.blob();
  }

  blob(): Blob {
    this.#whole = new Blob([this.#whole, ...this.#pieces], { type: this.#type });
    this.#pieces = [];
    this.#held = 0;
    return this.#whole;
  }
}

export interface ParquetExport extends Omit<RawExport, "series" | "form" | "progress"> {
  readonly series: readonly ExportSeries[];
  /** Of the buckets that are drawn; undefined: every reading. */
  readonly aggregates: readonly Aggregate[] | undefined;
  readonly progress: (so: { readonly bytes: number }) => void;
}

/** States have no buckets: the hub tells their changes, however wide the buckets would be. */
const stateBuckets = 1_000;

/**
 * The same as Parquet, which the hub alone writes, and whose files cannot be put together: one file where the series are all
 * of some metrics of some devices, else as few as can be. Throws as `rawReadings`.
 */
export async function parquetFiles({
  api,
  series,
  span,
  aggregates,
  signal,
  progress,
}: ParquetExport): Promise<Blob[]> {
  const stateMs = Math.ceil((span.toMs - span.fromMs) / stateBuckets);
  const widthMs = series.find(({ everyMs }) => everyMs)?.everyMs ?? stateMs;
  const widthOf = ({ everyMs }: ExportSeries) => (aggregates ? (everyMs === undefined ? widthMs : everyMs) : null);
  const files: Blob[] = [];
  let before = 0;
  for (const { device, metric, everyMs } of productsOf(series, widthOf)) {
    const cut = everyMs === null ? {} : { every: everyMs, aggregates };
    const response = await api.download("readings", {
      params: { device, metric, ...ends(span), ...cut, format: "parquet" },
      signal,
    });
    const file = new Gathered("application/vnd.apache.parquet");
    for await (const piece of piecesOf(response)) {
      file.add(piece);
      progress({ bytes: before + file.bytes });
    }
    before += file.bytes;
    files.push(file.blob());
  }
  return files;
}

interface Product {
  readonly device: string[];
  readonly metric: readonly string[];
  readonly everyMs: number | null;
}

/** Devices with the same metrics and widths go together. */
function productsOf(series: readonly ExportSeries[], widthOf: (one: ExportSeries) => number | null): Product[] {
  const ofDevice = new Map<string, { device: string; everyMs: number | null; metrics: string[] }>();
  for (const one of series) {
    const everyMs = widthOf(one);
    const key = `${everyMs} ${one.device}`;
    const known = ofDevice.get(key) ?? { device: one.device, everyMs, metrics: [] };
    known.metrics.push(one.metric);
    ofDevice.set(key, known);
  }
  const products = new Map<string, Product>();
  for (const { device, everyMs, metrics } of ofDevice.values()) {
    const metric = metrics.sort();
    const key = `${everyMs} ${metric.join()}`;
    const known = products.get(key) ?? { device: [], metric, everyMs };
    known.device.push(device);
    products.set(key, known);
  }
  return [...products.values()];
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
