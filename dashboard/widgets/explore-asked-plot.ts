/** The plot of what the hub was asked for: lines with or without a band, bars beside each other, shares of states. */
import { bucketSilences } from "../data/explore-gaps.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { DrawKey } from "./draw-key.ts";
import { DrawnPlot } from "./drawn-plot.ts";
import type { ExploreShade } from "./explore-shade.ts";
import { lookColour, lookDashes } from "./overlay-chart.ts";
import type { Plot } from "./plot.ts";
import type { Pen, PlotCursor, PlotMark, PlotOptions } from "./plot-options.ts";
import { axisValues, lineRange } from "./plot-parts.ts";

type Values = readonly (number | undefined)[];

/** A series, or a state, bucket by bucket; times rise. */
export interface AskedTrace {
  readonly colour: () => string;
  readonly dashes: readonly number[];
  /** Bucket starts, and where each ends, ms. */
  readonly times: readonly number[];
  readonly ends: readonly number[];
  /** The line, or the height of the bars. */
  readonly values?: Values;
  /** The band. */
  readonly low?: Values;
  readonly high?: Values;
  /** A second, thinner line. */
  readonly second?: Values;
  /** Longer than this between two buckets nothing is known, and the line breaks, ms. */
  readonly joinMs: number;
  /** The longest time from one bucket to the next that is no silence, ms; Infinity where nothing is ever expected. */
  readonly silentMs: number;
  /** Of the first reading of all, ms, where that is known. */
  readonly firstMs: number | undefined;
}

export interface AskedPicture {
  /** Lines; bars from 0 beside each other; or bars on top of each other. */
  readonly as: "lines" | "bars" | "stack";
  readonly unit: string;
  readonly traces: readonly AskedTrace[];
}

export const emptyPicture: AskedPicture = { as: "lines", unit: "", traces: [] };

/** Which row of each trace the crosshair points at, by the trace's place. */
export interface AskedPoint {
  readonly timeMs: number;
  readonly rows: readonly (number | undefined)[];
}

const axis = "y";
const bandAlpha = 0.16;
const edgeAlpha = 0.45;
const restAlpha = 0.25;

export interface AskedListener {
  /** Shades what is missing; told of it each time. */
  readonly shade: ExploreShade;
  pointed(at: AskedPoint | undefined): void;
  chosen(span: TimeSpan): void;
}

export class AskedPlot extends DrawnPlot<AskedDrawing> {
  constructor(host: HTMLElement, height: number, { shade, pointed, chosen }: AskedListener) {
    const drawing = new AskedDrawing(shade);
    // uPlot tells of the crosshair while it is made, too.
    let plot: Plot | undefined;
    super(host, drawing, {
      height,
      cursorMoved: (cursor) => {
        const at = cursor && drawing.pointAt(cursor);
        plot?.mark(at ? drawing.marks(at) : []);
        pointed(at);
      },
      spanChosen: chosen,
    });
    plot = this.plot;
  }

  draw(picture: AskedPicture, span: TimeSpan, emphasised?: number): void {
    this.drawing.draw(this.plot, picture, span, emphasised);
  }
}

class AskedDrawing {
  #picture = emptyPicture;
  #span: TimeSpan | undefined;
  #emphasised: number | undefined;
  readonly #key = new DrawKey();

  readonly plotOptions: Pick<PlotOptions, "kind"> & Partial<PlotOptions>;
  readonly #shade: ExploreShade;

