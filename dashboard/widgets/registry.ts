/** The widgets that draw one series, by the type of its values. A new one is one file and one row. */
import type { SeriesView } from "../client/hub-view.ts";
import { stateHoldMs } from "../data/gaps.ts";
import type { Gap } from "../data/missing.ts";
import { NumberTrace } from "../data/number-trace.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { StateTrace } from "../data/state-trace.ts";
import type { Drawing } from "./drawn-plot.ts";
import { LineChart, type LineReading, type LineSource, type Threshold } from "./line-chart.ts";
import type { Plot } from "./plot.ts";
import type { PlotCursor, Shading } from "./plot-options.ts";
import { type StateReading, StateStrip, type StripSource } from "./state-strip.ts";

/** Heights of plots with their time axis, CSS pixels. */
export const plotHeightPx = { line: 196, strip: 84 } as const;

/** What a widget draws of a series on its plot. */
export interface SeriesDrawing extends Drawing {
  /** Shades where readings are missing, from the next draw on. */
  shade(shading: Shading<Gap> | undefined): void;
  /** A trace of another kind is not drawn: a series that was emptied may be of another type since. */
  draw(plot: Plot, series: SeriesView, trace: NumberTrace | StateTrace, span: TimeSpan): void;
  /** What the crosshair reads off it. */
  reading(cursor: PlotCursor): LineReading | StateReading | undefined;
}

interface SeriesWidget {
  readonly heightPx: number;
  make(): SeriesDrawing;
}

const line = widget({
  heightPx: plotHeightPx.line,
  make: () => new LineChart(),
  sourceOf: (series, trace): LineSource | undefined =>
    trace instanceof NumberTrace ? { trace, ...beatOf(series), thresholds: thresholdsOf(series) } : undefined,
});

const strip = widget({
  heightPx: plotHeightPx.strip,
  make: () => new StateStrip(),
  sourceOf: ({ entry }, trace): StripSource | undefined =>
    trace instanceof StateTrace ? { trace, holdMs: stateHoldMs(entry.reportInterval) } : undefined,
});

export const seriesWidgets: { readonly [Type in SeriesView["entry"]["type"]]: SeriesWidget } = {
  number: line,
  boolean: strip,
  string: strip,
};

interface Row<Source> {
  readonly heightPx: number;
  readonly make: () => Omit<SeriesDrawing, "draw" | "shade"> & {
    shading: Pick<Shading<Gap>, "paint"> | undefined;
    draw(plot: Plot, source: Source, fromMs: number, toMs: number): void;
  };
  readonly sourceOf: (series: SeriesView, trace: NumberTrace | StateTrace) => Source | undefined;
}

function widget<Source>({ heightPx, make, sourceOf }: Row<Source>): SeriesWidget {
  return {
    heightPx,
    make: () => {
      const drawing = make();
      return {
        plotOptions: drawing.plotOptions,
        invalidate: () => drawing.invalidate(),
        reading: (cursor) => drawing.reading(cursor),
        shade: (shading) => {
          drawing.shading = shading;
          drawing.invalidate();
        },
        draw: (plot, series, trace, { fromMs, toMs }) => {
          const source = sourceOf(series, trace);
          if (source !== undefined) drawing.draw(plot, source, fromMs, toMs);
        },
      };
    },
  };
}

function beatOf({ entry: { reportInterval, learned } }: SeriesView) {
  return { reportInterval, learned };
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
