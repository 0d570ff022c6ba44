/** Several numeric series in one chart, of one device or of many: a value axis a unit, silences shaded, one crosshair. */
import { type Beat, holdsBetween, longestJoinMs } from "../data/gaps.ts";
import { type Line, lineOf, nearestRow } from "../data/line.ts";
import type { NumberTrace } from "../data/number-trace.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { chartColours } from "./colours.ts";
import { DrawKey } from "./draw-key.ts";
import type { LineReading } from "./line-chart.ts";
import { Plot } from "./plot.ts";
import type { Pen, PlotCursor, PlotMark, Shading, ValueAxis } from "./plot-options.ts";
import { axisValues, outlineBand } from "./plot-parts.ts";

export interface OverlayTrace extends Beat {
  /** Tells it from the others. */
  readonly id: number;
  /** From 0: which colour and dashes it is drawn with. */
  readonly look: number;
  /** Series of one unit share an axis, and so do those without. */
  readonly unit: string | undefined;
  readonly trace: NumberTrace;
  /** Of its first reading of all, ms, where that is known. */
  readonly firstMs?: number | undefined;
}

/** What the crosshair points at, and the reading of each series that has one there, by its id. */
export interface OverlayReading {
  readonly timeMs: number;
  /** CSS pixels from the host's left edge. */
  readonly leftPx: number;
  readonly of: ReadonlyMap<number, LineReading>;
}

export interface OverlayListener {
  /** Shades what is missing in place of the chart; reads its `lines`. */
  shade?(pen: Pen): void;
  pointed(reading: OverlayReading | undefined): void;
  /** A person drew a stretch of time. */
  chosen(span: TimeSpan): void;
}

/** Looks with solid lines; those behind them are dashed, and where colours repeat dotted. */
const solidLooks = 4;
const bandAlpha = 0.16;
/** The edges of the band: a spike of one reading in a month is no area, but a line. */
const edgeAlpha = 0.45;
/** Of lines beside one that is pointed out. */
const restAlpha = 0.25;
/** Value axes with labels at each side. */
const axesPerSide = { wide: 2, narrow: 1 } as const;
const widePx = 720;
/** The crosshair reads a row at most this far from it, CSS pixels. */
const reachPx = 12;

/** The colour of a look in the present theme. */
export function lookColour(look: number): string {
  const { traces } = chartColours();
  return traces[look % traces.length] ?? "";
}

/** Dashes of a look, in widths of its line; none: solid. */
export function lookDashes(look: number): readonly number[] {
  if (look < solidLooks) return [];
  return look < chartColours().traces.length ? [5, 3] : [1.5, 2.5];
}

export interface DrawnTrace {
  readonly source: OverlayTrace;
  readonly line: Line;
  readonly joinMs: number;
  /** A value stands until the next instead of leading to it. */
  readonly holds: boolean;
}

/** Owned by whoever owns `host`: draw it, tell it of sizes and themes, and end it. */
export class OverlayChart {
  readonly #host: HTMLElement;
  readonly #heightPx: number;
  readonly #listener: OverlayListener;
  #plot: Plot | undefined;
  /** The units that the present plot has axes for. */
  #units: readonly string[] = [];
  #made = "";
  #lines: readonly DrawnTrace[] = [];
  #window: TimeSpan = { fromMs: 0, toMs: 1 };
  #emphasised: number | undefined;
  #shading: Shading<unknown> | undefined;
  readonly #key = new DrawKey();

  constructor(host: HTMLElement, heightPx: number, listener: OverlayListener) {
    this.#host = host;
    this.#heightPx = heightPx;
    this.#listener = listener;
  }

  get lines(): readonly DrawnTrace[] {
    return this.#lines;
  }