  constructor(shade: ExploreShade) {
    this.#shade = shade;
    shade.fill = (silences) => {
      const { as, traces } = this.#picture;
      for (const [place, trace] of traces.entries()) {
        // What is stacked is of one series.
        const counts = as === "stack" ? place === 0 : place === (this.#emphasised ?? place);
        if (counts) bucketSilences(silences.line(), trace, as === "lines", shade.known);
      }
    };
    const extent = () => this.#extent();
    const unit = () => this.#picture.unit;
    this.plotOptions = {
      kind: "overlay",
      valueAxes: [
        {
          key: axis,
          side: "left",
          shown: true,
          get title() {
            return unit();
          },
          extent,
        },
      ],
      valueLabels: axisValues,
      valueRange: (least, most) => this.#range(least, most),
      paint: (pen) => this.#paint(pen),
    };
  }

  draw(plot: Plot, picture: AskedPicture, { fromMs, toMs }: TimeSpan, emphasised: number | undefined): void {
    if (!this.#key.changes(picture, fromMs, toMs, plot.plotWidthPx, emphasised)) return;
    this.#picture = picture;
    this.#span = { fromMs, toMs };
    this.#emphasised = emphasised;
    // For the keyboard: from bucket to bucket.
    const middles = new Set<number>();
    for (const trace of picture.traces) for (const row of this.#rowsInSight(trace)) middles.add(middleOf(trace, row));
    const times = [...middles].sort((a, b) => a - b);
    plot.show([times, times.map(() => null)], fromMs, toMs);
  }

  invalidate(): void {
    this.#key.clear();
  }

  pointAt({ timeMs }: PlotCursor): AskedPoint {
    const rows = this.#picture.traces.map(({ times, ends }) => {
      const row = lastUpTo(times, timeMs);
      return row >= 0 && timeMs < (ends[row] as number) ? row : undefined;
    });
    return { timeMs, rows };
  }

  marks({ rows }: AskedPoint): PlotMark[] {
    if (this.#picture.as !== "lines") return [];
    return this.#picture.traces.flatMap((trace, index): PlotMark[] => {
      const row = rows[index];
      const value = row === undefined ? undefined : trace.values?.[row];
      if (row === undefined || value === undefined) return [];
      return [{ timeMs: middleOf(trace, row), value, axis, colour: trace.colour() }];
    });
  }

  *#rowsInSight({ times, ends }: AskedTrace): Generator<number> {
    const { fromMs, toMs } = this.#span ?? { fromMs: 0, toMs: 0 };
    let row = Math.max(0, lastUpTo(times, fromMs));
    for (; row < times.length && (times[row] as number) <= toMs; row++) if ((ends[row] as number) > fromMs) yield row;
  }

  #extent(): [number | null, number | null] {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    const { as, traces } = this.#picture;
    for (const trace of traces) {
      for (const row of this.#rowsInSight(trace)) {
        for (const column of [trace.values, trace.low, trace.high, trace.second]) {
          const value = column?.[row];
          if (value === undefined) continue;
          least = Math.min(least, value);
          most = Math.max(most, value);
        }
      }
    }
    if (as === "stack") return traces.length === 0 ? [null, null] : [0, 100];
    return least > most ? [null, null] : [least, most];
  }

  #range(least: number | null, most: number | null): [number, number] {
    const { as } = this.#picture;
    if (as === "stack") return [0, 100];
    if (as === "lines" || least === null || most === null) return lineRange(least, most);
    // A bar stands on 0, or its length would tell nothing.
    const [low, high] = [Math.min(0, least), Math.max(0, most)];
    const room = (high - low || 1) * 0.08;
    return [low < 0 ? low - room : 0, high > 0 || low === 0 ? high + room : 0];
  }

  #paint(pen: Pen): void {
    const { context, left, top, width, height } = pen;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    this.#shade.paint(pen);
    const { as, traces } = this.#picture;
    if (as === "lines") for (const [index, trace] of traces.entries()) this.#paintLine(pen, trace, index);
    else if (as === "bars") this.#paintBars(pen);
    else this.#paintStack(pen);
    context.restore();
  }

  #alphaOf(index: number): number {
    return this.#emphasised === undefined || this.#emphasised === index ? 1 : restAlpha;
  }

  #paintBars(pen: Pen): void {
    const { context, x, y, ratio } = pen;
    const { traces } = this.#picture;
    for (const [index, trace] of traces.entries()) {
      context.globalAlpha = this.#alphaOf(index) * 0.85;
      context.fillStyle = trace.colour();
      for (const row of this.#rowsInSight(trace)) {
        const value = trace.values?.[row];
        if (value === undefined) continue;
        const [from, to] = barOf(
          x(trace.times[row] as number),
          x(trace.ends[row] as number),
          index,
          traces.length,
          ratio,
        );
        const [zero, end] = [y(0, axis), y(value, axis)];
        context.fillRect(from, Math.min(zero, end), to - from, Math.max(Math.abs(end - zero), value === 0 ? 0 : ratio));
      }
    }
  }

  #paintStack(pen: Pen): void {
    const { context, x, y, ratio } = pen;
    const sums = new Map<number, number>();
    for (const [index, trace] of this.#picture.traces.entries()) {
      context.globalAlpha = this.#alphaOf(index);
      context.fillStyle = trace.colour();
      for (const row of this.#rowsInSight(trace)) {
        const [startMs, value] = [trace.times[row] as number, trace.values?.[row] ?? 0];
        const below = sums.get(startMs) ?? 0;
        sums.set(startMs, below + value);
        const [from, to] = barOf(x(startMs), x(trace.ends[row] as number), 0, 1, ratio);
        context.fillRect(from, y(below + value, axis), to - from, y(below, axis) - y(below + value, axis));
      }
    }
  }

  #paintLine(pen: Pen, trace: AskedTrace, index: number): void {
    const { context, ratio } = pen;
    const alpha = this.#alphaOf(index);
    const width = 1.5 * ratio;
    context.fillStyle = trace.colour();
    context.strokeStyle = context.fillStyle;
    context.lineJoin = "round";
    for (const rows of runsOf(trace, [...this.#rowsInSight(trace)])) {
      if (trace.low && trace.high) {
        context.setLineDash([]);
        context.lineWidth = ratio;
        context.globalAlpha = bandAlpha * alpha;
        context.beginPath();
        through(pen, trace, rows, trace.high, "M");
        through(pen, trace, [...rows].reverse(), trace.low, "L");
        context.closePath();
        context.fill();
        context.globalAlpha = (trace.values ? edgeAlpha : 1) * alpha;
        context.stroke();
      }
      context.globalAlpha = alpha;
      for (const [column, dashes, thick] of [
        [trace.second, [1.5, 2.5], ratio],
        [trace.values, trace.dashes, width],
      ] as const) {
        if (!column) continue;
        context.lineWidth = thick;
        context.setLineDash(dashes.map((length) => length * width));
        context.beginPath();
        if (rows.length === 1) dot(pen, trace, rows[0] as number, column);
        else {
          through(pen, trace, rows, column, "M");
          context.stroke();
        }
      }
    }
  }
}

