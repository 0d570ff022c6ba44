/** The words of candles: the figures of one, what a chart says of all. */
import { html, nothing, type TemplateResult } from "lit";
import type { SeriesView } from "../client/hub-view.ts";
import type { CandleRow } from "../data/candle-rows.ts";
import { type CandleInterval, candleIntervals } from "../data/candle-window.ts";
import {
  formatChange,
  formatCount,
  formatDuration,
  formatInstant,
  formatNumber,
  formatUtcDay,
} from "../data/format.ts";
import { texts } from "../texts/index.ts";

/** How a candle's figures are written. */
export interface CandleWords {
  readonly interval: CandleInterval;
  price(value: number): string;
  volume(value: number): string;
  /** From open to close; empty where there is nothing to say. */
  change(row: CandleRow): string;
  time(timeMs: number): string;
  /** What is under the candles: what was traded, or how many readings came; and in one letter. */
  readonly volumeName: string;
  readonly volumeShort: string;
}

/** `nowMs`: the hub's clock; today's date is left out. */
export function candleWords(
  price: SeriesView,
  volume: SeriesView | undefined,
  interval: CandleInterval,
  nowMs: number,
): CandleWords {
  const everyMs = candleIntervals[interval];
  const { market } = texts;
  return {
    interval,
    price: (value) => formatNumber(value, price.decimals),
    volume: (value) => formatNumber(value, volume?.decimals ?? 0),
    change: ({ open, close }) => {
      // Of a price the part counts; of a temperature, which may be zero, it would mean nothing.
      if (price.entry.role !== "price")
        return `${close > open ? "+" : ""}${formatNumber(close - open, price.decimals)}`;
      return open === 0 ? "" : formatChange((close - open) / Math.abs(open));
    },
    time: (timeMs) => (everyMs >= candleIntervals["1d"] ? formatUtcDay(timeMs) : formatInstant(timeMs, nowMs, everyMs)),
    volumeName: volume ? market.volume : market.count,
    volumeShort: volume ? market.short.volume : market.short.count,
  };
}

/** The figures of one candle in a line. `pointed`: by the crosshair, and so to be read out. */
export function candleLegend(row: CandleRow | undefined, words: CandleWords, pointed: boolean): TemplateResult {
  if (!row) return html`<dl class="legend"></dl>`;
  const { short, open, high, low, close } = texts.market;
  const change = words.change(row);
  // What is told as 0.00% is no change.
  const way = !/[1-9]/.test(change) ? "" : row.close > row.open ? "rise" : "fall";
  const figure = (name: string, long: string, value: string, more: TemplateResult | typeof nothing = nothing) =>
    html`<div><dt title=${long}>${name}</dt><dd>${value}${more}</dd></div>`;
  return html`<dl class="legend numbers" aria-live=${pointed ? "polite" : "off"}>
    <div class="time"><dt class="hidden-text">${texts.chart.time}</dt><dd>${words.time(row.timeMs)}</dd></div>
    ${figure(short.open, open, words.price(row.open))}
    ${figure(short.high, high, words.price(row.high))}
    ${figure(short.low, low, words.price(row.low))}
    ${figure(short.close, close, words.price(row.close), change === "" ? nothing : html` <span class=${way}>${change}</span>`)}
    ${figure(words.volumeShort, words.volumeName, words.volume(row.volume))}
  </dl>`;
}

/** What a person who does not see the chart is told. */
export function candleDescription(label: string, rows: readonly CandleRow[], words: CandleWords): string {
  const { noneInWindow, newest, between, describe, intervals } = texts.market;
  const last = rows.at(-1);
  if (!last) return `${label}. ${noneInWindow}`;
  const { price } = words;
  const low = rows.reduce((least, row) => Math.min(least, row.low), last.low);
  const high = rows.reduce((most, row) => Math.max(most, row.high), last.high);
  const figures = newest(price(last.open), price(last.high), price(last.low), price(last.close));
  const said = `${figures} ${between(price(low), price(high))}`;
  return describe(label, formatCount(rows.length), intervals[words.interval], said);
}

/** The newest price, large: that of the newest candle, `undefined` where the candles are those of a time that is over. */
export function candleNow(series: SeriesView, newest: CandleRow | undefined, words: CandleWords) {
  // The candle and the price tell the same.
  const value = newest?.close ?? (typeof series.value === "number" ? series.value : undefined);
  if (value === undefined) return nothing;
  const { unit } = series.entry;
  return html`<p class="now numbers">
    <strong>${words.price(value)}</strong>${unit ? html`<span class="unit">${unit}</span>` : nothing}
  </p>`;
}

/** When the newest candle is over, while it is not; shorter ones are over before it is read. */
export function closesIn(newest: CandleRow | undefined, everyMs: number, nowMs: number): string {
  return everyMs < 5_000 || !newest || newest.timeMs + everyMs <= nowMs
    ? ""
    : ` · ${texts.market.closesIn(formatDuration(Math.ceil((everyMs - (nowMs % everyMs)) / 1_000) * 1_000))}`;
}
