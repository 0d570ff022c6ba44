import { type Beat, holdsBetween, longestJoinMs } from "../data/gaps.ts";
import { type Line, lineOf } from "../data/line.ts";
import type { Gap } from "../data/missing.ts";
import type { NumberTrace } from "../data/number-trace.ts";
import { chartColours } from "./colours.ts";
import { DrawKey } from "./draw-key.ts";
import type { Plot } from "./plot.ts";
import type { Pen, PlotCursor, PlotOptions, Shading } from "./plot-options.ts";
import { axisValues } from "./plot-parts.ts";

export interface Threshold {
  readonly value: number;
  readonly level: "warn" | "alarm";
}

export interface LineSource extends Beat {
  readonly trace: NumberTrace;
  readonly thresholds: readonly Threshold[];
}

/** What the crosshair reads off a line. */
export interface LineReading {
  readonly timeMs: number;
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

/** Draws one numeric series: line, band of least and most where rows are buckets, silences shaded, thresholds dashed. */
export class LineChart {
  shading: Shading<Gap> | undefined;
  #line: Line | undefined;
  #thresholds: readonly Threshold[] = [];
  #holds = false;
  readonly #key = new DrawKey();

  readonly plotOptions: Pick<PlotOptions, "kind" | "valueLabels" | "paint" | "holds"> = {
    kind: "line",
    holds: () => this.#holds,
    valueLabels: axisValues,
    paint: (pen) => this.#paint(pen),
  };

  draw(plot: Plot, source: LineSource, fromMs: number, toMs: number): void {
    const { trace, reportInterval, thresholds } = source;
    const join = longestJoinMs(trace, source);
    const pixels = Math.max(1, Math.round(plot.plotWidthPx));
    const dashed = thresholds.flatMap(({ value, level }) => [value, level]);
    if (!this.#key.changes(trace, trace.version, fromMs, toMs, pixels, join, reportInterval, ...dashed)) return;
    this.#thresholds = thresholds;
    this.#holds = holdsBetween(reportInterval);
    const line = lineOf(trace, fromMs, toMs, pixels, join);
    this.#line = line;
    plot.show([line.times, line.values, line.mins, line.maxs], fromMs, toMs);
  }

  /** Draws the next time even if nothing changed. */
  invalidate(): void {
    this.#key.clear();
  }

  reading(cursor: PlotCursor): LineReading | undefined {
    const line = this.#line;
    if (!line || cursor.row === undefined) return undefined;
    const value = line.values[cursor.row];
    const timeMs = line.times[cursor.row];
    if (value == null || timeMs === undefined) return undefined;
    return { timeMs, value, min: line.mins[cursor.row] ?? value, max: line.maxs[cursor.row] ?? value };
  }

  #paint(pen: Pen): void {
    const { context, left, top, width, height, ratio } = pen;
    const colours = chartColours();
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.fillStyle = colours.gap;
    for (const [fromMs, toMs] of this.#line?.gaps ?? []) {
      const from = pen.x(fromMs);
      context.fillRect(from, top, pen.x(toMs) - from, height);
    }
    this.shading?.paint(pen);
    context.lineWidth = ratio;
    context.setLineDash([4 * ratio, 4 * ratio]);
    for (const { value, level } of this.#thresholds) {
      const y = Math.round(pen.y(value)) + 0.5;
      context.strokeStyle = colours[level];
      context.beginPath();
      context.moveTo(left, y);
      context.lineTo(left + width, y);
      context.stroke();
    }
    context.restore();
  }
}