/** Rows with no silence between them. */
function runsOf({ times, joinMs }: AskedTrace, rows: readonly number[]): number[][] {
  const runs: number[][] = [];
  let beforeMs = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const timeMs = times[row] as number;
    if (timeMs - beforeMs > joinMs) runs.push([]);
    runs.at(-1)?.push(row);
    beforeMs = timeMs;
  }
  return runs;
}

function through({ context, x, y }: Pen, trace: AskedTrace, rows: readonly number[], column: Values, begin: "M" | "L") {
  for (const [index, row] of rows.entries()) {
    const value = column[row];
    if (value === undefined) continue;
    const at = [x(middleOf(trace, row)), y(value, axis)] as const;
    if (index === 0 && begin === "M") context.moveTo(...at);
    else context.lineTo(...at);
  }
}

function dot({ context, x, y, ratio }: Pen, trace: AskedTrace, row: number, column: Values): void {
  const value = column[row];
  if (value === undefined) return;
  context.arc(x(middleOf(trace, row)), y(value, axis), 2 * ratio, 0, 2 * Math.PI);
  context.fill();
}

function middleOf({ times, ends }: AskedTrace, row: number): number {
  return ((times[row] as number) + (ends[row] as number)) / 2;
}

/** From and to of a bar among others of its bucket: a tenth of it is left out, and a pixel at least where it has three. */
function barOf(from: number, to: number, place: number, of: number, ratio: number): [number, number] {
  const room = to - from > 3 * ratio ? Math.max(ratio, (to - from) * 0.1) : 0;
  const each = (to - from - room) / of;
  const start = from + room / 2 + place * each;
  return [start, start + Math.max(ratio, each)];
}

/** The place of the last time that is not later; -1 where all are. */
function lastUpTo(times: readonly number[], timeMs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Colour and dashes of a look. */
export function penOf(look: number): Pick<AskedTrace, "colour" | "dashes"> {
  return { colour: () => lookColour(look), dashes: lookDashes(look) };
}
