/** The one owner of uPlot: axes, crosshair and canvas for line charts, candles, overlays and state strips, in ms. */
import uPlot from "uplot";
import uplotCss from "uplot/dist/uPlot.min.css?inline";
import { axisLabels } from "../data/format.ts";
import { instant } from "../data/past-request.ts";
import { timeZone } from "../data/time-zone.ts";
import { chartColours } from "./colours.ts";
import type { Pen, PlotMark, PlotOptions, PlotRows } from "./plot-options.ts";
import { cutText, lineRange, loneRows, remembered } from "./plot-parts.ts";

/** A shadow root gets no styles from outside: each element that holds a plot adopts these. */
export const plotCss: string = uplotCss;

/** Place of the value among the drawn series; least and most follow. */
const valueSeries = 1;
const axisFont = "11px";
const valueAxisPx = 52;
/** All plots of the page share one crosshair in time. */
const syncKey = "page";

export class Plot {
  readonly #uplot: uPlot;
  readonly #options: PlotOptions;
  readonly #marks: HTMLElement[] = [];
  /** Widths of the value axes, CSS pixels. */
  readonly #axisPx: number[] = [];
  /** Which of several value axes have nothing to hold, as of the last draw. */
  readonly #axisEmpty: boolean[] = [];

  constructor(host: HTMLElement, widthPx: number, options: PlotOptions) {
    this.#options = options;
    this.#uplot = new uPlot(this.#build(widthPx), undefined, host);
    // Scrolling inside shadow roots is not told to the document, so the cached place of the plot may be an old one.
    host.addEventListener("pointermove", () => this.#uplot.syncRect(true), { capture: true, passive: true });
  }

  /** Width of the plotting area, CSS pixels. */
  get plotWidthPx(): number {
    return this.#uplot.bbox.width / uPlot.pxRatio;
  }

  show(rows: PlotRows, fromMs: number, toMs: number): void {
    const plot = this.#uplot;
    plot.batch(() => {
      plot.setData(rows as unknown as uPlot.AlignedData, false);
      plot.setScale("x", { min: fromMs, max: toMs });
    });
    this.#tellCursor();
  }

  resize(widthPx: number): void {
    if (widthPx !== this.#uplot.width) this.#uplot.setSize({ width: widthPx, height: this.#options.height });
  }

  /** Draws anew with the theme's present colours. */
  recolour(): void {
    this.#uplot.redraw(false, true);
  }

  destroy(): void {
    this.#uplot.destroy();
  }

  /** Puts dots over the chart, in place of those before. */
  mark(marks: readonly PlotMark[]): void {
    const plot = this.#uplot;
    while (this.#marks.length > marks.length) this.#marks.pop()?.remove();
    for (const [index, { timeMs, value, axis, colour }] of marks.entries()) {
      const dot = this.#marks[index] ?? plot.over.appendChild(document.createElement("i"));
      this.#marks[index] = dot;
      dot.className = "mark";
      dot.style.transform = `translate(${plot.valToPos(timeMs, "x")}px, ${plot.valToPos(value, axis)}px)`;
      dot.style.borderColor = colour;
    }
  }

  #tellCursor(): void {
    const { left = -10, idx } = this.#uplot.cursor;
    if (left < 0) {
      this.#options.cursorMoved(undefined);
      return;
    }
    this.#options.cursorMoved({
      timeMs: this.#uplot.posToVal(left, "x"),
      row: idx ?? undefined,
      leftPx: left + this.#uplot.over.offsetLeft,
    });
  }

