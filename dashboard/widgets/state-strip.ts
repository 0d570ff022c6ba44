import type { Gap } from "../data/missing.ts";
import type { StateSpan, StateTrace } from "../data/state-trace.ts";
import { texts } from "../texts/index.ts";
import { chartColours } from "./colours.ts";
import { DrawKey } from "./draw-key.ts";
import type { Plot } from "./plot.ts";
import type { Pen, PlotCursor, PlotOptions, Shading } from "./plot-options.ts";

export interface StripSource {
  readonly trace: StateTrace;
  /** How long the newest state is taken to hold after its last reading, ms. */
  readonly holdMs: number;
}

export interface StateReading {
  readonly timeMs: number;
  readonly state: boolean | string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Room between the name of a state and the ends of its bar, CSS pixels. */
const labelPaddingPx = 6;

export function stateName(state: boolean | string): string {
  return typeof state === "string" ? state : state ? texts.yesNo.on : texts.yesNo.off;
}

/** Draws a boolean or text series as bars along the time axis, each named where it is long enough. */
export class StateStrip {
  shading: Pick<Shading<Gap>, "paint"> | undefined;
  #spans: readonly StateSpan[] = [];
  #trace: StateTrace | undefined;
  readonly #key = new DrawKey();

  readonly plotOptions: Pick<PlotOptions, "kind" | "paint"> = {
    kind: "strip",
    paint: (pen) => this.#paint(pen),
  };

  get spans(): readonly StateSpan[] {
    return this.#spans;
  }

  draw(plot: Plot, source: StripSource, fromMs: number, toMs: number): void {
    const { trace, holdMs } = source;
    if (!this.#key.changes(trace, trace.version, fromMs, toMs, plot.plotWidthPx, holdMs)) return;
    const spans = trace.spans(fromMs, toMs, holdMs);
    this.#spans = spans;
    this.#trace = trace;
    plot.show([spans.map((span) => span.fromMs), spans.map(() => null)], fromMs, toMs);
  }

  invalidate(): void {
    this.#key.clear();
  }

  reading(cursor: PlotCursor): StateReading | undefined {
    const span = this.#spans.find(({ fromMs, toMs }) => fromMs <= cursor.timeMs && cursor.timeMs <= toMs);
    return span && { timeMs: cursor.timeMs, ...span };
  }

  #paint(pen: Pen): void {
    const { context, left, top, width, height, ratio } = pen;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    this.shading?.paint(pen);
    context.font = `${12 * ratio}px ${chartColours().font}`;
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (const span of this.#spans) {
      const [fill, text] = stateColours(span.state, this.#trace?.rankOf(span.state) ?? 0);
      const from = Math.max(left, pen.x(span.fromMs));
      const to = Math.min(left + width, pen.x(span.toMs));
      // One pixel is left between bars; the shortest state is still seen.
      const long = Math.max(2 * ratio, to - from - ratio);
      context.fillStyle = fill;
      context.fillRect(from, top, long, height);
      const name = stateName(span.state);
      const room = to - from - 2 * labelPaddingPx * ratio;
      if (room < 8 * ratio || context.measureText(name).width > room) continue;
      context.fillStyle = text;
      context.fillText(name, from + labelPaddingPx * ratio, top + height / 2);
    }
    context.restore();
  }
}

/** Fill and text of a state's bar. */
export function stateColours(state: boolean | string, rank: number): [fill: string, text: string] {
  const colours = chartColours();
  if (typeof state === "boolean") return state ? [colours.on, colours.onText] : [colours.off, colours.offText];
  return [colours.states[rank % colours.states.length] ?? colours.off, colours.stateText];
}

/** The token that fills a state's bar, `--state-…`, for the key beside it. */
export function stateToken(state: boolean | string, rank: number): string {
  if (typeof state === "boolean") return state ? "on" : "off";
  return String((rank % chartColours().states.length) + 1);
}
