/** The plot of one of the linked charts: numbers on one axis, or the states of one series. */
import type { SeriesView } from "../client/hub-view.ts";
import { barSilences, lineSilences } from "../data/explore-gaps.ts";
import { stateHoldMs } from "../data/gaps.ts";
import { NumberTrace } from "../data/number-trace.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { StateTrace } from "../data/state-trace.ts";
import { DrawnPlot } from "./drawn-plot.ts";
import type { ExploreShade } from "./explore-shade.ts";
import type { LineReading } from "./line-chart.ts";
import { OverlayChart } from "./overlay-chart.ts";
import { type StateReading, StateStrip } from "./state-strip.ts";

export interface ExploreDrawing {
  readonly series: SeriesView;
  readonly look: number;
  readonly trace: NumberTrace | StateTrace;
}

/** What the crosshair points at, and what each series has there, by its number. */
export interface PointedAt {
  readonly timeMs: number;
  readonly of: ReadonlyMap<number, LineReading | StateReading>;
}

export interface ExplorePlotListener {
  /** Shades what is missing; told of it each time. */
  readonly shade: ExploreShade;
  pointed(at: PointedAt | undefined): void;
  /** A person drew a stretch of time. */
  chosen(span: TimeSpan): void;
}

export interface ExplorePlot {
  /** Width of the plotting area, CSS pixels. */
  readonly plotWidthPx: number;
  /** `emphasised`: the number of a series that is to stand out. */
  draw(drawings: readonly ExploreDrawing[], span: TimeSpan, emphasised?: number): void;
  resize(widthPx: number): void;
  recolour(): void;
  step(rows: number): void;
  leave(): void;
  destroy(): void;
}

/** `host`: its width is the plot's. */
export function explorePlotOf(
  host: HTMLElement,
  kind: "numbers" | "states",
  heightPx: number,
  listener: ExplorePlotListener,
): ExplorePlot {
  return kind === "numbers" ? new NumbersPlot(host, heightPx, listener) : new StatesPlot(host, heightPx, listener);
}

class NumbersPlot implements ExplorePlot {
  readonly #chart: OverlayChart;
  #emphasised: number | undefined;

  constructor(host: HTMLElement, heightPx: number, { shade, pointed, chosen }: ExplorePlotListener) {
    const chart = new OverlayChart(host, heightPx, { pointed, chosen, shade: (pen) => shade.paint(pen) });
    this.#chart = chart;
    shade.fill = (silences) => {
      for (const { source, line, joinMs } of chart.lines) {
        if (this.#emphasised !== undefined && source.id !== this.#emphasised) continue;
        lineSilences(silences.line(), line, { joinMs, firstMs: source.firstMs }, shade.known);
      }
    };
  }

  get plotWidthPx(): number {
    return this.#chart.plotWidthPx;
  }

  draw(drawings: readonly ExploreDrawing[], span: TimeSpan, emphasised?: number): void {
    this.#emphasised = emphasised;
    const lines = drawings.flatMap(({ series: { entry, firstMs }, look, trace }) => {
      const { series: id, unit, reportInterval, learned } = entry;
      return trace instanceof NumberTrace ? [{ id, look, unit, trace, reportInterval, learned, firstMs }] : [];
    });
    this.#chart.draw(lines, span, emphasised);
  }

  resize(widthPx: number): void {
    this.#chart.resize(widthPx);
  }

  recolour(): void {
    this.#chart.recolour();
  }

  step(rows: number): void {
    this.#chart.step(rows);
  }

  leave(): void {
    this.#chart.leave();
  }

  destroy(): void {
    this.#chart.destroy();
  }
}

const noStates = new StateTrace();

class StatesPlot extends DrawnPlot<StateStrip> implements ExplorePlot {
  /** Its number. */
  #series: number | undefined;
  readonly #expected: { joinMs: number; firstMs: number | undefined } = { joinMs: 0, firstMs: undefined };

  constructor(host: HTMLElement, height: number, { shade, pointed, chosen }: ExplorePlotListener) {
    const drawing = new StateStrip();
    super(host, drawing, {
      height,
      cursorMoved: (cursor) => {
        const reading = cursor && drawing.reading(cursor);
        const of = new Map(reading && this.#series !== undefined ? [[this.#series, reading]] : []);
        pointed(cursor && { timeMs: cursor.timeMs, of });
      },
      spanChosen: chosen,
    });
    drawing.shading = shade;
    shade.fill = (silences) => {
      if (this.#series !== undefined) barSilences(silences.line(), drawing.spans, this.#expected, shade.known);
    };
  }

  draw(drawings: readonly ExploreDrawing[], { fromMs, toMs }: TimeSpan): void {
    const [first] = drawings;
    this.#series = first?.series.entry.series;
    const trace = first?.trace instanceof StateTrace ? first.trace : noStates;
    const holdMs = stateHoldMs(first?.series.entry.reportInterval ?? null);
    // Of more changes than are kept, and of states that hold until another is told, nobody knows what was before the first.
    const isWhole = Number.isFinite(holdMs) && trace.cutMs === undefined;
    this.#expected.firstMs = isWhole ? first?.series.firstMs : undefined;
    this.drawing.draw(this.plot, { trace, holdMs }, fromMs, toMs);
  }
}