  /** Width of the plotting area, CSS pixels. */
  get plotWidthPx(): number {
    return Math.max(1, this.#plot?.plotWidthPx ?? this.#host.clientWidth);
  }

  /** `emphasised`: the id of a line that is to stand out; `shading`: why readings are missing. */
  draw(
    sources: readonly OverlayTrace[],
    { fromMs, toMs }: TimeSpan,
    emphasised?: number,
    shading?: Shading<unknown>,
  ): void {
    const plot = this.#plotFor(sources);
    const pixels = Math.round(this.plotWidthPx);
    const lines = sources.flatMap(({ id, look, unit, trace, reportInterval, learned }) => [
      ...[id, look, unit, reportInterval, learned],
      ...[trace, trace.version],
    ]);
    if (!this.#key.changes(fromMs, toMs, pixels, emphasised, shading, ...lines)) return;
    this.#emphasised = emphasised;
    this.#shading = shading;
    this.#window = { fromMs, toMs };
    this.#lines = sources.map((source) => {
      const joinMs = longestJoinMs(source.trace, source);
      const holds = holdsBetween(source.reportInterval);
      return { source, joinMs, holds, line: lineOf(source.trace, fromMs, toMs, pixels, joinMs) };
    });
    // The rows of all, for the keyboard to step through; the lines themselves are painted, each with its own times.
    const times = [...new Set(this.#lines.flatMap(({ line }) => line.times))].sort((a, b) => a - b);
    const nothing = times.map(() => null);
    plot.show([times, ...this.#units.map(() => nothing)], fromMs, toMs);
  }

  resize(widthPx: number): void {
    this.#key.clear();
    this.#plot?.resize(widthPx);
  }

  recolour(): void {
    this.#key.clear();
    this.#plot?.recolour();
  }

  step(rows: number): void {
    this.#plot?.step(rows);
  }

  leave(): void {
    this.#plot?.leave();
  }

  destroy(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  /** The plot with an axis for each unit, in order of appearance: made anew where these change. */
  #plotFor(sources: readonly OverlayTrace[]): Plot {
    const units = [...new Set(sources.map(({ unit }) => unit ?? ""))];
    const perSide = this.#host.clientWidth >= widePx ? axesPerSide.wide : axesPerSide.narrow;
    const made = JSON.stringify([perSide, units]);
    if (this.#plot && made === this.#made) return this.#plot;
    this.destroy();
    this.#made = made;
    this.#units = units.length > 0 ? units : [""];
    this.#key.clear();
    const plot = new Plot(this.#host, this.#host.clientWidth, {
      kind: "overlay",
      height: this.#heightPx,
      // Left and right by turns.
      valueAxes: this.#units.map(
        (unit, index): ValueAxis => ({
          key: axisKey(unit),
          side: index % 2 === 0 ? "left" : "right",
          shown: index < 2 * perSide,
          title: unit,
          extent: () => this.#extent(unit),
        }),
      ),
      valueLabels: axisValues,
      paint: (pen) => this.#paint(pen),
      cursorMoved: (cursor) => this.#point(cursor),
      spanChosen: (span) => this.#listener.chosen(span),
    });
    this.#plot = plot;
    return plot;
  }

  #extent(unit: string): [number | null, number | null] {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const { source, line } of this.#lines) {
      if ((source.unit ?? "") !== unit) continue;
      for (let row = 0; row < line.times.length; row++) {
        least = Math.min(least, line.mins[row] ?? least);
        most = Math.max(most, line.maxs[row] ?? most);
      }
    }
    return least > most ? [null, null] : [least, most];
  }

  #point(cursor: PlotCursor | undefined): void {
    const of = new Map<number, LineReading>();
    const marks: PlotMark[] = [];
    if (cursor) {
      const { fromMs, toMs } = this.#window;
      const reachMs = ((toMs - fromMs) / this.plotWidthPx) * reachPx;
      for (const { source, line, joinMs } of this.#lines) {
        const row = nearestRow(line, cursor.timeMs, Math.max(reachMs, Number.isFinite(joinMs) ? joinMs / 2 : 0));
        if (row === undefined) continue;
        const [timeMs, value] = [line.times[row] as number, line.values[row] as number];
        of.set(source.id, { timeMs, value, min: line.mins[row] ?? value, max: line.maxs[row] ?? value });
        marks.push({ timeMs, value, axis: axisKey(source.unit), colour: lookColour(source.look) });
      }
    }
    this.#plot?.mark(marks);
    this.#listener.pointed(cursor && { timeMs: cursor.timeMs, leftPx: cursor.leftPx, of });
  }

  #paint(pen: Pen): void {
    const { context, left, top, width, height } = pen;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    if (this.#listener.shade) this.#listener.shade(pen);
    else this.#paintGaps(pen);
    this.#shading?.paint(pen);
    const standsOut = ({ source }: DrawnTrace) => source.id === this.#emphasised;
    // Above the others.
    const order = [...this.#lines].sort((a, b) => Number(standsOut(a)) - Number(standsOut(b)));
    const all = this.#emphasised === undefined;
    for (const drawn of order) paintLine(pen, drawn, all || standsOut(drawn) ? 1 : restAlpha);
    context.restore();
  }

  /** Where silences of several series overlap they are shaded once. */
  #paintGaps({ context, x, top, height }: Pen): void {
    context.beginPath();
    for (const { line } of this.#lines) {
      for (const [fromMs, toMs] of line.gaps) context.rect(x(fromMs), top, x(toMs) - x(fromMs), height);
    }
    context.fillStyle = chartColours().gap;
    context.fill();
  }
}

function axisKey(unit = ""): string {
  return `y ${unit}`;
}

function paintLine({ context, x, y, ratio }: Pen, { source, line, holds }: DrawnTrace, alpha: number): void {
  const axis = axisKey(source.unit);
  const width = 1.5 * ratio;
  const through = (row: number, value: number | null | undefined) =>
    context.lineTo(x(line.times[row] as number), y(value ?? 0, axis));
  const everyMs = source.trace.everyMs ?? 0;
  /** Between a row and the one before lies more than the width of a bucket, and of what is drawn as one. */
  const stands = (row: number) => {
    const [before, at] = [line.times[row - 1] as number, line.times[row] as number];
    return holds && at - before > 1.5 * everyMs && x(at) - x(before) > 2 * ratio;
  };
  context.fillStyle = lookColour(source.look);
  context.strokeStyle = context.fillStyle;
  context.lineWidth = width;
  context.lineJoin = "round";
  const dashes = lookDashes(source.look).map((length) => length * width);
  context.setLineDash(dashes);
  for (let start = 0; start < line.times.length; start++) {
    let end = start;
    while (end < line.times.length && line.values[end] !== null) end++;
    if (line.banded && end > start + 1) {
      context.globalAlpha = bandAlpha * alpha;
      context.beginPath();
      outlineBand(line, start, end, stands, through);
      context.closePath();
      context.fill();
      context.globalAlpha = edgeAlpha * alpha;
      context.lineWidth = ratio;
      context.setLineDash([]);
      context.stroke();
      context.lineWidth = width;
      context.setLineDash(dashes);
    }
    context.globalAlpha = alpha;
    context.beginPath();
    if (end === start + 1) {
      // Between two silences only a dot is seen.
      context.arc(x(line.times[start] as number), y(line.values[start] ?? 0, axis), 2 * ratio, 0, 2 * Math.PI);
      context.fill();
    } else {
      for (let row = start; row < end; row++) {
        if (holds && row > start) through(row, line.values[row - 1]);
        through(row, line.values[row]);
      }
      context.stroke();
    }
    start = end;
  }
}
