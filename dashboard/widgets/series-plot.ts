import type { SeriesView } from "../client/hub-view.ts";
import { stateHoldMs } from "../data/gaps.ts";
import { NumberTrace } from "../data/number-trace.ts";
import type { TimeSpan, TimeWindow } from "../data/ranges.ts";
import { StateTrace } from "../data/state-trace.ts";
import { DrawnPlot } from "./drawn-plot.ts";
import { LineChart, type LineReading, type Threshold } from "./line-chart.ts";
import { type StateReading, StateStrip } from "./state-strip.ts";

/** Heights of plots with their time axis, CSS pixels. */
export const plotHeightPx = { line: 196, strip: 84 } as const;

export interface PlotListener {
  /** What the crosshair points at. */
  pointed(reading: SeriesReading | undefined): void;
  /** A person drew a stretch of time. */
  chosen(span: TimeSpan): void;
}

export type SeriesReading = (LineReading | StateReading) & { readonly leftPx: number };

/** The plot of one series, of the kind that its type wants. */
export class SeriesPlot extends DrawnPlot<LineChart | StateStrip> {
  readonly #series: SeriesView;

  constructor(host: HTMLElement, series: SeriesView, { pointed, chosen }: PlotListener) {
    const drawing = series.entry.type === "number" ? new LineChart() : new StateStrip();
    super(host, drawing, {
      height: plotHeightPx[drawing.plotOptions.kind === "strip" ? "strip" : "line"],
      cursorMoved: (cursor) => {
        const reading = cursor && drawing.reading(cursor);
        pointed(cursor && reading && { ...reading, leftPx: cursor.leftPx });
      },
      spanChosen: chosen,
    });
    this.#series = series;
  }

  draw(trace: NumberTrace | StateTrace, window: TimeWindow): void {
    const { reportInterval, learned } = this.#series.entry;
    if (this.drawing instanceof LineChart) {
      if (!(trace instanceof NumberTrace)) return;
      const source = { trace, reportInterval, learned, thresholds: thresholdsOf(this.#series) };
      this.drawing.draw(this.plot, source, window.fromMs, window.toMs);
    } else if (trace instanceof StateTrace) {
      this.drawing.draw(this.plot, { trace, holdMs: stateHoldMs(reportInterval) }, window.fromMs, window.toMs);
    }
  }
}

/** The borders of the zones that mean something. */
function thresholdsOf(series: SeriesView): Threshold[] {
  const found = new Map<number, Threshold>();
  for (const { from, to, level } of series.entry.zones ?? []) {
    if (level === "ok") continue;
    for (const value of [from, to]) {
      // Where a warning ends an alarm begins, and that is what the line means.
      if (value !== undefined && found.get(value)?.level !== "alarm") found.set(value, { value, level });
    }
  }
  return [...found.values()];
}
