/** Which prices the table shows, in which order. */
import type { CandleBoard, Ticker } from "../data/candle-board.ts";
import { compareNames } from "../data/format.ts";
import { matches, searchWords } from "./device-order.ts";
import { deviceLabel, seriesLabel } from "./values.ts";

export const tickerSorts = ["symbol", "last", "change", "volume", "time"] as const;
export type TickerSort = (typeof tickerSorts)[number];

export interface TickerChoice {
  readonly query: string;
  readonly sort: TickerSort;
  readonly down: boolean;
}

export const wholeMarket: TickerChoice = { query: "", sort: "symbol", down: false };

/** Figures in their order change with each tick: rows move at most this often, ms. */
const turnMs = 2_000;

/** What a person calls it: the device, and the metric where the device has several prices. */
export function tickerLabel(ticker: Ticker): string {
  const { device, price } = ticker;
  const prices = [...device.series.values()].filter(({ entry }) => entry.role === "price");
  return prices.length > 1 ? `${deviceLabel(device)} ${seriesLabel(price)}` : deviceLabel(device);
}

/** The change of the day as a part of its first price; undefined where nothing was traded in it. */
export function changeOf(board: Pick<CandleBoard, "day">, ticker: Ticker, nowMs: number): number | undefined {
  const day = board.day(ticker, nowMs);
  return day && day.open !== 0 ? (day.close - day.open) / Math.abs(day.open) : undefined;
}

/** The prices in their order, put in order anew where the choice or the prices changed, and each second turn. */
export class TickerOrder {
  #made = "";
  #tickers: readonly Ticker[] | undefined;
  #shown: readonly Ticker[] = [];

  of(
    tickers: readonly Ticker[],
    board: Pick<CandleBoard, "day" | "last">,
    choice: TickerChoice,
    nowMs: number,
  ): readonly Ticker[] {
    const { query, sort, down } = choice;
    const made = JSON.stringify([query, sort, down, sort === "symbol" ? 0 : Math.floor(nowMs / turnMs)]);
    if (made === this.#made && tickers === this.#tickers) return this.#shown;
    this.#made = made;
    this.#tickers = tickers;
    const words = searchWords(query);
    const found = tickers.filter(({ device }) => matches(device, words));
    const labels = new Map(found.map((ticker) => [ticker, tickerLabel(ticker)]));
    const byLabel = (a: Ticker, b: Ticker) => compareNames(labels.get(a) ?? "", labels.get(b) ?? "");
    const figures = new Map(sort === "symbol" ? [] : found.map((one) => [one, figureOf(one, board, sort, nowMs)]));
    const sign = down ? -1 : 1;
    this.#shown = found.sort((a, b) => {
      if (sort === "symbol") return sign * byLabel(a, b);
      const [x, y] = [figures.get(a), figures.get(b)];
      // Without a figure it stands last, in either direction.
      if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined) || byLabel(a, b);
      return sign * (x - y) || byLabel(a, b);
    });
    return this.#shown;
  }
}

function figureOf(
  ticker: Ticker,
  board: Pick<CandleBoard, "day" | "last">,
  sort: Exclude<TickerSort, "symbol">,
  nowMs: number,
): number | undefined {
  if (sort === "change") return changeOf(board, ticker, nowMs);
  if (sort === "volume") return board.day(ticker, nowMs)?.volume;
  const last = board.last(ticker);
  return sort === "last" ? last?.value : last?.timeMs;
}
