/** What is looked at, as a file: the rows that are drawn, or every reading as the hub has it. */
import type { Aggregate } from "../../server/protocol/index.ts";
import type { HubApi } from "../client/hub-api.ts";
import { type AskedDrawn, askedCut } from "./asked-export.ts";
import type { CandleRow } from "./candle-rows.ts";
import { candleAggregates } from "./candle-trace.ts";
import { allText, candlesText, type DrawnSeries, drawnText, type TextForm } from "./drawn-text.ts";
import type { SeriesName } from "./explore-choice.ts";
import { NumberTrace } from "./number-trace.ts";
import type { TimeSpan } from "./ranges.ts";

export type ExportForm = TextForm | "parquet";

/** A series with the width of the buckets that are drawn of it, ms: null where readings are, undefined for states. */
export interface ExportSeries extends SeriesName {
  readonly everyMs: number | null | undefined;
  /** Of a chart of what the hub was asked for: what of. */
  readonly cut?: NonNullable<ReturnType<typeof askedCut>>;
}

/** What is exported is what stands on the page at that moment: lines and states, or candles. */
export type ExportSource = {
  readonly api: Pick<HubApi, "download">;
  /** What the files are called after. */
  readonly name: string;
  window(): TimeSpan;
  readonly picture?: () => Promise<Blob>;
} & (TraceSource | CandleSource);

interface TraceSource {
  drawn(): readonly DrawnSeries[];
  /** What is drawn beside them that the hub was asked for. */
  asked?(): readonly AskedDrawn[];
}

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
  const traces = source.drawn().map(({ device, metric, trace }) => {
    return { device, metric, everyMs: trace instanceof NumberTrace ? trace.everyMs : undefined };
  });
  const asked = (source.asked?.() ?? []).map((drawn): ExportSeries => {
    const { device, metric, question } = drawn;
    const cut = askedCut(drawn, source.window());
    return {
      device,
      metric,
      everyMs: question.kind === "states" ? undefined : question.everyMs,
      ...(cut ? { cut } : {}),
    };
  });
  return [...traces, ...asked];
}

/** Whether the hub can write the rows that are drawn by itself, as Parquet. */
export function isParquetDrawn(source: ExportSource): boolean {
  if ("of" in source) return true;
  return (source.asked?.() ?? []).every((drawn) => askedCut(drawn, source.window()) !== undefined);
}

/** What is drawn, both ends included; candles are drawn up to the end of the last one. */
export function drawnSpan(source: ExportSource): TimeSpan {
  const { fromMs, toMs } = source.window();
  return { fromMs, toMs: "of" in source ? toMs - 1 : toMs };
}

/** The rows that are drawn, as text. */
export function drawnRows(source: ExportSource, form: TextForm): string {
  if ("of" in source) return candlesText(source.of, source.candles(), form);
  const asked = source.asked?.() ?? [];
  if (asked.length === 0) return drawnText(source.drawn(), source.window(), form);
  return allText(source.drawn(), asked, source.window(), form);
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
  const cutOf = ({ cut }: ExportSeries) => (aggregates ? cut : undefined);
  const files: Blob[] = [];
  let before = 0;
  for (const { device, metric, everyMs, asked } of productsOf(series, widthOf, cutOf)) {
    const cut = asked ?? (everyMs === null ? {} : { every: everyMs, aggregates });
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
  readonly asked: ExportSeries["cut"] | undefined;
}

/** Devices with the same metrics and widths go together. */
function productsOf(
  series: readonly ExportSeries[],
  widthOf: (one: ExportSeries) => number | null,
  cutOf: (one: ExportSeries) => ExportSeries["cut"],
): Product[] {
  type OfDevice = Omit<Product, "device" | "metric"> & { readonly device: string; readonly metrics: string[] };
  const ofDevice = new Map<string, OfDevice>();
  for (const one of series) {
    const [everyMs, asked] = [widthOf(one), cutOf(one)];
    const key = `${everyMs} ${JSON.stringify(asked)} ${one.device}`;
    const known = ofDevice.get(key) ?? { device: one.device, everyMs, asked, metrics: [] };
    known.metrics.push(one.metric);
    ofDevice.set(key, known);
  }
  const products = new Map<string, Product>();
  for (const { device, everyMs, asked, metrics } of ofDevice.values()) {
    const metric = metrics.sort();
    const key = `${everyMs} ${JSON.stringify(asked)} ${metric.join()}`;
    const known = products.get(key) ?? { device: [], metric, everyMs, asked };
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
