import type { SeriesView } from "../client/hub-view.ts";
import type { Gap } from "../data/missing.ts";
import type { NumberTrace } from "../data/number-trace.ts";
import type { TimeSpan } from "../data/ranges.ts";
import type { StateTrace } from "../data/state-trace.ts";
import { DrawnPlot } from "./drawn-plot.ts";
import type { LineReading } from "./line-chart.ts";
import type { Shading } from "./plot-options.ts";
import { type SeriesDrawing, seriesWidgets } from "./registry.ts";
import type { StateReading } from "./state-strip.ts";

export interface PlotListener {
  /** What the crosshair points at. */
  pointed(reading: SeriesReading | undefined): void;
  /** A person drew a stretch of time. */
  chosen(span: TimeSpan): void;
}

export type SeriesReading = (LineReading | StateReading | { readonly gap: Gap }) & { readonly leftPx: number };

/** The plot of one series, drawn by the widget of its type. */
export class SeriesPlot extends DrawnPlot<SeriesDrawing> {
  readonly #series: SeriesView;
  #shading: Shading<Gap> | undefined;

  constructor(host: HTMLElement, series: SeriesView, { pointed, chosen }: PlotListener) {
    const { heightPx, make } = seriesWidgets[series.entry.type];
    const drawing = make();
    super(host, drawing, {
      height: heightPx,
      cursorMoved: (cursor) => {
        const gap = cursor && this.#shading?.at(cursor.timeMs);
        const reading = gap ? { gap } : cursor && drawing.reading(cursor);
        pointed(cursor && reading && { ...reading, leftPx: cursor.leftPx });
      },
      spanChosen: chosen,
    });
    this.#series = series;
  }

  /** Shades where readings are missing, from the next draw on. */
  shade(shading: Shading<Gap> | undefined): void {
    if (shading === this.#shading) return;
    this.#shading = shading;
    this.drawing.shade(shading);
  }

  draw(trace: NumberTrace | StateTrace, span: TimeSpan): void {
    this.drawing.draw(this.plot, this.#series, trace, span);
  }
}
