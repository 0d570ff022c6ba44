import { html, nothing, type TemplateResult } from "lit";
import type { CandleBoard, Ticker } from "../data/candle-board.ts";
import { formatChange, formatCount, formatNumber } from "../data/format.ts";
import type { Spark } from "../data/spark-feed.ts";
import { texts } from "../texts/index.ts";
import type { SparkSource } from "../widgets/sparkline.ts";
import "./fleet-spark.ts";
import type { TickerFlashes } from "./ticker-flash.ts";
import { changeOf, tickerLabel } from "./ticker-order.ts";
import { ageOrDate, presenceDot } from "./values.ts";

export const curveSize = { width: 96, height: 28 } as const;

/** What all rows of one rendering share. */
export interface TickerScene {
  readonly board: CandleBoard;
  readonly flashes: TickerFlashes;
  /** The hub's clock, ms. */
  readonly nowMs: number;
  /** The stretch of time of the curves. */
  readonly window: SparkSource["window"];
  readonly sparkOf: (ticker: Ticker) => Spark | undefined;
  readonly hrefOf: (ticker: Ticker) => string;
  /** Changes where all curves have to be drawn anew. */
  readonly key: string;
}

export interface TickerPlace {
  /** From 0. */
  readonly row: number;
  /** Below the first row, CSS pixels. */
  readonly topPx: number;
  readonly selected: boolean;
  readonly tabbable: boolean;
  readonly focused: () => void;
}

const arrows = { rise: "▲", fall: "▼", none: "" } as const;

/** One price in a line. */
export function tickerRow(ticker: Ticker, scene: TickerScene, place: TickerPlace): TemplateResult {
  const { device, price } = ticker;
  const { board, nowMs } = scene;
  const last = board.last(ticker);
  const day = board.day(ticker, nowMs);
  const change = changeOf(board, ticker, nowMs);
  const flash = scene.flashes.of(price.entry.series, last?.value);
  // What is told as 0.00% has no colour.
  const way = change === undefined || Math.abs(change) < 0.00005 ? "" : change > 0 ? "rise" : "fall";
  const words = flash.direction === "rise" ? texts.market.rose : flash.direction === "fall" ? texts.market.fell : "";
  const label = tickerLabel(ticker);
  const bid = board.quote(ticker.bid);
  const ask = board.quote(ticker.ask);
  const number = (value: number | undefined) => (value === undefined ? "" : formatNumber(value, price.decimals));
  return html`<div
    role="row"
    class="row ${place.selected ? "selected" : ""}"
    .style=${`transform: translateY(${place.topPx}px)`}
    aria-rowindex=${place.row + 2}
  >
    <div role="cell" class="symbol">
      ${presenceDot(device.entry.state)}
      <a
        href=${scene.hrefOf(ticker)}
        data-row=${place.row}
        tabindex=${place.tabbable ? 0 : -1}
        aria-current=${place.selected ? "true" : nothing}
        title=${device.entry.device}
        @focus=${place.focused}
        >${label}</a
      >
    </div>
    <div role="cell" class="last numbers">
      <span class="price ${flash.moves === 0 ? "" : `${flash.direction} turn${flash.moves % 2}`}"
        ><span class="arrow ${flash.direction}" aria-hidden="true">${arrows[flash.direction]}</span
        ><span class="hidden-text">${words} </span>${number(last?.value)}</span
      >
    </div>
    <div role="cell" class="change numbers ${way}">
      ${
        day && change !== undefined
          ? html`<span class="part">${formatChange(change)}</span
              ><span class="difference">${signed(day.close - day.open, price.decimals)}</span>`
          : board.knows(ticker)
            ? html`<span class="none">${texts.market.noneToday}</span>`
            : nothing
      }
    </div>
    <div role="cell" class="bid numbers">${number(bid)}</div>
    <div role="cell" class="ask numbers">${number(ask)}</div>
    <div role="cell" class="spread numbers">${bid === undefined || ask === undefined ? "" : number(ask - bid)}</div>
    <div role="cell" class="volume numbers">${day?.volume === undefined ? "" : formatCount(day.volume)}</div>
    <div role="cell" class="curve">
      <fleet-spark
        .source=${{ series: price, spark: scene.sparkOf(ticker), window: scene.window, ...curveSize, key: scene.key }}
      ></fleet-spark>
    </div>
    <div role="cell" class="time numbers">${last ? ageOrDate(last.timeMs, nowMs) : ""}</div>
  </div>`;
}

/** A difference with its sign. */
function signed(value: number, decimals: number): string {
  return (value > 0 ? "+" : "") + formatNumber(value, decimals);
}
