/** A device's presence along the time axis: heights tell the states apart where colours do not. */
import { kindOf, type PresenceKind, type PresenceSpan } from "../data/presence-line.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { chartColours } from "./colours.ts";
import { DrawKey } from "./draw-key.ts";
import { Plot } from "./plot.ts";
import type { Pen, PlotCursor } from "./plot-options.ts";

/** With its time axis, CSS pixels. */
export const presenceHeightPx = 66;

/** How high a state stands, as a part of the strip. */
const heights: Readonly<Record<PresenceKind, number>> = { online: 1, silent: 0.6, offline: 0.25, unknown: 1 };

export interface PresenceReading {
  readonly timeMs: number;
  /** CSS pixels from the host's left edge. */
  readonly leftPx: number;
  readonly span: PresenceSpan;
}

export interface PresenceListener {
  pointed(reading: PresenceReading | undefined): void;
  /** A person drew a stretch of time. */
  chosen(span: TimeSpan): void;
}

export class PresenceStrip {
  readonly #plot: Plot;
  #spans: readonly PresenceSpan[] = [];
  readonly #key = new DrawKey();

  constructor(host: HTMLElement, { pointed, chosen }: PresenceListener) {
    this.#plot = new Plot(host, host.clientWidth, {
      kind: "strip",
      height: presenceHeightPx,
      paint: (pen) => this.#paint(pen),
      cursorMoved: (cursor) => pointed(cursor && this.#reading(cursor)),
      spanChosen: chosen,
    });
  }

  get plotWidthPx(): number {
    return this.#plot.plotWidthPx;
  }

  draw(spans: readonly PresenceSpan[], { fromMs, toMs }: TimeSpan): void {
    const bars = spans.flatMap((span) => [span.fromMs, span.toMs, span.state, span.reason]);
    if (!this.#key.changes(fromMs, toMs, this.#plot.plotWidthPx, ...bars)) return;
    this.#spans = spans;
    this.#plot.show([spans.map((span) => span.fromMs), spans.map(() => null)], fromMs, toMs);
  }

  resize(widthPx: number): void {
    this.#key.clear();
    this.#plot.resize(widthPx);
  }

  recolour(): void {
    this.#key.clear();
    this.#plot.recolour();
  }

  step(rows: number): void {
    this.#plot.step(rows);
  }

  leave(): void {
    this.#plot.leave();
  }

  destroy(): void {
    this.#plot.destroy();
  }

  /** The last of those that hold there: a take-over has no length, and its successor begins with it. */
  #reading({ timeMs, leftPx }: PlotCursor): PresenceReading | undefined {
    const span = this.#spans.findLast(({ fromMs, toMs }) => fromMs <= timeMs && timeMs <= toMs);
    return span && { timeMs, leftPx, span };
  }

  #paint({ context, left, top, width, height, ratio, x }: Pen): void {
    const colours = chartColours();
    const fills: Readonly<Record<PresenceKind, string>> = {
      online: colours.ok,
      silent: colours.warn,
      offline: colours.idle,
      unknown: colours.gap,
    };
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    for (const span of this.#spans) {
      const kind = kindOf(span);
      const from = Math.max(left, x(span.fromMs));
      // The shortest outage is seen.
      const to = Math.max(Math.min(left + width, x(span.toMs)), from + (kind === "online" ? 0 : 2 * ratio));
      const tall = height * heights[kind];
      context.fillStyle = fills[kind];
      context.fillRect(from, top + height - tall, to - from, tall);
      if (kind === "unknown") hatch(context, from, top, to - from, height, ratio);
    }
    // Take-overs, above what they did not interrupt.
    context.fillStyle = colours.alarm;
    for (const { reason, fromMs } of this.#spans) {
      if (reason === "replaced") context.fillRect(x(fromMs) - ratio, top, 2 * ratio, height);
    }
    context.restore();
  }
}

/** Slanted lines: nothing is known. */
function hatch(
  context: CanvasRenderingContext2D,
  left: number,
  top: number,
  width: number,
  height: number,
  ratio: number,
): void {
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.beginPath();
  // From a fixed grid, so that the lines stand still while the span grows.
  const step = 6 * ratio;
  for (let at = Math.floor((left - height) / step) * step; at < left + width; at += step) {
    context.moveTo(at, top + height);
    context.lineTo(at + height, top);
  }
  context.lineWidth = ratio;
  context.strokeStyle = chartColours().text;
  context.globalAlpha = 0.45;
  context.stroke();
  context.restore();
}
