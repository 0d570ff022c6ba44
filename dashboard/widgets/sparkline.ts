/** A small curve or strip without axes, on a canvas of its own. Drawn with all charts in one frame, when something changed. */
import { type Beat, holdsBetween, longestJoinMs, stateHoldMs } from "../data/gaps.ts";
import { type SparkRows, SparkTrace } from "../data/spark-trace.ts";
import type { StateTrace } from "../data/state-trace.ts";
import { chartColours } from "./colours.ts";
import { cancelDraw, type Drawn, requestDraw } from "./frames.ts";
import { stateColours } from "./state-strip.ts";

export interface SparkSource extends Beat {
  readonly trace: SparkTrace | StateTrace;
  /** The end of the curve is drawn in the colour of this zone. */
  readonly level: "ok" | "warn" | "alarm";
  /** The stretch of time to draw at this moment, ms. `live`: whether it moves. */
  window(): { readonly fromMs: number; readonly toMs: number; readonly live: boolean };
}

/** Room for the line's width and its end, CSS pixels. */
const marginPx = 3;

/** A strip is lower than a curve: its colours need no height. CSS pixels. */
const stripPx = 10;

/** Owned by whoever owns the canvas: tell it what to draw and its size, and end it. */
export class Sparkline implements Drawn {
  readonly #canvas: HTMLCanvasElement;
  #source: SparkSource | undefined;
  #width = 0;
  #height = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Draws `source` in the next frame, CSS pixels. Undefined leaves it empty. */
  show(source: SparkSource | undefined, width: number, height: number): void {
    this.#source = source;
    if (width !== this.#width || height !== this.#height) {
      this.#canvas.style.width = `${width}px`;
      this.#canvas.style.height = `${height}px`;
    }
    this.#width = width;
    this.#height = height;
    requestDraw(this);
  }

  destroy(): void {
    cancelDraw(this);
  }

  draw(): number | undefined {
    const context = this.#canvas.getContext("2d");
    if (!context || this.#width <= 0) return undefined;
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(this.#width * ratio), Math.round(this.#height * ratio)];
    // To set a size clears the canvas, and costs more than to clear it.
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.#width, this.#height);
    const source = this.#source;
    if (!source) return undefined;
    const { fromMs, toMs, live } = source.window();
    const across = this.#width - marginPx;
    const x = (timeMs: number) => ((timeMs - fromMs) / (toMs - fromMs)) * across;
    if (source.trace instanceof SparkTrace) {
      const rows = source.trace.rows(fromMs, toMs);
      this.#curve(context, rows, source, (timeMs) =>
        // A bucket is told by its start; its newest reading lies near its end.
        Math.min(across, x(timeMs + rows.everyMs)),
      );
    } else this.#strip(context, source.trace, source, fromMs, toMs, x);
    // Comes again when the window has moved by a pixel.
    return live ? Math.max(1_000, (toMs - fromMs) / across) : undefined;
  }

  #curve(context: CanvasRenderingContext2D, rows: SparkRows, source: SparkSource, x: (timeMs: number) => number): void {
    if (rows.length === 0) return;
    const joinMs = longestJoinMs(rows, source);
    const holds = holdsBetween(source.reportInterval);
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < rows.length; index++) {
      low = Math.min(low, rows.min(index));
      high = Math.max(high, rows.max(index));
    }
    const room = this.#height - 2 * marginPx;
    const y = (value: number) => marginPx + (high > low ? (high - value) / (high - low) : 0.5) * room;
    const colours = chartColours();
    context.fillStyle = colours.band;
    context.strokeStyle = colours.line;
    context.lineWidth = 1.25;
    context.lineJoin = "round";
    for (let start = 0; start < rows.length; ) {
      let end = start + 1;
      while (end < rows.length && rows.time(end) - rows.time(end - 1) <= joinMs) end++;
      for (let from = start; from < end; ) {
        // Of what lies between two readings far apart nothing is known, but that it leads from one to the other.
        let to = from + 1;
        while (to < end && rows.time(to) - rows.time(to - 1) <= rows.everyMs) to++;
        context.beginPath();
        for (let index = from; index < to; index++) context.lineTo(x(rows.time(index)), y(rows.max(index)));
        for (let index = to - 1; index >= from; index--) context.lineTo(x(rows.time(index)), y(rows.min(index)));
        context.fill();
        from = to;
      }
      context.beginPath();
      for (let index = start; index < end; index++) {
        const at = x(rows.time(index));
        const isLater = index > start && rows.time(index) - rows.time(index - 1) > rows.everyMs;
        if (holds && isLater) context.lineTo(at, y(rows.last(index - 1)));
        context.lineTo(at, y(rows.last(index)));
      }
      // One reading between two silences is a dot.
      if (end === start + 1) context.lineTo(x(rows.time(start)) + 0.5, y(rows.last(start)));
      context.stroke();
      start = end;
    }
    const last = rows.length - 1;
    context.fillStyle = source.level === "ok" ? colours.line : colours[source.level];
    context.beginPath();
    context.arc(x(rows.time(last)), y(rows.last(last)), source.level === "ok" ? 2 : 3, 0, 2 * Math.PI);
    context.fill();
  }

  #strip(
    context: CanvasRenderingContext2D,
    trace: StateTrace,
    { reportInterval }: SparkSource,
    fromMs: number,
    toMs: number,
    x: (timeMs: number) => number,
  ): void {
    const top = Math.round((this.#height - stripPx) / 2);
    for (const span of trace.spans(fromMs, toMs, stateHoldMs(reportInterval))) {
      const from = Math.max(0, x(span.fromMs));
      const to = Math.min(this.#width, x(span.toMs));
      // One pixel is left between bars; the shortest state is still seen.
      context.fillStyle = stateColours(span.state, trace.rankOf(span.state))[0];
      context.fillRect(from, top, Math.max(1, to - from - 1), stripPx);
    }
  }
}
