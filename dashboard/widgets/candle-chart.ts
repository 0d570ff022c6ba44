import { type CandleRow, type CandleSource, candleRows, priceLabels } from "../data/candle-rows.ts";
import { formatCount } from "../data/format.ts";
import { chartColours } from "./colours.ts";
import { DrawKey } from "./draw-key.ts";
import type { Plot } from "./plot.ts";
import type { Pen, PlotCursor, PlotOptions } from "./plot-options.ts";

/** The part of the plot's height that bars of volume stand in. */
const volumePart = 0.2;

/** Room above the highest and below the lowest candle, as a part of what lies between. */
const roomPart = 0.07;

/** The part of its time that a candle's body fills. */
const bodyPart = 0.72;

/** A body narrower than this is filled even where the price rose, CSS pixels: a hollow one would be all frame. */
const hollowPx = 3;

/**
 * Draws candles with their volume beneath: hollow where the price rose, filled where it fell, so that the colours are not
 * needed to tell them apart. A dashed line marks the newest close.
 */
export class CandleChart {
  #rows: readonly CandleRow[] = [];
  #everyMs = 1;
  #decimals = 0;
  readonly #key = new DrawKey();
  /** The lower end of the prices on the axis: below it is volume. */
  #floor = 0;

  readonly plotOptions: Pick<PlotOptions, "kind" | "valueLabels" | "valueRange" | "paint"> = {
    kind: "candles",
    valueLabels: (splits) => priceLabels(splits, this.#floor),
    valueRange: (least, most) => this.#range(least, most),
    paint: (pen) => this.#paint(pen),
  };

  /** The candles that are drawn, oldest first. */
  get rows(): readonly CandleRow[] {
    return this.#rows;
  }

  draw(plot: Plot, source: CandleSource, decimals: number, fromMs: number, toMs: number): void {
    const { price, volume } = source;
    const under = [volume?.trace, volume?.trace.version, volume?.counter];
    if (!this.#key.changes(price, price.version, ...under, decimals, fromMs, toMs, plot.plotWidthPx)) return;
    this.#decimals = decimals;
    this.#everyMs = price.everyMs;
    const rows = candleRows(source, fromMs - price.everyMs + 1, toMs);
    this.#rows = rows;
    // The crosshair finds a candle by its middle.
    const times = rows.map(({ timeMs }) => timeMs + price.everyMs / 2);
    plot.show([times, rows.map(({ low }) => low), rows.map(({ high }) => high)], fromMs, toMs);
  }

  /** Draws the next time even if nothing changed. */
  invalidate(): void {
    this.#key.clear();
  }

  /** What was drawn is of another series. */
  clear(): void {
    this.#rows = [];
    this.invalidate();
  }

  reading(cursor: PlotCursor): CandleRow | undefined {
    return cursor.row === undefined ? undefined : this.#rows[cursor.row];
  }

  #range(least: number | null, most: number | null): [number, number] {
    if (least === null || most === null) return [0, 1];
    const between = most > least ? most - least : Math.max(Math.abs(most) * 0.002, 10 ** -this.#decimals);
    const room = between * roomPart + (most > least ? 0 : between);
    this.#floor = least - room;
    const top = most + room;
    return [this.#floor - ((top - this.#floor) * volumePart) / (1 - volumePart), top];
  }

  #paint(pen: Pen): void {
    const { context, left, top, width, height, ratio } = pen;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    const slot = pen.x(this.#everyMs) - pen.x(0);
    const body = Math.max(ratio, Math.round(slot * bodyPart));
    this.#paintVolume(pen, body);
    for (const row of this.#rows) this.#paintCandle(pen, row, body);
    this.#paintClose(pen);
    context.restore();
  }

  #paintCandle({ context, x, y, ratio }: Pen, row: CandleRow, body: number): void {
    const { open, high, low, close } = row;
    const colours = chartColours();
    const rose = close >= open;
    const middle = Math.round(x(row.timeMs + this.#everyMs / 2));
    const line = Math.max(1, Math.round(ratio));
    const from = Math.round(middle - body / 2);
    const upper = Math.round(y(Math.max(open, close)));
    const lower = Math.round(y(Math.min(open, close)));
    context.fillStyle = rose ? colours.rise : colours.fall;
    const wick = Math.round(middle - line / 2);
    const highest = Math.round(y(high));
    context.fillRect(wick, highest, line, Math.max(line, Math.round(y(low)) - highest));
    context.fillRect(from, upper, body, Math.max(line, lower - upper));
    if (!rose || body < hollowPx * ratio || lower - upper <= 2 * line) return;
    context.fillStyle = colours.surface;
    context.fillRect(from + line, upper + line, body - 2 * line, lower - upper - 2 * line);
  }

  #paintVolume({ context, left, top, height, x, ratio }: Pen, body: number): void {
    const most = this.#rows.reduce((most, { volume }) => Math.max(most, volume), 0);
    if (most <= 0) return;
    const colours = chartColours();
    const room = height * (volumePart - 0.03);
    const bottom = top + height;
    context.globalAlpha = 0.45;
    for (const { timeMs, open, close, volume } of this.#rows) {
      const bar = (volume / most) * room;
      context.fillStyle = close >= open ? colours.rise : colours.fall;
      const from = Math.round(x(timeMs + this.#everyMs / 2) - body / 2);
      context.fillRect(from, bottom - bar, body, bar);
    }
    context.globalAlpha = 1;
    context.fillStyle = colours.text;
    context.font = `${10 * ratio}px ${colours.font}`;
    context.textAlign = "left";
    context.textBaseline = "bottom";
    context.fillText(formatCount(most), left + 4 * ratio, bottom - room - 2 * ratio);
  }

  #paintClose({ context, left, width, y, ratio }: Pen): void {
    const last = this.#rows.at(-1);
    if (!last) return;
    const colours = chartColours();
    const at = Math.round(y(last.close)) + 0.5;
    context.strokeStyle = last.close >= last.open ? colours.rise : colours.fall;
    context.lineWidth = ratio;
    context.setLineDash([2 * ratio, 4 * ratio]);
    context.beginPath();
    context.moveTo(left, at);
    context.lineTo(left + width, at);
    context.stroke();
  }
}