  /** The stretch that was drawn; the mark of it goes, since the window is about to show just that. */
  #tellSpan(): void {
    const plot = this.#uplot;
    const { left, width } = plot.select;
    if (width <= 0) return;
    const span = { fromMs: Math.round(plot.posToVal(left, "x")), toMs: Math.round(plot.posToVal(left + width, "x")) };
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (span.toMs > span.fromMs) this.#options.spanChosen(span);
  }

  #pen(): Pen {
    const plot = this.#uplot;
    const { left, top, width, height } = plot.bbox;
    return {
      context: plot.ctx,
      left,
      top,
      width,
      height,
      ratio: uPlot.pxRatio,
      x: (timeMs) => plot.valToPos(timeMs, "x", true),
      y: (value, axis = "y") => plot.valToPos(value, axis, true),
    };
  }

  /** What each of several value axes measures, above it. */
  #paintTitles(): void {
    const { ctx, bbox } = this.#uplot;
    const ratio = uPlot.pxRatio;
    const edges = { left: bbox.left, right: bbox.left + bbox.width };
    for (const [index, { shown, side, title }] of (this.#options.valueAxes ?? []).entries()) {
      if (!shown) continue;
      const widthPx = (this.#axisPx[index] ?? valueAxisPx) * ratio;
      const outwards = side === "left" ? -1 : 1;
      ctx.save();
      ctx.font = `600 ${11 * ratio}px ${chartColours().font}`;
      ctx.fillStyle = chartColours().text;
      ctx.textBaseline = "top";
      ctx.textAlign = side === "left" ? "right" : "left";
      ctx.fillText(cutText(ctx, title, widthPx - 8 * ratio), edges[side] + outwards * 6 * ratio, 2 * ratio);
      ctx.restore();
      edges[side] += outwards * widthPx;
    }
  }

  /** Where a strip begins, in the room that others have for their value axis: the first tick may be far from there. */
  #paintStart(): void {
    const { ctx, bbox, scales } = this.#uplot;
    const { min = 0, max = 0 } = scales.x ?? {};
    const [start = "", end = ""] = axisLabels([instant(min), instant(max)], (max - min) / 10);
    // The day as well where it is not that of the end.
    const lines = start.split("\n").slice(0, end.includes("\n") ? 2 : 1);
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.font = `${11 * ratio}px ${chartColours().font}`;
    ctx.fillStyle = chartColours().text;
    ctx.textAlign = "right";
    ctx.textBaseline = "middle";
    const middle = bbox.top + bbox.height / 2;
    for (const [index, line] of lines.entries()) {
      const y = middle + (index - (lines.length - 1) / 2) * 12 * ratio;
      ctx.fillText(line, bbox.left - 4 * ratio, y, (valueAxisPx - 4) * ratio);
    }
    ctx.restore();
  }

  #build(width: number): uPlot.Options {
    const { height, kind, valueLabels, valueTicks, paint, valueRange = lineRange, valueAxes, holds } = this.#options;
    const line = kind === "line";
    const valued = kind !== "strip";
    const hidden: uPlot.Series = { width: 0, points: { show: false } };
    return {
      width,
      height,
      ms: 1,
      // Ticks stand at full hours and midnights of the zone that the labels speak of.
      tzDate: (timeMs) => new Date(timeMs + aheadMs(timeMs, timeZone.shown)),
      legend: { show: false },
      // Strips leave the value axis empty, so that the time axes of all charts stand in one line.
      padding: valueAxes
        ? [20, valueAxes.some(({ side, shown }) => shown && side === "right") ? 0 : 30, 0, 0]
        : [8, 30, 0, valued ? 0 : valueAxisPx],
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 8 },
        // uPlot's own double click shows all rows: another window than the one that was told to be shown.
        bind: { dblclick: () => null },
        // `true` would take the place of the function that makes the point.
        points: line
          ? {
              size: (_plot, series) => (series === valueSeries ? 7 : 0),
              width: 2,
              stroke: () => chartColours().line,
              fill: () => chartColours().surface,
            }
          : { show: false },
        // Pressing and drawing stay with the chart that is drawn in.
        sync: {
          key: syncKey,
          scales: ["x", null],
          setSeries: false,
          filters: { pub: (type) => type !== "mousedown" && type !== "mouseup" },
        },
      },
      scales: {
        x: { time: true },
        ...(valueAxes
          ? Object.fromEntries(
              valueAxes.map(({ key, extent }, index) => [
                key,
                {
                  range: (): [number, number] => {
                    const [least, most] = extent();
                    this.#axisEmpty[index] = least === null;
                    return valueRange(least, most);
                  },
                },
              ]),
            )
          : {
              y: {
                range: (_plot, least: number | null, most: number | null): [number, number] => {
                  this.#axisEmpty[0] = line && least === null;
                  return valued ? valueRange(least, most) : [0, 1];
                },
              },
            }),
      },
      series: line
        ? [
            {},
            {
              width: 1.5,
              stroke: () => chartColours().line,
              paths: (...drawn) => (holds?.() ? standing : leading)(...drawn),
              points: {
                size: 4,
                space: 14,
                filter: (plot, _series, all) => (all ? null : loneRows(plot.data[valueSeries])),
              },
            },
            hidden,
            hidden,
          ]
        : valueAxes
          ? [{}, ...valueAxes.map(({ key }) => ({ ...hidden, scale: key }))]
          : [{}, hidden, ...(valued ? [hidden] : [])],
      ...(line ? { bands: [{ series: [3, 2] as [number, number], fill: () => chartColours().band }] } : {}),
      axes: [
        {
          font: `${axisFont} ${chartColours().font}`,
          stroke: () => chartColours().text,
          size: 40,
          gap: 4,
          // The clock with seconds is the widest label.
          space: (_plot, _axis, fromMs, toMs) => (toMs - fromMs < 4 * 60_000 ? 64 : 52),
          lineGap: 1.3,
          grid: { stroke: () => chartColours().grid, width: 1 },
          ticks: { stroke: () => chartColours().grid, width: 1, size: 4 },
          values: (_plot, splits, _axis, _space, stepMs) => axisLabels(splits, stepMs),
        },
        ...(valueAxes ?? [undefined]).map(
          (axis, index): uPlot.Axis => ({
            show: axis?.shown ?? valued,
            scale: axis?.key ?? "y",
            side: axis?.side === "right" ? 1 : 3,
            font: `${axisFont} ${chartColours().font}`,
            stroke: () => chartColours().text,
            size: (_plot, labels) => {
              const longest = Math.max(0, ...(labels ?? []).map(({ length }) => length));
              const widthPx = Math.max(valueAxisPx, 14 + 6.5 * longest);
              this.#axisPx[index] = widthPx;
              return widthPx;
            },
            gap: 6,
            space: 32,
            // Of several grids none could be read.
            grid: { show: index === 0, stroke: () => chartColours().grid, width: 1 },
            ticks: { show: false },
            ...(valueTicks ? { splits: (_plot, _axis, from, to) => valueTicks(from, to) } : {}),
            ...(valueLabels ? { values: remembered(valueLabels, () => this.#axisEmpty[index] === true) } : {}),
          }),
        ),
      ],
      hooks: {
        // Thresholds and gaps lie below the line, bars above the grid.
        [line ? "drawClear" : "draw"]: [
          () => paint?.(this.#pen()),
          () => (valued ? this.#paintTitles() : this.#paintStart()),
        ],
        setCursor: [() => this.#tellCursor()],
        setSelect: [() => this.#tellSpan()],
      },
    };
  }

  /** Moves the crosshair by rows, for the keyboard: -1 and 1 to the neighbours, `Infinity` to the newest. */
  step(rows: number): void {
    const plot = this.#uplot;
    const times = plot.data[0] as ArrayLike<number>;
    if (times.length === 0) return;
    const { left = -10, idx } = plot.cursor;
    const from = left < 0 || idx == null ? times.length : idx;
    const row = Math.max(0, Math.min(times.length - 1, from + rows));
    const at = Math.max(0, Math.min(this.plotWidthPx, plot.valToPos(times[row] as number, "x")));
    this.#point(at, 1);
  }

  /** Takes the crosshair away. */
  leave(): void {
    this.#point(-10, -10);
  }

  /** For all plots of the page: uPlot tells the others, too, though its types do not say so. */
  #point(left: number, top: number): void {
    const { setCursor }: { setCursor(at: { left: number; top: number }, fire: boolean, tell: boolean): void } =
      this.#uplot;
    setCursor({ left, top }, true, true);
  }
}

// A build of uPlot may lack them, its types say; this one has both.
const leading = uPlot.paths.linear?.() as uPlot.Series.PathBuilder;
const standing = uPlot.paths.stepped?.({ align: 1 }) as uPlot.Series.PathBuilder;

/** By zone and quarter of an hour: clocks jump at quarters at the soonest. */
const ahead = new Map<string, number>();
const mostAhead = 1_000;

/** How far a zone's clock is ahead of this device's, ms: asked once a quarter, since the answer costs more than a tick is worth. */
function aheadMs(timeMs: number, zone: string): number {
  const quarterMs = Math.floor(timeMs / 900_000) * 900_000;
  const key = `${zone} ${quarterMs}`;
  const known = ahead.get(key);
  if (known !== undefined) return known;
  if (ahead.size >= mostAhead) ahead.clear();
  const made = uPlot.tzDate(new Date(quarterMs), zone).getTime() - quarterMs;
  ahead.set(key, made);
  return made;
}
